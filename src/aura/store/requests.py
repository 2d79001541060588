"""Writes that came with an Idempotency-Key, in aura.events, as the role aura_accounts keeps them.

In: a claimed person and one of their brands. Out: whether a request is new, and if not, what it was
answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from aura.store.database import Connection
from aura.store.statements import statements


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was sent; `kind` is its media type, empty where it has no body."""

    status: int
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A request that came before: what it asked, hashed, and its answer, None while it runs.

    `is_written` says that what it was to write is written, also where no answer was kept.
    """

    mark: str
    answer: Answer | None
    is_written: bool = False


async def claim(
    connection: Connection,
    *,
    brand_id: UUID,
    event_id: str,
    mark: str,
    now: datetime,
    kept_since: datetime,
    lost_before: datetime,
) -> Kept | None:
    """None when the request is the caller's to carry out, else what is kept of the one before.

    InsufficientPrivilege for a brand that is not the claimed person's, or does not exist.
    """
    parameters = {
        "brand_id": brand_id,
        "event_id": event_id,
        "details": Jsonb({"mark": mark}),
        "now": now,
        "kept_since": kept_since,
        "lost_before": lost_before,
    }
    cursor = await connection.execute(statements("requests")["claim"], parameters)
    if await cursor.fetchone() is not None:
        return None
    cursor = await connection.execute(statements("requests")["kept"], parameters)
    row = await cursor.fetchone()
    return None if row is None else _kept(row)


async def find(connection: Connection, event_id: str, *, since: datetime) -> Kept | None:
    """What is kept of a request that named no brand, since then."""
    cursor = await connection.execute(
        statements("requests")["find"], {"event_id": event_id, "since": since}
    )
    row = await cursor.fetchone()
    return None if row is None else _kept(row)


async def answer(
    connection: Connection, *, brand_id: UUID, event_id: str, answer: Answer, now: datetime
) -> None:
    """Keep what a request was answered."""
    details = {"status": answer.status, "kind": answer.kind, "body": answer.body}
    await connection.execute(
        statements("requests")["answer"],
        {"brand_id": brand_id, "event_id": event_id, "details": Jsonb(details), "now": now},
    )


async def note_written(
    connection: Connection, *, brand_id: UUID | None, event_id: str, mark: str, now: datetime
) -> None:
    """Note within the transaction of its write that a request has been carried out.

    Without a brand it is the request that adds one.
    """
    await connection.execute(
        statements("requests")["note_added" if brand_id is None else "note_written"],
        {
            "brand_id": brand_id,
            "event_id": event_id,
            "details": Jsonb({"mark": mark}),
            "now": now,
        },
    )


async def release(
    connection: Connection, *, brand_id: UUID, event_id: str, was_refused: bool
) -> None:
    """Let a request that failed be tried again; unless it was refused, only if nothing is written.

    Of one that fell over after its write, the note of the write stays.
    """
    await connection.execute(
        statements("requests")["release"],
        {"brand_id": brand_id, "event_id": event_id, "was_refused": was_refused},
    )


def _kept(row: Mapping[str, Any]) -> Kept:
    details = row["details"]
    if row["answered_at"] is None:
        return Kept(details["mark"], None, "written" in details)
    return Kept(details["mark"], Answer(details["status"], details["kind"], details["body"]))
