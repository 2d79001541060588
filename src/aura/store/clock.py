"""One clock for every machine: the database's, read now and then and run on between.

Leases, due work, cursors and sessions are compared across machines, so none of them may depend on
the clock of one. Between two readings the time runs on by the monotonic clock, which nobody sets.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg

from aura.errors import DatabaseError
from aura.store.database import Database
from aura.store.statements import statements

_log = logging.getLogger(__name__)

READ_EVERY: Final = timedelta(seconds=30)
# less than this moves no day's end by more than an hour, more is a clock that is plainly wrong
MOST_APART: Final = timedelta(hours=1)


class DatabaseClock:
    """Tells the database's time without asking it each time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read_at = time.monotonic()
        self._said = datetime.now(UTC)

    def __call__(self) -> datetime:
        """The database's time now."""
        return self._said + timedelta(seconds=time.monotonic() - self._read_at)

    def agreed(self) -> datetime:
        """The database's time, for work that must not be done on a wrong day.

        Raises DatabaseError while the database's clock and this machine's are more than an hour
        apart: one of them has jumped, and nobody can say which.
        """
        now, here = self(), datetime.now(UTC)
        if abs(now - here) > MOST_APART:
            raise DatabaseError(
                f"The database's clock says {now:%Y-%m-%d %H:%M} UTC, this machine's "
                f"{here:%Y-%m-%d %H:%M} UTC. Set the wrong one right; until they agree nothing is "
                "synced."
            )
        return now

    async def read(self) -> None:
        """Ask the database what time it is."""
        asked = time.monotonic()
        async with self._database.as_owner() as connection:
            row = await (await connection.execute(statements("database")["time"])).fetchone()
        if row is not None:
            # the answer was made about half-way
            self._read_at = (asked + time.monotonic()) / 2
            self._said = row["now"].astimezone(UTC)

    async def keep(self) -> None:
        """Read it again and again, for ever; a database out of reach is asked again."""
        while True:
            await asyncio.sleep(READ_EVERY.total_seconds())
            try:
                await self.read()
            except (DatabaseError, psycopg.Error):
                _log.warning("the database could not be asked for its time")


@contextlib.asynccontextmanager
async def running_clock(database: Database) -> AsyncIterator[DatabaseClock]:
    """A clock that was read and is read again as long as the block lasts."""
    clock = DatabaseClock(database)
    await clock.read()
    keeping = asyncio.create_task(clock.keep())
    try:
        yield clock
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
