"""What was to be expected: conversions for the money spent, by leaf and by window.

In goes a panel and the days that may be used, out come observed and expected counts of every leaf
for each trailing window, with how uncertain the expectation itself is. A window's baseline is what
lies before that window, newer days weighing more (half-life 14 days), so that an event under way
never becomes its own yardstick; weeks that were unlike the others (an event that has passed) weigh
little. A campaign with little history leans on its platform.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from aura.insights.measure import Measure, MeasureName, Stack, stacked
from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray
from aura.insights.spread import Spread, Spreads, find_spreads, weekly_sums

WINDOWS = (2, 3, 5, 7, 10, 14)
# rates drift: a month that lies back says less than the drift since then has taken away
HALF_LIFE = 14.0
# so many days, all alike, would say as much: (1 + r) / (1 - r), with r what a day keeps of its say
_AS_DAYS = (1.0 + 0.5 ** (1.0 / HALF_LIFE)) / (1.0 - 0.5 ** (1.0 / HALF_LIFE))
# days younger than this never serve as a baseline: what they lack is least certain
BASELINE_AGE = 7
# conversions of its platform that a campaign's own rate is mixed with
_BORROWED = 8.0
# a week whose rate lies this many deviations from the usual one loses its say
_ODD_WEEK = 2.0
_LEAST_TRUST = 0.05
_TRUST_HALF_LIFE = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One measure by leaf and window, (K, W), in conversions.

    Attributes:
        observed: reported so far for the days of the window.
        expected: expected to be reported so far, had nothing changed.
        settled: expected once all have arrived.
        holiday: share of the expectation that falls on days around a holiday or promotion.
        rate: conversions to expect are exposure · rate.
        start, end: (P, W) first and (P,) last element of each window; end is -1 without any.
        spread: how much rates move when nothing has happened.
        trust: (K, T), the say that each day has in a baseline.
    """

    measure: Measure
    observed: FloatArray
    expected: FloatArray
    settled: FloatArray
    holiday: FloatArray
    rate: FloatArray
    start: np.ndarray[tuple[int, int], np.dtype[np.intp]]
    end: tuple[int, ...]
    spread: Spread
    trust: FloatArray

    @property
    def exposure(self) -> FloatArray:
        """(K, T): conversions to expect are exposure · rate."""
        return self.measure.exposure


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """All measures one behind the other, (M, K, W): what evidence is made of.

    Attributes:
        observed, expected, holiday: as in `Comparison`.
        baseline_count: conversions behind the baseline, as an effective number.
        baseline_days: days with delivery behind it.
        variance: relative variance of the expectation from the baseline's own size.
        completeness_deviation: relative standard deviation that completeness adds.
        spend_change: logarithm of the daily spend over that of the baseline.
        shared_noise, own_noise: relative variance by how those days and those of the baseline
            differ, of all and of a leaf.
        used_days: days of the window that were used and had delivery.
        spreads: how much rates move when nothing has happened.
        chance: variance of the observed over that of a count, (M, 1, 1).
    """

    names: tuple[MeasureName, ...]
    observed: FloatArray
    expected: FloatArray
    holiday: FloatArray
    baseline_count: FloatArray
    baseline_days: FloatArray
    variance: FloatArray
    completeness_deviation: FloatArray
    spend_change: FloatArray
    shared_noise: FloatArray
    own_noise: FloatArray
    used_days: FloatArray
    spreads: Spreads
    chance: FloatArray


@lru_cache(maxsize=256)
def window_weights(days: int, end: int, youngest: int) -> tuple[FloatArray, FloatArray]:
    """For each window (columns): 1 on its days; and the weights of the days of its baseline.

    Both are (T, W) and not to be written to, for they are made once for all measures and mornings.
    `end` is the last element of the windows, `youngest` the last of any baseline.
    """
    day = np.arange(days)[:, None]
    start = end - np.array(WINDOWS)[None, :] + 1
    inside = ((day >= start) & (day <= end)).astype(np.float64)
    last = np.minimum(start - 1, youngest)
    age = (last - day).astype(np.float64)
    weights = np.where(age >= 0, 0.5 ** (np.maximum(age, 0.0) / HALF_LIFE), 0.0)
    for values in (inside, weights):
        values.setflags(write=False)
    return inside, weights


