"""One sentence that says what the chart shows, for people who read rather than look.

In: an Overview. Out: plain text such as `Revenue $48,210, up 12.4 %; ad spend $9,120, unchanged;
best day Thu 12 Nov with $3,120; the last 6 days are still settling.` Of another metric than revenue
it speaks of that one alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from aura.metrics import CATALOGUE, Metric
from aura.reports.day_figures import DayFigures
from aura.reports.figures import Figure
from aura.reports.overview import Overview
from aura.reports.present import SPACE, day, money, percent_change, present_value


def headline(report: Overview, metric: Metric = CATALOGUE["revenue"]) -> str:
    """The sentence; it names what is unknown instead of leaving it out."""
    if metric.key != "revenue":
        said = (
            _amount(report.figure(metric.key)),
            _extremes(report, metric),
            _settling_of([row.date for row in report.series if _grows(row, metric)]),
        )
        return "; ".join(part for part in said if part) + "."
    spend = _amount(report.figure("ad_spend"))
    parts = [_amount(report.figure("revenue")), spend[0].lower() + spend[1:]]
    best = _best_day(report)
    if best:
        parts.append(best)
    settling = _settling(report.series)
    if settling:
        parts.append(settling)
    return "; ".join(parts) + "."


def _amount(figure: Figure) -> str:
    label = figure.metric.label
    if figure.value is None:
        return f"{label} is not known: {_in_sentence(figure.reason or '')}"
    text = f"{label} {figure.short}"
    change = figure.change
    if change.kind in {"up", "down"} and change.amount is not None:
        size = percent_change(abs(change.amount)).lstrip("+")
        text += f", {change.kind} {size}"
    elif change.kind == "flat":
        text += ", unchanged"
    if figure.note:
        text += f" ({_in_sentence(figure.note)})"
    return text


def _in_sentence(reason: str) -> str:
    return "no" + reason[2:] if reason.startswith("No ") else reason


def _best_day(report: Overview) -> str | None:
    known = [(row.revenue, row.date) for row in report.series if row.revenue is not None]
    if len(known) < 2:
        return None
    revenue, best = max(known)
    if revenue <= Decimal(0):
        return None
    return f"best day {day(best)} with {money(revenue, report.brand.currency)}".replace(
        " with ", f" with{SPACE}"
    )


def _extremes(report: Overview, metric: Metric) -> str | None:
    """The best day of the metric; of one that is neither good nor bad the highest."""
    known = [(value, row.date) for row in report.series if (value := row.value(metric)) is not None]
    if len(known) < 2 or min(known)[0] == max(known)[0]:
        return None
    value, when = min(known) if metric.better == "down" else max(known)
    word = "highest" if metric.better == "neither" else "best"
    shown = present_value(metric, value, report.brand.currency)
    return f"{word} day {day(when)} with{SPACE}{shown}"


def _grows(row: DayFigures, metric: Metric) -> bool:
    return row.value(metric) is not None and not row.is_settled(metric)


def _settling(series: tuple[DayFigures, ...]) -> str | None:
    """Which days at the end of the range still change."""
    growing = [
        row.date
        for row in series
        if (row.ad_spend is not None and not row.ads_are_settled)
        or (row.revenue is not None and not row.store_is_settled)
    ]
    return _settling_of(growing)


def _settling_of(growing: Sequence[date]) -> str | None:
    if not growing:
        return None
    if growing[-1] - growing[0] != timedelta(days=len(growing) - 1) or len(growing) == 1:
        return f"{len(growing)} day{'' if len(growing) == 1 else 's'} still settling"
    return f"the last {len(growing)} days are still settling"
