"""The trial: a sandbox without limits, Aura and its peers, a backfill and five nights."""

from __future__ import annotations

import hashlib
import hmac
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from aura.connectors.registry import build_connectors
from aura.store.database import Database
from aura.store.secrets import Keyring
from claims.place import ROOT, Place, made_brand
from peers.measuring import Run, TooSlowError, measured
from peers.rows import Rows, judged, true_rows
from peers.stored import of_airbyte, of_aura, of_dlt
from sandbox_calls import client, consent, google, meta, shopify_tokens
from sandbox_fixture import RunningSandbox, running_sandbox
from sync.sandboxed import Brand, World

# in the past, so that no peer thinks that it reads the future
ANCHOR = date(2026, 11, 14)
START = datetime(2026, 11, 14, 12, tzinfo=UTC)
NIGHTS = int(os.environ.get("NIGHTS", "5"))
# a peer that has not read a night in so many seconds is ended and takes no further part
PEER_SECONDS = float(os.environ.get("PEER_SECONDS", "600"))
META_ACCOUNT, GOOGLE_ACCOUNT = "3350981726644", "6042218835"
# a job a day: two years of them take longer than all the rest
AIRBYTE_DAYS = 90
PEERS = ROOT / ".venv-peers"
HERE = Path(__file__).parent
PLATFORMS = ("shopify", "meta", "google_ads")


@dataclass
class Trial:
    """Where it happens, and how many days are read."""

    place: Place
    folder: Path
    days: int

    @property
    def first(self) -> date:
        """The first day that is read."""
        return ANCHOR - timedelta(days=self.days - 1)


@dataclass
class Contender:
    """Somebody who reads the brand: `sync` reads what is due, `rows` is what is stored then."""

    name: str
    platforms: tuple[str, ...]
    sync: Callable[[datetime], Run]
    rows: Callable[[], Rows]
    # nights on which it reads; every contender reads the first time and on the last night
    nights: tuple[int, ...] = tuple(range(NIGHTS + 1))
    first: date = date.min
    runs: list[Run] = field(default_factory=list)
    verdicts: list[dict[str, int]] = field(default_factory=list)
    # the night on which it was ended because its time was over
    ended_on: int | None = None

    def takes_part(self, night: int) -> bool:
        """Whether it reads on that night."""
        return night in self.nights and self.ended_on is None

    def read(self, night: int, now: datetime, truth: dict[str, Any], first: date) -> None:
        """Read what is due and judge what is stored then; TooSlowError when its time is over."""
        try:
            self.runs.append(self.sync(now))
        except TooSlowError:
            self.ended_on = night
            raise
        since = max(first, self.first)
        true = true_rows(truth, since, self.platforms)
        self.verdicts.append(judged(self.rows(), true, since).shown())

    def last(self) -> str:
        """The last reading, in words."""
        run, rows = self.runs[-1], self.verdicts[-1]
        return (
            f"{run.cpu:.1f} s of CPU, {run.wall:.1f} s, {run.peak_mb:.0f} MB, {run.requests}, "
            f"{rows['right']} rows right, {rows['wrong']} wrong"
        )

    def figures(self) -> dict[str, Any]:
        """Backfill, and the nights together that it read to their end."""
        if not self.runs:
            return {"ended_on_night": self.ended_on, "ended_after_seconds": PEER_SECONDS}
        backfill, nights = self.runs[0], self.runs[1:]
        ended = {"ended_on_night": self.ended_on, "ended_after_seconds": PEER_SECONDS}
        return {
            **({} if self.ended_on is None else ended),
            "rows_read": backfill.said["rows_read"],
            "cpu_seconds": round(backfill.cpu, 1),
            "cpu_ms_per_row": round(1000 * backfill.cpu / backfill.said["rows_read"], 3),
            "wall_seconds": round(backfill.wall, 1),
            "peak_mb": round(backfill.peak_mb),
            "requests": sum(backfill.requests.values()),
            "points": round(backfill.points),
            "rows": self.verdicts[0],
            "nights": len(nights),
            "nights_cpu_seconds": round(sum(run.cpu for run in nights), 1),
            "nights_requests": sum(sum(run.requests.values()) for run in nights),
            "rows_after_nights": self.verdicts[-1],
        }


async def connected_brand(
    url: str, world: World, home: Path, platforms: tuple[str, ...] = PLATFORMS
) -> None:
    """A brand in a fresh database, connected to platforms of the sandbox."""
    settings = world.settings(home)
    connectors = build_connectors(settings, clock=world)
    database = await Database.open(url, pool_size=4)
    try:
        person, brand_id = await made_brand(database)
        brand = Brand(database, Keyring.load_or_make(settings), world, connectors, person, brand_id)
        for platform in platforms:
            await brand.connect(platform, currency="USD")
    finally:
        for connector in connectors.values():
            await connector.aclose()
        await database.close()


