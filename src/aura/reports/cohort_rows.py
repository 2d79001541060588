"""Cohorts as rows of a table: what the shell prints and a spreadsheet gets."""

from __future__ import annotations

from decimal import Decimal

from aura.reports.cohort_table import COHORT_METRICS, CohortMetric
from aura.reports.cohorts import CohortReport
from aura.reports.delimited import Value
from aura.reports.present import UNKNOWN, count, money_exact, ratio

HEADS = (
    "cohort",
    "currency",
    "age",
    "month",
    "month_is_over",
    "customers",
    "cac",
    "payback_age",
    *COHORT_METRICS,
)


def cohort_rows(report: CohortReport) -> list[tuple[Value, ...]]:
    """One row for each cohort and age, exact, in the order of HEADS."""
    return [
        (
            cohort.month,
            report.currency,
            cell.age,
            cell.month,
            "yes" if cell.is_over else "no",
            cohort.size,
            cohort.cac,
            cohort.payback,
            *(cell.values[key] for key in COHORT_METRICS),
        )
        for cohort in report.cohorts
        for cell in cohort.cells
    ]


def cohort_value(metric: CohortMetric, value: Decimal | None, currency: str) -> str:
    """A cell's value as people read it; a dash for an unknown one."""
    if value is None:
        return UNKNOWN
    if metric.unit == "money":
        return money_exact(value, currency)
    return ratio(value) if metric.unit == "ratio" else f"{value:,.2f}"


def in_all(number: int) -> str:
    """1,204 customers."""
    return f"{count(Decimal(number))} customer{'' if number == 1 else 's'}"
