"""How a sync ends: what is recorded of it, and when its work is due again."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Final

import psycopg

from aura.errors import DatabaseError
from aura.store import integrations, sync_runs, sync_state
from aura.store.sync_runs import Outcome
from aura.sync.reading import Job

NOT_STORED: Final = (
    "The database was out of reach or full. What was complete is kept, the rest will be read again."
)
STOPPED: Final = "Aura was stopped. What was complete is kept, the rest is read when it runs again."
DEFECT: Final = "Something in Aura went wrong; see its log."


def told_of(error: Exception) -> str:
    """What a person is told of an error that is no platform's."""
    return NOT_STORED if isinstance(error, DatabaseError) else DEFECT


async def end_run(job: Job, outcome: Outcome, message: str | None, due_at: datetime | None) -> None:
    """Record how a sync ended and say when it is due again, None for never.

    `message` is what a person reads when it failed. A grant that ended makes nothing due any more.
    """
    async with job.database.as_worker(job.work.brand_id) as connection:
        await sync_runs.finish_run(
            connection,
            job.run_id,
            outcome=outcome,
            message=message,
            requests=job.usage.requests,
            now=job.now,
        )
        if message is not None and outcome in {"needs_reconnect", "bad_data"}:
            await integrations.fail(connection, job.work.integration_id, message)
        if outcome == "needs_reconnect":
            await sync_state.stop(connection, job.work.integration_id)
        else:
            failed = outcome != "succeeded"
            await sync_state.reschedule(
                connection, job.work, due_at=due_at, failed=failed, owner=job.owner
            )


async def break_off(job: Job) -> None:
    """Record a sync that is cancelled, as far as the database is there.

    It is due at once: the next worker, or this one started anew, goes on.
    """
    with contextlib.suppress(DatabaseError, psycopg.Error):
        await end_run(job, "try_later", STOPPED, job.now)
