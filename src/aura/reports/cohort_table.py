"""The table of cohorts, from what the ledger says of each month: pure, without a database.

In: the store's rows and the last day read. Out: Cohort with its cells. The decision: a value of a
customer is a sum divided by the cohort's size, so that cohorts together are a ratio of sums too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from aura.store.cohorts import CohortMonth

CellState = Literal["over", "open"]
# by month: the share of revenue that is left after the stated costs; None where none is stated
Rates = Mapping[date, Decimal]


@dataclass(frozen=True, slots=True)
class CohortMetric:
    """One way to look at the cohorts' cells.

    Attributes:
        unit: money, count or share.
        is_cumulative: whether a cell holds everything up to its month.
    """

    key: str
    label: str
    unit: Literal["money", "count", "ratio"]
    is_cumulative: bool
    tooltip: str


COHORT_METRICS: Final[Mapping[str, CohortMetric]] = {
    one.key: one
    for one in (
        CohortMetric(
            "ltv",
            "Lifetime value",
            "money",
            is_cumulative=True,
            tooltip="Revenue after returns for each customer of the cohort, up to and including "
            "the month.",
        ),
        CohortMetric(
            "contribution",
            "Lifetime contribution",
            "money",
            is_cumulative=True,
            tooltip="What is left of the lifetime value after the stated costs of goods, shipping "
            "and payments, at the share that they leave of all revenue of the month.",
        ),
        CohortMetric(
            "revenue",
            "Revenue in the month",
            "money",
            is_cumulative=False,
            tooltip="Revenue after returns in that month alone, for each customer of the cohort.",
        ),
        CohortMetric(
            "repeat",
            "Repeat rate",
            "ratio",
            is_cumulative=True,
            tooltip="Share of the cohort's customers who have ordered at least twice by the end of "
            "the month.",
        ),
        CohortMetric(
            "active",
            "Customers who bought",
            "ratio",
            is_cumulative=False,
            tooltip="Share of the cohort's customers who ordered in that month.",
        ),
        CohortMetric(
            "orders",
            "Orders per customer",
            "count",
            is_cumulative=True,
            tooltip="Orders for each customer of the cohort, up to and including the month.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cohort at one age in months; `values` by metric, None where it is not known."""

    age: int
    month: date
    state: CellState
    values: Mapping[str, Decimal | None]

    @property
    def is_over(self) -> bool:
        """Whether the month was over when the store was last read."""
        return self.state == "over"


@dataclass(frozen=True, slots=True)
class Cohort:
    """The customers whose first order fell in `month`.

    Attributes:
        size: how many they are, as new customers are counted.
        repeat_rate, orders_per_customer, revenue_per_customer: up to the last day that was read.
        contribution_per_customer: None where a cost is not stated.
        cac: ad spend of the month for each of them; None with `cac_reason`.
        payback: the age in months at which their contribution has earned it; None with
            `payback_reason`.
        cells: by age from 0 on, as far as the calendar goes.
    """

    month: date
    size: int
    orders: int
    revenue: Decimal
    repeat_rate: Decimal
    orders_per_customer: Decimal
    revenue_per_customer: Decimal
    contribution_per_customer: Decimal | None
    cac: Decimal | None
    cac_reason: str | None
    payback: int | None
    payback_reason: str | None
    is_open: bool
    cells: tuple[Cell, ...]


def cohorts_of(
    found: Sequence[CohortMonth], *, first: date, through: date, rates: Rates | None = None
) -> list[Cohort]:
    """The cohorts from the month `first` on, oldest first, as far as `through` was read."""
    by_cohort: dict[date, dict[date, CohortMonth]] = {}
    for row in found:
        if first <= row.cohort and row.month <= through:
            by_cohort.setdefault(row.cohort, {})[row.month] = row
    return [_cohort(month, rows, through, rates or {}) for month, rows in sorted(by_cohort.items())]


def together(cohorts: Sequence[Cohort]) -> tuple[Cell, ...]:
    """For each age, all cohorts that have passed it, as one: a ratio of their sums."""
    cells = []
    for age in range(max((len(one.cells) for one in cohorts), default=0)):
        past = [
            (one.size, one.cells[age])
            for one in cohorts
            if len(one.cells) > age and one.cells[age].is_over and one.size
        ]
        if not past:
            break
        size = sum(number for number, _ in past)
        values: dict[str, Decimal | None] = {}
        for key in COHORT_METRICS:
            parts = [cell.values[key] for _, cell in past]
            known = [
                part * number
                for part, (number, _) in zip(parts, past, strict=True)
                if part is not None
            ]
            values[key] = sum(known, Decimal(0)) / size if len(known) == len(past) else None
        cells.append(Cell(age, past[-1][1].month, "over", values))
    return tuple(cells)


def with_payback(cohort: Cohort, cac: Decimal | None, reason: str | None) -> Cohort:
    """The cohort with what a customer cost and the age at which that was earned back."""
    paid, why = None, reason
    if cac is not None:
        earned = [(cell.age, cell.values["contribution"]) for cell in cohort.cells]
        if any(value is None for _, value in earned):
            why = "Costs are not stated for every month"
        else:
            paid = next((age for age, value in earned if value is not None and value >= cac), None)
            why = None if paid is not None else "Not earned back yet"
    return replace(cohort, cac=cac, cac_reason=reason, payback=paid, payback_reason=why)


def _cohort(month: date, rows: Mapping[date, CohortMonth], through: date, rates: Rates) -> Cohort:
    size = sum(row.newcomers for row in rows.values())
    share = Decimal(size or 1)
    cells = _cells(month, rows, through, rates, share)
    last = cells[-1].values
    orders = sum(row.orders for row in rows.values())
    revenue = sum((row.revenue for row in rows.values()), Decimal(0))
    return Cohort(
        month=month,
        size=size,
        orders=orders,
        revenue=revenue,
        repeat_rate=sum(row.returned_first for row in rows.values()) / share,
        orders_per_customer=orders / share,
        revenue_per_customer=revenue / share,
        contribution_per_customer=last["contribution"],
        cac=None,
        cac_reason=None,
        payback=None,
        payback_reason=None,
        is_open=not cells[0].is_over,
        cells=cells,
    )


def _cells(
    month: date, rows: Mapping[date, CohortMonth], through: date, rates: Rates, share: Decimal
) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    sums = {"ltv": Decimal(0), "repeat": Decimal(0), "orders": Decimal(0)}
    contribution: Decimal | None = Decimal(0)
    nothing = CohortMonth(month, month, 0, 0, 0, 0, Decimal(0))
    for age, at in enumerate(months_between(month, through)):
        row, rate = rows.get(at, nothing), rates.get(at)
        sums["ltv"] += row.revenue
        sums["orders"] += row.orders
        sums["repeat"] += row.returned_first
        if contribution is not None:
            contribution = None if rate is None else contribution + row.revenue * rate
        values = sums | {"revenue": row.revenue, "active": Decimal(row.customers)}
        each: dict[str, Decimal | None] = {key: value / share for key, value in values.items()}
        each["contribution"] = None if contribution is None else contribution / share
        cells.append(Cell(age, at, "over" if last_day_of(at) <= through else "open", each))
    return tuple(cells)


def months_between(first: date, last: date) -> list[date]:
    """The first day of every month from that of `first` to that of `last`."""
    months, at = [], first.replace(day=1)
    while at <= last:
        months.append(at)
        at = last_day_of(at) + timedelta(days=1)
    return months


def last_day_of(month: date) -> date:
    """The last day of the month that a day lies in."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
