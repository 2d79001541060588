"""Which scope to speak about, so that one cause yields one insight.

The brand, its platforms and its campaigns compete to explain what was seen. A wide scope is chosen
when it explains more than any of its parts and the parts beside the one that moved most moved with
it; a campaign is measured against what happened to its siblings.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from aura.insights.baseline import WINDOWS, Comparison
from aura.insights.case import Rows
from aura.insights.evidence import (
    Direction,
    Evidence,
    beside,
    is_over,
    of_leaves,
    of_siblings,
    of_total,
    outside_multipliers,
)
from aura.insights.finding import ScopeLevel
from aura.insights.measure import MeasureName
from aura.insights.series import BoolArray, FloatArray
from aura.insights.situation import Situation

# expected conversions that a window must hold before anything is said
LEAST_EXPECTED = 10.0
_LEAST_REPORTED = 6.0
_LEAST_BASELINE = 15.0
_LEAST_BASELINE_DAYS = 21
# part of a wide scope's change (in logarithms) that its other parts must show
_BREADTH = 0.6
_LEAST_OF_OTHERS = 5.0
_LEAST_BESIDE = 2.0
# how much more than any of its parts a wide scope must explain
_WIDER = 1.2
# what a window around a holiday or promotion must show beyond that
_HOLIDAY_SURPRISE = 1.5
# what is asked beyond that where all that strays is the chance of counts, or of days
_COUNT_SURPRISE = 2.4
_DAY_SURPRISE = 4.0
# days without delivery after which a campaign is over
_IDLE_DAYS = 3
# the part of what happened to others (in logarithms) that happened to a scope as well
_IN_COMMON = 0.7


@dataclass(frozen=True, slots=True)
class Claim:
    """What a rule looks for.

    Attributes:
        limit: the multiplier on conversions (or value) past which it is worth a word.
        speak: the least probability of that.
        surprise: how much better (in logarithms of likelihood) a change must explain the counts.
        echo: the same where another measure of the scope has moved already.
        least_days: shorter windows are not enough for a wide scope.
    """

    measure: MeasureName
    direction: Direction
    limit: float
    speak: float = 0.86
    surprise: float = 4.3
    echo: float = 3.4
    least_days: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A scope that is to be spoken of: its leaves, its window and its evidence, (W,)."""

    level: ScopeLevel
    rows: Rows
    column: int
    evidence: Evidence
    probability: float
    surprise: float


def choose(
    situation: Situation, claim: Claim, moved: Collection[frozenset[int]] = ()
) -> list[Choice]:
    """Scopes of which the claim holds with the probability it asks for.

    Of scopes whose leaves have `moved` in another measure less evidence is asked.
    """
    panel = situation.panel
    comparison = situation.comparisons[claim.measure]
    is_active = _is_active(situation, comparison)
    active = np.flatnonzero(is_active)
    if not active.size:
        return []
    platforms = [rows[is_active[rows]] for rows in panel.rows_of]
    platforms = [rows for rows in platforms if rows.size]
    campaigns, alone = _campaign_choices(situation, claim, active, moved)
    loudest = float(alone.max())
    found: list[Choice] = []
    wholes: list[Choice] = []
    for rows in platforms:
        whole = _broad_choice(situation, claim, "platform", rows, moved)
        own = [choice for choice in campaigns if choice.rows[0] in rows]
        if whole is not None and whole.surprise > _WIDER * float(alone[rows].max()):
            found.append(whole)
            wholes.append(whole)
        else:
            found.extend(own)
    brand = None
    if len(platforms) > 1:
        brand = _broad_choice(situation, claim, "brand", active, moved)
    loudest = max([loudest, *(choice.surprise for choice in wholes)])
    return [brand] if brand is not None and brand.surprise > _WIDER * loudest else found


