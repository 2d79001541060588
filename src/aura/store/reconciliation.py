"""What is stored of a shop's days, and what came of comparing them with the shop's own reports.

In: a transaction that may see the brand. Out: frozen rows. The outcome is a small document in the
integration's `metadata`; comparing never changes a stored number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from aura.model import Account, DayRange, Platform, SalesDay
from aura.store.statements import statements

Connection = AsyncConnection[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ShopRead:
    """A brand's shop and how far it was read.

    Attributes:
        is_complete: whether its history was read to the end.
        document: what came of the last comparison, None when there was none.
    """

    integration_id: UUID
    status: str
    last_sync_at: datetime | None
    known_from: date | None
    is_complete: bool
    scopes: tuple[str, ...]
    account: Account
    document: dict[str, Any] | None


async def shop_read(connection: Connection, brand_id: UUID) -> ShopRead | None:
    """The brand's shop, None when it has none that is read through its API."""
    cursor = await connection.execute(
        statements("reconciliation")["shop_read"], {"brand_id": brand_id}
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    return ShopRead(
        row["integration_id"],
        row["status"] or "disconnected",
        row["last_sync_at"],
        row["known_from"],
        row["is_complete"],
        tuple(row["scopes"]),
        Account(row["external_id"], row["name"], row["currency"], row["timezone"]),
        row["reconciliation"],
    )


async def sales_days(connection: Connection, brand_id: UUID, days: DayRange) -> list[SalesDay]:
    """Every day of the range as it is stored, oldest first."""
    cursor = await connection.execute(
        statements("reconciliation")["sales_days"],
        {"brand_id": brand_id, "first": days.first, "last": days.last},
    )
    zero = Decimal(0)
    empty = {name: zero for name in SalesDay.__slots__ if name != "date"}
    found = {day: SalesDay(date=day, **empty) for day in days.days()}
    for row in await cursor.fetchall():
        known: dict[str, Any] = {name: value for name, value in row.items() if value is not None}
        found[row["date"]] = SalesDay(**empty | known)
    return list(found.values())


async def keep(connection: Connection, integration_id: UUID, document: dict[str, Any]) -> None:
    """Keep what came of a comparison."""
    await connection.execute(
        statements("reconciliation")["keep_reconciliation"],
        {"integration_id": integration_id, "document": Jsonb(document)},
    )


async def kept(connection: Connection, brand_id: UUID) -> tuple[dict[str, Any], str] | None:
    """What came of the brand's last comparison, and the currency of its amounts; None without."""
    cursor = await connection.execute(
        statements("reconciliation")["reconciliation"], {"brand_id": brand_id}
    )
    row = await cursor.fetchone()
    return None if row is None else (row["document"], row["currency"])


@dataclass(frozen=True, slots=True)
class DayEvidence:
    """What bears on why a day differs, in total sales as signed.

    Attributes:
        edits_here, returns_here: of orders of other days, on this day.
        edits_later, returns_later: of this day's orders, on other days.
        empty_orders: counted orders without sales, such as of gift cards alone.
        uncounted_orders, uncounted_sales: tests and voided orders.
    """

    date: date
    edits_here: Decimal
    edits_later: Decimal
    returns_here: Decimal
    returns_later: Decimal
    file_orders: int
    empty_orders: int
    uncounted_orders: int
    uncounted_sales: Decimal


@dataclass(frozen=True, slots=True)
class ClaimedByDate:
    """Purchases that a platform claims for clicks of some days, and for purchases made on them."""

    by_click: Decimal | None
    by_purchase: Decimal | None


async def day_evidence(
    connection: Connection, brand_id: UUID, days: Sequence[date]
) -> dict[date, DayEvidence]:
    """What bears on each of these days."""
    cursor = await connection.execute(
        statements("reconciliation")["day_evidence"], {"brand_id": brand_id, "days": list(days)}
    )
    return {row["date"]: DayEvidence(**row) for row in await cursor.fetchall()}


async def claims_by_date(
    connection: Connection, brand_id: UUID, days: DayRange
) -> dict[Platform, ClaimedByDate]:
    """What each ad platform claims of the days."""
    cursor = await connection.execute(
        statements("reconciliation")["claims_by_date"],
        {"brand_id": brand_id, "first": days.first, "last": days.last},
    )
    return {
        row["platform"]: ClaimedByDate(row["by_click"], row["by_purchase"])
        for row in await cursor.fetchall()
    }
