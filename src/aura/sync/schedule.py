"""The worker: due rows come in, syncs go out, as many workers on as many machines as wanted.

Work is taken daily before backfill, and a backfill gives way after a few windows, after one where a
daily sync waits: a new brand with years to read holds nobody's morning numbers up. A worker that is
told to stop ends after the windows it is at; what takes longer than a few seconds is broken off,
due at once. One that is killed loses nothing but its lease's few minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import uuid4

import psycopg

from aura.connectors.contract import Connector
from aura.errors import AuraError, ConflictError, DatabaseError, NotFoundError
from aura.model import Platform
from aura.store import sync_state
from aura.store.database import Database
from aura.store.secrets import Keyring
from aura.store.sync_state import Work
from aura.sync.events import Desk, answer_next
from aura.sync.lease import LEASE
from aura.sync.plan import retry_at
from aura.sync.progress import ProgressCallback, RunResult
from aura.sync.run import BACKFILL_DAYS, sync_integration

_log = logging.getLogger(__name__)

WINDOWS_AT_ONCE: Final = 8
# what a stopping worker gives its windows; a machine that shuts down waits ten seconds or more
GRACE_SECONDS: Final = 4.0


class Worker:
    """Takes due work and does it, `concurrency` integrations at a time."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        connectors: Mapping[Platform, Connector],
        clock: Callable[[], datetime],
        *,
        backfill_days: int = BACKFILL_DAYS,
        concurrency: int = 3,
        poll_seconds: float = 5.0,
        progress: ProgressCallback | None = None,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._connectors = connectors
        self._clock = clock
        self._backfill_days = backfill_days
        self._concurrency = concurrency
        self._poll_seconds = poll_seconds
        self._progress = progress
        self._name = f"{socket.gethostname()}-{os.getpid()}"

    async def run_due_once(self) -> list[RunResult]:
        """Do everything that is due now, backfills to their end, and come back.

        What fails is due later and stands in the results; so the round ends.
        """
        results: list[RunResult] = []
        while await self._answer_next():
            pass

        async def work_through() -> None:
            while (taken := await self._take()) is not None:
                result = await self._do(*taken, lambda: False)
                if result is not None:
                    results.append(result)

        async with asyncio.TaskGroup() as group:
            for _ in range(self._concurrency):
                group.create_task(work_through())
        return results

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; windows get a few seconds to end, then they are broken off.

        What was broken off left nothing half-written and is due at once.
        """
        async with asyncio.TaskGroup() as group:
            slots = [group.create_task(self._work_on(stop)) for _ in range(self._concurrency)]
            group.create_task(_break_off(slots, stop))

    async def _work_on(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                if await self._answer_next():
                    continue
                taken = await self._take()
            except (DatabaseError, psycopg.Error) as error:
                _log.error("no work could be taken, trying again: %s", error)
                taken = None
            # what went wrong leaves its place to others; without a database nobody hurries
            if taken is not None and await self._do(*taken, stop.is_set) is not None:
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._poll_seconds)

    async def next_due(self) -> datetime | None:
        """When the next work is due, of any brand; None when there is none."""
        async with self._database.as_worker(None) as connection:
            return await sync_state.next_due(connection)

    async def _answer_next(self) -> bool:
        """Answer one event that is due; False when none is."""
        desk = Desk(self._database, self._keyring, self._connectors, self._clock())
        return await answer_next(desk)

    async def _take(self) -> tuple[Work, str] | None:
        """Due work and the owner of its lease.

        The owner is another one each time: work that was lost and taken again by this very worker
        must not be mistaken for the same.
        """
        now = self._clock()
        owner = f"{self._name}-{uuid4().hex[:8]}"
        async with self._database.as_worker(None) as connection:
            work = await sync_state.take(connection, owner=owner, now=now, leased_until=now + LEASE)
        return None if work is None else (work, owner)

    async def _do(
        self, work: Work, owner: str, should_stop: Callable[[], bool]
    ) -> RunResult | None:
        try:
            return await sync_integration(
                self._database,
                self._keyring,
                self._connectors,
                integration_id=work.integration_id,
                brand_id=work.brand_id,
                kind=work.kind,
                now=self._clock(),
                progress=self._progress,
                backfill_days=self._backfill_days,
                owner=owner,
                windows=WINDOWS_AT_ONCE,
                should_stop=should_stop,
            )
        except ConflictError as error:
            _log.info("integration %s was left to another worker: %s", work.integration_id, error)
        except NotFoundError as error:
            _log.info("integration %s was deleted meanwhile: %s", work.integration_id, error)
        except DatabaseError as error:
            _log.error("integration %s: %s", work.integration_id, error)
            await self._postpone(work)
        except Exception:  # noqa: BLE001 - one integration's trouble must not stop the others
            _log.exception("the sync of integration %s went wrong", work.integration_id)
            await self._postpone(work)
        return None

    async def _postpone(self, work: Work) -> None:
        """What went wrong in Aura itself is due again later too, not at once and for ever.

        Work of a brand that was deleted meanwhile is not found, and is due no more.
        """
        with contextlib.suppress(AuraError, psycopg.Error):
            async with self._database.as_worker(work.brand_id) as connection:
                state = await sync_state.load_state(connection, work.integration_id, work.kind)
                due_at = retry_at(self._clock(), attempts=state.attempts)
                await sync_state.reschedule(connection, work, due_at=due_at, failed=True)


async def _break_off(slots: list[asyncio.Task[None]], stop: asyncio.Event) -> None:
    """Once `stop` is set, give the slots their time; then cancel them until they have ended."""
    await stop.wait()
    _, late = await asyncio.wait(slots, timeout=GRACE_SECONDS)
    while late:
        for slot in late:
            slot.cancel()
        # recording what was broken off may wait for a database that is gone: not twice as long
        _, late = await asyncio.wait(late, timeout=1.0)
