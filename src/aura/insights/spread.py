"""How much rates move when nothing has happened: from day to day, and slowly.

Both are relative variances beyond chance, of single campaigns and of sums over campaigns, pooled
over the brand and mixed with what is usual. They deflate evidence: a restless brand must show more.
What all campaigns share does not average out over them, but a campaign's siblings show it; what is
a campaign's own averages out. So both parts are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from aura.insights.measure import MeasureName, Stack
from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray

_Count = TypeVar("_Count", float, FloatArray)
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
    """Relative variances of a leaf: `noise` of a day, `drift` of a week beyond it.

    `shared_noise` and `shared_drift` are the parts of these that move all leaves alike. A memory is
    the part of a day's noise that the next day inherits.
    """

    noise: float
    drift: float
    shared_noise: float
    shared_drift: float
    memory: float = 0.0
    shared_memory: float = 0.0

    @property
    def unusual(self) -> float:
        """The part of a day's noise that is beyond what is usual, 0 to 1."""
        return max(1.0 - _USUAL_NOISE / self.noise, 0.0)

    def shared(self, days: FloatArray) -> FloatArray:
        """Variance of the mean of some days that all leaves have in common."""
        return self.shared_noise * of_mean(days, self.shared_memory)

    def own(self, days: FloatArray) -> FloatArray:
        """Variance of the mean of some days that is a leaf's own."""
        rest = self.noise - self.shared_noise
        kept = (self.noise * self.memory - self.shared_noise * self.shared_memory) / max(rest, 1e-9)
        return rest * of_mean(days, min(max(kept, 0.0), _MOST_MEMORY))


def find_spreads(panel: Panel, stack: Stack, normal: BoolArray) -> list[Spread]:
    """Both for each measure, from the brand's own days."""
    used = normal[panel.platform_of]
    days = zip(*_residuals(panel, stack, used), strict=True)
    weeks = zip(*_weeks(panel, stack, used), strict=True)
    return [
        _spread(of_days, of_weeks, float(spread), _USUAL_DRIFT[name])
        for name, spread, of_days, of_weeks in zip(
            stack.names, stack.spread.ravel(), days, weeks, strict=True
        )
    ]


def _spread(
    days: tuple[FloatArray, ...],
    weeks: tuple[FloatArray, ...],
    spread: float,
    usual: tuple[_UsualDrift, _UsualDrift],
) -> Spread:
    """From the residuals and means of days, and from the weeks, of one measure."""
    residual, mean = days
    total, mean_of_total = residual.sum(axis=0), mean.sum(axis=0)
    noise, memory = _days(residual, mean, spread)
    noise_of_total, memory_of_total = _days(total, mean_of_total, spread)
    drift = _drift(weeks, spread, noise * _of_weeks(memory), usual[0])
    whole = tuple(values.sum(axis=0) for values in weeks)
    by_days = noise_of_total * _of_weeks(memory_of_total)
    drift_of_total = _drift(whole, spread, by_days, usual[1])
    # of a sum of leaves that move by themselves this part of a leaf's variance is left
    left = float((mean**2).sum()) / max(float((mean_of_total**2).sum()), 1e-9)
    return Spread(
        noise,
        drift,
        _shared(noise, noise_of_total, left),
        _shared(drift, drift_of_total, left),
        memory,
        memory_of_total,
    )


def _shared(leaf: float, total: float, left: float) -> float:
    """The part of a leaf's variance that a sum of all still has, beyond what is `left` of it."""
    if left > _MOST_LEFT:
        return min(leaf, total)
    return _within((total - left * leaf) / (1.0 - left), 0.0, leaf)


def _days(residual: FloatArray, mean: FloatArray, spread: float) -> tuple[float, float]:
    """Noise of a day and its memory; what the mean of 15 days took along is put back."""
    found = _excess(residual, mean, spread)
    inherited = _inherited(residual, mean, found)
    memory, gone = 0.0, 1.0 / _LOCAL_DAYS
    for _ in range(_NOISE_PASSES):
        memory = _within(inherited * (1.0 - gone) + gone, 0.0, _MOST_MEMORY)
        gone = _of_one_in(_LOCAL_DAYS, memory)
    return _within(found / (1.0 - gone), *_NOISE_RANGE), memory


def of_mean(days: FloatArray, memory: float) -> FloatArray:
    """Variance of the mean of some days over that of one, where days inherit of the day before."""
    return _of_one_in(np.maximum(days, 1.0), memory)


