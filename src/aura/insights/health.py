"""Days that say nothing about the business: conversions that were not tracked.

A tracking outage looks like a collapse of a platform's conversions over all its campaigns at once
while money is still spent and people still click, and the store's orders hold: had the sales been
lost, the store would miss them. In goes a panel, out come the outages; their days leave every
window and every baseline. So do days on which next to nothing came and nobody can say yet whether
it was not sold or not counted: of those nothing is told either way. Days are looked at twice: by
what was clicked on them, which is all that is known of old ones, and by what was bought on them,
which later purchases do not hide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from aura.insights.arrivals import find_arrivals
from aura.insights.completeness import AGES
from aura.insights.daily import (
    DAY_NOISE,
    expected_from_before,
    tail_below,
)
from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray
from aura.insights.spread import trailing_sum
from aura.insights.witness import BLIND_COLLAPSE, Witness, is_missed, is_tracking, store_witness

# a collapse: at most this share of what was expected, beyond what a bad day (70 %) explains
_COLLAPSE = 0.35
_BAD_DAY = 0.7
_TAIL = 1e-4
# of next to nothing at all less proof is asked: luck rarely looks like that, a lost tag does
_NEAR_TOTAL_TAIL = 1e-3
_MOST = 0.8
# longer stretches than three days must be nearly empty: they would take in days that sold a little
_STRETCHES = (1, 2, 3, 5, 7)
_SHORT = 3
# what makes an outage thinkable; a silence that lasts longer is the business's own
_SUSPECT = 0.2
_SUSPECT_TAIL = 0.01
_LONGEST_SUSPECT = 10
# conversions of clicks before an outage are lost too, those of its last days arrive partly
_REACH_BEFORE = 7
_REACH_AFTER = 3
_TOUCHED = 0.85
# a click day is touched when this share of its purchases fell into days without tracking
_TOUCHED_SHARE = 0.08
# days on which a platform's rate is known, of those before
_KNOWN_BEFORE = 112
_LEAST_KNOWN = 21
# how long an outage that has ended is still spoken of
RECENT_DAYS = 14


# asked only where something collapsed
Store = Callable[[], Witness | None]


@dataclass(frozen=True, slots=True)
class Outage:
    """Days of a platform whose conversions were not tracked, as elements of the history's arrays.

    Attributes:
        first, last: the days without tracking; affected_first, affected_last: with those before and
            after that lost a part.
        observed, expected: conversions reported so far and expected by now, first to last.
        missing: conversions that will not be reported, first to last.
        store_observed, store_expected: the store's orders meanwhile, None where not known.
        campaigns: how many campaigns had enough to show it, all of them collapsed.
        is_ongoing: whether the newest known day is without tracking.
        is_sure: whether it is told; one that is not only keeps others from believing its days.
    """

    platform: int
    first: int
    last: int
    affected_first: int
    affected_last: int
    observed: float
    expected: float
    missing: float
    store_observed: float | None
    store_expected: float | None
    campaigns: int
    certainty: float
    is_ongoing: bool
    is_sure: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class _PlatformDays:
    """A platform's days, (T,), and those of its leaves, (K, T).

    `settled` is what of `expected` there is in the end. Days are those of purchases, or of clicks.
    """

    platform: int
    observed: FloatArray
    expected: FloatArray
    observed_by_leaf: FloatArray
    expected_by_leaf: FloatArray
    settled: FloatArray
    noise: FloatArray
    newest: int
    of_purchases: bool


def find_outages(panel: Panel, due: FloatArray) -> tuple[Outage, ...]:
    """Every outage of tracking in the panel's history, oldest first by platform.

    `due` (K, T) are the conversions to expect.
    """
    store = cache(partial(store_witness, panel.history))
    numbers = [number for number, rows in enumerate(panel.rows_of) if rows.size]
    clicks = [_click_days(panel, number, due[panel.rows(number)]) for number in numbers]
    purchases = [_purchase_days(panel, days) for days in clicks]
    looked_at = [*clicks, *(days for days in purchases if days is not None)]
    usual = dict(zip(looked_at, _usual(looked_at), strict=True))
    found: list[Outage] = []
    for by_click, by_purchase in zip(clicks, purchases, strict=True):
        outages, odd = _search(panel, by_click, usual[by_click], store)
        if by_purchase is not None:
            surer, _ = _search(panel, by_purchase, usual[by_purchase], store)
            outages = _joined(surer, outages)
        found.extend(outages)
        found.extend(_suspects(panel, by_click, odd, outages, store))
    return tuple(found)


def _suspects(
    panel: Panel,
    clicks: _PlatformDays,
    odd: BoolArray,
    outages: Sequence[Outage],
    store: Store,
) -> list[Outage]:
    """Odd days that no outage explains, of which nobody can say yet what they were."""
    told = np.zeros(panel.days, dtype=np.bool_)
    for outage in outages:
        told[outage.affected_first : outage.affected_last + 1] = True
    runs = [run for run in _runs(odd & ~told) if run[1] - run[0] < _LONGEST_SUSPECT]
    found = [_judge(panel, clicks, run, store, is_sure=False) for run in runs]
    return [suspect for suspect in found if suspect is not None]


def _click_days(panel: Panel, number: int, scale: FloatArray) -> _PlatformDays:
    rows = panel.rows(number)
    known = panel.known[rows].any(axis=0) & (panel.share[rows] > 0).any(axis=0)
    return _PlatformDays(
        platform=number,
        observed=panel.conversions[rows].sum(axis=0),
        expected=np.where(known, scale.sum(axis=0), 0.0),
        observed_by_leaf=panel.conversions[rows],
        expected_by_leaf=scale,
        settled=scale / np.maximum(panel.share[rows], 0.05),
        noise=DAY_NOISE + _weighted(panel.deviation[rows], scale) ** 2,
        newest=int(np.flatnonzero(known)[-1]) if known.any() else -1,
        of_purchases=False,
    )


def _purchase_days(panel: Panel, clicks: _PlatformDays) -> _PlatformDays | None:
    """The same by day of purchase; None where it is not known."""
    share = panel.share[panel.rows(clicks.platform)]
    due = clicks.expected_by_leaf
    settled = np.where(share > 0, due / np.where(share > 0, share, 1.0), 0.0)
    arrivals = find_arrivals(panel, clicks.platform, settled)
    if arrivals is None:
        return None
    return _PlatformDays(
        platform=clicks.platform,
        observed=arrivals.observed.sum(axis=0),
        expected=np.where(arrivals.known, arrivals.expected.sum(axis=0), 0.0),
        observed_by_leaf=arrivals.observed,
        expected_by_leaf=arrivals.expected,
        settled=arrivals.expected,
        noise=np.full(len(arrivals.known), DAY_NOISE),
        newest=clicks.newest,
        of_purchases=True,
    )


def _usual(looked_at: Sequence[_PlatformDays]) -> FloatArray:
    """What was to be expected of each day after those before it, (N, T)."""
    if not looked_at:
        return np.zeros((0, 0))
    total = np.stack([days.expected for days in looked_at])
    return _after_those_before(np.stack([days.observed for days in looked_at]), total, total > 0)


def _after_those_before(observed: FloatArray, total: FloatArray, used: BoolArray) -> FloatArray:
    expected = expected_from_before(observed, total, used)
    # ads that run again after a pause are measured against what they brought before it
    knows = trailing_sum(used.astype(np.float64), _KNOWN_BEFORE) >= _LEAST_KNOWN
    return np.where(np.isnan(expected), np.where(knows, total, 0.0), expected)


def _search(
    panel: Panel, days: _PlatformDays, expected: FloatArray, store: Store
) -> tuple[list[Outage], BoolArray]:
    """Outages that are told, and days that are odd at least, (T,)."""
    total = days.expected
    known = total > 0
    # the second pass takes the first one's collapsed days out of what is expected
    for is_last in (False, True):
        low = known & (days.observed <= 0.5 * expected) & (expected > 0)
        if not low.any():
            return [], low
        stretches = _stretches(np.maximum(days.observed, 0.0), expected, days.noise)
        core = _collapsed(low, stretches[:, :_SHORT], _COLLAPSE, _TAIL)
        core |= _collapsed(low, stretches, BLIND_COLLAPSE, _NEAR_TOTAL_TAIL)
        if is_last or not core.any():
            break
        expected = _after_those_before(days.observed, total, known & ~core)
    factor = expected / np.where(known, total, 1.0)
    days = replace(
        days,
        expected=expected,
        expected_by_leaf=days.expected_by_leaf * factor,
        settled=days.settled * factor,
    )
    found = [_judge(panel, days, run, store) for run in _runs(core)]
    odd = _collapsed(low, stretches, _SUSPECT, _SUSPECT_TAIL)
    return [outage for outage in found if outage is not None], odd


def _joined(surer: list[Outage], others: list[Outage]) -> list[Outage]:
    """Of outages seen both ways the surer account, with all days that either says are affected."""
    joined: list[Outage] = []
    left = list(others)
    for outage in surer:
        first, last = outage.affected_first, outage.affected_last
        same = [one for one in left if one.first <= last and one.last >= first]
        left = [one for one in left if one not in same]
        both = [outage, *same]
        first = min(one.affected_first for one in both)
        last = max(one.affected_last for one in both)
        joined.append(replace(outage, affected_first=first, affected_last=last))
    return sorted([*joined, *left], key=lambda outage: outage.first)


def _weighted(values: FloatArray, weights: FloatArray) -> FloatArray:
    """The mean of the leaves' values on each day, (T,), 1 on days without weight."""
    total = weights.sum(axis=0)
    mean = (values * weights).sum(axis=0) / np.where(total > 0, total, 1.0)
    return np.asarray(np.where(total > 0, mean, 1.0))


