"""Rows of aura.imports, and what an import must know of a brand's shop.

All but `list_imports` work in a worker's transaction about the brand (`Database.as_worker`), the
one in which `windows.write_orders` writes the file's orders.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from aura.errors import NotFoundError
from aura.model import DayRange, Platform
from aura.store.database import Connection
from aura.store.day_ranges import day_ranges
from aura.store.statements import statements


@dataclass(frozen=True, slots=True)
class Shop:
    """A brand's shop.

    Attributes:
        currency, timezone: of the shop itself; None while it is not connected.
        known_days: read from the platform; files add nothing there, but on `hidden_days`.
        history_complete_from: first day of the shop, when all of its orders are known.
    """

    integration_id: UUID
    currency: str | None
    timezone: str | None
    known_days: DayRange | None
    hidden_days: tuple[DayRange, ...]
    history_complete_from: date | None

    def knows(self, day: date) -> bool:
        """Whether the platform itself has stated the day."""
        known = self.known_days
        if known is None or not known.first <= day <= known.last:
            return False
        return not any(hidden.first <= day <= hidden.last for hidden in self.hidden_days)


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """What was read from a file: where it came from is not kept, what it held is in the ledger."""

    id: UUID
    brand_id: UUID
    integration_id: UUID
    platform: Platform
    format: str
    sha256: bytes
    file_name: str
    bytes: int
    encoding: str
    delimiter: str
    rows_read: int
    orders: int
    date_from: date | None
    date_to: date | None
    currency: str
    control_total: Decimal
    is_complete_history: bool
    notes: tuple[str, ...]
    created_by: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReportedDay:
    """A shop's day before a report states it.

    Attributes:
        has_orders: an orders export speaks of the day.
        has_new_customers: they are known from orders.
        revenue: what an earlier report stated; None without one.
    """

    date: date
    has_orders: bool
    has_new_customers: bool
    revenue: Decimal | None


@dataclass(frozen=True, slots=True)
class ImportToUndo:
    """An import that somebody wants undone.

    Attributes:
        has_replaced: an import of orders still has what it replaced.
        newer: a later file about some of its days.
    """

    integration_id: UUID
    format: str
    file_name: str
    created_at: datetime
    undone_at: datetime | None
    has_replaced: bool
    newer: str | None


@dataclass(frozen=True, slots=True)
class ListedImport:
    """A line of the list of imports; `control_total` is what the file's orders come to."""

    id: UUID
    platform: Platform
    format: str
    file_name: str
    bytes: int
    rows_read: int
    orders: int
    date_from: date | None
    date_to: date | None
    currency: str | None
    control_total: Decimal | None
    is_complete_history: bool
    notes: list[str]
    created_at: datetime
    undone_at: datetime | None


def _statement(name: str) -> LiteralString:
    return statements("imports")[name]


async def _row(
    connection: Connection, name: str, parameters: dict[str, Any]
) -> dict[str, Any] | None:
    cursor = await connection.execute(_statement(name), parameters)
    return await cursor.fetchone()


async def find_shop(connection: Connection, brand_id: UUID) -> Shop | None:
    """The brand's shop, None while there is neither a connection nor a file of it."""
    row = await _row(connection, "shop", {"brand_id": brand_id})
    if row is None:
        return None
    first, last = row["known_from"], row["known_through"]
    return Shop(
        integration_id=row["id"],
        currency=row["currency"],
        timezone=row["timezone"],
        known_days=DayRange(first, last) if first and last and first <= last else None,
        hidden_days=day_ranges(row["hidden_days"]),
        history_complete_from=row["history_complete_from"],
    )


async def lock_shop(connection: Connection, brand_id: UUID) -> Shop:
    """The brand's shop, made when missing; other imports wait until this transaction ends."""
    parameters = {"brand_id": brand_id, "platform": "shopify", "integration_id": uuid7()}
    await connection.execute(_statement("add_place"), parameters)
    await connection.execute(_statement("lock_place"), parameters)
    shop = await find_shop(connection, brand_id)
    if shop is None:
        raise NotFoundError("There is no such brand.")
    return shop


async def first_order_day(connection: Connection, brand_id: UUID) -> date | None:
    """The day of the first order that is known of the brand."""
    row = await _row(connection, "first_order_day", {"brand_id": brand_id})
    day: date | None = row["first_day"] if row else None
    return day


async def has_other_keys(
    connection: Connection, *, brand_id: UUID, integration_id: UUID, days: DayRange, has_ids: bool
) -> bool:
    """Whether orders of these days are known by name where the file has ids, or the reverse."""
    parameters = {
        "brand_id": brand_id,
        "integration_id": integration_id,
        "first_day": days.first,
        "last_day": days.last,
        "has_ids": has_ids,
    }
    row = await _row(connection, "other_keys", parameters)
    return row is not None and bool(row["found"])


async def latest_import_of(
    connection: Connection,
    *,
    brand_id: UUID,
    integration_id: UUID,
    kind: str,
    sha256: bytes,
    days: DayRange,
) -> UUID | None:
    """The import of a file with this content, if it is its kind's last one about these days."""
    parameters = {
        "brand_id": brand_id,
        "integration_id": integration_id,
        "format": kind,
        "first_day": days.first,
        "last_day": days.last,
    }
    row = await _row(connection, "latest_import", parameters)
    return row["id"] if row is not None and row["sha256"] == sha256 else None


async def reported_days(
    connection: Connection, *, brand_id: UUID, integration_id: UUID, dates: list[date]
) -> list[ReportedDay]:
    """What is known of a shop's days before a report states them."""
    parameters = {"brand_id": brand_id, "integration_id": integration_id, "dates": dates}
    cursor = await connection.execute(_statement("reported_days"), parameters)
    return [ReportedDay(**row) for row in await cursor.fetchall()]


async def add_import(connection: Connection, record: ImportRecord) -> None:
    """Note what was read from a file."""
    parameters = asdict(record) | {"notes": Jsonb(list(record.notes))}
    await connection.execute(_statement("add_import"), parameters)


async def complete_import(connection: Connection, *, brand_id: UUID, import_id: UUID) -> None:
    """Note that an imported file starts with the shop's first order."""
    await connection.execute(_statement("complete_import"), {"brand_id": brand_id, "id": import_id})


async def list_imports(connection: Connection, brand_id: UUID) -> list[ListedImport]:
    """The files of a brand of the signed-in person (`Database.as_user`), the latest first."""
    cursor = await connection.execute(_statement("imports_of_brand"), {"brand_id": brand_id})
    return [ListedImport(**row) for row in await cursor.fetchall()]


async def brand_of_import(connection: Connection, import_id: UUID) -> UUID | None:
    """The brand of an import of the signed-in person (`Database.as_user`)."""
    row = await _row(connection, "brand_of_import", {"id": import_id})
    brand_id: UUID | None = row["brand_id"] if row else None
    return brand_id


async def lock_import(
    connection: Connection, *, brand_id: UUID, import_id: UUID
) -> ImportToUndo | None:
    """An import of the brand; it and its integration wait for nobody else until the end."""
    row = await _row(connection, "import_to_undo", {"brand_id": brand_id, "id": import_id})
    return ImportToUndo(**row) if row else None


async def mark_undone(
    connection: Connection, *, brand_id: UUID, import_id: UUID, now: datetime
) -> None:
    """Note that an import does not hold any more."""
    parameters = {"brand_id": brand_id, "id": import_id, "now": now}
    await connection.execute(_statement("mark_undone"), parameters)
