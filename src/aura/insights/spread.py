"""How much rates move when nothing has happened: from day to day, and slowly.

Both are relative variances beyond chance, of single campaigns and of sums over campaigns, pooled
over the brand and mixed with what is usual. They deflate evidence: a restless brand must show more.
What all campaigns share does not average out over them, but a campaign's siblings show it; what is
a campaign's own averages out. So both parts are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from aura.insights.measure import MeasureName, Stack
from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray

# of a day's rate, before the brand's own days have spoken
_NOISE_PRIOR = 0.10**2
_NOISE_WEIGHT = 400.0
_NOISE_DAYS = 84
_NOISE_RANGE = (0.04**2, 0.60**2)
_NOISE_PASSES = 3
_MOST_MEMORY = 0.8
_LOCAL_DAYS = 15.0
# so much noise of a baseline's days is in the least drift already
_USUAL_NOISE = 0.15**2
# of a brand that is nearly all one campaign nothing can be told apart
_MOST_LEFT = 0.9
# of a week's rate against the four before it, which is no event
_DRIFT_WEIGHT = 4000.0
_MOST_DRIFT = 0.25**2
_DRIFT_DAYS = 140


@dataclass(frozen=True, slots=True)
class _UsualDrift:
    """What is usual: before the brand's weeks have spoken, and at the least.

    Of what is beyond the least this part is `believed`, the rest are events that have passed.
    """

    prior: float
    least: float
    believed: float


_OF_MONEY = _UsualDrift(0.105**2, 0.105**2, 0.4), _UsualDrift(0.09**2, 0.09**2, 0.4)
_OF_PRICE = _UsualDrift(0.06**2, 0.05**2, 0.6)
# of a leaf and of a sum of leaves; money for purchases wanders as the price of a click and what the
# click brings do together, either of these less
_USUAL_DRIFT: dict[MeasureName, tuple[_UsualDrift, _UsualDrift]] = {
    "cost": _OF_MONEY,
    "value": _OF_MONEY,
    "rate": (_UsualDrift(0.085**2, 0.08**2, 0.4), _UsualDrift(0.075**2, 0.07**2, 0.4)),
    "price": (_OF_PRICE, _OF_PRICE),
}


@dataclass(frozen=True, slots=True)
class Spread:
    """Relative variances of a leaf: `noise` of a day, `drift` of a week beyond it."""

    noise: float
    drift: float


@dataclass(frozen=True, slots=True, eq=False)
class Spreads:
    """Both of every measure, (M, 1, 1) each.

    `shared_noise` and `shared_drift` are the parts of these that move all leaves alike. A memory is
    the part of a day's noise that the next day inherits.
    """

    noise: FloatArray
    drift: FloatArray
    shared_noise: FloatArray
    shared_drift: FloatArray
    memory: FloatArray
    shared_memory: FloatArray

    def of(self, measure: int) -> Spread:
        """Of one measure."""
        return Spread(float(self.noise[measure, 0, 0]), float(self.drift[measure, 0, 0]))

    @property
    def unusual(self) -> FloatArray:
        """The part of a day's noise that is beyond what is usual, 0 to 1."""
        return np.asarray(np.maximum(1.0 - _USUAL_NOISE / self.noise, 0.0))

    def shared(self, days: FloatArray) -> FloatArray:
        """Variance of the mean of some days that all leaves have in common."""
        return self.shared_noise * of_mean(days, self.shared_memory)

    def own(self, days: FloatArray) -> FloatArray:
        """Variance of the mean of some days that is a leaf's own."""
        rest = self.noise - self.shared_noise
        kept = self.noise * self.memory - self.shared_noise * self.shared_memory
        inherited = _within(kept / np.maximum(rest, 1e-9), 0.0, _MOST_MEMORY)
        return rest * of_mean(days, inherited)


