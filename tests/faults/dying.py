"""A worker in a process of its own that kills itself, as by `kill -9`, at a point of its work.

Points are counted, not timed, so that a seed means the same point every time: just before the n-th
COMMIT is sent, or a moment into the n-th exchange with PostgreSQL or a platform.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
import psycopg

from aura.config import Settings
from aura.connectors.registry import applications, build_connectors
from aura.connectors.shopify.client import ShopifyConnector
from aura.store.database import Database
from aura.store.secrets import Keyring
from aura.sync.schedule import Worker

BACKFILL_DAYS = 40


@dataclass(frozen=True)
class Point:
    """Where to die: `number` counts from 1; `delay` is seconds into an exchange."""

    kind: str
    number: int
    delay: float = 0.0


@dataclass(frozen=True)
class Errand:
    """What a worker needs to know: where everything is and what time it is."""

    database_url: str = field(repr=False)
    platforms: dict[str, str] = field(repr=False)
    keys: str = field(repr=False)
    home: Path
    now: datetime


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Counter:
    """Counts commits and exchanges of this process, and dies at a point."""

    def __init__(self, point: Point | None) -> None:
        self.point = point
        self.counts = {"commit": 0, "exchange": 0}

    def reached(self, kind: str) -> bool:
        self.counts[kind] += 1
        point = self.point
        return point is not None and (point.kind, point.number) == (kind, self.counts[kind])

    def listen(self) -> None:
        commit, wait = psycopg.AsyncConnection.commit, psycopg.AsyncConnection.wait
        send = httpx.AsyncClient.send

        async def counted_commit(connection: Any) -> None:
            if self.reached("commit"):
                die()
            await commit(connection)

        async def counted_wait(*arguments: Any, **options: Any) -> Any:
            self.die_soon()
            return await wait(*arguments, **options)

        async def counted_send(*arguments: Any, **options: Any) -> Any:
            self.die_soon()
            return await send(*arguments, **options)

        psycopg.AsyncConnection.commit = counted_commit  # type: ignore[method-assign]
        psycopg.AsyncConnection.wait = counted_wait  # type: ignore[method-assign]
        httpx.AsyncClient.send = counted_send  # type: ignore[method-assign]

    def die_soon(self) -> None:
        if self.reached("exchange"):
            assert self.point is not None
            asyncio.get_running_loop().call_later(self.point.delay, die)


def keyring_of(errand: Errand) -> Keyring:
    return Keyring.parse(errand.keys)


async def _no_time(_seconds: float) -> None:
    """Waits inside a sync are not spent."""


@contextlib.asynccontextmanager
async def working(
    errand: Errand, clock: Callable[[], datetime], *, concurrency: int
) -> AsyncIterator[Worker]:
    """The worker of an errand; its connections end with the block."""
    made = {name.removeprefix("AURA_").lower(): text for name, text in errand.platforms.items()}
    settings = Settings(home=errand.home, **made)  # type: ignore[arg-type]
    connectors = build_connectors(settings, clock=clock)
    # few orders, and yet all but the first are exported
    connectors["shopify"] = ShopifyConnector(
        applications(settings)["shopify"], bulk_from=0, clock=clock, sleep=_no_time
    )
    database = await Database.open(errand.database_url, pool_size=4)
    yield Worker(
        database,
        keyring_of(errand),
        connectors,
        clock,
        backfill_days=BACKFILL_DAYS,
        concurrency=concurrency,
        poll_seconds=0.05,
    )
    await database.close()
    for connector in connectors.values():
        await connector.aclose()


async def work(errand: Errand, *, concurrency: int) -> None:
    """Do what is due."""
    async with working(errand, lambda: errand.now, concurrency=concurrency) as worker:
        await worker.run_due_once()


def main(errand: Errand, point: Point | None, told: Connection) -> None:
    """Work and die; without a point, work to the end and tell how many points there were."""
    counter = Counter(point)
    counter.listen()
    asyncio.run(work(errand, concurrency=3 if point and point.kind == "exchange" else 1))
    told.send(counter.counts)
