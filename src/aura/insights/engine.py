"""The order of things on a morning: stock-taking, health, rules.

`examine` is the whole of it: a history, a day and what stands in, findings out, the most money
first. It is strictly causal: days from `run_day` on, and what was read after it, change nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from aura.insights.claims import Rule, find
from aura.insights.finding import CALM_TYPES, Finding, Key
from aura.insights.panel import Silence
from aura.insights.rules import (
    budget_recommendation,
    conversion_drop,
    high_cpa,
    high_performer,
    low_roas,
    sync_issue,
    tracking_outage,
)
from aura.insights.series import History
from aura.insights.situation import take_stock
from aura.model import Platform

RULES: tuple[Rule, ...] = tuple(
    module.RULE for module in (high_cpa, low_roas, conversion_drop, high_performer)
)

# of several findings about one scope, the first of these is the cause of the others
LEADERS = ("high_cpa", "low_roas", "conversion_drop")


@dataclass(frozen=True, slots=True)
class Examination:
    """What a morning's look gave.

    Attributes:
        findings: those about the data first, then by money at stake.
        campaigns: how many campaigns with delivery were looked at.
        judged: scopes whose state is known this morning; an open finding of another scope stays.
        silences: platforms about which nothing can be said, and why.
        settled_ages: by platform, the age from which its days count as settled.
        arrived_shares: by platform, the share of a day's conversions that is in, by its age.
    """

    findings: tuple[Finding, ...]
    campaigns: int
    judged: frozenset[tuple[str, str]]
    silences: tuple[Silence, ...]
    settled_ages: dict[Platform, int]
    arrived_shares: dict[Platform, tuple[float, ...]]


def examine(
    history: History,
    run_day: date,
    *,
    standing: Collection[Key] = (),
    with_budget: bool = False,
    rules: Sequence[Rule] = RULES,
) -> Examination:
    """Look at a brand on the morning of `run_day` in its own time zone.

    Of what is `standing` since an earlier morning less is asked than of what is new. Budgets change
    slowly: whoever looks every morning asks `with_budget` once a week.
    """
    situation = take_stock(history, run_day)
    panel = situation.panel
    findings = tracking_outage.find(panel, situation.outages, run_day)
    findings.extend(sync_issue.find(panel.history, situation.silences, run_day))
    kinds = {rule.finding_type for rule in rules}
    stood = sorted(key for key in standing if key[0] in kinds)
    findings.extend(find(situation, rules, stood))
    _link(findings)
    # while something breaks, what a campaign answers to money says little: first things first
    if with_budget and all(finding.finding_type in CALM_TYPES for finding in findings):
        findings.extend(budget_recommendation.find(situation))
    for finding in findings:
        # so that it can be computed again
        finding.details["standing"] = [list(key) for key in stood]
    findings.sort(key=_order)
    judged: set[tuple[str, str]] = {(platform, "") for platform in panel.platforms}
    judged |= {(leaf.platform, leaf.entity_id) for leaf in panel.leaves}
    if panel.platforms and not situation.silences:
        judged.add(("", ""))
    return Examination(
        findings=tuple(findings),
        campaigns=int((panel.spend[:, -28:] > 0).any(axis=1).sum()),
        judged=frozenset(judged),
        silences=situation.silences,
        settled_ages={
            platform: curve.settled_age
            for platform, curve in zip(panel.platforms, panel.curves, strict=True)
        },
        arrived_shares={
            platform: tuple(round(float(share), 4) for share in curve.shares)
            for platform, curve in zip(panel.platforms, panel.curves, strict=True)
        },
    )


def _link(findings: list[Finding]) -> None:
    """Findings of one scope that one cause explains name the one that leads them.

    When fewer of those who click buy, a conversion costs more and money returns less: one story.
    """
    leads = {
        kind: {one.scope.place: one for one in findings if one.finding_type == kind}
        for kind in LEADERS
    }
    for finding in findings:
        key = finding.scope.place
        if finding.finding_type not in LEADERS:
            continue
        for kind in LEADERS[: LEADERS.index(finding.finding_type)]:
            if key in leads[kind]:
                leader = leads[kind][key]
                cause = {"insight_type": leader.finding_type, "dedup_key": leader.dedup_key}
                finding.details["explained_by"] = cause
                break


def evaluate(history: History, run_day: date) -> list[Finding]:
    """The findings of a morning."""
    return list(examine(history, run_day).findings)


def _order(finding: Finding) -> tuple[bool, Decimal]:
    amount = Decimal(0) if finding.impact is None else finding.impact.amount
    return not finding.is_health, -amount
