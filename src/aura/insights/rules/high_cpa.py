"""high_cpa: a conversion costs clearly more than it used to, and it is not only still to arrive.

Speaks when conversions fell below 1/1.15 of what the spend should have brought with a probability
over 95 %, at the narrowest scope that explains it. docs/insights/high_cpa.md tells it to a
marketer.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import numpy as np

from aura.insights.case import Case, inputs_hash, make_case
from aura.insights.chart import chart
from aura.insights.evidence import Evidence, of_leaves, sibling_multipliers
from aura.insights.finding import (
    Effect,
    Finding,
    Impact,
    Json,
    Priority,
    Scope,
    dedup_key,
)
from aura.insights.health import STORE_SEES, orders_missing
from aura.insights.rules import high_cpa_words as words
from aura.insights.selection import Choice, choose_fallen
from aura.insights.situation import Situation
from aura.insights.wording import exact, platform_words, to_cents

VERSION = "high_cpa/1"
MATERIAL_RISE = 1.15
SPEAK = 0.95
_SURE = 0.97
# share of the brand's daily spend that the extra cost must reach
_HIGH_SHARE = 0.10
_MEDIUM_SHARE = 0.03


def find(situation: Situation) -> list[Finding]:
    """The morning's findings."""
    findings: list[Finding] = []
    for choice in choose_fallen(situation, limit=1.0 / MATERIAL_RISE, speak=SPEAK):
        case = make_case(situation, choice.rows, choice.column, choice.evidence, choice.probability)
        if choice.level == "campaign" or not _store_objects(case):
            findings.append(_finding(situation, choice, case))
    return findings


def _store_objects(case: Case) -> bool:
    """Whether the store took its usual orders although many of a wide scope's seem lost.

    Then the measurement is in doubt, not the advertising, and nothing is said of its cost.
    """
    if case.store is None or (case.cpc_ratio or 1.0) ** 2 > case.ratio:
        return False
    seen, due = case.store
    lost = min(case.expected * (1.0 - 1.0 / case.ratio), 0.95 * due)
    return lost >= STORE_SEES * due and not orders_missing(seen, due, lost, days=case.days)


def _finding(situation: Situation, choice: Choice, case: Case) -> Finding:
    scope = _scope(situation, choice)
    impact = _impact(case)
    siblings = _siblings(situation, choice)
    story = words.Story(scope, case, impact, drivers(case), siblings)
    key = dedup_key(situation.panel.history.brand, "high_cpa", scope, case.window.first)
    return Finding(
        finding_type="high_cpa",
        scope=scope,
        window=case.window,
        confidence=choice.probability,
        effect=Effect(case.ratio, case.low, case.high),
        impact=impact,
        priority=_priority(situation, case, impact),
        title=words.title(story),
        description=words.description(story),
        dedup_key=key,
        action_items=words.steps(story, situation.run_day + timedelta(days=7)),
        details=_details(situation, story, choice) | {"dedup_key": key},
    )


def _scope(situation: Situation, choice: Choice) -> Scope:
    leaf = situation.panel.leaves[int(choice.rows[0])]
    if choice.level == "brand":
        return Scope("brand", "All ads")
    if choice.level == "platform":
        return Scope("platform", platform_words(leaf.platform), leaf.platform)
    return Scope("campaign", leaf.name or leaf.entity_id, leaf.platform, leaf.entity_id)


def _impact(case: Case) -> Impact:
    amount, low, high = (
        to_cents(case.spend * (1.0 - 1.0 / ratio)) for ratio in (case.ratio, case.low, case.high)
    )
    return Impact(amount, min(low, amount), max(high, amount), case.currency, case.days)


def _priority(situation: Situation, case: Case, impact: Impact) -> Priority:
    panel = situation.panel
    same = np.array([leaf.currency == case.currency for leaf in panel.leaves])
    daily = float(panel.spend[same][:, -28:].sum()) / 28
    share = float(impact.per_day) / daily if daily > 0 else 0.0
    if share >= _HIGH_SHARE and case.probability >= _SURE:
        return "high"
    return "medium" if share >= _MEDIUM_SHARE else "low"


def drivers(case: Case) -> Json:
    """How the rise divides between cost per click and conversion rate; log shares sum to 1."""
    rate_now = case.conversions / case.share / case.clicks if case.clicks and case.share else 0.0
    if case.cpc_ratio is None or abs(math.log(case.ratio)) < 1e-9:
        return {}
    share = math.log(case.cpc_ratio) / math.log(case.ratio)
    cpc = case.spend / case.clicks
    rate_ratio = case.cpc_ratio / case.ratio
    return {
        "cpc": {
            "before": exact(round(cpc / case.cpc_ratio, 4)),
            "now": exact(round(cpc, 4)),
            "ratio": round(case.cpc_ratio, 4),
            "log_share": round(share, 4),
        },
        "conversion_rate": {
            "before": round(rate_now / rate_ratio, 6),
            "now": round(rate_now, 6),
            "ratio": round(rate_ratio, 4),
            "log_share": round(1.0 - round(share, 4), 4),
        },
    }


