"""What came in about a brand, by its id: webhook deliveries and privacy requests, and the answers.

A delivery is noted once however often it is sent. What a worker has to answer is due; whom a
privacy request is about stands sealed beside it until it is answered, and nowhere afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from aura.store.database import Connection
from aura.store.statements import statements

DATA_REQUEST: Final = "customers/data_request"
REDACT_CUSTOMER: Final = "customers/redact"
REDACT_SHOP: Final = "shop/redact"
PRIVACY_KINDS: Final = (DATA_REQUEST, REDACT_CUSTOMER, REDACT_SHOP)
# what an audit asks for later; other deliveries are forgotten after a while
KEPT_KINDS: Final = (*PRIVACY_KINDS, "app/uninstalled")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is due to be answered."""

    brand_id: UUID
    event_id: str
    kind: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A privacy request as it stands; `sealed_request` is None once it is answered."""

    kind: str
    received_at: datetime
    answered_at: datetime | None
    details: dict[str, Any]
    sealed_request: str | None


@dataclass(frozen=True, slots=True)
class ListedRequest:
    """A privacy request in the list of all."""

    brand_id: UUID
    brand: str
    event_id: str
    kind: str
    received_at: datetime
    answered_at: datetime | None
    due_at: datetime | None
    details: dict[str, Any]


async def shops(connection: Connection, shop: str) -> list[tuple[UUID, UUID]]:
    """Brand and integration of everybody who has connected the shop; role aura_accounts."""
    await connection.execute(statements("events")["do_not_wait"])
    cursor = await connection.execute(statements("events")["shops"], {"shop": shop})
    return [(row["brand_id"], row["integration_id"]) for row in await cursor.fetchall()]


async def note(
    connection: Connection,
    *,
    brand_id: UUID,
    event_id: str,
    kind: str,
    now: datetime,
    is_due: bool,
    sealed_request: str | None = None,
) -> bool:
    """Note what came in; False when it had come in before. What is not due needs no answer."""
    cursor = await connection.execute(
        statements("events")["note"],
        {
            "brand_id": brand_id,
            "event_id": event_id,
            "kind": kind,
            "received_at": now,
            "due_at": now if is_due else None,
            "answered_at": None if is_due else now,
            "details": Jsonb({}),
            "sealed_request": sealed_request,
        },
    )
    return cursor.rowcount == 1


async def want_daily(connection: Connection, integration_id: UUID, *, at: datetime) -> None:
    """Make the daily sync due by then; wishes until it starts are one, later ones the next."""
    parameters = {"integration_id": integration_id, "at": at}
    await connection.execute(statements("events")["want_daily"], parameters)


async def want_backfill(connection: Connection, integration_id: UUID, *, at: datetime) -> None:
    """Make a backfill that is not finished due by then."""
    parameters = {"integration_id": integration_id, "at": at}
    await connection.execute(statements("events")["want_backfill"], parameters)


async def take(connection: Connection, *, now: datetime, again_at: datetime) -> Event | None:
    """The event of any brand that is due longest, None when none is; due again at `again_at`."""
    cursor = await connection.execute(
        statements("events")["take"], {"now": now, "again_at": again_at}
    )
    row = await cursor.fetchone()
    return None if row is None else Event(**row)


async def request(connection: Connection, brand_id: UUID, event_id: str) -> Request | None:
    """The request, locked until the transaction ends; None when there is none."""
    cursor = await connection.execute(
        statements("events")["request"], {"brand_id": brand_id, "event_id": event_id}
    )
    row = await cursor.fetchone()
    return None if row is None else Request(**row)


async def answer(
    connection: Connection,
    brand_id: UUID,
    event_id: str,
    *,
    details: dict[str, Any],
    now: datetime,
) -> None:
    """Note the answer, without personal data; whom it was about is forgotten."""
    await connection.execute(
        statements("events")["answer"],
        {"brand_id": brand_id, "event_id": event_id, "details": Jsonb(details), "now": now},
    )


async def leave_to_a_person(
    connection: Connection, brand_id: UUID, event_id: str, *, details: dict[str, Any]
) -> None:
    """Note what was found; it stays open until a person has handed it over."""
    await connection.execute(
        statements("events")["leave_to_a_person"],
        {"brand_id": brand_id, "event_id": event_id, "details": Jsonb(details)},
    )


async def forget_deliveries(connection: Connection, brand_id: UUID, *, before: datetime) -> None:
    """Forget the ids of old deliveries: no platform sends those again."""
    await connection.execute(
        statements("events")["forget_deliveries"],
        {"brand_id": brand_id, "before": before, "kept": list(KEPT_KINDS)},
    )


async def privacy_requests(connection: Connection) -> list[ListedRequest]:
    """The privacy requests of all brands, newest first; for the owner of the installation."""
    cursor = await connection.execute(
        statements("events")["privacy_requests"], {"kinds": list(PRIVACY_KINDS)}
    )
    return [ListedRequest(**row) for row in await cursor.fetchall()]


async def end_grant(connection: Connection, integration_id: UUID, *, problem: str) -> None:
    """The platform has ended the grant: forget its tokens and say so."""
    await connection.execute(
        statements("events")["end_grant"], {"integration_id": integration_id, "problem": problem}
    )


async def note_scopes(
    connection: Connection, integration_id: UUID, scopes: Iterable[str], *, missing: Iterable[str]
) -> None:
    """Keep which scopes the grant has now, and which of those that are needed it has not."""
    await connection.execute(
        statements("events")["note_scopes"],
        {
            "integration_id": integration_id,
            "scopes": Jsonb({"scopes": list(scopes), "missing_scopes": list(missing)}),
        },
    )


async def webhooks_checked_at(connection: Connection, integration_id: UUID) -> datetime | None:
    """When the subscriptions at the platform were last looked at."""
    cursor = await connection.execute(
        statements("events")["webhooks"], {"integration_id": integration_id}
    )
    row = await cursor.fetchone()
    known = None if row is None else row["webhooks"]
    return None if known is None else datetime.fromisoformat(known["checked_at"])


async def note_webhooks(
    connection: Connection, integration_id: UUID, *, is_on: bool, now: datetime
) -> None:
    """Keep whether the platform tells of changes at once; pages may say so."""
    state = {"is_on": is_on, "checked_at": now.isoformat()}
    await connection.execute(
        statements("events")["note_webhooks"],
        {"integration_id": integration_id, "webhooks": Jsonb(state)},
    )
