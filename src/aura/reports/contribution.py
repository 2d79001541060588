"""What is left of a month's revenue after the costs that a brand states, before ads.

In: a brand's statements and its sales. Out: a share for each month, or why there is none. The
decision: a share of the whole month, so that it can be applied to the revenue of some of its
customers; nobody knows the costs of a single order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from aura.model import DayRange
from aura.reports.stated import PARTS, Stated, read_stated
from aura.store.brand_entries import SalesOfDay, sales_days
from aura.store.database import Connection
from aura.store.reports import BrandRow


async def monthly_rates(
    connection: Connection, brand: BrandRow, days: DayRange, currency: str
) -> tuple[dict[date, Decimal], str | None]:
    """By month, contribution before ads for each unit of revenue; and why a month lacks it.

    `currency` is the store's: sales and costs are set against each other in it.
    """
    stated = await read_stated(connection, brand_id=brand.id, currency=currency, ranges=(days,))
    sales = await sales_days(connection, brand_id=brand.id, first=days.first, last=days.last)
    own = {day: sold for day, sold in sales.items() if sold.currency == currency}
    return rates_of(stated, own, days, is_net=brand.revenue_basis == "net_sales")


def rates_of(
    stated: Stated, sales: Mapping[date, SalesOfDay], days: DayRange, *, is_net: bool
) -> tuple[dict[date, Decimal], str | None]:
    """The same from what was read; pure. A month that lacks a part on any of its days is absent."""
    left: dict[date, Decimal] = {}
    revenue: dict[date, Decimal] = {}
    unknown: set[date] = set()
    for day, sold in sales.items():
        month = day.replace(day=1)
        net, basis = sold.net_sales, sold.net_sales if is_net else sold.total_sales
        costs = [stated.on(part, day) for part in PARTS]
        known = [cost for cost in costs if cost is not None]
        if net is None or basis is None or len(known) < len(costs):
            unknown.add(month)
            continue
        left[month] = left.get(month, Decimal(0)) + net - sum(known, Decimal(0))
        revenue[month] = revenue.get(month, Decimal(0)) + basis
    found = {
        month: left[month] / revenue[month]
        for month in left
        if month not in unknown and revenue[month]
    }
    return found, _reason(stated, days) if unknown else None


def _reason(stated: Stated, days: DayRange) -> str | None:
    over = (stated.over(part, days) for part in PARTS)
    return next((one.reason for one in over if one.reason is not None), None)
