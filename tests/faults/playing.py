"""Playing a fault script: a brand, real HTTP, a real database, and a look at it after every round.

What must hold after every round is in `Watch`: what is stored equals what the platform knew when
the day was last read, and a sync that failed has not moved its cursor. After the last night the
faults stop; everything but a grant that ended must become exact by the worker's own schedule.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import stamina

from aura.connectors.google_ads.client import GoogleAdsConnector
from aura.connectors.http import ATTEMPTS
from aura.connectors.meta.client import MetaConnector
from aura.connectors.registry import applications
from aura.connectors.shopify.client import ShopifyConnector
from aura.store.database import Database
from aura.store.secrets import Keyring
from aura.sync.schedule import Worker
from faults.scripts import WHOLE, Script
from faults.watch import Watch
from sync.sandboxed import Brand, World

CURRENCY, ZONE = "EUR", "Europe/Berlin"
READ_SECONDS = 2.0
# by their own schedule: the longest pause between two tries is six hours
MOST_ROUNDS = 60


@dataclass
class Verdict:
    """How a script ended; `problems` are sentences, none when all is as it must be."""

    seed: int
    outcome: str
    problems: list[str] = field(default_factory=list)
    rounds: int = 0
    failed_rounds: int = 0


class Hurried(httpx.AsyncBaseTransport):
    """Real HTTP that gives up on a hanging answer after seconds instead of minutes."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["timeout"] = {**request.extensions["timeout"], "read": READ_SECONDS}
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _no_time(_seconds: float) -> None:
    """Waits inside a sync are not spent."""


@contextlib.asynccontextmanager
async def connected(
    database: Database,
    world: World,
    home: Path,
    *,
    bulk_from: int | None = None,
    days: int = WHOLE,
    email: str = "owner@faults.example",
    keyring: Keyring | None = None,
) -> AsyncIterator[Brand]:
    """A brand connected to all three platforms; `bulk_from` orders on the shop exports them."""
    apps = applications(world.settings(home))
    transports = [Hurried() for _ in range(3)]
    shop, meta, google = transports
    connectors: dict[Any, Any] = {
        "shopify": ShopifyConnector(
            apps["shopify"], bulk_from=bulk_from, clock=world, transport=shop, sleep=_no_time
        ),
        "meta": MetaConnector(apps["meta"], clock=world, transport=meta, sleep=_no_time),
        "google_ads": GoogleAdsConnector(apps["google_ads"], clock=world, transport=google),
    }
    keyring = keyring or Keyring.generate()
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "with person as (insert into public.users (email, password_hash)"
            " values (%s, '!') returning id)"
            " insert into public.brands (user_id, name, currency, timezone)"
            " select id, 'Faults', %s, %s from person returning user_id, id",
            [email, CURRENCY, ZONE],
        )
        made = await cursor.fetchone()
    assert made is not None
    brand = Brand(database, keyring, world, connectors, made["user_id"], made["id"])
    brand.worker = Worker(database, keyring, connectors, world, backfill_days=days)
    try:
        for platform in connectors:
            await brand.connect(platform, currency=CURRENCY)
        yield brand
    finally:
        for connector in connectors.values():
            await connector.aclose()


def next_round(now: datetime, due: datetime) -> datetime:
    """When the worker looks again: once the work is due; the daily hour as one moment.

    The minute within the daily hour depends on an id that is new in every run.
    """
    local = due.astimezone(ZoneInfo(ZONE))
    if local.hour == 3:
        return due.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    whole = due.replace(second=0, microsecond=0)
    return max(whole if whole == due else whole + timedelta(minutes=1), now)


async def play(script: Script, database: Database, world: World, home: Path) -> Verdict:
    """Play a script from the consent pages to the last number."""
    world.sandbox.clear_faults()
    world.set_clock(script.start)
    verdict = Verdict(script.seed, "exact")
    with stamina.set_testing(True, attempts=ATTEMPTS):
        bulk_from = 0 if script.exports else None
        async with connected(database, world, home, bulk_from=bulk_from, days=script.days) as brand:
            player = _Player(script, brand, verdict)
            # what is in force after an hour must be refreshed
            world.set_clock(script.start + timedelta(hours=2))
            try:
                await player.nights()
                await player.recovery()
            finally:
                world.sandbox.clear_faults()
    return verdict


class _Player:
    def __init__(self, script: Script, brand: Brand, verdict: Verdict) -> None:
        self._script = script
        self._brand = brand
        self._verdict = verdict
        self._watch = Watch(brand, script)

    async def nights(self) -> None:
        """Every night its faults, and as many rounds as fall into it."""
        world = self._brand.world
        for faults in self._script.nights:
            world.sandbox.clear_faults()
            world.sandbox.faults(*faults)
            end = world() + timedelta(days=1)
            while world() < end and not self._verdict.problems:
                await self._round()
                await self._pass_time(end)

    async def recovery(self) -> None:
        """No more faults: exact by the worker's own schedule, or the grant has ended."""
        world = self._brand.world
        world.sandbox.clear_faults()
        stopped_at = world()
        for _ in range(MOST_ROUNDS):
            if self._verdict.problems:
                self._verdict.outcome = "silent_loss"
                return
            await self._pass_time(None)
            await self._round()
            if await self._watch.is_settled(since=stopped_at):
                break
        else:
            self._verdict.problems += await self._watch.unsettled(since=stopped_at)
        ended = await self._watch.ended()
        self._verdict.problems += await self._watch.last_words(ended)
        if self._verdict.problems:
            self._verdict.outcome = "silent_loss"
        elif ended:
            self._verdict.outcome = "error"

    async def _round(self) -> None:
        before = await self._watch.states()
        results = await self._brand.worker.run_due_once()
        self._verdict.rounds += 1
        self._verdict.failed_rounds += any(one.outcome != "succeeded" for one in results)
        self._verdict.problems += await self._watch.problems(before, results)

    async def _pass_time(self, end: datetime | None) -> None:
        world = self._brand.world
        due = await self._brand.worker.next_due()
        if due is None or (end is not None and due >= end):
            assert end is not None, "nothing is due any more"
            world.set_clock(end)
            return
        world.set_clock(max(next_round(world(), due), world() + timedelta(minutes=1)))
