"""Rows of aura.brand_entries: what a brand states about itself, with the days it holds for.

A person reads and writes those of their own brands (`Database.as_user`); a worker reads those of
the brand that it has claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from aura.errors import NotFoundError
from aura.model import DayRange
from aura.store.database import Connection
from aura.store.statements import statements

EntryKind = Literal["spend", "promotion", "cost", "target", "rate"]
Cadence = Literal["once", "daily", "weekly", "monthly"]
EntrySource = Literal["typed", "file"]

# names of costs that follow the sales of a day; any other cost is an amount of its own
GOODS: Final = "goods"
SHIPPING: Final = "shipping"
FEES: Final = "fees"
SALES_COSTS: Final = (GOODS, SHIPPING, FEES)
# the first day of what has always been so
BEGINNING: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement.

    Attributes:
        name: what it is about: a channel, a promotion, a cost, a metric, a currency.
        last_day: None when it is open ended.
        cadence: how often the amount falls due; `once` covers all of its days together.
        currency: of the amount; None when the amount is not money.
        details: what only this kind needs.
    """

    kind: EntryKind
    name: str
    first_day: date
    last_day: date | None = None
    cadence: Cadence = "once"
    amount: Decimal | None = None
    currency: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    source: EntrySource = "typed"

    def holds_on(self, day: date) -> bool:
        """Whether the day is one of its days."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class StoredEntry(Entry):
    """A statement as the database keeps it."""

    id: UUID = field(kw_only=True)
    created_at: datetime = field(kw_only=True)
    updated_at: datetime = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class SalesOfDay:
    """The sales of a store on a day, in `currency`; None where a part is not known."""

    net_sales: Decimal | None
    total_sales: Decimal | None
    orders: Decimal | None
    currency: str | None


async def sales_days(
    connection: Connection, *, brand_id: UUID, first: date, last: date
) -> dict[date, SalesOfDay]:
    """The store's days that have rows, which stated costs follow."""
    cursor = await connection.execute(
        statements("brand_entries")["sales_days"],
        {"brand_id": brand_id, "first": first, "last": last},
    )
    return {row.pop("date"): SalesOfDay(**row) for row in await cursor.fetchall()}


async def entries(
    connection: Connection,
    *,
    brand_id: UUID,
    kinds: Sequence[EntryKind],
    first: date | None = None,
    last: date | None = None,
) -> list[StoredEntry]:
    """The brand's statements of these kinds that hold on any of the days, by name and first day."""
    cursor = await connection.execute(
        statements("brand_entries")["entries"],
        {"brand_id": brand_id, "kinds": list(kinds), "first": first, "last": last},
    )
    return [StoredEntry(**row) for row in await cursor.fetchall()]


async def entry(connection: Connection, *, brand_id: UUID, entry_id: UUID) -> StoredEntry:
    """One statement; NotFoundError when it does not exist or is another brand's."""
    cursor = await connection.execute(
        statements("brand_entries")["entry"], {"brand_id": brand_id, "entry_id": entry_id}
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFoundError("This entry does not exist any more.")
    return StoredEntry(**row)


async def lock_entries(connection: Connection, *, brand_id: UUID) -> None:
    """Wait until no other transaction writes the brand's statements; until this one ends."""
    await connection.execute(statements("brand_entries")["lock_entries"], {"brand_id": brand_id})


async def add_entries(
    connection: Connection, *, brand_id: UUID, entries: Sequence[Entry]
) -> list[UUID]:
    """Add statements in one statement; their ids, which the server makes."""
    cursor = await connection.execute(
        statements("brand_entries")["add_entries"],
        {
            "brand_id": brand_id,
            "kind": [entry.kind for entry in entries],
            "name": [entry.name for entry in entries],
            "first_day": [entry.first_day for entry in entries],
            "last_day": [entry.last_day for entry in entries],
            "cadence": [entry.cadence for entry in entries],
            "amount": [entry.amount for entry in entries],
            "currency": [entry.currency for entry in entries],
            "details": [Jsonb(dict(entry.details)) for entry in entries],
            "source": [entry.source for entry in entries],
        },
    )
    return [row["id"] for row in await cursor.fetchall()]


async def change_entry(
    connection: Connection, entry: Entry, *, brand_id: UUID, entry_id: UUID
) -> None:
    """Restate one; its kind stays. NotFoundError when it is not one of the brand's."""
    cursor = await connection.execute(
        statements("brand_entries")["change_entry"],
        {
            "brand_id": brand_id,
            "entry_id": entry_id,
            "name": entry.name,
            "first_day": entry.first_day,
            "last_day": entry.last_day,
            "cadence": entry.cadence,
            "amount": entry.amount,
            "currency": entry.currency,
            "details": Jsonb(dict(entry.details)),
            "source": entry.source,
        },
    )
    if await cursor.fetchone() is None:
        raise NotFoundError("This entry does not exist any more.")


async def delete_entries(
    connection: Connection, *, brand_id: UUID, entry_ids: Sequence[UUID]
) -> int:
    """Withdraw statements; how many of them were the brand's."""
    cursor = await connection.execute(
        statements("brand_entries")["delete_entries"],
        {"brand_id": brand_id, "entry_ids": list(entry_ids)},
    )
    return len(await cursor.fetchall())


async def promotion_days(
    connection: Connection, *, brand_id: UUID, first: date, last: date
) -> dict[date, tuple[str, ...]]:
    """The days of a range on which promotions run, with their names; other days are absent."""
    found: dict[date, tuple[str, ...]] = {}
    for each in await entries(
        connection, brand_id=brand_id, kinds=("promotion",), first=first, last=last
    ):
        for day in _days(max(first, each.first_day), min(last, each.last_day or each.first_day)):
            found[day] = (*found.get(day, ()), each.name)
    return found


async def announced_promotions(
    connection: Connection, *, brand_id: UUID, days: DayRange, by: datetime
) -> frozenset[date]:
    """The days of a range on which promotions ran that had been stated by a moment."""
    found: set[date] = set()
    for each in await entries(
        connection, brand_id=brand_id, kinds=("promotion",), first=days.first, last=days.last
    ):
        if each.created_at <= by:
            last = min(days.last, each.last_day or each.first_day)
            found.update(_days(max(days.first, each.first_day), last))
    return frozenset(found)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


async def delete_from_files(
    connection: Connection, *, brand_id: UUID, kind: EntryKind, name: str
) -> int:
    """Withdraw what files stated about something; how many statements that were."""
    cursor = await connection.execute(
        statements("brand_entries")["delete_from_files"],
        {"brand_id": brand_id, "kind": kind, "name": name},
    )
    return len(await cursor.fetchall())
