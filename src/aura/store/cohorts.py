"""Customers by the month of their first order, as the ledger knows them.

In: a transaction as the signed-in person. Out: frozen rows, exact Decimals in the store's currency.
The decision: one statement over the whole ledger, since a customer's first order may lie anywhere
in it; months are the shop's, by the day of the order or of the return.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from aura.model import Platform
from aura.store.database import Connection
from aura.store.reports import NO_RATES, RateArrays, RevenueBasis, rate_parameters
from aura.store.statements import statements


@dataclass(frozen=True, slots=True)
class CohortMonth:
    """What the customers of one first-order month did in one month.

    Attributes:
        newcomers: customers whose first order it was; only in the cohort's own month.
        returned_first: customers who ordered for the second time.
        customers: customers who ordered at all.
        revenue: of their orders, less what was returned in the month.
    """

    cohort: date
    month: date
    newcomers: int
    returned_first: int
    customers: int
    orders: int
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Orders that belong to no cohort.

    Attributes:
        orders: all of them, worth `revenue`.
        orders_of_redacted: redacted ones, and those of customers whose first order was; the others
            state neither a customer nor an e-mail address.
    """

    orders: int
    orders_of_redacted: int
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class MonthSpend:
    """What one ad platform charged in a month; `currencies` has two where they are mixed."""

    month: date
    platform: Platform
    currencies: tuple[str, ...]
    ad_spend: Decimal | None


async def cohort_months(
    connection: Connection, brand_id: UUID, basis: RevenueBasis = "total_sales"
) -> tuple[list[CohortMonth], Unplaced]:
    """Every cohort's months in which something happened, oldest first, and what has no cohort."""
    named = statements("cohorts")
    await connection.execute(named["plan_without_statistics"])
    cursor = await connection.execute(
        named["cohort_months"], {"brand_id": brand_id, "is_net": basis == "net_sales"}
    )
    rows = await cursor.fetchall()
    await connection.execute(named["plan_as_usual"])
    months: list[CohortMonth] = []
    unplaced = Unplaced(0, 0, Decimal(0))
    for row in rows:
        if row["cohort"] is None:
            unplaced = Unplaced(row["orders"], row["returned_first"], row["revenue"])
        else:
            months.append(CohortMonth(**row))
    return months, unplaced


async def spend_by_month(
    connection: Connection, brand_id: UUID, first: date, rates: RateArrays = NO_RATES
) -> list[MonthSpend]:
    """Ad spend of each month from `first` on, by platform."""
    cursor = await connection.execute(
        statements("cohorts")["spend_by_month"],
        {"brand_id": brand_id, "first": first, **rate_parameters(rates)},
    )
    return [
        MonthSpend(
            row["month"],
            row["platform"],
            tuple(dict.fromkeys((row["lowest_currency"], row["highest_currency"]))),
            row["ad_spend"],
        )
        for row in await cursor.fetchall()
    ]
