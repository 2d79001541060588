"""One metric of a brand as a chart and a table: by day, week or month, beside what came before.

In: an Overview, the question of its address and the brand's plans. Out: MetricChart, text and path
data that the template only writes down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from aura.metrics import CATALOGUE, Metric
from aura.reports.delimited import delimited
from aura.reports.figures import Figure, change_of
from aura.reports.overview import Overview
from aura.reports.periods import Period
from aura.reports.plans import Plans, Promotion
from aura.reports.present import count_axis, day_range, money_axis, present_exact, present_value
from aura.reports.series import BY, DEFAULT_METRIC, Bucket, By, SeriesQuestion, buckets
from aura.web.charts import Chart, Series, Values, draw
from aura.web.heads import remedy

# metrics with a link of their own; the rest of the catalogue stands in a list
QUICK = ("revenue", "ad_spend", "mer", "orders", "new_customers", "cac", "aov", "conversions")


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A bucket as text; `target` is empty where it has none."""

    label: str
    value: str
    previous: str
    change: str
    state: str
    target: str


@dataclass(frozen=True, slots=True)
class MetricChart:
    """Everything that the chart's card states.

    Attributes:
        has_targets: whether any of the days, weeks or months has a target.
    """

    figure: Figure
    by: By
    chart: Chart
    rows: tuple[ChartRow, ...]
    promotions: tuple[Promotion, ...]
    target: str | None
    has_targets: bool

    @property
    def remedy(self) -> str | None:
        """Where on the page Settings to state what it lacks."""
        return remedy(self.figure)

    @property
    def metric(self) -> Metric:
        """What is drawn."""
        return self.figure.metric

    @property
    def grains(self) -> Mapping[By, str]:
        """Day, week and month."""
        return BY


def metric_chart(report: Overview, question: SeriesQuestion, plans: Plans) -> MetricChart:
    """The chart of the question's metric."""
    metric, currency = question.metric, report.brand.currency
    found = buckets(report, metric, question.by)
    promoted = [any(promo.runs_on(one.days) for promo in plans.promotions) for one in found]
    targets = [plans.target(metric, one.days, currency) for one in found]
    target = plans.target(metric, report.days, currency)
    return MetricChart(
        figure=report.figure(metric.key),
        by=question.by,
        chart=draw(
            [one.days.first for one in found],
            [
                Series(
                    "revenue",
                    metric.label,
                    [one.value for one in found],
                    [one.is_settled and not one.is_partial for one in found],
                )
            ],
            lambda level: _level(metric, level, currency),
            marked=promoted,
            behind=_behind([one.previous for one in found], targets, metric, currency),
        ),
        rows=tuple(_row(one, metric, report, aim) for one, aim in zip(found, targets, strict=True)),
        promotions=plans.promotions,
        target=None if target is None else present_value(metric, target, currency),
        has_targets=any(one is not None for one in targets),
    )


def _behind(previous: Values, targets: Values, metric: Metric, currency: str) -> tuple[Series, ...]:
    """What came before, and the targets of the days, weeks or months under a label."""
    settled = [True] * len(previous)
    known = [value for value in targets if value is not None]
    lines = [Series("previous", "Before", previous, settled)] if any(previous) else []
    if known:
        label = f"Target {present_value(metric, known[-1], currency)}"
        lines.append(Series("target", label, targets, settled))
    return tuple(lines)


def chart_file(report: Overview, question: SeriesQuestion, plans: Plans) -> str:
    """The same numbers as CSV, exact."""
    metric, currency = question.metric, report.brand.currency
    compared = ("compared_from", "compared_to", "compared")
    return delimited(
        ("from", "to", metric.key, *compared, "state", "target"),
        [
            (
                one.days.first,
                one.days.last,
                one.value,
                one.previous_days.first if one.previous_days else None,
                one.previous_days.last if one.previous_days else None,
                one.previous,
                one.state,
                plans.target(metric, one.days, currency),
            )
            for one in buckets(report, metric, question.by)
        ],
    )


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of the same page with one thing changed; what is usual is left out."""

    period: Period
    question: SeriesQuestion

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        """What the address says beside the range and its comparison, as pairs."""
        by, metric = self.question.by, self.question.metric.key
        pairs = (("metric", "" if metric == DEFAULT_METRIC else metric), ("by", by))
        return tuple((k, v) for k, v in pairs if v and (k, v) != ("by", "day"))

    def with_metric(self, key: str) -> str:
        """Another metric in the chart."""
        return self._address(key, self.question.by)

    def with_grain(self, by: str) -> str:
        """The same metric by another grain."""
        return self._address(self.question.metric.key, by)

    @property
    def current(self) -> str:
        """This address's own query."""
        return self._address(self.question.metric.key, self.question.by)

    def _address(self, metric: str, by: str) -> str:
        pairs = [("metric", metric)] if metric != DEFAULT_METRIC else []
        if by != "day":
            pairs.append(("by", by))
        return "&".join(part for part in (self.period.query, urlencode(pairs)) if part)


def all_metrics() -> tuple[Metric, ...]:
    """Every metric of the catalogue, by its label."""
    return tuple(sorted(CATALOGUE.values(), key=lambda metric: metric.label))


def _row(one: Bucket, metric: Metric, report: Overview, target: Decimal | None) -> ChartRow:
    currency = report.brand.currency
    is_whole = (one.is_settled or one.value is None) and _is_as_long(one, metric)
    change = change_of(metric, one.value, one.previous).text if is_whole else "–"  # noqa: RUF001 - a dash for unknown
    previous = present_exact(metric, one.previous, currency)
    if one.previous_days and one.previous is not None and len(one.previous_days) > 1:
        previous += f" ({day_range(one.previous_days)})"
    return ChartRow(
        one.label,
        present_exact(metric, one.value, currency),
        previous,
        change,
        one.state,
        "" if target is None else present_exact(metric, target, currency),
    )


def _is_as_long(one: Bucket, metric: Metric) -> bool:
    """Whether a sum stands beside one of as many days: 31 days against 28 are no change."""
    before = one.previous_days
    return not metric.is_additive or before is None or len(before) == len(one.days)


def _level(metric: Metric, level: Decimal, currency: str) -> str:
    if metric.unit == "money":
        return money_axis(level, currency)
    if metric.unit == "count":
        return count_axis(level)
    return present_value(metric, level, currency)