def _stretches(observed: FloatArray, expected: FloatArray, noise: FloatArray) -> FloatArray:
    """What came, what was due and by how much that strays, over the last days: (3, lengths, T)."""
    days = len(observed)
    values = np.stack([observed, expected, expected * np.sqrt(noise)])
    total = np.concatenate([np.zeros((3, 1)), np.cumsum(values, axis=1)], axis=1)
    start = np.maximum(np.arange(1, days + 1) - np.array(_STRETCHES)[:, None], 0)
    return np.asarray(total[:, None, 1:] - total[:, start])


def _collapsed(low: BoolArray, stretches: FloatArray, left: float, likely: float) -> BoolArray:
    """Those of the `low` days that belong to a stretch that cannot be bad days, (T,).

    At most `left` of what was expected came, and bad days do that less often than `likely`.
    """
    seen, due, deviation = stretches
    ends = (seen <= left * due) & (due > 0)
    found = np.zeros(len(low), dtype=np.bool_)
    if not ends.any():
        return found
    spread = deviation[ends] / np.maximum(due[ends], 1e-9)
    ends[ends] = tail_below(seen[ends], _BAD_DAY * due[ends], spread**2) < likely
    for length, own in zip(_STRETCHES, ends, strict=False):
        if own.any():
            for back in range(length):
                found[: len(found) - back] |= own[back:]
    return found & low


