"""budget_recommendation: the same money would bring more if it were divided otherwise.

A firm shift where spend moved enough for the answer to money to be seen, a small deliberate test
where it did not. docs/insights/budget_recommendation.md tells it to a marketer.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from aura.insights.allocation import BOX
from aura.insights.budget import (
    DAYS,
    HAIRCUT,
    LEAST_GAIN,
    LEAST_KNOWN,
    LEAST_OWN_MOVES,
    Advice,
    advise,
)
from aura.insights.finding import Effect, Finding, Impact, Json, Priority, Scope, dedup_key
from aura.insights.rules import budget_recommendation_words as words
from aura.insights.situation import Situation
from aura.insights.wording import exact, to_cents
from aura.model import DayRange

VERSION: Final = "budget_recommendation/2"
# days that the expected gain is told for, and after which a step is judged
SPAN: Final = 28
_WAIT: Final = 14
_HIGH_GAIN: Final = 0.06


def find(situation: Situation) -> list[Finding]:
    """The morning's advice, one at most."""
    advice = advise(situation)
    return [] if advice is None else [_finding(situation, advice)]


def _finding(situation: Situation, advice: Advice) -> Finding:
    panel = situation.panel
    scope = Scope("brand", "All ads")
    last = panel.history.day(panel.days - 1)
    window = DayRange(max(last - timedelta(days=SPAN - 1), panel.history.first_day), last)
    gain = tuple(
        HAIRCUT * share
        for share in (advice.division.gain, advice.division.low, advice.division.high)
    )
    impact = _impact(advice, gain, panel.leaves[int(advice.rows[0])].currency)
    key = dedup_key(panel.history.brand, "budget_recommendation", scope, situation.run_day)
    rows = _rows(situation, advice)
    story = words.BudgetStory(advice.mode, tuple(rows), gain, impact, advice.known)
    check_on = situation.run_day + timedelta(days=_WAIT)
    return Finding(
        finding_type="budget_recommendation",
        scope=scope,
        window=window,
        confidence=min(advice.division.probability, 0.995),
        effect=Effect(1.0 + gain[0], 1.0 + gain[1], 1.0 + gain[2]),
        impact=impact,
        priority=_priority(advice, gain[0]),
        title=words.title(story),
        description=words.description(story),
        dedup_key=key,
        action_items=words.steps(story, check_on),
        details=_details(situation, advice, window, gain, impact, rows) | {"dedup_key": key},
    )


def _priority(advice: Advice, gain: float) -> Priority:
    if advice.mode == "test":
        return "low"
    return "high" if gain >= _HIGH_GAIN else "medium"


def _impact(advice: Advice, gain: tuple[float, ...], currency: str) -> Impact:
    """What the attributed value would gain over SPAN days."""
    middle, low, high = (to_cents(share * advice.daily_value * SPAN) for share in gain)
    return Impact(middle, min(low, middle), max(high, middle), currency, SPAN)


def _rows(situation: Situation, advice: Advice) -> list[Json]:
    """From and to, by campaign, to the cent and with the same total; the largest change first."""
    panel = situation.panel
    total = sum((to_cents(float(money)) for money in advice.present), Decimal(0))
    to = [to_cents(float(money)) for money in advice.division.money]
    largest = max(range(len(to)), key=lambda place: to[place])
    to[largest] += total - sum(to, Decimal(0))
    found: list[Json] = []
    for place, row in enumerate(advice.rows):
        leaf = panel.leaves[int(row)]
        now = to_cents(float(advice.present[place]))
        found.append(
            {
                "platform": leaf.platform,
                "entity_id": leaf.entity_id,
                "name": leaf.name or leaf.entity_id,
                "from_daily": str(now),
                "to_daily": str(to[place]),
                "change": round(float(to[place] / now) - 1.0, 4),
                "elasticity": round(float(advice.elasticity[place]), 3),
                "elasticity_deviation": round(float(advice.deviation[place]), 3),
                "daily_conversions": round(float(advice.conversions[place]), 2),
                "daily_value": exact(round(float(advice.value[place]), 2)),
            }
        )
    return sorted(
        found, key=lambda one: -abs(Decimal(one["to_daily"]) - Decimal(one["from_daily"]))
    )


def _details(
    situation: Situation,
    advice: Advice,
    window: DayRange,
    gain: tuple[float, ...],
    impact: Impact,
    rows: list[Json],
) -> Json:
    history = situation.panel.history
    return {
        "formula_version": VERSION,
        "run_day": situation.run_day.isoformat(),
        "as_of": history.as_of.isoformat() if history.as_of else None,
        "status": "open",
        "scope": {"level": "brand", "platform": "", "entity_id": "", "name": "All ads"},
        "currency": impact.currency,
        "window": {
            "start": window.first.isoformat(),
            "end": window.last.isoformat(),
            "days": len(window),
        },
        "budget": {
            "mode": advice.mode,
            "rows": rows,
            "predicted_uplift": {
                "share": round(gain[0], 4),
                "low": round(gain[1], 4),
                "high": round(gain[2], 4),
                "interval": 0.8,
            },
        },
        "effect": {
            "metric": "attributed_value",
            "ratio": round(1.0 + gain[0], 4),
            "low": round(1.0 + gain[1], 4),
            "high": round(1.0 + gain[2], 4),
            "interval": 0.8,
        },
        "money_at_stake": {
            "amount": str(impact.amount),
            "low": str(impact.low),
            "high": str(impact.high),
            "per_day": str(impact.per_day),
            "currency": impact.currency,
            "days": impact.days,
        },
        "confidence": {
            "probability": round(min(advice.division.probability, 0.995), 4),
            "words": words.certainty(advice.division.probability),
            "claim": "the same money brings more when it is divided as advised",
        },
        "method": _method(advice),
    }


def _method(advice: Advice) -> Json:
    """What the gates were given and what they asked for."""
    return {
        "days": DAYS,
        "box": BOX,
        "haircut": HAIRCUT,
        "least_gain": LEAST_GAIN,
        "known": round(advice.known, 3),
        "least_known": LEAST_KNOWN,
        "own_moves": round(advice.own_moves, 3),
        "least_own_moves": LEAST_OWN_MOVES,
    }
