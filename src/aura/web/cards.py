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

from aura.metrics import CATALOGUE
from aura.model import DayRange
from aura.reports.insights import InsightRow
from aura.reports.present import (
    count,
    day_range,
    money,
    money_axis,
    money_exact,
    percent_change,
)
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

_RATIOS: tuple[tuple[str, str, Callable[[Decimal, str], str]], ...] = (
    ("cpa", "Cost per conversion", money_exact),
    ("roas", "Return on ad spend", lambda value, _: f"{value:.2f}x"),
    ("conversion_rate", "Conversion rate", lambda value, _: f"{100 * value:.2f} %"),
)
_STAKE = {"cpa": "Extra cost", "attributed_value": "Expected gain"}


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
class Card:
    """An insight as its card shows it. `chart` is None where the row holds no series."""

    row: InsightRow
    type: str
    priority: str
    window: str
    confidence: str
    claim: str
    facts: tuple[Fact, ...]
    actions: tuple[Step, ...]
    chart: Chart | None
    points: tuple[tuple[date, str, str], ...]


def card_of(row: InsightRow) -> Card:
    """The card of an insight."""
    data = row.related_data
    currency = str(data.get("currency") or "USD")
    confidence = _part(data, "confidence")
    days = _days(data)
    chart, points = _drawing(_part(data, "series"), currency, days)
    return Card(
        row=row,
        type=TYPES.get(row.insight_type, row.insight_type.replace("_", " ").capitalize()),
        priority=PRIORITIES.get(row.priority, row.priority),
        window=day_range(days) if days else "",
        confidence=_in_words(confidence),
        claim=str(confidence.get("claim", "")),
        facts=tuple(_facts(data, currency)),
        actions=tuple(
            Step(str(item.get("text", "")), str(item.get("expected_effect") or ""))
            for item in row.action_items
            if isinstance(item, Mapping)
        ),
        chart=chart,
        points=points,
    )


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
    # never rounded up to a certainty
    percent = min(int(probability * 100), 99)
    return f"{words} ({percent} %)"


def _facts(data: Mapping[str, Any], currency: str) -> list[Fact]:
    """The three numbers that carry the claim, each beside what was expected."""
    observed, expected = _part(data, "observed"), _part(data, "expected")
    effect, stake = _part(data, "effect"), _part(data, "money_at_stake")
    facts = []
    for key, label, shown in _RATIOS:
        now, usual = _number(observed.get(f"{key}_settled")), _number(expected.get(key))
        if now is not None and usual is not None:
            facts.append(Fact(label, shown(now, currency), _was(shown(usual, currency), effect)))
    seen, due = _number(observed.get("conversions")), _number(expected.get("conversions"))
    if seen is not None and due is not None:
        facts.append(Fact("Conversions so far", count(seen), f"expected {count(_short(due))}"))
    amount = _number(stake.get("amount"))
    low, high = _number(stake.get("low")), _number(stake.get("high"))
    if amount is not None:
        spread = f"{money(low, currency)} to {money(high, currency)}" if low and high else ""
        label = _STAKE.get(str(effect.get("metric")), "At stake")
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
    series: Mapping[str, Any], currency: str, window: DayRange | None
) -> tuple[Chart | None, tuple[tuple[date, str, str], ...]]:
    """The cost per conversion by day against what was expected, and the same as text."""
    try:
        days = [date.fromisoformat(text) for text in series["days"]]
        seen = [_number(value) for value in series["cpa"]]
        usual = [_number(value) for value in series["cpa_expected"]]
        share = [_number(value) for value in series["completeness"]]
    except (KeyError, TypeError, ValueError):
        return None, ()
    if len(days) < 2 or not len(days) == len(seen) == len(usual) == len(share):
        return None, ()
    between = _between(series, len(days))
    settled = [value is None or value >= Decimal(str(SETTLED_SHARE)) for value in share]
    label = CATALOGUE["platform_cpa"].label
    drawn = [
        Series("observed", label, seen, settled),
        Series("expected", "Expected", usual, [True] * len(days)),
    ]
    marked = [window is not None and window.first <= day <= window.last for day in days]
    chart = draw(
        days, drawn, lambda value: money_axis(value, currency), marked=marked, between=between
    )
    return chart, tuple(zip(days, _texts(seen, currency), _texts(usual, currency), strict=True))


def _between(
    series: Mapping[str, Any], days: int
) -> tuple[Sequence[Decimal | None], Sequence[Decimal | None]]:
    """The band of what was to be expected, as far as the row states it."""
    low, high = series.get("cpa_low"), series.get("cpa_high")
    if not isinstance(low, list) or not isinstance(high, list):
        return (), ()
    if len(low) != days or len(high) != days:
        return (), ()
    return [_number(value) for value in low], [_number(value) for value in high]


def _texts(values: Sequence[Decimal | None], currency: str) -> list[str]:
    return ["–" if value is None else money_exact(value, currency) for value in values]  # noqa: RUF001 - a dash for unknown