def _runs(days: BoolArray) -> list[tuple[int, int]]:
    """Stretches of marked days, those at most two days apart joined."""
    runs: list[tuple[int, int]] = []
    for day in np.flatnonzero(days):
        if runs and day - runs[-1][1] <= 3:
            runs[-1] = (runs[-1][0], int(day))
        else:
            runs.append((int(day), int(day)))
    return runs


def _judge(
    panel: Panel,
    days: _PlatformDays,
    run: tuple[int, int],
    store: Store,
    *,
    is_sure: bool = True,
) -> Outage | None:
    first, last = run
    core = slice(first, last + 1)
    campaigns = _collapsed_campaigns(days.observed_by_leaf[:, core], days.expected_by_leaf[:, core])
    if campaigns == 0 or not _clicks_hold(panel, days.platform, run):
        return None
    seen, due = float(days.observed[core].sum()), float(days.expected[core].sum())
    ratio = seen / max(due, 1e-9)
    settled = days.settled[:, core].sum(axis=0)
    missing = float(settled.sum()) * (1.0 - ratio)
    felt = float((settled * _bought(panel, days, run)).sum())
    witness = store()
    orders = None if witness is None else witness.over(core)
    lost = felt * (1.0 - ratio) * (1.0 if orders is None else orders.days / (last - first + 1))
    if is_sure and not is_tracking(orders, lost, ratio):
        return None
    if not is_sure and is_missed(orders, lost):
        return None
    affected_first, affected_last = _affected(panel, days, run, 1.0 - ratio)
    tail = tail_below(np.array([seen]), np.array([_BAD_DAY * due]), days.noise[core].mean()[None])
    return Outage(
        platform=days.platform,
        first=first,
        last=last,
        affected_first=affected_first,
        affected_last=affected_last,
        observed=seen,
        expected=due,
        missing=missing,
        store_observed=None if orders is None else orders.seen,
        store_expected=None if orders is None else orders.due,
        campaigns=campaigns,
        certainty=float(1.0 - tail[0]),
        is_ongoing=last >= days.newest,
        is_sure=is_sure,
    )


