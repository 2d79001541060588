"""Which scope to speak about, so that one cause yields one insight.

The brand, its platforms and its campaigns compete to explain what was seen. A wide scope is chosen
when it explains more than any of its parts and the parts beside the one that moved most moved with
it; a campaign is measured against what happened to its siblings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from aura.insights.baseline import WINDOWS, Comparison
from aura.insights.burden import Burden, Heard, Seen, Weighed, burden, weigh
from aura.insights.case import Rows
from aura.insights.claim import Claim
from aura.insights.evidence import Direction, Evidence, ended_odds
from aura.insights.finding import Scope, ScopeLevel
from aura.insights.measure import MeasureName
from aura.insights.price import Shown, shown_by_price
from aura.insights.scopes import Scopes
from aura.insights.series import BoolArray, FloatArray
from aura.insights.situation import Situation
from aura.insights.wording import platform_words

# expected conversions that a window must hold before anything is said
LEAST_EXPECTED = 10.0
_LEAST_REPORTED = 6.0
# part of a wide scope's change (in logarithms) that its other parts must show
_BREADTH = 0.6
_LEAST_OF_OTHERS = 5.0
_LEAST_BESIDE = 2.0
# how much more than any of its parts a wide scope must explain; and where its other parts show it
# as surely as a part that would be told alone; and where it stands already
_WIDER = 1.2
_AS_WIDE = 1.0
_STANDS_WIDE = 0.8
_SURELY_BESIDE = 4.0
# the part of what happened to others (in logarithms) that happened to a scope as well
_IN_COMMON = 0.7
# days after which the price of a click shows it
_PRICE_DAYS = {"fell": 3, "rose": 5}
# what the purchases that were counted must show of it themselves: its size, and its surprise
_AGREES = 1.15
_AGREES_SURPRISE = 1.0
# the odds that it has ended up to which a scope is spoken of; by the hazard alone they are 0.13 for
# a window of two days and 0.93 for one of two weeks, so the newest days must speak for it
_ENDED = 0.25
_NOTHING = Heard()


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A scope that is to be spoken of: its leaves, its window and its evidence, (W,).

    `shown_by` is the measure that shows it: the claim's own, or the price of a click. `beside` is
    the surprise of a wide scope without the leaf that did most. `stands`: the same is said of it
    already; `is_held`: it would not be said anew, and only goes on.
    """

    level: ScopeLevel
    rows: Rows
    column: int
    evidence: Evidence
    probability: float
    surprise: float
    shown_by: MeasureName
    beside: float = 0.0
    stands: bool = False
    is_held: bool = False

    def outweighs(self, loudest: float) -> bool:
        """Whether it explains enough more than the loudest of its parts to be said anew."""
        margin = _AS_WIDE if self.beside >= _SURELY_BESIDE else _WIDER
        return self.surprise > margin * loudest

    def beside_parts(self, loudest: float) -> Choice | None:
        """The same if it is to be spoken of rather than its parts."""
        if self.outweighs(loudest):
            return self
        goes_on = self.stands and self.surprise > _STANDS_WIDE * loudest
        return replace(self, is_held=True) if goes_on else None


def choose(scopes: Scopes, claim: Claim, heard: Heard = _NOTHING) -> list[Choice]:
    """Scopes of which the claim holds with the probability it asks for.

    Less evidence is asked of what moved in another measure, and less still of what stands.
    """
    is_active = scopes.active(claim.measure)
    active = np.flatnonzero(is_active)
    if not active.size:
        return []
    platforms = [rows[is_active[rows]] for rows in scopes.situation.panel.rows_of]
    platforms = [rows for rows in platforms if rows.size]
    campaigns, alone = _campaign_choices(scopes, claim, active, heard)
    loudest = float(alone.max())
    found: list[Choice] = []
    wholes: list[Choice] = []
    for rows in platforms:
        whole = _broad_choice(scopes, claim, "platform", rows, heard)
        own = [choice for choice in campaigns if choice.rows[0] in rows]
        if whole is not None:
            whole = whole.beside_parts(float(alone[rows].max()))
        if whole is not None:
            found.append(whole)
            wholes.append(whole)
        else:
            found.extend(own)
    brand = None
    if len(platforms) > 1:
        brand = _broad_choice(scopes, claim, "brand", active, heard)
    loudest = max([loudest, *(choice.surprise for choice in wholes)])
    if brand is not None:
        brand = brand.beside_parts(loudest)
    return found if brand is None else [brand]