def _is_active(situation: Situation, comparison: Comparison) -> BoolArray:
    """Leaves that still spend and know their own past, (K,)."""
    panel = situation.panel
    spends = np.zeros(len(panel.leaves), dtype=np.bool_)
    for number in range(len(panel.platforms)):
        rows = panel.rows(number)
        known = np.flatnonzero((panel.known[rows] & (panel.share[rows] > 0)).any(axis=0))
        if known.size:
            recent = panel.spend[rows, max(known[-1] - _IDLE_DAYS + 1, 0) : known[-1] + 1]
            spends[rows] = recent.sum(axis=1) > 0
    knows = (comparison.baseline_count[:, 0] >= _LEAST_BASELINE) & (
        comparison.baseline_days[:, 0] >= _LEAST_BASELINE_DAYS
    )
    return np.asarray(spends & knows)


def _broad_choice(
    situation: Situation,
    claim: Claim,
    level: ScopeLevel,
    rows: Rows,
    moved: Collection[frozenset[int]],
) -> Choice | None:
    """The leaves together, when those beside the one that did most moved as well."""
    if len(rows) < 2 or len({situation.panel.leaves[row].currency for row in rows}) > 1:
        return None
    comparison = situation.comparisons[claim.measure]
    plain = of_total(comparison, rows)
    least = claim.echo if frozenset(rows.tolist()) in moved else claim.surprise
    at_most = plain.surprise(claim.direction)
    if not (at_most > least).any():
        return None
    asked = _asked(least, plain, comparison.holiday[rows].max(axis=0))
    # what others did can only explain it away
    if not (at_most > asked).any():
        return None
    elsewhere = _common(situation, claim)
    if level == "platform":
        beside = outside_multipliers(comparison, rows, situation.panel)
        elsewhere = _further(claim, beside, elsewhere)
    evidence = replace(plain, expected=plain.expected * elsewhere)
    probability = evidence.probability(claim.limit, claim.direction)
    surprise = evidence.surprise(claim.direction)
    loud = (probability > claim.speak) & (surprise > asked)
    if not loud.any():
        return None
    loud &= _is_telling(situation, claim, rows) & (np.array(WINDOWS) >= claim.least_days)
    for column in np.flatnonzero(loud)[np.argsort(-surprise[loud])].tolist():
        if _is_broad(comparison, rows, column, claim.direction):
            level = "brand" if len(situation.ad_platforms) == 1 else level
            return Choice(
                level, rows, column, plain, float(probability[column]), float(surprise[column])
            )
    return None


def _asked(least: FloatArray | float, evidence: Evidence, holiday: FloatArray) -> FloatArray:
    """The evidence that is asked: more around holidays, more of few purchases and restless days.

    What strays slowly has few chances a year to look like an event, chance has one every few days.
    """
    counts, days = evidence.chances
    by_chance = _COUNT_SURPRISE * counts + _DAY_SURPRISE * days
    return np.asarray(least + by_chance + _HOLIDAY_SURPRISE * holiday)


def _is_broad(comparison: Comparison, rows: Rows, column: int, direction: Direction) -> bool:
    """Whether the change shows without the leaf that did most, beyond chance."""
    seen, due = comparison.observed[rows, column], comparison.expected[rows, column]
    change = np.log(max(float(seen.sum()), 0.5) / float(due.sum()))
    most = int(np.argmax(np.sign(change) * (seen - due)))
    others = np.arange(len(rows)) != most
    rest_seen, rest_due = float(seen[others].sum()), float(due[others].sum())
    if rest_due < _LEAST_OF_OTHERS:
        return False
    if np.log(max(rest_seen, 0.5) / rest_due) / change < _BREADTH:
        return False
    rest = of_total(comparison, rows[others])
    return bool(rest.surprise(direction)[column] >= _LEAST_BESIDE)


