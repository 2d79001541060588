"""Customers by the month of their first order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from aura.api.asking import (
    BrandId,
    Caller,
    PartsPart,
    only_now,
    uuid_of,
)
from aura.reports.cohort_table import Cell, Cohort
from aura.reports.cohorts import DEFAULT_MONTHS, CohortReport, cohorts, months_of

routes = APIRouter()


class CohortCellAnswer(BaseModel):
    """A cohort at one age in months. What is not over may still grow; null is unknown, not zero."""

    age: int
    month: date
    is_over: bool
    values: dict[str, Decimal | None]

    @classmethod
    def of(cls, cell: Cell) -> CohortCellAnswer:
        """From the report's cell."""
        return cls(age=cell.age, month=cell.month, is_over=cell.is_over, values=dict(cell.values))


class CohortAnswer(BaseModel):
    """The customers whose first order fell in `month`, up to the last day that was read."""

    month: date
    customers: int
    orders: int
    revenue: Decimal
    repeat_rate: Decimal
    orders_per_customer: Decimal
    revenue_per_customer: Decimal
    contribution_per_customer: Decimal | None
    cac: Decimal | None
    cac_reason: str | None
    payback_age: int | None
    payback_reason: str | None
    cells: list[CohortCellAnswer]

    @classmethod
    def of(cls, one: Cohort) -> CohortAnswer:
        """From the report's cohort."""
        return cls(
            month=one.month,
            customers=one.size,
            orders=one.orders,
            revenue=one.revenue,
            repeat_rate=one.repeat_rate,
            orders_per_customer=one.orders_per_customer,
            revenue_per_customer=one.revenue_per_customer,
            contribution_per_customer=one.contribution_per_customer,
            cac=one.cac,
            cac_reason=one.cac_reason,
            payback_age=one.payback,
            payback_reason=one.payback_reason,
            cells=[CohortCellAnswer.of(cell) for cell in one.cells],
        )


class CohortsAnswer(BaseModel):
    """Cohorts, oldest first; `problem` says why there are none.

    `together` is all cohorts that have passed an age, as one. Amounts are in `currency`.
    """

    currency: str
    through: date | None
    cohorts: list[CohortAnswer]
    together: list[CohortCellAnswer]
    contribution_reason: str | None
    problem: str | None
    notes: list[str]

    @classmethod
    def of(cls, report: CohortReport) -> CohortsAnswer:
        """From the report."""
        return cls(
            currency=report.currency,
            through=report.through,
            cohorts=[CohortAnswer.of(one) for one in report.cohorts],
            together=[CohortCellAnswer.of(cell) for cell in report.together],
            contribution_reason=report.contribution_reason,
            problem=report.problem,
            notes=list(report.notes),
        )


@routes.get("/brands/{brand_id}/cohorts", dependencies=[Depends(only_now("cohorts"))])
async def brand_cohorts(
    parts: PartsPart,
    person: Caller,
    brand_id: BrandId,
    months: Annotated[str, Query(description="How many: 6, 12, 24 or 36.")] = str(DEFAULT_MONTHS),
) -> CohortsAnswer:
    """Size, value, repeat rate, CAC and payback of the last cohorts, and each by age in months."""
    report = await cohorts(
        parts.database,
        user_id=person.id,
        brand_id=uuid_of(brand_id),
        months=months_of({"months": months}),
        now=parts.clock(),
    )
    return CohortsAnswer.of(report)