def find_spreads(panel: Panel, stack: Stack, normal: BoolArray) -> Spreads:
    """Both for each measure, from the brand's own days."""
    used = normal[panel.platform_of]
    residual, mean = (_with_sum(values) for values in _residuals(panel, stack, used))
    weeks = tuple(_with_sum(values) for values in _weeks(panel, stack, used))
    noise, memory = _days(residual, mean, stack.spread)
    by_days = noise * (_of_one_in(7.0, memory) + _of_one_in(28.0, memory))
    drift = _drift(weeks, stack.spread, by_days, _usual_drift(stack.names))
    # of a sum of leaves that move by themselves this part of a leaf's variance is left
    size = _sums(mean**2)
    left = size[0] / np.maximum(size[1], 1e-9)
    shared_noise, shared_drift = (_shared(values, left) for values in (noise, drift))
    return Spreads(noise[0], drift[0], shared_noise, shared_drift, memory[0], memory[1])


def _with_sum(values: FloatArray) -> FloatArray:
    """Leaves, and as if it were one of them all of them together, (2, M, K, …)."""
    both = np.zeros((2, *values.shape))
    both[0] = values
    both[1, :, :1] = values.sum(axis=1, keepdims=True)
    return both


@lru_cache(maxsize=8)
def _usual_drift(names: tuple[MeasureName, ...]) -> tuple[FloatArray, ...]:
    """What is usual of leaves and of their sum: prior, least, believed, (2, M, 1, 1) each."""
    return tuple(
        np.array([[getattr(_USUAL_DRIFT[name][of], part) for name in names] for of in (0, 1)])[
            ..., None, None
        ]
        for part in ("prior", "least", "believed")
    )


def _sums(values: FloatArray) -> FloatArray:
    """By measure, (…, M, 1, 1)."""
    return np.asarray(values.sum(axis=(-2, -1), keepdims=True))


def _shared(variance: FloatArray, left: FloatArray) -> FloatArray:
    """The part of a leaf's variance that a sum of all still has, beyond what is `left` of it."""
    leaf, total = variance
    is_one = left > _MOST_LEFT
    beyond = (total - left * leaf) / np.where(is_one, 1.0, 1.0 - left)
    return np.where(is_one, np.minimum(leaf, total), _within(beyond, 0.0, leaf))


def _days(residual: FloatArray, mean: FloatArray, spread: FloatArray) -> tuple[FloatArray, ...]:
    """Noise of a day and its memory; what the mean of 15 days took along is put back."""
    found = _excess(residual, mean, spread)
    inherited = _inherited(residual, mean, found)
    memory, gone = np.zeros_like(found), np.full_like(found, 1.0 / _LOCAL_DAYS)
    for _ in range(_NOISE_PASSES):
        memory = _within(inherited * (1.0 - gone) + gone, 0.0, _MOST_MEMORY)
        gone = _of_one_in(_LOCAL_DAYS, memory)
    return _within(found / (1.0 - gone), *_NOISE_RANGE), memory


def of_mean(days: FloatArray, memory: FloatArray) -> FloatArray:
    """Variance of the mean of some days over that of one, where days inherit of the day before."""
    return _of_one_in(np.maximum(days, 1.0), memory)


def _of_one_in(count: FloatArray | float, memory: FloatArray | float) -> FloatArray:
    """The same for numbers of days that are one at least."""
    # sum of all covariances of a first-order autoregression
    kept = memory / (1.0 - memory)
    ends = (1.0 - memory**count) / (count * (1.0 - memory))
    return np.asarray((1.0 + 2.0 * kept * (1.0 - ends)) / count)


def _within(values: FloatArray, low: FloatArray | float, high: FloatArray | float) -> FloatArray:
    """As numpy's clip, which takes longer over few numbers than all that is reckoned with them."""
    return np.asarray(np.minimum(np.maximum(values, low), high))


def _inherited(residual: FloatArray, mean: FloatArray, noise: FloatArray) -> FloatArray:
    """How alike neighbouring days are, beside a mean of 15 days: -1 / 15 where nothing lasts."""
    most = 3.0 * np.sqrt(noise) * mean + 1e-9
    residual = _within(residual, -most, most)
    alike = _sums(residual[..., 1:] * residual[..., :-1])
    size = noise * (_sums(mean[..., 1:] * mean[..., :-1]) + _NOISE_WEIGHT)
    return _within(alike / size, -0.5, _MOST_MEMORY)