def compare(
    panel: Panel,
    measures: Mapping[MeasureName, Measure],
    usable: BoolArray,
    normal: BoolArray,
    unusual: BoolArray,
) -> tuple[dict[MeasureName, Comparison], Counts]:
    """Observed against expected for every measure, leaf and window.

    `usable` (P, T) are the days a window may rest on, `normal` (P, T) those a baseline may rest on,
    `unusual` (T,) those around holidays and promotions.
    """
    stack = stacked(measures.values())
    spreads = find_spreads(panel, stack, normal)
    trust = _trust(panel, stack, normal, spreads)
    shape = len(measures), len(panel.leaves), len(WINDOWS)
    columns = {name: np.zeros(shape) for name in _COLUMNS}
    used = (usable[panel.platform_of] & panel.judged).astype(np.float64)
    for alike in _alike(panel):
        for name, values in _compare_leaves(panel, stack, alike, used, unusual, trust).items():
            columns[name][:, alike.rows] = values
    ends = np.array(panel.last, dtype=np.intp)[:, None]
    start = np.where(ends >= 0, ends - np.array(WINDOWS) + 1, 0)
    comparisons = {
        name: Comparison(
            measure=measure,
            observed=columns["observed"][place],
            expected=columns["expected"][place],
            settled=columns["settled"][place],
            holiday=columns["holiday"][place],
            rate=columns["rate"][place],
            start=start,
            end=panel.last,
            spread=spreads.of(place),
            trust=trust[place],
        )
        for place, (name, measure) in enumerate(measures.items())
    }
    return comparisons, _counts(stack, columns, spreads)


def _counts(stack: Stack, columns: Mapping[str, FloatArray], spreads: Spreads) -> Counts:
    used, baseline = columns["used_days"], np.array(_AS_DAYS)
    return Counts(
        names=stack.names,
        **{name: columns[name] for name in _OF_ALL},
        shared_noise=spreads.shared(used) + spreads.unusual * spreads.shared(baseline),
        own_noise=spreads.own(used) + spreads.unusual * spreads.own(baseline),
        spreads=spreads,
        chance=stack.spread,
    )


# what evidence is made of
_OF_ALL = (
    "observed",
    "expected",
    "holiday",
    "baseline_count",
    "baseline_days",
    "variance",
    "completeness_deviation",
    "spend_change",
    "used_days",
)
_COLUMNS = (*_OF_ALL, "settled", "rate")


def _trust(panel: Panel, stack: Stack, normal: BoolArray, spreads: Spreads) -> FloatArray:
    """The say of each leaf's days in its baseline, (M, K, T): 1, and little in odd weeks."""
    used = normal[panel.platform_of].astype(np.float64)
    skip = panel.days % 7
    weeks = (panel.days - skip) // 7
    if weeks < 4 or not len(panel.leaves):
        return np.broadcast_to(used, stack.observed.shape)

    def weekly(values: FloatArray) -> FloatArray:
        return weekly_sums(values[..., skip:])

    seen = weekly(stack.observed * used)
    reach = weekly(stack.exposure * stack.share * used)
    known = reach > 0
    rate = np.where(known, seen / np.where(known, reach, 1.0), 0.0)
    recency = 0.5 ** ((weeks - 1 - np.arange(weeks)) / _TRUST_HALF_LIFE)
    usual = _weighted_median(rate, reach * recency)
    due = reach * usual
    strays = spreads.noise / 7 + 2 * spreads.drift
    deviation = np.sqrt(stack.spread * due + strays * due**2)
    odd = np.abs(seen - due) / np.maximum(deviation, 1e-9)
    say = np.clip((_ODD_WEEK / np.maximum(odd, 1e-9)) ** 4, _LEAST_TRUST, 1.0)
    days = np.ones_like(stack.observed)
    days[..., skip:] = np.repeat(np.where(known, say, 1.0), 7, axis=-1)
    return np.asarray(days * used)


