"""The days of a range, each with the sums of its base metrics: what charts and forecasts draw.

In: the rows of a range by day and platform, the sources and what the brand states. Out:
DayFigures, a row for every day. Pure. The decision: a day that was read without a row is zero, a
day that one of a metric's sources was not read for has no value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from aura.metrics import BASE_METRICS, CATALOGUE, Metric, compute
from aura.model import AD_PLATFORMS, Platform
from aura.reports.figures import Side
from aura.reports.freshness import Source
from aura.reports.stated import Stated
from aura.store.reports import PlatformTotals

Rows = Mapping[tuple[date, Platform], PlatformTotals]
_Values = Sequence[Decimal | None]


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One day of the brand: sums by base metric, None where a source was not read for the day."""

    date: date
    sums: Mapping[str, Decimal | None]
    store_is_settled: bool
    ads_are_settled: bool

    def value(self, metric: Metric) -> Decimal | None:
        """The metric's value on this day alone."""
        return compute(metric, self.sums)

    def is_settled(self, metric: Metric) -> bool:
        """Whether the day's value is final but for rare corrections."""
        return (self.store_is_settled or "shopify" not in metric.sources) and (
            self.ads_are_settled or not set(AD_PLATFORMS).intersection(metric.sources)
        )

    @property
    def revenue(self) -> Decimal | None:
        """Revenue of the day."""
        return self.sums["revenue"]

    @property
    def ad_spend(self) -> Decimal | None:
        """Ad spend of the day, all platforms together."""
        return self.sums["ad_spend"]


def batches(series: Sequence[DayFigures], size: int) -> list[Sequence[DayFigures]]:
    """The days in whole batches of `size`, counted from the newest; older days are left out."""
    ends = range(len(series), size - 1, -size)
    return [series[end - size : end] for end in reversed(ends)]


def value_over(metric: Metric, days: Sequence[DayFigures]) -> Decimal | None:
    """The metric over some days, from their sums; None when one of them lacks a part."""
    if len(days) == 1:
        return compute(metric, days[0].sums)
    sums: dict[str, Decimal | None] = {}
    for part in metric.parts:
        values = [row.sums[part] for row in days]
        known = [value for value in values if value is not None]
        sums[part] = sum(known, Decimal(0)) if len(known) == len(values) else None
    return compute(metric, sums)


def day_figures(
    side: Side, rows: Rows, states: Sequence[Source], currency: str, metrics: Sequence[str]
) -> tuple[DayFigures, ...]:
    """Every day of the range, oldest first, with all parts of the metrics."""
    days = side.days.days()
    # the chart's own two are there whatever was asked for
    parts = dict.fromkeys(
        p for key in (*metrics, "revenue", "ad_spend") for p in CATALOGUE[key].parts
    )
    used = {
        part: tuple(
            source
            for source in states
            if source.platform in BASE_METRICS[part].sources
            and (source.is_connected or source.platform in side.totals or source.from_file)
        )
        for part in parts
    }
    read = {sources: _read(days, sources) for sources in dict.fromkeys(used.values())}
    columns: dict[str, _Values] = {
        part: _stated_column(part, days, side.stated, read[used[part]])
        if BASE_METRICS[part].is_stated
        else _column(part, days, rows, used[part], read[used[part]], currency)
        for part in parts
    }
    store, ads = _settled(days, used["revenue"]), _settled(days, used["ad_spend"])
    rows_of_sums = zip(*columns.values(), strict=True)
    return tuple(
        DayFigures(day, dict(zip(columns, values, strict=True)), store[n], ads[n])
        for n, (day, values) in enumerate(zip(days, rows_of_sums, strict=True))
    )


def _read(days: Sequence[date], used: Sequence[Source]) -> list[bool]:
    """For each day whether every source was read for it; there must be one."""
    return [bool(used) and all(source.was_read(day) for source in used) for day in days]


def _settled(days: Sequence[date], used: Sequence[Source]) -> list[bool]:
    return [all(source.is_settled(day) for source in used) for day in days]


def _stated_column(
    part: str, days: Sequence[date], stated: Stated, read: Sequence[bool]
) -> list[Decimal | None]:
    """What the brand states of each day; a cost of sales only where the day's sales were read."""
    follows_sales = bool(BASE_METRICS[part].platforms)
    return [
        None if follows_sales and not was_read else stated.on(part, day)
        for day, was_read in zip(days, read, strict=True)
    ]


def _column(
    part: str,
    days: Sequence[date],
    rows: Rows,
    used: Sequence[Source],
    read: Sequence[bool],
    currency: str,
) -> list[Decimal | None]:
    """The part on each day over its sources: a day that was read without a row is zero."""
    own = (currency,) if BASE_METRICS[part].unit == "money" else None
    platforms = [source.platform for source in used]
    return [
        _sum([rows.get((day, platform)) for platform in platforms], part, own) if was_read else None
        for day, was_read in zip(days, read, strict=True)
    ]


def _sum(
    rows: Sequence[PlatformTotals | None], part: str, currencies: tuple[str] | None
) -> Decimal | None:
    """The rows together; None where one lacks the part, or has money of another currency."""
    total = Decimal(0)
    for row in rows:
        if row is None:
            continue
        amount = row.sums.get(part)
        if amount is None or (currencies is not None and row.currencies != currencies):
            return None
        total += amount
    return total
