"""Days that say nothing about the business: conversions that were not tracked.

A tracking outage looks like a collapse of a platform's conversions over all its campaigns at once
while money is still spent and people still click, and the store's orders hold: had the sales been
lost, the store would miss them. In goes a panel, out come the outages; their days leave every
window and every baseline. So do days on which next to nothing came and nobody can say yet whether
it was not sold or not counted: of those nothing is told either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aura.insights.completeness import AGES
from aura.insights.daily import (
    DAY_NOISE,
    expected_from_before,
    fitted,
    store_expectation,
    tail_below,
)
from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray, History

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
# share of its orders that a store must have lost for us to expect to see it; and what is asked of a
# collapse where it cannot tell (the platform brings little, or its orders are not known)
STORE_SEES = 0.15
_SMALL_SHARE_COLLAPSE = 0.2
_BLIND_COLLAPSE = 0.1
_STORE_DRIFT = 0.05**2
# hardly anything makes all campaigns of a platform sell nothing at once; a lost tag does
_NEAR_TOTAL_ODDS = 3.0
# conversions of clicks before an outage are lost too, those of its last days arrive partly
_REACH_BEFORE = 7
_REACH_AFTER = 3
_TOUCHED = 0.85
# how long an outage that has ended is still spoken of
RECENT_DAYS = 14


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
    """A platform's days, (T,), and those of its leaves, (K, T)."""

    platform: int
    observed: FloatArray
    expected: FloatArray
    by_leaf: FloatArray
    noise: FloatArray
    newest: int


def find_outages(panel: Panel, exposure: FloatArray) -> tuple[Outage, ...]:
    """Every outage of tracking in the panel's history, oldest first by platform."""
    store = store_expectation(panel.history)
    scale = fitted(panel, exposure)
    found: list[Outage] = []
    for number in range(len(panel.platforms)):
        rows = panel.rows(number)
        if rows.size:
            found.extend(_of_platform(panel, number, scale[rows], store))
    return tuple(found)


def _of_platform(
    panel: Panel, number: int, scale: FloatArray, store: FloatArray | None
) -> Sequence[Outage]:
    rows = panel.rows(number)
    observed = panel.conversions[rows].sum(axis=0)
    known = panel.known[rows].any(axis=0) & (panel.share[rows] > 0).any(axis=0)
    total = scale.sum(axis=0)
    noise = DAY_NOISE + _weighted(panel.deviation[rows], scale) ** 2
    core = np.zeros(panel.days, dtype=np.bool_)
    expected = total
    # the second pass takes the first one's collapsed days out of what is expected
    for _ in range(2):
        expected = np.nan_to_num(expected_from_before(observed, total, known & ~core))
        low = known & (observed <= 0.5 * expected) & (expected > 0)
        stretches = _stretches(observed, expected, noise)
        core = _collapsed(low, stretches[:, :_SHORT], _COLLAPSE, _TAIL)
        core |= _collapsed(low, stretches, _BLIND_COLLAPSE, _NEAR_TOTAL_TAIL)
    newest = int(np.flatnonzero(known)[-1]) if known.any() else -1
    factor = expected / np.where(total > 0, total, 1.0)
    days = _PlatformDays(number, observed, expected, scale * factor, noise, newest)
    found = [_judge(panel, days, run, store) for run in _runs(core)]
    outages = [outage for outage in found if outage is not None]
    told = np.zeros(panel.days, dtype=np.bool_)
    for outage in outages:
        told[outage.affected_first : outage.affected_last + 1] = True
    odd = _collapsed(low, stretches, _SUSPECT, _SUSPECT_TAIL) & ~told
    runs = [run for run in _runs(odd) if run[1] - run[0] < _LONGEST_SUSPECT]
    suspects = [_judge(panel, days, run, store, is_sure=False) for run in runs]
    return [*outages, *(suspect for suspect in suspects if suspect is not None)]


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
    store: FloatArray | None,
    *,
    is_sure: bool = True,
) -> Outage | None:
    first, last = run
    core = slice(first, last + 1)
    rows = panel.rows(days.platform)
    campaigns = _collapsed_campaigns(panel.conversions[rows][:, core], days.by_leaf[:, core])
    if campaigns == 0 or not _clicks_hold(panel, days.platform, run):
        return None
    seen, due = float(days.observed[core].sum()), float(days.expected[core].sum())
    ratio = seen / max(due, 1e-9)
    settled = days.by_leaf[:, core] / np.maximum(panel.share[rows][:, core], 0.05)
    missing = float(settled.sum()) * (1.0 - ratio)
    # of a day's purchases the store had seen this part by the end of the run
    age = np.clip(last + 1 - np.arange(first, last + 1), 0, AGES - 1)
    felt = float((settled.sum(axis=0) * panel.curves[days.platform].shares[age]).sum())
    orders = _store_orders(panel.history, store, core)
    lost = felt * (1.0 - ratio)
    if is_sure and not _is_tracking(orders, lost, ratio, last - first + 1):
        return None
    if not is_sure and _is_missed(orders, lost, last - first + 1):
        return None
    affected_first, affected_last = _affected(days, run)
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
        store_observed=None if orders is None else orders[0],
        store_expected=None if orders is None else orders[1],
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