def _broad_choice(
    scopes: Scopes, claim: Claim, level: ScopeLevel, rows: Rows, heard: Heard
) -> Choice | None:
    """The leaves together, when those beside the one that did most moved as well.

    Of a scope that stands already the others need not show it: they may be too few to tell today.
    """
    situation = scopes.situation
    if len(rows) < 2 or len({situation.panel.leaves[row].currency for row in rows}) > 1:
        return None
    told = "brand" if len(situation.ad_platforms) == 1 else level
    stands = bool(heard.stands) and scope_of(situation, told, rows).place in heard.stands
    asks = burden(
        claim,
        moved=bool(heard.moved) and frozenset(rows.tolist()) in heard.moved,
        is_new=bool(situation.panel.is_new[rows].all()),
        stands=np.array(True) if stands else None,
    )
    held: Choice | None = None
    for weighed in _broad_weighed(scopes, claim, level, rows, asks):
        loud = weighed.likely & (weighed.surprise > weighed.asked)
        if not loud.any():
            continue
        loud &= _is_telling(scopes, claim, rows, weighed.measure)
        if weighed.measure == claim.measure:
            loud &= np.array(WINDOWS) >= claim.least_days
        for column in np.flatnonzero(loud)[np.argsort(-weighed.surprise[loud])].tolist():
            others = _beside(scopes, weighed.measure, rows, (column, claim.direction))
            found = replace(_choice(scopes, claim, weighed, told, rows, column), beside=others)
            if others >= _LEAST_BESIDE and weighed.is_news[column]:
                return found
            if held is None and found.stands:
                held = replace(found, is_held=True)
    return held


def _broad_weighed(
    scopes: Scopes, claim: Claim, level: ScopeLevel, rows: Rows, asks: Burden
) -> Iterator[Weighed]:
    """What the price of a click says, where it says anything, then what the purchases say, (W,)."""
    most_by_price = scopes.most("price", rows, claim.direction)
    price_moved = claim.measure != "rate" and (most_by_price > _LEAST_BESIDE).any()
    most = scopes.most(claim.measure, rows, claim.direction)
    if not price_moved and not (most > asks.least).any():
        return
    plain = scopes.total(claim.measure, rows)
    holiday = scopes.situation.comparisons[claim.measure].holiday[rows].max(axis=0)
    common = _common(scopes.situation, claim)

    def elsewhere(name: MeasureName, *known: FloatArray) -> FloatArray:
        outside = (scopes.outside(name, rows),) if level == "platform" else ()
        return _further(claim, *outside, *known)

    if price_moved:
        price = scopes.total("price", rows)
        others = elsewhere("price"), elsewhere("rate", common)
        shown = shown_by_price(price, scopes.total("rate", rows), others, claim)
        yield weigh("price", _by_price(claim, shown), asks.by_price, price, holiday)
    # what others did can only explain it away
    if (most > asks.asked(plain, holiday)).any():
        known = plain.after(elsewhere(claim.measure, common))
        yield weigh(claim.measure, _by_purchases(claim, known), asks, plain, holiday)


def _by_price(claim: Claim, shown: Shown) -> Seen:
    return shown.probability(claim.limit, claim.direction), shown.surprise


def _by_purchases(claim: Claim, evidence: Evidence) -> Seen:
    probability = evidence.probability(claim.limit, claim.direction)
    return probability, evidence.surprise(claim.direction)


def _choice(
    scopes: Scopes,
    claim: Claim,
    weighed: Weighed,
    level: ScopeLevel,
    rows: Rows,
    column: int,
) -> Choice:
    """The choice of what was weighed of one scope, (W,)."""
    return Choice(
        level,
        rows,
        column,
        scopes.total(claim.measure, rows),
        float(weighed.probability[column]),
        float(weighed.surprise[column]),
        weighed.measure,
        stands=weighed.is_standing,
    )


def scope_of(situation: Situation, level: ScopeLevel, rows: Rows) -> Scope:
    """The scope of leaves at a level."""
    leaf = situation.panel.leaves[int(rows[0])]
    if level == "brand":
        return Scope("brand", "All ads")
    if level == "platform":
        return Scope("platform", platform_words(leaf.platform), leaf.platform)
    return Scope("campaign", leaf.name or leaf.entity_id, leaf.platform, leaf.entity_id)


def _beside(
    scopes: Scopes, measure: MeasureName, rows: Rows, shown: tuple[int, Direction]
) -> float:
    """The surprise without the leaf that did most; 0 where the others do not show the change."""
    comparison, (column, direction) = scopes.situation.comparisons[measure], shown
    seen, due = comparison.observed[rows, column], comparison.expected[rows, column]
    change = np.log(max(float(seen.sum()), 0.5) / float(due.sum()))
    most = int(np.argmax(np.sign(change) * (seen - due)))
    others = np.arange(len(rows)) != most
    rest_seen, rest_due = float(seen[others].sum()), float(due[others].sum())
    if rest_due < _LEAST_OF_OTHERS:
        return 0.0
    if np.log(max(rest_seen, 0.5) / rest_due) / change < _BREADTH:
        return 0.0
    return float(scopes.total(measure, rows[others]).surprise(direction)[column])