def _of_one_in(count: _Count, memory: float) -> _Count:
    """The same for numbers of days that are one at least, one number or many."""
    # sum of all covariances of a first-order autoregression
    kept = memory / (1.0 - memory)
    ends = (1.0 - memory**count) / (count * (1.0 - memory))
    part: _Count = (1.0 + 2.0 * kept * (1.0 - ends)) / count
    return part


def _within(value: float, low: float, high: float) -> float:
    """As numpy's clip, which takes longer over one number than all that is reckoned with it."""
    return min(max(value, low), high)


def _of_weeks(memory: float) -> float:
    """Variance of a week over that of a day, with that of the four weeks it is held against."""
    return _of_one_in(7.0, memory) + _of_one_in(28.0, memory)


def _inherited(residual: FloatArray, mean: FloatArray, noise: float) -> float:
    """How alike neighbouring days are, beside a mean of 15 days: -1 / 15 where nothing lasts."""
    most = 3.0 * np.sqrt(noise) * mean + 1e-9
    residual = np.clip(residual, -most, most)
    alike = float((residual[..., 1:] * residual[..., :-1]).sum())
    size = noise * float((mean[..., 1:] * mean[..., :-1]).sum())
    return _within(alike / (size + noise * _NOISE_WEIGHT), -0.5, _MOST_MEMORY)


def _residuals(panel: Panel, stack: Stack, used: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Around a local mean of 15 days, and that mean, (M, K, days) each."""
    start = max(panel.days - _NOISE_DAYS - 7, 0)
    part = used[:, start:]
    reach = stack.exposure[..., start:] * stack.share[..., start:] * part
    observed = stack.observed[..., start:] * part
    local = centred_sum(observed, 7) / np.maximum(centred_sum(reach, 7), 1e-300)
    mean = (local * reach)[..., -_NOISE_DAYS:]
    return observed[..., -_NOISE_DAYS:] - mean, mean


def _excess(residual: FloatArray, mean: FloatArray, spread: float) -> float:
    every, chance = residual**2, spread * mean * (1.0 - 1.0 / _LOCAL_DAYS)
    weight = float((mean**2).sum()) + _NOISE_WEIGHT
    noise = _NOISE_PRIOR
    for _ in range(_NOISE_PASSES):
        # one wild day must not teach that every day is wild
        square = np.minimum(every, 12.0 * (chance + noise * mean**2))
        found = float((square - chance).sum()) + _NOISE_WEIGHT * _NOISE_PRIOR
        noise = max(noise, found / weight)
    return max(found / weight, _NOISE_RANGE[0])


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
    weekly = values[..., : weeks * 7].reshape(*values.shape[:-1], weeks, 7).sum(axis=-1)
    before = trailing_sum(weekly, 4)
    recent = slice(-(_DRIFT_DAYS // 7), None)
    return before[..., recent], weekly[..., recent]


def _drift(
    weeks: tuple[FloatArray, ...], spread: float, by_days: float, usual: _UsualDrift
) -> float:
    """A week against the four before it; `by_days` is what comes from how days differ."""
    seen, expected, before = weeks
    chance = spread * (expected + expected**2 / np.maximum(before, 1.0)) + expected**2 * by_days
    # an event of the past is no drift
    most = 4.0 * (chance + usual.prior * expected**2)
    excess = np.minimum((seen - expected) ** 2, most) - chance
    found = float(excess.sum()) + _DRIFT_WEIGHT * usual.prior
    weight = float((expected**2).sum()) + _DRIFT_WEIGHT
    # what looks like an event is no drift, and there is always some
    drift = _within(found / weight, usual.least, _MOST_DRIFT)
    return usual.least + usual.believed * (drift - usual.least)


def centred_sum(values: FloatArray, reach: int) -> FloatArray:
    """Sums over `reach` days to either side, the day itself included, along the last axis."""
    days = values.shape[-1]
    total = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    day = np.arange(days)
    upper = np.minimum(day + reach + 1, days)
    return np.asarray(total[..., upper] - total[..., np.maximum(day - reach, 0)])


def trailing_sum(values: FloatArray, length: int) -> FloatArray:
    """Sums over the `length` days before each day, the day itself left out, along the last axis."""
    days = values.shape[-1]
    total = np.zeros((*values.shape[:-1], days + 1))
    np.cumsum(values, axis=-1, out=total[..., 1:])
    found = total[..., :-1].copy()
    found[..., length:] -= total[..., : max(days - length, 0)]
    return found