def meta_access(sandbox: RunningSandbox) -> dict[str, str]:
    """A token and the proof that belongs to it."""
    token = meta(sandbox).token
    proof = hmac.new(client("meta")["client_secret"].encode(), token.encode(), hashlib.sha256)
    return {"token": token, "proof": proof.hexdigest()}


def aura(trial: Trial, world: World, url: str, home: Path, *, bulk: bool) -> Contender:
    """Aura's worker, on a brand that is connected."""

    def sync(now: datetime) -> Run:
        job = {
            "settings": world.sandbox.settings() | {"AURA_SHOPIFY_BULK": str(bulk)},
            "home": str(home),
            "database": url,
            "now": now.isoformat(),
            "backfill_days": trial.days,
        }
        return measured([sys.executable, HERE / "aura_sync.py"], job, usage=world.sandbox.usage)

    return Contender("aura", PLATFORMS, sync, lambda: of_aura(url))


def dlt(
    trial: Trial,
    world: World,
    name: str,
    url: str,
    lag: dict[str, int],
    platforms: tuple[str, ...],
) -> Contender:
    python = PEERS / "dlt" / "bin" / "python"
    sandbox = world.sandbox
    code = consent(sandbox, "shopify")
    shop_token = shopify_tokens(sandbox, code=code).raise_for_status().json()["access_token"]

    def sync(now: datetime) -> Run:
        job = {
            "database": url,
            "dataset": name,
            "folder": str(trial.folder / name),
            "first": trial.first.isoformat(),
            "since": f"{trial.first}T00:00:00Z",
            "today": now.date().isoformat(),
            "page": 250,
            "lag": lag,
            "platforms": platforms,
            "shopify": {
                "url": f"{sandbox.url}/shopify/{sandbox.shop}/admin/api/2026-10/",
                "token": shop_token,
            },
            "meta": {
                "url": f"{sandbox.url}/meta/v26.0/",
                **meta_access(sandbox),
                "account": META_ACCOUNT,
            },
            "google": {
                "url": f"{sandbox.url}/google/v26/",
                "token": google(sandbox).token,
                "customer": GOOGLE_ACCOUNT,
            },
        }
        return measured(
            [python, HERE / "dlt_sync.py"], job, usage=sandbox.usage, limit=PEER_SECONDS
        )

    return Contender(
        name, platforms, sync, lambda: of_dlt(url, name, "America/New_York", platforms)
    )


def airbyte(trial: Trial, world: World) -> Contender:
    """Airbyte's connector for Meta, with its lookback of 28 days."""
    name, sandbox = "airbyte_meta", world.sandbox
    folder = trial.folder / name
    first = max(trial.first, ANCHOR - timedelta(days=AIRBYTE_DAYS - 1))

    def sync(now: datetime) -> Run:
        job = {
            "folder": str(folder),
            "graph": f"{sandbox.url}/meta",
            "app_id": client("meta")["client_id"],
            "app_secret": client("meta")["client_secret"],
            "token": meta(sandbox).token,
            "account": META_ACCOUNT,
            "first": first.isoformat(),
            "today": now.date().isoformat(),
        }
        python = PEERS / "airbyte" / "bin" / "python"
        return measured(
            [python, HERE / "airbyte_meta.py"], job, usage=sandbox.usage, limit=PEER_SECONDS
        )

    records = folder / "records.jsonl"
    return Contender(name, ("meta",), sync, lambda: of_airbyte(records), (0, NIGHTS), first)


def _read(
    one: Contender, night: int, now: datetime, truth: dict[str, Any], first: date, url: str
) -> None:
    try:
        one.read(night, now, truth, first)
    except TooSlowError:
        print(f"night {night}, {one.name}: ended after {PEER_SECONDS:.0f} s", flush=True)
        # what it left running in the trial's own database
        with psycopg.connect(url) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
    else:
        print(f"night {night}, {one.name}: {one.last()}", flush=True)


async def run_trial(trial: Trial) -> dict[str, Any]:
    """Every contender in turn, then five nights."""
    home = trial.folder / "home"
    sandbox = running_sandbox("midsize", seed=1, anchor=ANCHOR, now=START, plan="unlimited")
    with sandbox as running, trial.place.database_url() as url:
        world = World(running, START)
        await connected_brand(url, world, home)
        contenders = [
            aura(trial, world, url, home, bulk=False),
            dlt(trial, world, "dlt_default", url, {"meta": 7, "google_ads": 0}, PLATFORMS),
            dlt(trial, world, "dlt_lookback", url, {"meta": 28, "google_ads": 30}, PLATFORMS[1:]),
            airbyte(trial, world),
        ]
        for night in range(NIGHTS + 1):
            now = START + timedelta(days=night)
            world.set_clock(now)
            truth = world.truth(now.date(), as_of=now)
            for one in contenders:
                if one.takes_part(night):
                    _read(one, night, now, truth, trial.first, url)
            # what the server does by itself between two nights
            with psycopg.connect(url) as connection:
                connection.execute("analyze")
    return {one.name: one.figures() for one in contenders}