def _campaign_choices(
    scopes: Scopes, claim: Claim, active: Rows, heard: Heard
) -> tuple[list[Choice], FloatArray]:
    """Campaigns that moved by themselves: more than their siblings did.

    And the evidence of each, (K,). It competes with wider scopes also where it is not enough to
    speak: what one campaign nearly explains is no matter of all, and a day later it is sure.
    """
    situation = scopes.situation
    asks = _campaigns_burden(situation, claim, active, heard)
    heeded = np.minimum(asks.least, claim.echo)
    evidence = np.zeros(len(heeded))
    found: dict[int, Choice] = {}
    for weighed in _campaigns_weighed(scopes, claim, active, asks):
        loud = weighed.likely & (weighed.surprise > heeded)
        for row in active[loud[active].any(axis=1)].tolist():
            own, one = np.array([row]), weighed.of(row)
            told = one.likely & _is_telling(scopes, claim, own, one.measure)
            surprise = np.where(told, one.surprise, 0.0)
            evidence[row] = max(evidence[row], float(surprise.max()))
            news = told & one.is_news
            is_held = one.is_standing and not news.any()
            columns = np.flatnonzero(surprise > one.asked if is_held else news)
            if columns.size and (row not in found or (found[row].is_held and not is_held)):
                column = int(columns[np.argmax(surprise[columns])])
                choice = _choice(scopes, claim, one, _own_level(situation, row), own, column)
                found[row] = replace(choice, is_held=is_held)
    return [found[row] for row in sorted(found)], evidence


def _campaigns_burden(situation: Situation, claim: Claim, active: Rows, heard: Heard) -> Burden:
    """What is asked of each leaf, (K, 1)."""
    is_new = situation.panel.is_new[:, None]
    if not heard.moved and not heard.stands:
        return burden(claim, moved=False, is_new=is_new, stands=None)
    moved, stands = np.zeros_like(is_new), np.zeros_like(is_new)
    for row in active.tolist():
        scope = scope_of(situation, _own_level(situation, row), np.array([row]))
        moved[row] = frozenset((row,)) in heard.moved
        stands[row] = scope.place in heard.stands
    return burden(claim, moved=moved, is_new=is_new, stands=stands if stands.any() else None)


def _campaigns_weighed(
    scopes: Scopes, claim: Claim, active: Rows, asks: Burden
) -> Iterator[Weighed]:
    """What the price of a click says, where it says anything, then what the purchases say, (K, W).

    Siblings can exclude no more than what all have in common, and what they did only explains: so
    nobody is asked about campaigns that would say nothing even then.
    """
    situation = scopes.situation
    least = float(asks.least[active].min())

    def is_quiet(name: MeasureName) -> bool:
        return not (scopes.most_of_leaves(name, claim.direction)[active] > least).any()

    def moved_too(name: MeasureName, *known: FloatArray) -> FloatArray:
        return _further(claim, scopes.sibling_multipliers(name), *known)

    price_moved = claim.measure != "rate" and not is_quiet("price")
    purchases_moved = not is_quiet(claim.measure)
    if not price_moved and not purchases_moved:
        return
    holiday = situation.comparisons[claim.measure].holiday
    common = _common(situation, claim)
    if price_moved:
        price = scopes.beside_siblings("price")
        others = moved_too("price"), moved_too("rate", common)
        shown = shown_by_price(price, scopes.beside_siblings("rate"), others, claim)
        yield weigh("price", _by_price(claim, shown), asks.by_price, price, holiday)
    if purchases_moved:
        alone = scopes.beside_siblings(claim.measure)
        known = alone.after(moved_too(claim.measure, common))
        yield weigh(claim.measure, _by_purchases(claim, known), asks, alone, holiday)


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


def _is_telling(scopes: Scopes, claim: Claim, rows: Rows, measure: MeasureName) -> BoolArray:
    """Windows with enough to say something, and not refuted by what came after them, (W,).

    What the price of a click shows, the purchases must show as well, be it by chance.
    """
    comparison = scopes.situation.comparisons[claim.measure]
    due = comparison.expected[rows].sum(axis=0)
    told = (comparison.settled[rows].sum(axis=0) >= LEAST_EXPECTED) & (due >= _LEAST_REPORTED)
    if measure == "price":
        told &= scopes.total("price", rows).expected >= LEAST_EXPECTED
        told &= np.array(WINDOWS) >= _PRICE_DAYS[claim.direction]
        told &= _agrees(scopes.total(claim.measure, rows), claim.direction)
    if told.any():
        told &= ended_odds(scopes.total(measure, rows)) < _ENDED
        told &= ~_has_recovered(scopes.situation, claim, comparison, rows)
    return np.asarray(told)


def _agrees(evidence: Evidence, direction: Direction) -> BoolArray:
    """Windows in which the purchases look the same way, (W,)."""
    seen, due = evidence.observed, evidence.expected
    looks = seen * _AGREES <= due if direction == "fell" else seen >= due * _AGREES
    return np.asarray(looks & (evidence.surprise(direction) >= _AGREES_SURPRISE))


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
