"""A metric by day, week or month, beside the days it is compared with.

In: an Overview and a metric. Out: Buckets, oldest first. The decisions: weeks are those of ISO 8601
and begin on Monday; a week or month that the range cuts is marked as partial; a bucket that holds a
day without a value has none, for a part would look like the whole; the n-th bucket stands beside
the n-th of the days compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final, Literal

from aura.errors import InputError
from aura.metrics import CATALOGUE, Metric
from aura.model import DayRange
from aura.reports.day_figures import DayFigures, value_over
from aura.reports.overview import Overview
from aura.reports.present import day, day_range

By = Literal["day", "week", "month"]
BY: Final[Mapping[By, str]] = {"day": "Day", "week": "Week", "month": "Month"}
DEFAULT_METRIC: Final = "revenue"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A day, or the days of a week or month that lie in the range.

    Attributes:
        value: None where a day of it has none.
        previous: of the days beside it in the range compared with; None also where there are none.
        is_partial: whether the range holds only a part of the week or month.
        is_settled: whether no day of it is expected to change noticeably.
    """

    days: DayRange
    value: Decimal | None
    previous_days: DayRange | None
    previous: Decimal | None
    is_partial: bool
    is_settled: bool

    @property
    def label(self) -> str:
        """Sat 21 Nov, or 16 - 22 Nov."""
        return day(self.days.first) if len(self.days) == 1 else day_range(self.days)

    @property
    def state(self) -> str:
        """What a reader must know of it, in a word or two."""
        if self.value is None:
            return "not known"
        words = [] if self.is_settled else ["still settling"]
        return ", ".join([*words, *(["partial"] if self.is_partial else [])]) or "settled"


@dataclass(frozen=True, slots=True)
class SeriesQuestion:
    """What an address asks of the series: which metric, by what."""

    metric: Metric
    by: By


def series_question(query: Mapping[str, str]) -> SeriesQuestion:
    """The metric (`metric=`) and the grain (`by=`) that an address asks for.

    InputError for another metric, and for another grain.
    """
    key = query.get("metric", "").strip() or DEFAULT_METRIC
    if key not in CATALOGUE:
        raise InputError(f"A metric is one of {', '.join(CATALOGUE)}.")
    asked = query.get("by", "").strip() or "day"
    by = next((one for one in BY if one == asked), None)
    if by is None:
        raise InputError(f"Days are grouped by {', '.join(BY)}.")
    return SeriesQuestion(CATALOGUE[key], by)


def buckets(report: Overview, metric: Metric, by: By) -> tuple[Bucket, ...]:
    """The metric over the range, oldest first."""
    current = _grouped(report.series, by)
    before = _before(report, by, [len(rows) for _, rows in current])
    return tuple(
        Bucket(
            days=_span(rows),
            value=value_over(metric, rows),
            previous_days=_span(before[n]) if n < len(before) and before[n] else None,
            previous=value_over(metric, before[n]) if n < len(before) and before[n] else None,
            is_partial=len(rows) < whole,
            is_settled=all(row.is_settled(metric) for row in rows),
        )
        for n, (whole, rows) in enumerate(current)
    )


def _before(report: Overview, by: By, sizes: Sequence[int]) -> list[Sequence[DayFigures]]:
    """The days compared with, cut as the range is where both are equally long."""
    rows = report.previous_series
    if by == "month" and report.comparison.kind != "previous":
        return [group for _, group in _grouped(rows, by)]
    found: list[Sequence[DayFigures]] = []
    at = 0
    for size in sizes:
        found.append(rows[at : at + size])
        at += size
    return found


def _grouped(rows: Sequence[DayFigures], by: By) -> list[tuple[int, Sequence[DayFigures]]]:
    """The rows of each bucket, and how many days the whole bucket has."""
    if by == "day":
        return [(1, [row]) for row in rows]
    start, length = _WHOLE[by]
    groups = groupby(rows, key=lambda row: start(row.date))
    return [(length(first), list(group)) for first, group in groups]


def _month_length(first: date) -> int:
    return ((first + timedelta(days=32)).replace(day=1) - first).days


_WHOLE: Final[Mapping[By, tuple[Callable[[date], date], Callable[[date], int]]]] = {
    "week": (lambda value: value - timedelta(days=value.weekday()), lambda _: 7),
    "month": (lambda value: value.replace(day=1), _month_length),
}


def _span(rows: Sequence[DayFigures]) -> DayRange:
    return DayRange(rows[0].date, rows[-1].date)
