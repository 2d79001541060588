"""Holding an integration: taken for one worker, kept while it works, given back at the end.

The lease is kept by renewing it; a worker that dies stops renewing and another one takes over.
Losing a lease needs no signal: the statement that moves a cursor names the lease's owner.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Final

import psycopg

from aura.errors import DatabaseError
from aura.store import sync_state
from aura.store.database import Database
from aura.store.sync_state import LeaseLostError, Work

_log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)


def clock_from(now: datetime) -> Callable[[], datetime]:
    """A clock that stood at `now` when this was called and has run since."""
    begun = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - begun)


@contextlib.asynccontextmanager
async def leased(
    database: Database, work: Work, *, owner: str, now: datetime
) -> AsyncIterator[None]:
    """Hold the integration of some work; ConflictError when another worker holds it."""
    clock = clock_from(now)
    async with database.as_worker(work.brand_id) as connection:
        await sync_state.lease(
            connection, work.integration_id, owner=owner, now=now, leased_until=now + LEASE
        )
    keeper = asyncio.create_task(_keep(database, work, owner, clock))
    try:
        yield
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper
        with contextlib.suppress(DatabaseError, psycopg.Error):
            async with database.as_worker(work.brand_id) as connection:
                await sync_state.release(connection, work.integration_id, owner=owner)


async def _keep(database: Database, work: Work, owner: str, clock: Callable[[], datetime]) -> None:
    while True:
        await asyncio.sleep(LEASE.total_seconds() / 3)
        try:
            async with database.as_worker(work.brand_id) as connection:
                await sync_state.renew(
                    connection, work.integration_id, owner=owner, leased_until=clock() + LEASE
                )
        except LeaseLostError:
            _log.warning("the lease of integration %s was lost", work.integration_id)
            return
        except (DatabaseError, psycopg.Error):
            _log.warning("the lease of integration %s could not be renewed", work.integration_id)