def _collapsed_campaigns(observed: FloatArray, expected: FloatArray) -> int:
    """How many campaigns show a collapse, 0 unless nearly all that could show one do."""
    due = expected.sum(axis=1)
    seen = observed.sum(axis=1)
    telling = due >= 3.0
    if not telling.any():
        # every campaign is small: only their sum can tell
        return len(due)
    fell = telling & (seen < 0.5 * due)
    return int(fell.sum()) if due[fell].sum() >= _MOST * due[telling].sum() else 0


def _clicks_hold(panel: Panel, number: int, run: tuple[int, int]) -> bool:
    rows = panel.rows(number)
    first, last = run
    before = slice(max(first - 28, 0), first)
    spend_before = panel.spend[rows][:, before].sum()
    clicks_before = panel.clicks[rows][:, before].sum()
    if clicks_before <= 0 or spend_before <= 0:
        return True
    due = panel.spend[rows][:, first : last + 1].sum() * clicks_before / spend_before
    return bool(panel.clicks[rows][:, first : last + 1].sum() >= 0.6 * due)


def _bought(panel: Panel, days: _PlatformDays, run: tuple[int, int]) -> FloatArray | float:
    """The part of the run's purchases that the store had seen by its end."""
    if days.of_purchases:
        return 1.0
    age = np.clip(run[1] + 1 - np.arange(run[0], run[1] + 1), 0, AGES - 1)
    return panel.curves[days.platform].shares[age]


def _affected(
    panel: Panel, days: _PlatformDays, run: tuple[int, int], lost: float
) -> tuple[int, int]:
    """The run with the days beside it that lost a part; at least one day to either side."""
    newest = days.newest
    first, last = run
    if days.of_purchases:
        shares = panel.curves[days.platform].shares
        back = np.arange(1, _REACH_BEFORE + 1)
        within = shares[np.minimum(last - first + 1 + back, AGES - 1)] - shares[back]
        first -= int((within * lost >= _TOUCHED_SHARE).sum())
    else:
        touched = days.observed < _TOUCHED * days.expected
        while first > 0 and run[0] - first < _REACH_BEFORE and touched[first - 1]:
            first -= 1
        while last < newest and last - run[1] < _REACH_AFTER and touched[last + 1]:
            last += 1
    return max(min(first, run[0] - 1), 0), max(min(max(last, run[1] + 1), newest), run[1])


def affected_days(panel: Panel, outages: Sequence[Outage]) -> BoolArray:
    """Days of each platform that no window and no baseline may use, (P, T)."""
    found = np.zeros((len(panel.platforms), panel.days), dtype=np.bool_)
    for outage in outages:
        found[outage.platform, outage.affected_first : outage.affected_last + 1] = True
    return found
