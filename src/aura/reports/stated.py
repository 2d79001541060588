"""What a brand's own statements come to on each day: costs of its sales, other spend, other costs.

In: its statements (`aura.brand_entries`) and the store's sales by day. Out: Stated. Pure. The
decisions: of several statements about the same thing the one that began last holds, so a new one
rewrites no day before it; a cost that was never stated is unknown, not zero.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from aura.model import DayRange
from aura.reports.currency import Conversion, brand_conversion
from aura.reports.present import day as show_day
from aura.reports.present import day_range
from aura.store.brand_entries import (
    FEES,
    GOODS,
    SALES_COSTS,
    SHIPPING,
    Entry,
    SalesOfDay,
    entries,
    sales_days,
)
from aura.store.database import Connection

PARTS: Final[Mapping[str, str]] = {
    "cost_of_goods": GOODS,
    "shipping_costs": SHIPPING,
    "payment_fees": FEES,
}
_WORDS: Final[Mapping[str, str]] = {
    "cost_of_goods": "the cost of goods",
    "shipping_costs": "the cost of shipping",
    "payment_fees": "the cost of payments",
    "other_spend": "other spend",
    "other_costs": "what the business costs otherwise",
}
_NO_SALES: Final = SalesOfDay(Decimal(0), Decimal(0), Decimal(0), None)


@dataclass(frozen=True, slots=True)
class StatedDay:
    """One base metric on one day: its value, or why there is none."""

    value: Decimal | None
    reason: str | None = None
    is_unstated: bool = False


_UNSTATED: Final = StatedDay(None, is_unstated=True)


@dataclass(frozen=True, slots=True)
class Stated:
    """Base metrics by day, from what a brand states; `days` holds every day that was asked for."""

    days: Mapping[str, Mapping[date, StatedDay]]

    def on(self, part: str, day: date) -> Decimal | None:
        """The metric on one day, None where it is unknown."""
        return self.days.get(part, {}).get(day, _UNSTATED).value

    def over(self, part: str, days: DayRange) -> StatedDay:
        """The metric over days; unknown when it is on one of them, with the reason in words."""
        total, unstated = Decimal(0), []
        by_day = self.days.get(part, {})
        for day in days.days():
            found = by_day.get(day, _UNSTATED)
            if found.is_unstated:
                unstated.append(day)
            elif found.value is None:
                return found
            else:
                total += found.value
        if not unstated:
            return StatedDay(total)
        when = "" if len(unstated) == len(days) else f" for {_spoken(unstated)}"
        reason = f"{_WORDS[part].capitalize()} is not stated{when}: state it, or 0 if there is none"
        return StatedDay(None, reason, is_unstated=True)


NOTHING_STATED: Final = Stated({})


def _spoken(days: Sequence[date]) -> str:
    return day_range(DayRange(days[0], days[-1])) if len(days) > 1 else show_day(days[0])


@dataclass(frozen=True, slots=True)
class _Money:
    """Turns amounts into the brand's currency, each at the rate of its own day."""

    currency: str
    rates: Mapping[tuple[str, date], Decimal]

    def into(self, amount: Decimal, currency: str | None, day: date) -> Decimal | None:
        """The amount; None where no rate is known."""
        if currency in (None, self.currency) or not amount:
            return amount
        rate = self.rates.get((currency or "", day))
        return None if rate is None else amount * rate


def stated_of(
    entries: Sequence[Entry],
    sales: Mapping[date, SalesOfDay],
    *,
    currency: str,
    ranges: Sequence[DayRange],
    conversion: Conversion | None = None,
) -> Stated:
    """Every stated base metric on every day of the ranges.

    Args:
        entries: statements of the kinds `cost` and `spend`.
        sales: the store's days that have rows; a day without one sold nothing.
        currency: the brand's; amounts in another are unknown without a rate.
        ranges: the days that will be asked for.
        conversion: rates into the brand's currency, where an amount needs one.
    """
    rates = conversion.rates if conversion else ()
    money = _Money(currency, {(rate.currency, rate.day): rate.value for rate in rates})
    days = sorted({day for one in ranges for day in one.days()})
    spend = [entry for entry in entries if entry.kind == "spend"]
    costs = [entry for entry in entries if entry.kind == "cost"]
    other = [entry for entry in costs if entry.name not in SALES_COSTS]
    found: dict[str, Mapping[date, StatedDay]] = {
        part: {day: _cost_of_sales(part, costs, sales, money, day) for day in days}
        for part in PARTS
    }
    found["other_spend"] = _amounts(spend, money, days)
    found["other_costs"] = _amounts(other, money, days)
    return Stated(found)


