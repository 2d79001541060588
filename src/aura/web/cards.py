"""An insight's card: title, three numbers of evidence, a drawing, and steps, from its row alone.

In: a row of `public.insights`. Out: Card. The decision: a card shows what the evidence states and
leaves out what it does not, so that a row of another program is shown as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from aura.insights.wording import chance
from aura.model import DayRange
from aura.reports.insights import InsightRow
from aura.reports.present import (
    UNKNOWN,
    count,
    day_range,
    money,
    money_axis,
    money_exact,
    percent_change,
)
from aura.store.insight_answers import InsightWithState
from aura.web.charts import Chart, Series, draw

TYPES: dict[str, str] = {
    "high_cpa": "Cost per conversion",
    "low_roas": "Return on ad spend",
    "budget_recommendation": "Budget",
    "conversion_drop": "Conversion rate",
    "high_performer": "Doing well",
}
PRIORITIES: dict[str, str] = {
    "high": "High priority",
    "medium": "Medium priority",
    "low": "Low priority",
}
# a day with a smaller share of its conversions is drawn as still settling
SETTLED_SHARE = 0.97

_Shown = Callable[[Decimal, str], str]
# an insight's own metric: its name, as a number, and as a mark of the drawing's axis
_KPIS: dict[str, tuple[str, _Shown, _Shown]] = {
    "cpa": ("Cost per conversion", money_exact, money_axis),
    "roas": (
        "Return on ad spend",
        lambda value, _: f"{value:.2f}x",
        lambda value, _: f"{float(value):g}x",
    ),
    "conversion_rate": (
        "Conversion rate",
        lambda value, _: f"{100 * value:.2f} %",
        lambda value, _: f"{float(100 * value):g} %",
    ),
}
_STAKE = {
    "high_cpa": "Extra cost",
    "low_roas": "Sales missing",
    "conversion_drop": "Sales missing",
    "high_performer": "Sales gained",
    "budget_recommendation": "Expected gain",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and what it is expected to bring."""

    text: str
    effect: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A number of the evidence with what it is compared to."""

    label: str
    value: str
    beside: str


@dataclass(frozen=True, slots=True)
class Point:
    """A day of the drawing as text; `expected` with its band, `state` says whether it settles."""

    day: date
    seen: str
    expected: str
    band: str
    state: str


@dataclass(frozen=True, slots=True)
class Card:
    """An insight as its card shows it. `chart` is None where the row holds no series.

    `metric` is what the drawing shows: the insight's own.
    """

    row: InsightRow
    type: str
    priority: str
    window: str
    confidence: str
    claim: str
    facts: tuple[Fact, ...]
    actions: tuple[Step, ...]
    metric: str
    chart: Chart | None
    points: tuple[Point, ...]


def card_of(row: InsightRow) -> Card:
    """The card of an insight."""
    data = row.related_data
    currency = str(data.get("currency") or "USD")
    confidence = _part(data, "confidence")
    days = _days(data)
    metric = _metric(data)
    chart, points = _drawing(_part(data, "series"), metric, currency, days)
    return Card(
        row=row,
        type=TYPES.get(row.insight_type, row.insight_type.replace("_", " ").capitalize()),
        priority=PRIORITIES.get(row.priority, row.priority),
        window=day_range(days) if days else "",
        confidence=_in_words(confidence),
        claim=str(confidence.get("claim", "")),
        facts=tuple(_facts(row.insight_type, data, currency)),
        actions=tuple(
            Step(str(item.get("text", "")), str(item.get("expected_effect") or ""))
            for item in row.action_items
            if isinstance(item, Mapping)
        ),
        metric=_KPIS[metric][0],
        chart=chart,
        points=points,
    )


def card_of_insight(insight: InsightWithState) -> Card:
    """The card of an insight in whatever state."""
    names = InsightRow.__dataclass_fields__
    return card_of(InsightRow(**{name: getattr(insight, name) for name in names}))


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = data.get(name)
    return part if isinstance(part, Mapping) else {}


def _number(value: Any) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _days(data: Mapping[str, Any]) -> DayRange | None:
    window = _part(data, "window")
    try:
        return DayRange(date.fromisoformat(window["start"]), date.fromisoformat(window["end"]))
    except (KeyError, TypeError, ValueError):
        return None


def _in_words(confidence: Mapping[str, Any]) -> str:
    words, probability = confidence.get("words"), _number(confidence.get("probability"))
    if not words or probability is None:
        return ""
    return f"{words} ({chance(float(probability))})"


def _metric(data: Mapping[str, Any]) -> str:
    """The insight's own metric; cost per conversion where the row names none that is known."""
    metric = str(_part(data, "effect").get("metric") or "")
    return metric if metric in _KPIS else "cpa"