def _store_orders(
    history: History, store: FloatArray | None, core: slice
) -> tuple[float, float] | None:
    if store is None or history.store is None:
        return None
    orders, due = history.store.orders[core], store[core]
    both = np.isfinite(orders) & np.isfinite(due)
    if both.sum() * 2 < orders.size or not both.any():
        return None
    return float(orders[both].sum()), float(due[both].sum())


def _is_tracking(orders: tuple[float, float] | None, lost: float, ratio: float, days: int) -> bool:
    """Whether the store's orders fit 'not tracked' better than 'not sold'."""
    if orders is None or orders[1] <= 0:
        return ratio <= _BLIND_COLLAPSE
    seen, due = orders
    lost = min(lost, 0.95 * due)
    if lost < STORE_SEES * due:
        return ratio <= _SMALL_SHARE_COLLAPSE and seen >= 0.7 * due

    margin = _NEAR_TOTAL_ODDS if ratio <= _BLIND_COLLAPSE else 0.0
    return not orders_missing(seen, due, lost, days=days, margin=margin)


def _is_missed(orders: tuple[float, float] | None, lost: float, days: int) -> bool:
    """Whether the store is known to miss what seems lost."""
    if orders is None or lost < STORE_SEES * orders[1]:
        return False
    lost = min(lost, 0.95 * orders[1])
    return orders_missing(*orders, lost, days=days, margin=_NEAR_TOTAL_ODDS)


def orders_missing(seen: float, due: float, lost: float, *, days: int, margin: float = 0.0) -> bool:
    """Whether a store that took `seen` of the usual `due` orders rather misses `lost` of them.

    `margin` is the logarithm of the odds against that before the store is asked.
    """
    noise = DAY_NOISE / days + _STORE_DRIFT

    def fit(mean: float) -> float:
        variance = mean + noise * mean**2
        return -0.5 * ((seen - mean) ** 2 / variance + float(np.log(variance)))

    return seen < due and fit(due) + margin <= fit(due - lost)


def _affected(days: _PlatformDays, run: tuple[int, int]) -> tuple[int, int]:
    """The run with the days beside it that lost a part; at least one day to either side."""
    touched = days.observed < _TOUCHED * days.expected
    newest = days.newest
    first, last = run
    while first > 0 and run[0] - first < _REACH_BEFORE and touched[first - 1]:
        first -= 1
    while last < newest and last - run[1] < _REACH_AFTER and touched[last + 1]:
        last += 1
    return max(min(first, run[0] - 1), 0), min(max(last, run[1] + 1), newest)


def affected_days(panel: Panel, outages: Sequence[Outage]) -> BoolArray:
    """Days of each platform that no window and no baseline may use, (P, T)."""
    found = np.zeros((len(panel.platforms), panel.days), dtype=np.bool_)
    for outage in outages:
        found[outage.platform, outage.affected_first : outage.affected_last + 1] = True
    return found