def _amounts(
    entries: Sequence[Entry], money: _Money, days: Sequence[date]
) -> dict[date, StatedDay]:
    """Amounts by day: known from the first statement on, for from then on the list is kept."""
    first = min((entry.first_day for entry in entries), default=None)
    recurring = [entry for entry in entries if entry.cadence != "once"]
    single: dict[date, list[Entry]] = {}
    for entry in entries:
        if entry.cadence == "once":
            for day in DayRange(entry.first_day, entry.last_day or entry.first_day).days():
                single.setdefault(day, []).append(entry)
    return {
        day: _UNSTATED
        if first is None or day < first
        else _sum([*single.get(day, ()), *_recurring_on(recurring, day)], day, money)
        for day in days
    }


def _recurring_on(entries: Sequence[Entry], day: date) -> list[Entry]:
    """Of the recurring amounts with the same name the one that began last."""
    latest: dict[str, Entry] = {}
    for entry in entries:
        if entry.holds_on(day):
            name = entry.name.casefold()
            if name not in latest or latest[name].first_day <= entry.first_day:
                latest[name] = entry
    return list(latest.values())


def _sum(entries: Sequence[Entry], day: date, money: _Money) -> StatedDay:
    total = Decimal(0)
    for entry in entries:
        amount = money.into(amount_on(entry, day), entry.currency, day)
        if amount is None:
            return _not_converted(entry.currency, money)
        total += amount
    return StatedDay(total)


def _cost_of_sales(
    part: str,
    costs: Sequence[Entry],
    sales: Mapping[date, SalesOfDay],
    money: _Money,
    day: date,
) -> StatedDay:
    goods = cost_on(costs, GOODS, day)
    if goods is not None and PARTS[part] in goods.details.get("includes", ()):
        return StatedDay(Decimal(0))
    entry = cost_on(costs, PARTS[part], day)
    if entry is None:
        return _UNSTATED
    sold = sales.get(day, _NO_SALES)
    amount, share = _cost(entry, sold)
    if amount is None or share is None:
        return StatedDay(None, "The parts of these sales are not known")
    # an amount is in the statement's currency, a share of sales in that of the sales
    own = money.into(amount, entry.currency, day)
    of_sales = money.into(share, sold.currency, day)
    if own is None or of_sales is None:
        return _not_converted(entry.currency if own is None else sold.currency, money)
    return StatedDay(own + of_sales)


def _not_converted(currency: str | None, money: _Money) -> StatedDay:
    return StatedDay(None, f"No rate from {currency} into {money.currency} is known for these days")


def _cost(entry: Entry, sales: SalesOfDay) -> tuple[Decimal | None, Decimal | None]:
    """What a statement about costs of sales comes to: an amount, and a share of the sales.

    None where the day's sales are not known.
    """
    amount = entry.amount or Decimal(0)
    if entry.name == GOODS and entry.details.get("basis") == "margin":
        net = sales.net_sales
        return Decimal(0), None if net is None else net * (1 - amount / 100)
    percent = Decimal(str(entry.details.get("percent", 0)))
    orders, total = sales.orders, sales.total_sales if percent else Decimal(0)
    return (
        None if orders is None else amount * orders,
        None if total is None else total * percent / 100,
    )


def cost_on(costs: Sequence[Entry], name: str, day: date) -> Entry | None:
    """The statement about a cost of sales that holds on the day: of several, the latest begun."""
    found = [entry for entry in costs if entry.name == name and entry.holds_on(day)]
    return max(found, key=lambda entry: entry.first_day, default=None)


def amount_on(entry: Entry, day: date) -> Decimal:
    """The part of an amount that falls on one of its days."""
    shares = {
        "once": ((entry.last_day or entry.first_day) - entry.first_day).days + 1,
        "daily": 1,
        "weekly": 7,
        "monthly": monthrange(day.year, day.month)[1],
    }
    return (entry.amount or Decimal(0)) / shares[entry.cadence]


async def read_stated(
    connection: Connection, *, brand_id: UUID, currency: str, ranges: Sequence[DayRange]
) -> Stated:
    """What the brand states for the days of the ranges."""
    first, last = min(one.first for one in ranges), max(one.last for one in ranges)
    # those of all time: amounts are known from the first statement on, wherever it lies
    stated = await entries(connection, brand_id=brand_id, kinds=("cost", "spend"), last=last)
    sales: Mapping[date, SalesOfDay] = {}
    if any(entry.name in SALES_COSTS for entry in stated):
        sales = await sales_days(connection, brand_id=brand_id, first=first, last=last)
    conversion = await brand_conversion(
        connection,
        brand_id=brand_id,
        currencies={one for one in (*_currencies(stated), *_currencies(sales.values())) if one},
        into=currency,
        ranges=ranges,
    )
    return stated_of(stated, sales, currency=currency, ranges=ranges, conversion=conversion)


def _currencies(rows: Iterable[Entry | SalesOfDay]) -> set[str | None]:
    return {row.currency for row in rows}