def _residuals(panel: Panel, stack: Stack, used: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Around a local mean of 15 days, and that mean, (M, K, days) each."""
    start = max(panel.days - _NOISE_DAYS - 7, 0)
    part = used[:, start:]
    reach = stack.exposure[..., start:] * stack.share[..., start:] * part
    observed = stack.observed[..., start:] * part
    local = centred_sum(observed, 7) / np.maximum(centred_sum(reach, 7), 1e-300)
    mean = (local * reach)[..., -_NOISE_DAYS:]
    return observed[..., -_NOISE_DAYS:] - mean, mean


def _excess(residual: FloatArray, mean: FloatArray, spread: FloatArray) -> FloatArray:
    every, chance = residual**2, spread * mean * (1.0 - 1.0 / _LOCAL_DAYS)
    size = mean**2
    weight = _sums(size) + _NOISE_WEIGHT
    noise = found = np.full_like(weight, _NOISE_PRIOR)
    for _ in range(_NOISE_PASSES):
        # one wild day must not teach that every day is wild
        square = np.minimum(every, 12.0 * (chance + noise * size))
        found = (_sums(square - chance) + _NOISE_WEIGHT * _NOISE_PRIOR) / weight
        noise = np.maximum(noise, found)
    return np.maximum(found, _NOISE_RANGE[0])


def _weeks(
    panel: Panel, stack: Stack, used: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Seen in a week, expected from the four before it, and seen in those: (M, K, weeks) each.

    On days whose conversions have nearly all arrived; zeros where the four weeks hold too few.
    """
    # whole weeks from the first day on, as many as are looked at and what lies before them
    days = slice(max((panel.days - _DRIFT_DAYS) // 7 - 6, 0) * 7, None)
    share = stack.share[..., days]
    settled = used[:, days] & (share >= 0.9)
    before, seen = _four_weeks_and_the_next(stack.observed[..., days] * settled)
    ways, due = _four_weeks_and_the_next(stack.exposure[..., days] * share * settled)
    enough = (before >= 8.0) & (due > 0)
    expected = np.where(enough, before * due / np.where(ways > 0, ways, 1.0), 0.0)
    return np.where(enough, seen, 0.0), expected, np.where(enough, before, 0.0)


def _four_weeks_and_the_next(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sums of the four weeks before each week, and of that week, the newest ones: (M, K, weeks)."""
    weeks = (values.shape[-1] - 1) // 7
    weekly = weekly_sums(values[..., : weeks * 7])
    before = trailing_sum(weekly, 4)
    recent = slice(-(_DRIFT_DAYS // 7), None)
    return before[..., recent], weekly[..., recent]


def _drift(
    weeks: tuple[FloatArray, ...],
    spread: FloatArray,
    by_days: FloatArray,
    usual: tuple[FloatArray, ...],
) -> FloatArray:
    """A week against the four before it; `by_days` is what comes from how days differ."""
    seen, expected, before = weeks
    prior, least, believed = usual
    size = expected**2
    chance = spread * (expected + size / np.maximum(before, 1.0)) + size * by_days
    # an event of the past is no drift
    excess = np.minimum((seen - expected) ** 2, 4.0 * (chance + prior * size)) - chance
    found = (_sums(excess) + _DRIFT_WEIGHT * prior) / (_sums(size) + _DRIFT_WEIGHT)
    # what looks like an event is no drift, and there is always some
    return np.asarray(least + believed * (_within(found, least, _MOST_DRIFT) - least))


def centred_sum(values: FloatArray, reach: int) -> FloatArray:
    """Sums over `reach` days to either side, the day itself included, along the last axis."""
    days = values.shape[-1]
    total = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    day = np.arange(days)
    upper = np.minimum(day + reach + 1, days)
    return np.asarray(total[..., upper] - total[..., np.maximum(day - reach, 0)])


def weekly_sums(values: FloatArray) -> FloatArray:
    """Sums over whole weeks, along the last axis."""
    by_week = values.reshape(*values.shape[:-1], values.shape[-1] // 7, 7)
    # a product is faster than many sums of seven
    return np.asarray(by_week @ np.ones(7))


def trailing_sum(values: FloatArray, length: int) -> FloatArray:
    """Sums over the `length` days before each day, the day itself left out, along the last axis."""
    days = values.shape[-1]
    total = np.zeros((*values.shape[:-1], days + 1))
    np.cumsum(values, axis=-1, out=total[..., 1:])
    found = total[..., :-1].copy()
    found[..., length:] -= total[..., : max(days - length, 0)]
    return found
