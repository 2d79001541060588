"""Single days against the four weeks before them: the store's, a platform's, the brand's.

Rules look at windows; what must be found first are days that would mislead them: promotions,
holidays, days whose conversions were not tracked. Here each day is compared with the trailing 28
days, which needs no model of anything.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from scipy.special import betainc

from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray, History
from aura.insights.spread import trailing_sum

TRAILING = 28
# relative variance of a day beyond chance, for single days of large aggregates
DAY_NOISE = 0.12**2
_PROMOTION_LIFT = 1.3
_PROMOTION_TAIL = 0.002
_HANGOVER = 5
# what the store's other orders must show of a promotion, unless this tail of theirs refutes it
_LIFT_OF_OTHERS = 1.25
_REFUTED_TAIL = 0.05
_LEAST_OTHERS = 10.0
# relative variance of many days of other orders beyond chance
_OTHERS_NOISE = 0.08**2
# the median of the square of a standard normal variable
_MEDIAN_OF_SQUARES = 0.455


def fitted(panel: Panel, exposure: FloatArray) -> FloatArray:
    """Conversions to expect by now of each leaf and day at its own average rate, (K, T)."""
    reach = exposure * panel.share
    recent = reach[:, -112:].sum(axis=1, keepdims=True)
    count = panel.conversions[:, -112:].sum(axis=1, keepdims=True)
    return reach * np.where(recent > 0, count / np.where(recent > 0, recent, 1.0), 0.0)


def expected_from_before(observed: FloatArray, scale: FloatArray, used: BoolArray) -> FloatArray:
    """What each day should have been: its scale times the ratio of the used days before it, (…, T).

    NaN where fewer than 10 used days lie before.
    """
    told = np.where(used, np.stack([observed, scale, scale > 0]), 0.0)
    before, reach, days = trailing_sum(told, TRAILING)
    enough = (days >= 10) & (reach > 0)
    return np.where(enough, scale * before / np.where(enough, reach, 1.0), np.nan)


def weekday_scale(observed: FloatArray, used: BoolArray, first_day: date) -> FloatArray:
    """The usual shape of the week of a series, (T,), around 1."""
    weekday = (np.arange(len(observed)) + first_day.weekday()) % 7
    recent = slice(-112, None)
    sums = np.bincount(weekday[recent], observed[recent] * used[recent], 7)
    counts = np.bincount(weekday[recent], used[recent], 7)
    mean = sums.sum() / max(counts.sum(), 1)
    if mean <= 0:
        return np.ones(len(observed))
    factors = (sums + 30.0) / (counts * mean + 30.0)
    return np.asarray(factors[weekday])


def orders_expectation(orders: FloatArray, first_day: date, left_out: BoolArray) -> FloatArray:
    """Orders to expect on each day from the days before it, (T,); NaN: days that are not known."""
    used = np.isfinite(orders) & ~left_out
    filled = np.where(used, orders, 0.0)
    return expected_from_before(filled, weekday_scale(filled, used, first_day), used)


def tail_below(observed: FloatArray, expected: FloatArray, noise: FloatArray) -> FloatArray:
    """P(count <= observed) when `expected` was right up to the relative variance `noise`.

    A negative binomial: Poisson with a gamma-distributed mean.
    """
    size = 1.0 / np.maximum(noise, 1e-6)
    return np.asarray(betainc(size, observed + 1.0, size / (size + np.maximum(expected, 1e-9))))


def promotion_days(panel: Panel, due: FloatArray, others: FloatArray | None) -> BoolArray:
    """Days on which the whole brand sold far better than before, (T,): promotions, known or not.

    Ads that bring more are no promotion: on its days the store's `others`, orders that no platform
    claims (T,), sell better too. `due` (K, T) are conversions to expect.
    """
    found = _lifted_days(panel, due.sum(axis=0))
    if others is None or not found.any():
        return found
    return found & ~_refuted(found, others, panel.history.first_day)


def _refuted(found: BoolArray, others: FloatArray, first_day: date) -> BoolArray:
    """Stretches of days on which the other orders were as ever, (T,)."""
    expected = orders_expectation(others, first_day, found)
    known = np.isfinite(expected) & np.isfinite(others)
    refuted = np.zeros_like(found)
    edges = np.flatnonzero(np.diff(found.astype(np.int8), prepend=0, append=0))
    for first, end in edges.reshape(-1, 2):
        days = np.arange(first, end)[known[first:end]]
        seen, due = float(others[days].sum()), float(expected[days].sum())
        if due < _LEAST_OTHERS:
            continue
        noise = np.array([DAY_NOISE / days.size + _OTHERS_NOISE])
        tail = tail_below(np.array([seen]), np.array([_LIFT_OF_OTHERS * due]), noise)
        refuted[first:end] = tail[0] < _REFUTED_TAIL
    return refuted


def _lifted_days(panel: Panel, due: FloatArray) -> BoolArray:
    """Days on which the ads or the store sold far more than before, (T,)."""
    observed = panel.conversions.sum(axis=0)
    found = np.zeros(panel.days, dtype=np.bool_)
    # days like these are no yardstick for the others
    for _ in range(2):
        again = far_above(observed, expected_from_before(observed, due, ~found))
        if panel.history.store is not None:
            orders = panel.history.store.orders
            again |= far_above(orders, orders_expectation(orders, panel.history.first_day, found))
        found = again
        if not found.any():
            break
    return found


def announced_days(history: History) -> BoolArray:
    """Days of promotions that the brand itself stated, (T,)."""
    found = np.zeros(history.days, dtype=np.bool_)
    for day in history.promotions:
        place = history.index(day)
        if 0 <= place < history.days:
            found[place] = True
    return found


def far_above(observed: FloatArray, expected: FloatArray) -> BoolArray:
    """Days on which more was sold than chance and restlessness explain, (T,)."""
    with np.errstate(invalid="ignore"):
        is_lifted = observed > _PROMOTION_LIFT * expected
    if not is_lifted.any():
        return np.asarray(is_lifted)
    seen, due = observed[is_lifted], expected[is_lifted]
    chance = 1.0 - tail_below(seen - 1.0, due, np.full(len(due), usual_noise(observed, expected)))
    is_lifted[is_lifted] = chance < _PROMOTION_TAIL
    return np.asarray(is_lifted)


def usual_noise(observed: FloatArray, expected: FloatArray) -> float:
    """Relative variance of half of the days beyond chance: few promotions do not raise it."""
    known = (expected > 0) & np.isfinite(observed)
    if not known.any():
        return DAY_NOISE
    due = expected[known]
    excess = np.sort(((observed[known] - due) ** 2 / _MEDIAN_OF_SQUARES - due) / due**2)
    middle = len(excess) // 2
    return max(float(excess[middle] + excess[~middle]) / 2, DAY_NOISE)


def with_hangover(promotions: BoolArray) -> BoolArray:
    """Promotions and the days after them, on which people buy less, (T,)."""
    found = promotions.copy()
    for lag in range(1, _HANGOVER + 1):
        found[lag:] |= promotions[:-lag]
    return found


def holiday_days(first_day: date, days: int) -> BoolArray:
    """Black Friday week and the turn of the year, (T,): what most stores sell differently on."""
    found = np.zeros(days, dtype=np.bool_)
    last = first_day + timedelta(days=days - 1)
    for year in range(first_day.year - 1, last.year + 1):
        november = date(year, 11, 1)
        thanksgiving = november + timedelta(days=(3 - november.weekday()) % 7 + 21)
        for start, end in (
            (thanksgiving - timedelta(days=2), thanksgiving + timedelta(days=6)),
            (date(year, 12, 18), date(year + 1, 1, 3)),
        ):
            lower, upper = (start - first_day).days, (end - first_day).days
            found[max(lower, 0) : max(upper + 1, 0)] = True
    return found