def _facts(insight_type: str, data: Mapping[str, Any], currency: str) -> list[Fact]:
    """The three numbers that carry the claim, each beside what was expected."""
    observed, expected = _part(data, "observed"), _part(data, "expected")
    effect, stake = _part(data, "effect"), _part(data, "money_at_stake")
    facts = []
    for key, (label, shown, _) in _KPIS.items():
        now, usual = _number(observed.get(f"{key}_settled")), _number(expected.get(key))
        if now is not None and usual is not None:
            facts.append(Fact(label, shown(now, currency), _was(shown(usual, currency), effect)))
    seen, due = _number(observed.get("conversions")), _number(expected.get("conversions"))
    worth, worth_due = _number(observed.get("value")), _number(expected.get("value"))
    if seen is not None and due is not None:
        facts.append(Fact("Conversions so far", count(seen), f"expected {count(_short(due))}"))
    elif worth is not None and worth_due is not None:
        label, beside = "Conversion value so far", f"expected {money(worth_due, currency)}"
        facts.append(Fact(label, money(worth, currency), beside))
    amount = _number(stake.get("amount"))
    low, high = _number(stake.get("low")), _number(stake.get("high"))
    if amount is not None:
        spread = f"{money(low, currency)} to {money(high, currency)}" if low and high else ""
        label = _STAKE.get(insight_type, "At stake")
        facts.append(Fact(label, f"about {money(amount, currency)}", spread))
    return facts


def _was(usual: str, effect: Mapping[str, Any]) -> str:
    text = f"usually {usual}"
    low, high = _number(effect.get("low")), _number(effect.get("high"))
    if low is not None and high is not None:
        text += f"; {percent_change(low - 1)} to {percent_change(high - 1)}"
    return text


def _short(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1")) if value < 100 else value.quantize(Decimal(1))


def _drawing(
    series: Mapping[str, Any], metric: str, currency: str, window: DayRange | None
) -> tuple[Chart | None, tuple[Point, ...]]:
    """The metric by day against the band of what was expected, and the same as text."""
    try:
        days = [date.fromisoformat(text) for text in series["days"]]
        seen = [_number(value) for value in series[metric]]
        usual = [_number(value) for value in series[f"{metric}_expected"]]
        share = [_number(value) for value in series["completeness"]]
    except (KeyError, TypeError, ValueError):
        return None, ()
    if len(days) < 2 or not len(days) == len(seen) == len(usual) == len(share):
        return None, ()
    label, shown, axis = _KPIS[metric]
    between = _between(series, metric, len(days))
    settled = [value is None or value >= Decimal(str(SETTLED_SHARE)) for value in share]
    drawn = [
        Series("observed", label, seen, settled),
        Series("expected", "Expected", usual, [True] * len(days)),
    ]
    marked = [window is not None and window.first <= day <= window.last for day in days]
    chart = draw(days, drawn, lambda value: axis(value, currency), marked=marked, between=between)
    bands = zip(*between, strict=True) if between[0] else [(None, None)] * len(days)
    points = tuple(
        Point(
            day,
            _text(now, shown, currency),
            _text(due, shown, currency),
            _spread(band, shown, currency),
            "" if done else "still settling",
        )
        for day, now, due, band, done in zip(days, seen, usual, bands, settled, strict=True)
    )
    return chart, points


def _between(
    series: Mapping[str, Any], metric: str, days: int
) -> tuple[Sequence[Decimal | None], Sequence[Decimal | None]]:
    """The band of what was to be expected, as far as the row states it."""
    low, high = series.get(f"{metric}_low"), series.get(f"{metric}_high")
    if not isinstance(low, list) or not isinstance(high, list):
        return (), ()
    if len(low) != days or len(high) != days:
        return (), ()
    return [_number(value) for value in low], [_number(value) for value in high]


def _text(value: Decimal | None, shown: _Shown, currency: str) -> str:
    return UNKNOWN if value is None else shown(value, currency)


def _spread(band: tuple[Decimal | None, Decimal | None], shown: _Shown, currency: str) -> str:
    low, high = band
    if low is None or high is None:
        return ""
    return f"{shown(low, currency)} to {shown(high, currency)}"
