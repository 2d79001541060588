"""Cohorts: a table of first-order months by age, for the metric that the address names."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.errors import InputError
from aura.reports.cohort_rows import HEADS, cohort_rows, cohort_value, in_all
from aura.reports.cohort_table import COHORT_METRICS, Cell, Cohort, CohortMetric
from aura.reports.cohorts import (
    DEFAULT_MONTHS,
    MONTHS,
    CohortReport,
    cohort_metric_of,
    cohorts,
    months_of,
)
from aura.reports.delimited import delimited
from aura.reports.present import UNKNOWN, count, money_exact, ratio
from aura.web.files import csv_file
from aura.web.morning_page import unseen
from aura.web.site import Member, MemberPart, Site, SitePart, VisitorPart, page

routes = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell as text; `bar` is its share of the largest in per cent."""

    text: str
    bar: int
    is_open: bool
    title: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A cohort as text: its summary, each with why it is unknown, and its cells."""

    month: str
    size: str
    repeat: str
    orders: str
    value: str
    contribution: tuple[str, str]
    cac: tuple[str, str]
    payback: tuple[str, str]
    is_open: bool
    cells: tuple[HeatCell | None, ...]


@routes.get("/b/{brand_id}/cohorts")
async def show_cohorts(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """The page, for the metric and the number of months that its address names."""
    brand = member.brand(brand_id)
    problem = None
    try:
        metric, months = cohort_metric_of(request.query_params), months_of(request.query_params)
    except InputError as error:
        problem, metric, months = error.message, cohort_metric_of({}), DEFAULT_MONTHS
    report = await _report(site, member, brand_id, months)
    context: dict[str, Any] = {
        "member": member,
        "brand": brand,
        "section": "cohorts",
        "problem": problem,
        "unseen": unseen(request, "cohorts"),
        "report": report,
        "metric": metric,
        "metrics": list(COHORT_METRICS.values()),
        "months": months,
        "choices": MONTHS,
        "found": in_all(report.size),
        "rows": _rows(report, metric),
        "together": [
            _cell(cell, metric, report, _largest(report, metric)) for cell in _all(report)
        ],
        "address": lambda **changes: (
            "?" + urlencode({"metric": metric.key, "months": months} | changes)
        ),
    }
    return page(request, "cohorts.html", context, visitor=visitor, status=422 if problem else 200)


@routes.get("/b/{brand_id}/cohorts.csv")
async def cohorts_as_csv(
    request: Request, site: SitePart, member: MemberPart, brand_id: str
) -> Response:
    """Every metric of every cohort and age, exact."""
    report = await _report(site, member, brand_id, months_of(request.query_params))
    return csv_file(delimited(HEADS, cohort_rows(report)), report.brand.name, "cohorts")


async def _report(site: Site, member: Member, brand_id: str, months: int) -> CohortReport:
    return await cohorts(
        site.database,
        user_id=member.person.id,
        brand_id=member.brand(brand_id).id,
        months=months,
        now=site.clock(),
    )


def _all(report: CohortReport) -> tuple[Cell, ...]:
    return report.together if len(report.cohorts) > 1 else ()


def _largest(report: CohortReport, metric: CohortMetric) -> Decimal:
    values = [cell.values[metric.key] for one in report.cohorts for cell in one.cells]
    return max((value for value in values if value is not None), default=Decimal(0))


def _rows(report: CohortReport, metric: CohortMetric) -> list[HeatRow]:
    largest, longest = _largest(report, metric), report.longest
    rows = []
    for one in report.cohorts:
        cells = [_cell(cell, metric, report, largest) for cell in one.cells]
        empty = [None] * (longest - len(cells))
        rows.append(_row(report, one, (*cells, *empty)))
    return rows


def _row(report: CohortReport, one: Cohort, cells: tuple[HeatCell | None, ...]) -> HeatRow:
    def money(value: Decimal | None, reason: str | None) -> tuple[str, str]:
        if value is None:
            return UNKNOWN, reason or ""
        return money_exact(value, report.currency), ""

    paid = one.payback
    return HeatRow(
        month=f"{one.month:%b %Y}",
        size=count(Decimal(one.size)),
        repeat=ratio(one.repeat_rate),
        orders=f"{one.orders_per_customer:,.2f}",
        value=money_exact(one.revenue_per_customer, report.currency),
        contribution=money(one.contribution_per_customer, report.contribution_reason),
        cac=money(one.cac, one.cac_reason),
        payback=(UNKNOWN, one.payback_reason or "") if paid is None else (f"month {paid}", ""),
        is_open=one.is_open,
        cells=cells,
    )


def _cell(cell: Cell, metric: CohortMetric, report: CohortReport, largest: Decimal) -> HeatCell:
    value = cell.values[metric.key]
    share = 0 if not value or largest <= 0 else max(0, round(100 * value / largest))
    title = "" if value is not None else report.contribution_reason or ""
    if not cell.is_over:
        title = f"{cell.month:%B %Y} is not over"
    return HeatCell(cohort_value(metric, value, report.currency), share, not cell.is_over, title)
