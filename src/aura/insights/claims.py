"""From a choice to a finding: what all rules share. A rule adds what it claims and its words."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from aura.insights.burden import Heard
from aura.insights.calibration import calibrated
from aura.insights.case import Case, make_case
from aura.insights.claim import Claim
from aura.insights.daily import DAY_NOISE
from aura.insights.evidence import Evidence
from aura.insights.finding import (
    ActionItem,
    Effect,
    Finding,
    FindingType,
    Impact,
    Json,
    Key,
    Priority,
    dedup_key,
)
from aura.insights.related import details, drivers, siblings
from aura.insights.scopes import Scopes
from aura.insights.selection import Choice, choose, scope_of
from aura.insights.situation import Situation
from aura.insights.story import Story
from aura.insights.witness import STORE_SEES, Orders, orders_missing
from aura.insights.wording import to_cents

_SURE = 0.85
# share of the brand's daily spend that the money at stake must reach
_HIGH_SHARE = 0.10
_MEDIUM_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Rule:
    """One insight type.

    Attributes:
        money: what is at stake at a ratio of the KPI, over the whole window.
        claim_words: what `confidence` is the probability of.
    """

    finding_type: FindingType
    version: str
    claim: Claim
    claim_words: str
    money: Callable[[Case, float], float]
    title: Callable[[Story], str]
    description: Callable[[Story], str]
    steps: Callable[[Story, date], tuple[ActionItem, ...]]


def find(
    situation: Situation, rules: Sequence[Rule], standing: Collection[Key] = ()
) -> list[Finding]:
    """The morning's findings of all rules; `standing` is what is said already.

    What breaks shows in several measures: where one has moved, the others need less evidence. Not
    where it only stands: then nothing new has moved.
    """
    scopes = Scopes(situation)
    stands = {
        rule.finding_type: {one[1:] for one in standing if one[0] == rule.finding_type}
        for rule in rules
    }
    chosen = [choose(scopes, rule.claim, Heard((), stands[rule.finding_type])) for rule in rules]
    findings: list[Finding] = []
    for rule, choices in zip(rules, chosen, strict=True):
        moved = {
            frozenset(choice.rows.tolist())
            for other, found in zip(rules, chosen, strict=True)
            if other is not rule and other.claim.direction == rule.claim.direction
            for choice in found
            if not choice.is_held
        }
        heard = Heard(moved, stands[rule.finding_type])
        own = choose(scopes, rule.claim, heard) if moved else choices
        findings.extend(_findings(scopes, rule, own))
    return findings


def _findings(scopes: Scopes, rule: Rule, choices: Sequence[Choice]) -> list[Finding]:
    situation = scopes.situation
    comparison = situation.comparisons[rule.claim.measure]
    findings: list[Finding] = []
    for choice in choices:
        case = make_case(
            situation,
            comparison,
            (choice.rows, choice.column),
            choice.evidence,
            calibrated(
                choice.surprise,
                math.sqrt(comparison.spread.noise),
                only_goes_on=choice.is_held,
            ),
        )
        if choice.level == "campaign" or not _store_objects(rule, case, choice.evidence):
            findings.append(_finding(scopes, rule, choice, case))
    return findings


def _store_objects(rule: Rule, case: Case, evidence: Evidence) -> bool:
    """Whether the store took its usual orders although many of a wide scope's seem lost.

    Then the measurement is in doubt, not the advertising, and nothing is said of its cost.
    """
    if case.store is None or rule.claim.direction == "rose" or case.measure == "value":
        return False
    ratio = case.ratio if case.measure == "cost" else 1.0 / case.ratio
    if case.measure == "cost" and (case.cpc_ratio or 1.0) ** 2 > ratio:
        return False
    # without odds against it the nearer of the two sums is believed, however restless the store is
    orders = Orders(*case.store, case.days, DAY_NOISE)
    lost = float(evidence.expected[case.column]) * (1.0 - 1.0 / ratio)
    return lost >= STORE_SEES * orders.due and not orders_missing(orders, lost)


def _finding(scopes: Scopes, rule: Rule, choice: Choice, case: Case) -> Finding:
    situation = scopes.situation
    scope = scope_of(situation, choice.level, choice.rows)
    impact = _impact(rule, case)
    comparison = situation.comparisons[rule.claim.measure]
    others = siblings(scopes, comparison, choice)
    story = Story(scope, case, impact, drivers(case), others, choice.shown_by, choice.is_held)
    key = dedup_key(situation.panel.history.brand, rule.finding_type, scope, case.window.first)
    related: Json = details(situation, comparison, story, choice)
    related |= {
        "formula_version": rule.version,
        "confidence": related["confidence"] | {"claim": rule.claim_words},
        "dedup_key": key,
    }
    return Finding(
        finding_type=rule.finding_type,
        scope=scope,
        window=case.window,
        confidence=case.probability,
        effect=Effect(case.ratio, case.low, case.high),
        impact=impact,
        priority=_priority(situation, case, impact),
        title=rule.title(story)[:255],
        description=rule.description(story),
        dedup_key=key,
        action_items=rule.steps(story, situation.run_day + timedelta(days=7)),
        details=related,
    )


def _impact(rule: Rule, case: Case) -> Impact:
    amount, one, other = (
        to_cents(rule.money(case, ratio)) for ratio in (case.ratio, case.low, case.high)
    )
    return Impact(
        amount, min(one, other, amount), max(one, other, amount), case.currency, case.days
    )


def _priority(situation: Situation, case: Case, impact: Impact) -> Priority:
    panel = situation.panel
    same = np.array([leaf.currency == case.currency for leaf in panel.leaves])
    daily = float(panel.spend[same][:, -28:].sum()) / 28
    share = float(impact.per_day) / daily if daily > 0 else 0.0
    if share >= _HIGH_SHARE and case.probability >= _SURE:
        return "high"
    return "medium" if share >= _MEDIUM_SHARE else "low"
