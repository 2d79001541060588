"""The sample brand's past: connected by consent, read whole, then night after night.

In: an opened installation whose platforms are the sandbox. Out: a person and a brand with 420 days
and the restatements of 30 nights. Nothing is written past the connectors: the sandbox's clock is
put back, and the same worker that runs every day does the work.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
from rich.progress import Progress, TaskID

from aura.accounts.brands import create_brand
from aura.accounts.people import sign_up
from aura.cli.installation import Installation, utc_now
from aura.cli.printing import progress_bars
from aura.errors import ConfigurationError, TryLaterError
from aura.model import PLATFORM_NAMES, PLATFORMS, Platform
from aura.store.operator import forget_person, mark_sample
from aura.sync.connect import begin, complete
from aura.sync.progress import Progress as SyncProgress
from aura.sync.schedule import Worker

# to before the first order, so that every new customer is known
BACKFILL_DAYS: Final = 420
NIGHTS: Final = 30
BRAND: Final = "Aurora Outfitters"
SHOP: Final = "aurora-outfitters.myshopify.com"
ZONE: Final = "America/New_York"
# late enough on every day that the daily sync of any time zone is due
READ_AT: Final = time(16, tzinfo=UTC)


async def make_sample_brand(
    installation: Installation, *, sandbox_url: str, email: str, password: str, anchor: date
) -> None:
    """Sign the person up, connect the brand, read its history and replay the nights before."""
    first_night = datetime.combine(anchor - timedelta(days=NIGHTS), READ_AT)
    async with httpx.AsyncClient(timeout=60) as browser:
        clock = _SandboxClock(browser, sandbox_url)
        # a callback is signed with the platform's time: consent is given in the present
        await clock.set(None)
        # what a first start left that was stopped before it was ready
        async with installation.database.as_owner() as connection:
            await forget_person(connection, email)
        person = await sign_up(installation.database, email=email, password=password, name="Demo")
        brand_id = await create_brand(
            installation.database, user_id=person.id, name=BRAND, currency="USD", timezone=ZONE
        )
        async with installation.database.as_owner() as connection:
            await mark_sample(connection, brand_id)
        for platform in PLATFORMS:
            await _connect(installation, browser, person.id, brand_id, platform, first_night)
        await clock.set(first_night)
        with progress_bars() as bars:
            await _read_history(installation, bars, first_night)
            await _replay_nights(installation, bars, clock, first_night)
        await clock.set(None)
        await _work(installation, utc_now)


class _SandboxClock:
    """The sandbox's clock, through its control address."""

    def __init__(self, browser: httpx.AsyncClient, sandbox_url: str) -> None:
        self._browser = browser
        self._address = f"{sandbox_url}/__clock"

    async def set(self, moment: datetime | None) -> None:
        """Stand still at a moment, or run with the machine's time again."""
        given = None if moment is None else moment.isoformat()
        answer = await self._browser.post(self._address, json={"now": given})
        answer.raise_for_status()


async def _connect(
    installation: Installation,
    browser: httpx.AsyncClient,
    user_id: UUID,
    brand_id: UUID,
    platform: Platform,
    now: datetime,
) -> None:
    """Walk through the consent as a browser would: ask, press Allow, come back."""
    session_hash = secrets.token_bytes(32)
    redirect_uri = f"{installation.settings.public_url}/oauth/{platform}/callback"
    address = await begin(
        installation.database,
        installation.connectors,
        user_id=user_id,
        brand_id=brand_id,
        platform=platform,
        shop=SHOP if platform == "shopify" else None,
        session_hash=session_hash,
        redirect_uri=redirect_uri,
        now=now,
    )
    form = {**dict(parse_qsl(urlsplit(address).query)), "decision": "allow"}
    answer = await browser.post(address, data=form)
    if answer.status_code != httpx.codes.FOUND:
        raise ConfigurationError(f"The sandbox's {PLATFORM_NAMES[platform]} refused the consent")
    await complete(
        installation.database,
        installation.keyring,
        installation.connectors,
        user_id=user_id,
        platform=platform,
        query=dict(parse_qsl(urlsplit(answer.headers["location"]).query)),
        session_hash=session_hash,
        redirect_uri=redirect_uri,
        now=now,
    )


async def _read_history(installation: Installation, bars: Progress, now: datetime) -> None:
    tasks: dict[Platform, TaskID] = {
        platform: bars.add_task(f"{PLATFORM_NAMES[platform]}: days", total=BACKFILL_DAYS)
        for platform in PLATFORMS
    }

    def show(progress: SyncProgress) -> None:
        if progress.kind == "backfill":
            bars.update(
                tasks[progress.platform],
                completed=progress.days_done,
                total=max(progress.days_total, progress.days_done),
            )

    await _work(installation, partial(_still, now), show)


async def _replay_nights(
    installation: Installation, bars: Progress, clock: _SandboxClock, first_night: datetime
) -> None:
    task = bars.add_task("Nights replayed", total=NIGHTS)
    for night in range(1, NIGHTS):
        now = first_night + timedelta(days=night)
        await clock.set(now)
        await _work(installation, partial(_still, now))
        bars.update(task, completed=night)
    bars.update(task, completed=NIGHTS)


def _still(moment: datetime) -> datetime:
    """A clock that stands still."""
    return moment


async def _work(
    installation: Installation,
    clock: Callable[[], datetime],
    progress: Callable[[SyncProgress], None] | None = None,
) -> None:
    worker = Worker(
        installation.database,
        installation.keyring,
        installation.connectors,
        clock,
        backfill_days=installation.settings.backfill_days,
        progress=progress,
    )
    for result in await worker.run_due_once():
        if result.outcome != "succeeded":
            raise TryLaterError(
                f"{PLATFORM_NAMES[result.platform]} could not be read: {result.message}"
            )