def _campaign_choices(
    situation: Situation, claim: Claim, active: Rows, moved: Collection[frozenset[int]]
) -> tuple[list[Choice], FloatArray]:
    """Campaigns that moved by themselves: more than their siblings did.

    And the evidence of each, (K,). It competes with wider scopes also where it is not enough to
    speak: what one campaign nearly explains is no matter of all, and a day later it is sure.
    """
    comparison = situation.comparisons[claim.measure]
    alone = of_leaves(comparison)
    # siblings can exclude no more than what all have in common, and what they did only explains
    most = beside(alone, comparison.shared_noise)
    if not (most.surprise(claim.direction) > min(claim.surprise, claim.echo))[active].any():
        return [], np.zeros(len(comparison.expected))
    others = of_siblings(situation.panel, comparison)
    alone = beside(alone, others.relief)
    least = np.full((len(comparison.expected), 1), claim.surprise)
    least[[row for row in active if frozenset((int(row),)) in moved]] = claim.echo
    asked = _asked(least, alone, comparison.holiday)
    siblings = _further(claim, others.multipliers, _common(situation, claim))
    adjusted = replace(alone, expected=alone.expected * siblings)
    probability = adjusted.probability(claim.limit, claim.direction)
    surprise = adjusted.surprise(claim.direction)
    is_likely = probability > claim.speak
    evidence = np.zeros(len(comparison.expected))
    found: list[Choice] = []
    for row in active[(is_likely & (surprise > claim.echo))[active].any(axis=1)]:
        told = is_likely[row] & _is_telling(situation, claim, np.array([row]))
        evidence[row] = np.where(told, surprise[row], 0.0).max()
        columns = np.flatnonzero(told & (surprise[row] > asked[row]))
        if not columns.size:
            continue
        column = int(columns[np.argmax(surprise[row, columns])])
        found.append(
            Choice(
                _own_level(situation, int(row)),
                np.array([row]),
                column,
                of_total(comparison, np.array([row])),
                float(probability[row, column]),
                float(surprise[row, column]),
            )
        )
    return found, evidence


def _further(claim: Claim, *multipliers: FloatArray) -> FloatArray:
    """What happened to a scope as well, of what went furthest in the claim's direction; else 1."""
    furthest: FloatArray = np.ones(1)
    for one in multipliers:
        furthest = (np.minimum if claim.direction == "fell" else np.maximum)(furthest, one)
    return furthest**_IN_COMMON


def _common(situation: Situation, claim: Claim) -> FloatArray:
    """What the store's other orders say that happened to everyone, (W,).

    A rise of everything praises no campaign. A fall of everything is nobody's fault only around
    holidays and promotions: at other times it may be the store that broke.
    """
    if claim.direction == "rose":
        return np.maximum(situation.demand, 1.0)
    holiday = situation.comparisons[claim.measure].holiday
    near = holiday.max(axis=0, initial=0.0)
    return np.asarray(np.minimum(situation.demand, 1.0) ** np.minimum(2.0 * near, 1.0))


def _own_level(situation: Situation, row: int) -> ScopeLevel:
    if situation.panel.leaves[row].level == "campaign":
        return "campaign"
    return "brand" if len(situation.ad_platforms) == 1 else "platform"


def _is_telling(situation: Situation, claim: Claim, rows: Rows) -> BoolArray:
    """Windows with enough to say something, and not refuted by what came after them, (W,)."""
    comparison = situation.comparisons[claim.measure]
    enough = (comparison.settled[rows].sum(axis=0) >= LEAST_EXPECTED) & (
        comparison.expected[rows].sum(axis=0) >= _LEAST_REPORTED
    )
    evidence = of_total(comparison, rows)
    return np.asarray(
        enough & ~is_over(evidence) & ~_has_recovered(situation, claim, comparison, rows)
    )


def _has_recovered(
    situation: Situation, claim: Claim, comparison: Comparison, rows: Rows
) -> BoolArray:
    """Whether days too young to be judged already refute a fall, (W,)."""
    if claim.direction == "rose":
        return np.zeros(len(WINDOWS), dtype=np.bool_)
    panel = situation.panel
    seen = 0.0
    due: FloatArray = np.zeros(len(WINDOWS))
    for row in rows:
        number = int(panel.platform_of[row])
        young = slice(comparison.end[number] + 1, panel.days)
        if young.start >= young.stop:
            continue
        usable = situation.usable[number, young] & (panel.share[row, young] > 0)
        seen += float(comparison.measure.observed[row, young][usable].sum())
        due = due + comparison.exposure[row, young][usable].sum() * comparison.rate[row]
    return np.asarray((due >= 5.0) & (seen >= 0.95 * due))