def _weighted_median(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Along the last axis, kept as (…, 1)."""
    order = np.argsort(values, axis=-1)
    ranked = np.cumsum(np.take_along_axis(weights, order, axis=-1), axis=-1)
    place = np.argmax(ranked >= 0.5 * ranked[..., -1:], axis=-1)[..., None]
    return np.take_along_axis(np.take_along_axis(values, order, axis=-1), place, axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class _Alike:
    """Leaves whose windows end on the same day, and whose baselines have the same youngest one."""

    rows: np.ndarray[tuple[int], np.dtype[np.intp]]
    end: int
    youngest: int


def _alike(panel: Panel) -> Iterator[_Alike]:
    """All leaves with days that may be judged; mostly they are all alike."""
    ends = [(end, youngest_baseline_day(panel, number)) for number, end in enumerate(panel.last)]
    for end, youngest in sorted({one for one in ends if one[0] >= 0}):
        numbers = [number for number, one in enumerate(ends) if one == (end, youngest)]
        yield _Alike(np.flatnonzero(np.isin(panel.platform_of, numbers)), end, youngest)


def _compare_leaves(
    panel: Panel,
    stack: Stack,
    alike: _Alike,
    used: FloatArray,
    unusual: BoolArray,
    trust: FloatArray,
) -> dict[str, FloatArray]:
    """By name, (M, rows, W); what no measure changes (rows, W)."""
    rows = alike.rows
    observed, exposure, trust = stack.observed[:, rows], stack.exposure[:, rows], trust[:, rows]
    has_delivery = panel.spend[rows] > 0
    reach = exposure * stack.share[:, rows]
    inside, weights = window_weights(panel.days, alike.end, alike.youngest)
    base_observed = observed * trust
    count = base_observed @ weights
    base_reach = (reach * trust) @ weights
    same = panel.is_same_platform[np.ix_(rows, rows)]
    total = same @ base_reach
    platform_rate = same @ count / np.where(total > 0, total, 1.0)
    borrowed_reach = _BORROWED / np.where(platform_rate > 0, platform_rate, np.inf)
    denominator = base_reach + borrowed_reach
    rate = np.where(platform_rate > 0, (count + _BORROWED) / np.maximum(denominator, 1e-300), 0.0)
    effective = count**2 / np.maximum((observed * trust**2) @ weights**2, 1e-12)
    # no window reaches beyond the longest
    near = slice(max(alike.end - WINDOWS[-1] + 1, 0), alike.end + 1)
    inside, used = inside[near], used[rows, near]
    near_reach = reach[..., near] * used
    window_reach = near_reach @ inside
    safe = np.where(window_reach > 0, window_reach, 1.0)
    used_days = (has_delivery[:, near] * used) @ inside
    return {
        "observed": (observed[..., near] * used) @ inside,
        "expected": window_reach * rate,
        "settled": ((exposure[..., near] * used) @ inside) * rate,
        "baseline_count": effective,
        "baseline_days": (has_delivery * (trust > 0)) @ (weights > 0).astype(np.float64),
        "variance": stack.spread / (effective + _BORROWED),
        "completeness_deviation": (near_reach * stack.deviation[:, rows, near]) @ inside / safe,
        "used_days": used_days,
        "holiday": (near_reach * unusual[near]) @ inside / safe,
        "spend_change": _spend_change(
            (panel.spend[rows, near] * used) @ inside,
            used_days,
            (panel.spend[rows] * trust) @ weights,
            (has_delivery * trust) @ weights,
        ),
        "rate": rate,
    }


def _spend_change(
    spend: FloatArray, days: FloatArray, before: FloatArray, days_before: FloatArray
) -> FloatArray:
    known = (spend > 0) & (before > 0) & (days > 0) & (days_before > 0)
    now = np.where(known, spend / np.where(known, days, 1.0), 1.0)
    usual = np.where(known, before / np.where(known, days_before, 1.0), 1.0)
    return np.asarray(np.log(now / usual))


def youngest_baseline_day(panel: Panel, number: int) -> int:
    """The newest element that may serve a platform as a baseline."""
    source = panel.history.source(panel.platforms[number])
    if source is None or source.observed_on is None:
        return -1
    return panel.history.index(source.observed_on) - BASELINE_AGE
