"""Which scope to speak about, so that one cause yields one insight.

The brand comes first: when all of its platforms moved, no platform and no campaign is blamed. Then
each platform in the same way, then campaigns, each measured against what happened to its siblings.
A scope is broad when it still stands without the part that did most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aura.insights.baseline import WINDOWS
from aura.insights.case import Rows
from aura.insights.evidence import Evidence, of_leaves, of_total, sibling_multipliers
from aura.insights.finding import ScopeLevel
from aura.insights.series import BoolArray, FloatArray
from aura.insights.situation import Situation

# expected conversions that a window must hold before anything is said
LEAST_EXPECTED = 10.0
_LEAST_REPORTED = 6.0
_LEAST_BASELINE = 15.0
_LEAST_BASELINE_DAYS = 21
_BROAD = 0.80
# days without delivery after which a campaign is over
_IDLE_DAYS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A scope that is to be spoken of: its leaves, its window and its evidence, (W,)."""

    level: ScopeLevel
    rows: Rows
    column: int
    evidence: Evidence
    probability: float


def choose_fallen(situation: Situation, *, limit: float, speak: float) -> list[Choice]:
    """Scopes whose conversions fell below `limit` times the expected with probability > `speak`."""
    panel = situation.panel
    active = np.flatnonzero(_is_active(situation))
    if not active.size:
        return []
    platforms = [np.intersect1d(panel.rows(n), active) for n in range(len(panel.platforms))]
    platforms = [rows for rows in platforms if rows.size]
    brand = _broad_choice(situation, "brand", platforms, limit, speak)
    if brand is not None:
        return [brand]
    found: list[Choice] = []
    campaigns = _campaign_choices(situation, active, limit, speak)
    for rows in platforms:
        parts = [rows[n : n + 1] for n in range(len(rows))]
        whole = _broad_choice(situation, "platform", parts, limit, speak)
        own = [choice for choice in campaigns if choice.rows[0] in rows]
        if whole is not None:
            found.append(whole)
        elif own:
            found.extend(own)
    return found


def _is_active(situation: Situation) -> BoolArray:
    """Leaves that still spend and know their own past, (K,)."""
    panel, comparison = situation.panel, situation.comparison
    spends = np.zeros(len(panel.leaves), dtype=np.bool_)
    for number in range(len(panel.platforms)):
        rows = panel.rows(number)
        known = np.flatnonzero((panel.known[rows] & (panel.share[rows] > 0)).any(axis=0))
        if known.size:
            recent = panel.spend[rows][:, max(known[-1] - _IDLE_DAYS + 1, 0) : known[-1] + 1]
            spends[rows] = recent.sum(axis=1) > 0
    knows = (comparison.baseline_count[:, 0] >= _LEAST_BASELINE) & (
        comparison.baseline_days[:, 0] >= _LEAST_BASELINE_DAYS
    )
    return np.asarray(spends & knows)


def _broad_choice(
    situation: Situation, level: ScopeLevel, parts: list[Rows], limit: float, speak: float
) -> Choice | None:
    """The parts together, when they fell and would have fallen without the one that fell most."""
    telling = [rows for rows in parts if rows.size]
    if len(telling) < 2:
        return None
    rows = np.concatenate(telling)
    if len({situation.panel.leaves[row].currency for row in rows}) > 1:
        return None
    missing = situation.comparison.expected - situation.comparison.observed
    evidence = of_total(situation.comparison, rows)
    probability = evidence.probability_below(limit)
    if not (probability > speak).any():
        return None
    probability = np.where(_is_telling(situation, rows), probability, 0.0)
    for column in _by_surprise(evidence, probability > speak):
        lost = [float(missing[part, column].sum()) for part in telling]
        rest = np.concatenate([p for n, p in enumerate(telling) if n != int(np.argmax(lost))])
        others = of_total(situation.comparison, rest)
        is_heard = others.expected[column] >= LEAST_EXPECTED / 2
        if is_heard and others.probability_below(limit)[column] > _BROAD:
            return Choice(level, rows, column, evidence, float(probability[column]))
    return None


def _campaign_choices(
    situation: Situation, active: Rows, limit: float, speak: float
) -> list[Choice]:
    """Campaigns that fell by themselves: more than their siblings did."""
    comparison = situation.comparison
    siblings = np.minimum(sibling_multipliers(situation.panel, comparison), 1.0)
    alone = of_leaves(comparison)
    adjusted = Evidence(alone.observed, alone.expected * siblings, alone.variance)
    probability = adjusted.probability_below(limit)
    surprise = adjusted.surprise()
    found: list[Choice] = []
    for row in active:
        loud = probability[row] > speak
        if not loud.any():
            continue
        leaf = Evidence(alone.observed[row], alone.expected[row], alone.variance[row])
        columns = np.flatnonzero(loud & _is_telling(situation, np.array([row])))
        if not columns.size:
            continue
        column = int(columns[np.argmax(surprise[row, columns])])
        level: ScopeLevel = (
            "campaign" if situation.panel.leaves[row].level == "campaign" else "platform"
        )
        found.append(Choice(level, np.array([row]), column, leaf, float(probability[row, column])))
    return found


def _is_telling(situation: Situation, rows: Rows) -> BoolArray:
    """Windows with enough to say something, and not refuted by what came after them, (W,)."""
    comparison = situation.comparison
    enough = (comparison.settled[rows].sum(axis=0) >= LEAST_EXPECTED) & (
        comparison.expected[rows].sum(axis=0) >= _LEAST_REPORTED
    )
    return np.asarray(enough & ~_has_recovered(situation, rows))


def _has_recovered(situation: Situation, rows: Rows) -> BoolArray:
    """Whether days too young to be judged already show all that is expected of them, (W,)."""
    panel, comparison = situation.panel, situation.comparison
    seen = 0.0
    due: FloatArray = np.zeros(len(WINDOWS))
    for row in rows:
        number = int(panel.platform_of[row])
        young = slice(comparison.end[number] + 1, panel.days)
        usable = situation.usable[number, young] & (panel.share[row, young] > 0)
        seen += float(panel.conversions[row, young][usable].sum())
        due = due + comparison.exposure[row, young][usable].sum() * comparison.rate[row]
    return np.asarray((due >= 5.0) & (seen >= 0.95 * due))


def _by_surprise(evidence: Evidence, allowed: BoolArray) -> list[int]:
    columns = np.flatnonzero(allowed)
    return [int(column) for column in columns[np.argsort(-evidence.surprise()[columns])]]
