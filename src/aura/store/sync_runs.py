"""What each sync did: figures that grow with every window, and in the end how it went."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from uuid_utils.compat import uuid7

from aura.model import DayRange
from aura.store.database import Connection
from aura.store.statements import statements
from aura.store.sync_state import Work

# a quarter with every sync in it; before that one a day suffices
RUNS_KEPT: Final = timedelta(days=100)

Outcome = Literal["succeeded", "try_later", "needs_reconnect", "bad_data"]


async def start_run(connection: Connection, work: Work, *, now: datetime) -> UUID:
    """Record that a sync begins; its id. Runs that a dead worker left open are closed.

    Of days more than `RUNS_KEPT` ago only the last success stays, one of each kind.
    """
    run_id = uuid7()
    parameters = {
        "run_id": run_id,
        "brand_id": work.brand_id,
        "integration_id": work.integration_id,
        "kind": work.kind,
        "now": now,
        "before": now - RUNS_KEPT,
    }
    await connection.execute(statements("sync_runs")["abandon"], parameters)
    await connection.execute(statements("sync_runs")["forget"], parameters)
    await connection.execute(statements("sync_runs")["start"], parameters)
    return run_id


async def add_window(
    connection: Connection,
    run_id: UUID,
    *,
    days: DayRange,
    rows_read: int,
    rows_changed: int,
    requests: int,
) -> None:
    """Add what a window did, in the transaction that wrote it; `requests` are the run's so far."""
    await connection.execute(
        statements("sync_runs")["add_window"],
        {
            "run_id": run_id,
            "first_day": days.first,
            "last_day": days.last,
            "rows_read": rows_read,
            "rows_changed": rows_changed,
            "requests": requests,
        },
    )


async def finish_run(
    connection: Connection,
    run_id: UUID,
    *,
    outcome: Outcome,
    message: str | None,
    requests: int,
    now: datetime,
) -> None:
    """Record how a sync ended; `message` is what a person reads when it failed."""
    await connection.execute(
        statements("sync_runs")["finish"],
        {
            "run_id": run_id,
            "outcome": outcome,
            "message": message,
            "requests": requests,
            "now": now,
        },
    )