def _siblings(situation: Situation, choice: Choice) -> Json:
    """What the others did meanwhile, or for a wide scope, what its parts did."""
    panel, comparison = situation.panel, situation.comparison
    wide = choice.level == "brand" or len(choice.rows) > 1
    if wide:
        rows = choice.rows
        mean = float(choice.evidence.mean()[choice.column])
    else:
        row = int(choice.rows[0])
        same = panel.rows(int(panel.platform_of[row]))
        rows = same[same != row]
        mean = float(sibling_multipliers(panel, comparison)[row, choice.column])
    single = of_leaves(comparison)
    listed = sorted(rows.tolist(), key=lambda row: -comparison.expected[row, choice.column])[:5]
    return {
        "kind": "parts" if wide else "siblings",
        "count": int((comparison.expected[rows, choice.column] >= 1.0).sum()),
        "cpa_ratio": round(1.0 / mean, 3) if mean > 0 else None,
        "list": [_sibling(situation, single, row, choice.column) for row in listed],
    }


def _sibling(situation: Situation, single: Evidence, row: int, column: int) -> Json:
    leaf = situation.panel.leaves[row]
    mean = single.mean()[row, column]
    return {
        "platform": leaf.platform,
        "entity_id": leaf.entity_id,
        "name": leaf.name,
        "conversions": round(float(single.observed[row, column]), 4),
        "expected": round(float(single.expected[row, column]), 2),
        "cpa_ratio": round(1.0 / float(mean), 3),
    }


def _details(situation: Situation, story: words.Story, choice: Choice) -> Json:
    case, panel = story.case, situation.panel
    history = panel.history
    return {
        "formula_version": VERSION,
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
        "observed": {
            "spend": exact(case.spend),
            "clicks": round(case.clicks),
            "conversions": round(case.conversions, 4),
            "cpa": exact(round(case.spend / case.conversions, 2)) if case.conversions else None,
            "cpa_settled": exact(round(case.cpa, 2)),
        },
        "expected": {
            "conversions": round(case.expected, 2),
            "conversions_settled": round(case.settled, 2),
            "cpa": exact(round(case.usual_cpa, 2)),
        },
        "effect": {
            "metric": "cpa",
            "ratio": round(case.ratio, 4),
            "low": round(case.low, 4),
            "high": round(case.high, 4),
            "interval": 0.8,
        },
        "completeness": _completeness(situation, case),
        "drivers": story.drivers,
        "siblings": story.siblings,
        "store": None
        if case.store is None
        else {"orders": round(case.store[0], 4), "expected": round(case.store[1], 1)},
        "money_at_stake": _money(story.impact),
        "confidence": {
            "probability": round(case.probability, 4),
            "words": words.certainty(case.probability),
            "claim": f"a conversion costs at least {MATERIAL_RISE - 1:.0%} more than its baseline",
        },
        "method": {
            "day_noise": round(math.sqrt(situation.comparison.noise), 4),
            "weight": round(float(choice.evidence.weight[choice.column]), 4),
            "relative_deviation": round(
                math.sqrt(float(choice.evidence.variance[choice.column])), 4
            ),
        },
        "series": chart(situation, case),
        "inputs_hash": inputs_hash(situation, case),
    }


def _baseline(situation: Situation, case: Case) -> Json:
    """Which days the expectation rests on, and what they held (weighted as the rate is)."""
    panel = situation.panel
    first, last = (panel.history.index(day) for day in (case.baseline.first, case.baseline.last))
    platforms = np.unique(panel.platform_of[case.rows])
    left_out = np.flatnonzero((~situation.normal[platforms]).any(axis=0))
    return {
        "start": case.baseline.first.isoformat(),
        "end": case.baseline.last.isoformat(),
        "half_life_days": 28,
        "left_out": [
            panel.history.day(int(index)).isoformat()
            for index in left_out
            if first <= index <= last
        ],
        "weighted_spend": exact(round(case.baseline_spend, 2)),
        "weighted_clicks": round(case.baseline_clicks),
        "weighted_conversions": round(case.baseline_conversions, 1),
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


def _money(impact: Impact) -> Json:
    return {
        "amount": str(impact.amount),
        "low": str(impact.low),
        "high": str(impact.high),
        "per_day": str(impact.per_day),
        "currency": impact.currency,
        "days": impact.days,
    }
