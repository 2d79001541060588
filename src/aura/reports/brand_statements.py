"""All that a brand states about itself, as people read it: the page Settings and the shell.

In: a person and their brand. Out: BrandStatements. The decision: of several statements about one
thing all are listed, the latest begun first, and the one that holds today is marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from aura.metrics import CATALOGUE
from aura.reports.periods import brand_zone
from aura.reports.present import day_with_year, money_exact, present_exact
from aura.store.brand_entries import (
    BEGINNING,
    FEES,
    GOODS,
    SALES_COSTS,
    SHIPPING,
    EntryKind,
    StoredEntry,
    entries,
)
from aura.store.database import Database
from aura.store.reports import BrandRow, brand

_KINDS: Final[tuple[EntryKind, ...]] = ("cost", "spend", "target", "promotion", "rate")
_COSTS: Final = {GOODS: "Cost of goods", SHIPPING: "Shipping", FEES: "Payment fees"}
_EVERY: Final = {"daily": "a day", "weekly": "a week", "monthly": "a month", "once": "in all"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement in words.

    Attributes:
        what: the form that makes such a one: goods, shipping, fees, other, spend, target,
            promotion or rate.
        ids: its row, or the rows of a file that say the same thing on many days.
        value: the amount in words; empty for a promotion.
        days: since when, until when.
        holds: whether it counts today.
        includes: of a margin, the forms of costs that it is already after.
    """

    what: str
    ids: tuple[UUID, ...]
    name: str
    value: str
    days: str
    holds: bool
    is_from_file: bool
    includes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BrandStatements:
    """A brand's settings and all of its statements."""

    brand: BrandRow
    today: date
    statements: tuple[Statement, ...]

    def about(self, *whats: str) -> list[Statement]:
        """The statements of some forms."""
        return [one for one in self.statements if one.what in whats]

    @property
    def unstated(self) -> tuple[str, ...]:
        """What profit still needs, by form: nothing about it is stated for today."""
        holding = [one for one in self.statements if one.holds]
        stated = {what for one in holding for what in (one.what, *one.includes)}
        listed = {one.what for one in self.statements}
        missing = [what for what in (GOODS, SHIPPING, FEES) if what not in stated]
        return (*missing, *(what for what in ("spend", "other") if what not in listed))


async def brand_statements(
    database: Database, *, user_id: UUID, brand_id: UUID, now: datetime
) -> BrandStatements:
    """What the brand states. NotFoundError for a brand that is not the person's."""
    async with database.as_user(user_id) as connection:
        known = await brand(connection, brand_id)
        rows = await entries(connection, brand_id=brand_id, kinds=_KINDS)
    today = now.astimezone(brand_zone(known.timezone)).date()
    return BrandStatements(known, today, tuple(_statements(rows, known.currency, today)))


def what_of(entry: StoredEntry) -> str:
    """The form that makes such a statement."""
    if entry.kind == "cost":
        return entry.name if entry.name in SALES_COSTS else "other"
    return entry.kind


def _statements(rows: Sequence[StoredEntry], currency: str, today: date) -> Iterable[Statement]:
    typed = [row for row in rows if row.source == "typed" or row.kind == "promotion"]
    for row in sorted(typed, key=lambda row: (_place(row), row.first_day), reverse=True):
        yield Statement(
            what=what_of(row),
            ids=(row.id,),
            name=_name(row),
            value=_value(row, currency),
            days=_days(row.first_day, row.last_day),
            holds=_holds(row, typed, today),
            is_from_file=row.source == "file",
            includes=tuple(row.details.get("includes", ())),
        )
    yield from _from_files([row for row in rows if row not in typed], today)


def _place(row: StoredEntry) -> int:
    return -_KINDS.index(row.kind)


def _from_files(rows: Sequence[StoredEntry], today: date) -> Iterable[Statement]:
    """What files state about one channel in one currency, together."""
    grouped: dict[tuple[str, str], list[StoredEntry]] = {}
    for row in rows:
        grouped.setdefault((row.name.casefold(), row.currency or ""), []).append(row)
    for (_, currency), found in grouped.items():
        first = min(row.first_day for row in found)
        last = max(row.last_day or row.first_day for row in found)
        total = sum((row.amount or Decimal(0) for row in found), Decimal(0))
        yield Statement(
            what="spend",
            ids=tuple(row.id for row in found),
            name=found[-1].name,
            value=f"{money_exact(total, currency)} in all, {len(found)} rows of files",
            days=_days(first, last),
            holds=any(row.holds_on(today) for row in found),
            is_from_file=True,
        )


def _name(row: StoredEntry) -> str:
    if row.kind == "cost":
        return _COSTS.get(row.name, row.name)
    if row.kind == "target" and row.name in CATALOGUE:
        return CATALOGUE[row.name].label
    return row.name


def _value(row: StoredEntry, currency: str) -> str:
    amount = row.amount or Decimal(0)
    if row.kind == "promotion":
        return ""
    if row.kind == "rate":
        return f"1 {row.name} = {amount.normalize():f} {row.currency or currency}"
    if row.kind == "target":
        metric = CATALOGUE.get(row.name)
        shown = present_exact(metric, amount, row.currency or currency) if metric else str(amount)
        return f"{shown} a month" if metric and metric.is_additive else shown
    if row.kind == "cost" and row.name in SALES_COSTS:
        return _cost_of_sales(row, amount, currency)
    return f"{money_exact(amount, row.currency or currency)} {_EVERY[row.cadence]}"


def _cost_of_sales(row: StoredEntry, amount: Decimal, currency: str) -> str:
    money = money_exact(amount, row.currency or currency)
    if row.name == GOODS and row.details.get("basis") == "margin":
        included = [_COSTS[name].lower() for name in row.details.get("includes", ())]
        after = f", after {' and '.join(included)}" if included else ""
        return f"{amount.normalize():f} % margin on net sales{after}"
    if row.name == FEES:
        percent = Decimal(str(row.details.get("percent", 0))).normalize()
        return f"{percent:f} % of total sales and {money} an order"
    return f"{money} an order"


def _days(first: date, last: date | None) -> str:
    begins = "from the beginning" if first <= BEGINNING else f"from {day_with_year(first)}"
    if last is None:
        return begins
    if last == first:
        return day_with_year(first)
    return (
        f"until {day_with_year(last)}"
        if first <= BEGINNING
        else f"{day_with_year(first)} to {day_with_year(last)}"
    )


def _holds(row: StoredEntry, rows: Sequence[StoredEntry], today: date) -> bool:
    if not row.holds_on(today):
        return False
    is_payment = row.kind in {"spend", "cost"} and row.name not in SALES_COSTS
    if row.kind == "promotion" or (row.cadence == "once" and is_payment):
        return True
    rivals = [
        other
        for other in rows
        if (other.kind, other.name.casefold()) == (row.kind, row.name.casefold())
        and other.holds_on(today)
    ]
    return row.first_day == max(other.first_day for other in rivals)
