"""Everything an insight's page states, as JSON for `public.insights.related_data`.

In go a situation and a case, out come plain figures: what was observed and expected, what drove the
change, what the others did, how sure that is, and the series of the chart.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from aura.insights.baseline import HALF_LIFE, Comparison
from aura.insights.case import Case, inputs_hash
from aura.insights.chart import METRICS, chart
from aura.insights.evidence import INTERVAL, Evidence
from aura.insights.finding import Impact, Json
from aura.insights.scopes import Scopes
from aura.insights.selection import Choice
from aura.insights.situation import Situation
from aura.insights.story import Story, certainty
from aura.insights.wording import exact


def drivers(case: Case) -> Json:
    """How the change of the KPI divides between its factors; the log shares sum to 1.

    Cost per conversion is price of a click over conversion rate; return is conversion rate times
    order value over price of a click. The conversion rate is what the others leave.
    """
    if case.measure == "rate" or case.cpc_ratio is None or abs(math.log(case.ratio)) < 1e-9:
        return {}
    whole = math.log(case.ratio)
    cpc = case.spend / case.clicks
    price = _driver(case.cpc_ratio, cpc, is_money=True)
    if case.measure == "cost":
        shares = {"cpc": round(math.log(case.cpc_ratio) / whole, 4)}
        rate_ratio = case.cpc_ratio / case.ratio
        order_value = {}
    else:
        if case.order_value_ratio is None:
            return {}
        shares = {
            "cpc": round(-math.log(case.cpc_ratio) / whole, 4),
            "order_value": round(math.log(case.order_value_ratio) / whole, 4),
        }
        rate_ratio = case.ratio * case.cpc_ratio / case.order_value_ratio
        worth = case.value / max(case.conversions, 1e-9)
        order_value = {"order_value": _driver(case.order_value_ratio, worth, is_money=True)}
    settled = case.conversions / case.share / case.clicks if case.share else 0.0
    found = {"cpc": price, "conversion_rate": _driver(rate_ratio, settled, is_money=False)}
    found |= order_value
    shares["conversion_rate"] = round(1.0 - sum(shares.values()), 4)
    return {name: driver | {"log_share": shares[name]} for name, driver in found.items()}


def _driver(ratio: float, now: float, *, is_money: bool) -> Json:
    before = now / ratio if ratio > 0 else 0.0
    if is_money:
        return {"before": _money(before), "now": _money(now), "ratio": round(ratio, 4)}
    return {"before": round(before, 6), "now": round(now, 6), "ratio": round(ratio, 4)}


def _money(amount: float) -> str:
    return exact(round(amount, 4))


def siblings(scopes: Scopes, comparison: Comparison, choice: Choice) -> Json:
    """What the others did meanwhile, or for a wide scope, what its parts did."""
    situation = scopes.situation
    panel = situation.panel
    measure = comparison.measure.name
    wide = choice.level == "brand" or len(choice.rows) > 1
    if wide:
        rows = choice.rows
        mean = float(choice.evidence.mean()[choice.column])
    else:
        row = int(choice.rows[0])
        same = panel.rows(int(panel.platform_of[row]))
        rows = same[same != row]
        mean = float(scopes.sibling_multipliers(measure)[row, choice.column])
    single = scopes.leaves(measure)
    listed = sorted(rows.tolist(), key=lambda row: -comparison.expected[row, choice.column])[:5]
    is_cost = measure == "cost"
    name = f"{METRICS[measure]}_ratio"
    return {
        "kind": "parts" if wide else "siblings",
        "count": int((comparison.expected[rows, choice.column] >= 1.0).sum()),
        "ratio": round(_kpi(mean, is_cost=is_cost), 3),
        name: round(_kpi(mean, is_cost=is_cost), 3),
        "list": [
            _sibling(situation, single, comparison, (row, choice.column), name) for row in listed
        ],
    }


def _kpi(multiplier: float, *, is_cost: bool) -> float:
    return 1.0 / max(multiplier, 1e-9) if is_cost else multiplier


def _sibling(
    situation: Situation,
    single: Evidence,
    comparison: Comparison,
    place: tuple[int, int],
    name: str,
) -> Json:
    row, column = place
    leaf = situation.panel.leaves[row]
    unit = float(comparison.measure.unit[row])
    mean = float(single.mean()[row, column])
    return {
        "platform": leaf.platform,
        "entity_id": leaf.entity_id,
        "name": leaf.name,
        "conversions": round(float(single.observed[row, column]) * unit, 4),
        "expected": round(float(single.expected[row, column]) * unit, 2),
        name: round(_kpi(mean, is_cost=comparison.measure.name == "cost"), 3),
    }


def details(situation: Situation, comparison: Comparison, story: Story, choice: Choice) -> Json:
    """All of it, but for what only the rule knows."""
    case, history = story.case, situation.panel.history
    spread = comparison.spread
    return {
        "run_day": situation.run_day.isoformat(),
        "as_of": history.as_of.isoformat() if history.as_of else None,
        "status": "open",
        "scope": story.scope.as_json(),
        "currency": case.currency,
        "window": {
            "start": case.window.first.isoformat(),
            "end": case.window.last.isoformat(),
            "days": case.days,
        },
        "baseline": _baseline(situation, case),
        "observed": _observed(case),
        "expected": _expected(case),
        "effect": {
            "metric": METRICS[case.measure],
            "ratio": round(case.ratio, 4),
            "low": round(case.low, 4),
            "high": round(case.high, 4),
            "interval": INTERVAL,
        },
        "completeness": _completeness(situation, case),
        "drivers": story.drivers,
        "siblings": story.siblings,
        "store": None
        if case.store is None
        else {"orders": round(case.store[0], 4), "expected": round(case.store[1], 1)},
        "money_at_stake": _stake(story.impact),
        "confidence": {
            "probability": round(case.probability, 4),
            "words": certainty(case.probability),
            "model_probability": round(choice.probability, 4),
        },
        "method": {
            "shown_by": METRICS.get(choice.shown_by, "cpc"),
            "only_goes_on": choice.is_held,
            "day_noise": round(math.sqrt(spread.noise), 4),
            "weight": round(float(choice.evidence.weight[choice.column]), 4),
            "relative_deviation": round(
                math.sqrt(float(choice.evidence.variance[choice.column])), 4
            ),
        },
        "series": chart(situation, comparison, case),
        "inputs_hash": inputs_hash(situation, case),
    }


def _observed(case: Case) -> Json:
    common = {
        "spend": exact(case.spend),
        "clicks": round(case.clicks),
        "conversions": round(case.conversions, 4),
        "value": exact(round(case.value, 2)),
    }
    if case.measure == "cost":
        cpa = exact(round(case.spend / case.conversions, 2)) if case.conversions else None
        return common | {"cpa": cpa, "cpa_settled": exact(round(case.now, 2))}
    if case.measure == "rate":
        rate = case.conversions / case.clicks if case.clicks else None
        return common | {
            "conversion_rate": None if rate is None else round(rate, 6),
            "conversion_rate_settled": round(case.now, 6),
        }
    return common | {
        "roas": round(case.value / case.spend, 4) if case.spend else None,
        "roas_settled": round(case.now, 4),
    }


def _expected(case: Case) -> Json:
    if case.measure == "value":
        return {
            "value": exact(round(case.expected, 2)),
            "value_settled": exact(round(case.settled, 2)),
            "roas": round(case.usual, 4),
        }
    counts = {
        "conversions": round(case.expected, 2),
        "conversions_settled": round(case.settled, 2),
    }
    if case.measure == "cost":
        return counts | {"cpa": exact(round(case.usual, 2))}
    return counts | {"conversion_rate": round(case.usual, 6)}


def _baseline(situation: Situation, case: Case) -> Json:
    """Which days the expectation rests on, and what they held (weighted as the rate is)."""
    panel = situation.panel
    first, last = (panel.history.index(day) for day in (case.baseline.first, case.baseline.last))
    platforms = np.unique(panel.platform_of[case.rows])
    left_out = np.flatnonzero((~situation.normal[platforms]).any(axis=0))
    return {
        "start": case.baseline.first.isoformat(),
        "end": case.baseline.last.isoformat(),
        "half_life_days": HALF_LIFE,
        "left_out": [
            panel.history.day(int(index)).isoformat()
            for index in left_out
            if first <= index <= last
        ],
        "weighted_spend": exact(round(case.baseline_spend, 2)),
        "weighted_clicks": round(case.baseline_clicks),
        "weighted_conversions": round(case.baseline_conversions, 1),
        "weighted_value": exact(round(case.baseline_value, 2)),
    }


def _completeness(situation: Situation, case: Case) -> Json:
    """What has arrived of the window's conversions, and how that is known."""
    panel = situation.panel
    platforms: dict[str, Any] = {}
    for number in np.unique(panel.platform_of[case.rows]):
        platform, curve = panel.platforms[number], panel.curves[number]
        source = panel.history.source(platform)
        platforms[platform] = {
            "is_learned": curve.first_judged_age == 1,
            "judged_from_age": curve.first_judged_age,
            "by_age": [round(share, 3) for share in curve.shares.tolist()],
            "read_on": source.observed_on.isoformat() if source and source.observed_on else None,
        }
    return {
        "share": round(case.share, 4),
        "still_to_come": round(case.conversions / case.share - case.conversions, 1)
        if case.share > 0
        else None,
        "platforms": platforms,
    }


def _stake(impact: Impact) -> Json:
    return {
        "amount": str(impact.amount),
        "low": str(impact.low),
        "high": str(impact.high),
        "per_day": str(impact.per_day),
        "currency": impact.currency,
        "days": impact.days,
    }
