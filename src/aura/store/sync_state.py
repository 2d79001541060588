"""Due work is a row: what to do, from when on, who does it now and how far it has come.

A worker takes an integration under a lease that it renews; both kinds of work of one integration
share the lease, so no two workers ever read it at once. Every statement that moves the cursor names
the lease's owner: who has lost the lease writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from aura.errors import ConflictError, NotFoundError
from aura.store.database import Connection
from aura.store.statements import statements

Kind = Literal["daily", "backfill"]


class LeaseLostError(ConflictError):
    """Another worker has taken over this sync."""


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of due work of one integration."""

    brand_id: UUID
    integration_id: UUID
    kind: Kind


@dataclass(frozen=True, slots=True)
class State:
    """How far one kind of work has come."""

    due_at: datetime | None
    attempts: int
    cursor: dict[str, Any]
    days_done: int
    days_total: int


async def plan(
    connection: Connection,
    *,
    brand_id: UUID,
    integration_id: UUID,
    now: datetime,
    starts_over: bool,
) -> None:
    """Make the daily sync due now, and the backfill unless it is finished.

    With `starts_over` both begin from nothing: other accounts are to be read than before.
    """
    parameters = {
        "brand_id": brand_id,
        "integration_id": integration_id,
        "due_at": now,
        "starts_over": starts_over,
    }
    await _execute(connection, "plan", parameters | {"kind": "daily"})
    if starts_over:
        await _execute(connection, "plan", parameters | {"kind": "backfill"})
    else:
        await _execute(connection, "resume_backfill", parameters)


async def widen_backfill(
    connection: Connection, integration_id: UUID, *, most_days: int, oldest: date, now: datetime
) -> None:
    """Read all days since `oldest` where a finished backfill read at most so many.

    Also where some of those days were hidden.
    """
    parameters = {"integration_id": integration_id, "most_days": most_days, "oldest": oldest}
    await _execute(connection, "widen_backfill", parameters | {"due_at": now})


async def stop(connection: Connection, integration_id: UUID) -> None:
    """Make nothing due any more."""
    await _execute(connection, "stop", {"integration_id": integration_id})


async def hurry(connection: Connection, integration_id: UUID, *, now: datetime) -> bool:
    """Make the daily sync due now, or after the one that is running; whether one is."""
    row = await _row(connection, "hurry", {"integration_id": integration_id, "now": now})
    return row is not None and bool(row["is_running"])


async def answer_request(connection: Connection, work: Work) -> None:
    """Note that the sync a person asked for begins."""
    await _execute(
        connection, "answer_request", {"integration_id": work.integration_id, "kind": work.kind}
    )


async def take(
    connection: Connection, *, owner: str, now: datetime, leased_until: datetime
) -> Work | None:
    """Lease the most urgent due work, None when there is none that is free."""
    row = await _row(connection, "take", {"owner": owner, "now": now, "leased_until": leased_until})
    return None if row is None else Work(row["brand_id"], row["integration_id"], row["kind"])


async def lease(
    connection: Connection,
    integration_id: UUID,
    *,
    owner: str,
    now: datetime,
    leased_until: datetime,
) -> None:
    """Lease one integration; ConflictError when it is being read already."""
    row = await _row(
        connection,
        "lease",
        {
            "integration_id": integration_id,
            "owner": owner,
            "now": now,
            "leased_until": leased_until,
        },
    )
    if row is None:
        raise ConflictError("This account is being synced already, or was never connected.")


async def renew(
    connection: Connection, integration_id: UUID, *, owner: str, leased_until: datetime
) -> None:
    """Keep a lease; LeaseLostError when another worker has it."""
    parameters = {"integration_id": integration_id, "owner": owner, "leased_until": leased_until}
    if await _row(connection, "renew", parameters) is None:
        raise LeaseLostError


async def release(connection: Connection, integration_id: UUID, *, owner: str) -> None:
    """Give an integration back."""
    await _execute(connection, "release", {"integration_id": integration_id, "owner": owner})


async def load_state(connection: Connection, integration_id: UUID, kind: Kind) -> State:
    """How far the work has come; NotFoundError when the integration was never connected."""
    row = await _row(connection, "state", {"integration_id": integration_id, "kind": kind})
    if row is None:
        raise NotFoundError("This account was never connected, so there is nothing to sync.")
    return State(row["due_at"], row["attempts"], row["cursor"], row["days_done"], row["days_total"])


async def advance(
    connection: Connection,
    work: Work,
    *,
    owner: str,
    cursor: dict[str, Any],
    days_done: int,
    days_total: int,
) -> None:
    """Move the cursor, in the transaction that wrote the window; LeaseLostError rolls it back."""
    row = await _row(
        connection,
        "advance",
        {
            "integration_id": work.integration_id,
            "kind": work.kind,
            "owner": owner,
            "cursor": Jsonb(cursor),
            "days_done": days_done,
            "days_total": days_total,
        },
    )
    if row is None:
        raise LeaseLostError


async def reschedule(
    connection: Connection,
    work: Work,
    *,
    due_at: datetime | None,
    failed: bool,
    owner: str | None = None,
) -> None:
    """Say when the work is due again; never when somebody disconnected it meanwhile.

    An `owner` that has lost the lease says nothing: the work is another one's by now.
    """
    await _execute(
        connection,
        "reschedule",
        {
            "integration_id": work.integration_id,
            "kind": work.kind,
            "due_at": due_at,
            "failed": failed,
            "owner": owner,
        },
    )


async def daily_due(connection: Connection, brand_id: UUID, *, now: datetime) -> int:
    """How many daily syncs of the brand are due or under way."""
    row = await _row(connection, "due_in_brand", {"brand_id": brand_id, "now": now})
    return 0 if row is None else int(row["due"])


async def daily_waits(connection: Connection, *, now: datetime) -> bool:
    """Whether any brand's daily sync is due and nobody reads it; claims no brand."""
    row = await _row(connection, "daily_waits", {"now": now})
    return row is not None and bool(row["waits"])


async def reads_elsewhere(connection: Connection, *, shop: str, integration_id: UUID) -> bool:
    """Whether another connection reads the shop, too; role aura_accounts, claiming the shop."""
    row = await _row(
        connection, "reads_elsewhere", {"shop": shop, "integration_id": integration_id}
    )
    return row is not None and bool(row["is_read"])


async def next_due(connection: Connection) -> datetime | None:
    """When the next work of any brand is due."""
    row = await _row(connection, "next_due", {})
    return None if row is None else row["due_at"]


async def _execute(connection: Connection, name: str, parameters: dict[str, Any]) -> None:
    await connection.execute(statements("sync_state")[name], parameters)


async def _row(
    connection: Connection, name: str, parameters: dict[str, Any]
) -> dict[str, Any] | None:
    return await (await connection.execute(statements("sync_state")[name], parameters)).fetchone()
