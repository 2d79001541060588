"""How much of a day's conversions has arrived at an age, learned from what was restated.

In go snapshots (the same days as read on successive mornings), out comes a curve for the platform,
age in days → share of the final count, and one for each of its campaigns: some sell to people who
buy at once, some to people who think it over, and a slow campaign that gets more money looks like a
bad one to whoever forgets it. The platform's curve is chain ladder (growth from one age to the next
as a ratio of sums) with pseudo-counts of a cautious prior; a campaign's is the platform's raised to
a power of its own. A low share only makes Aura slower to speak, so priors err low. Ages count from
the day itself: yesterday has age 1.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np

from aura.insights.series import BoolArray, FloatArray, Snapshots

# share of the final count at ages 0, 1, 2, …: slower than curves measured at Meta and Google Ads
CAUTIOUS_PRIOR: FloatArray = np.array(
    (
        *(0.0, 0.30, 0.45, 0.57, 0.67, 0.74, 0.80, 0.85, 0.885, 0.905, 0.92, 0.93, 0.94, 0.948),
        *(0.955, 0.961, 0.966, 0.971, 0.975, 0.979, 0.983, 0.986, 0.989, 0.992, 0.994, 0.996),
        *(0.998, 0.999, 1.0),
    )
)
AGES = len(CAUTIOUS_PRIOR)
# without a learned curve, only days of this age are judged
MATURE_AGE = 8
# from this share on a day counts as settled on a page
SETTLED_SHARE = 0.97
_PRIOR_COUNT = 60.0
_LEARNED_COUNT = 90.0
_LEARNED_MORNINGS = 4
# growth differs from day to day by more than chance: variance over that of a Poisson count
_DISPERSION = 2.0
# the part still to come is uncertain by this share of itself, whatever was learned
_ARREAR_UNCERTAINTY = 0.25
# a campaign's power: believed a little slower than its platform until it shows otherwise
_POWERS: FloatArray = np.linspace(np.log(0.4), np.log(6.0), 40)
_POWER_PRIOR = (np.log(1.2), 0.5)
_POWER_LEARNED = 0.30


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A platform's completeness.

    Attributes:
        shares: (ages,) from age 0, rising to 1.
        deviations: (ages,) relative standard deviation of each share.
        is_learned: (ages,) whether enough was restated before our eyes to judge days of that age.
        is_new: whether the platform was read on a few mornings at most.
    """

    shares: FloatArray
    deviations: FloatArray
    is_learned: BoolArray
    is_new: bool

    def completeness(self, age: int) -> float:
        """The share of a day's final conversions that has arrived at `age` days, 0 to 1."""
        if age < 0:
            return 0.0
        return float(self.shares[min(age, AGES - 1)])

    @property
    def first_judged_age(self) -> int:
        """The youngest age whose days may be judged."""
        return int(np.argmax(self.is_learned))

    @property
    def settled_age(self) -> int:
        """The youngest age at which a day counts as settled."""
        return int(np.argmax(self.shares >= SETTLED_SHARE))


@dataclass(frozen=True, slots=True, eq=False)
class CampaignCurves:
    """The curves of a platform's campaigns; (K, ages) each, as in `Curve`."""

    shares: FloatArray
    deviations: FloatArray
    is_learned: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class _Growth:
    """Sums over days seen at two successive ages, (K, ages - 1): step a is from a to a + 1."""

    younger: FloatArray
    older: FloatArray
    # (ages - 1,): on how many mornings the step was seen
    mornings: FloatArray
    # on how many mornings anything was read
    reads: int


def prior_curve() -> Curve:
    """The curve of a platform that has not restated anything before our eyes."""
    nothing = np.zeros(AGES - 1)
    return _platform_curve(_Growth(nothing[None], nothing[None], nothing, 0))


def learn(snapshots: Snapshots | None, left_out: Collection[date] = ()) -> Curve:
    """The curve of a platform, as in `learn_all`."""
    return prior_curve() if snapshots is None else _platform_curve(_growth(snapshots, left_out))


def learn_all(
    snapshots: Snapshots | None, entity_ids: tuple[str, ...], left_out: Collection[date] = ()
) -> tuple[Curve, CampaignCurves]:
    """The curve of a platform, and those of its campaigns `entity_ids` in that order.

    Args:
        snapshots: what was read, or None when nothing was read twice.
        entity_ids: campaigns; one that was never read gets its platform's curve, a little slower.
        left_out: days on which arrivals were not normal (a tracking outage); what arrived on them
            teaches nothing.
    """
    younger = np.zeros((len(entity_ids), AGES - 1))
    older = np.zeros_like(younger)
    if snapshots is None:
        curve = prior_curve()
    else:
        growth = _growth(snapshots, left_out)
        curve = _platform_curve(growth)
        position = {entity: number for number, entity in enumerate(snapshots.entity_ids)}
        for number, entity in enumerate(entity_ids):
            if entity in position:
                younger[number] = growth.younger[position[entity]]
                older[number] = growth.older[position[entity]]
    return curve, _campaign_curves(younger, older, curve)


def _campaign_curves(younger: FloatArray, older: FloatArray, curve: Curve) -> CampaignCurves:
    logarithm, deviation = _powers(younger, older, curve)
    floor = np.log(np.maximum(curve.shares, 1e-6))
    shares = np.exp(np.exp(logarithm)[:, None] * floor)
    shares[:, 0] = 0.0
    own = np.abs(np.log(np.maximum(shares, 0.02))) * deviation[:, None]
    deviations = np.sqrt(_arrear(shares) ** 2 + own**2 + _sampling(curve) ** 2)
    judged = np.arange(AGES) >= MATURE_AGE
    is_known = (deviation <= _POWER_LEARNED)[:, None] & curve.is_learned
    return CampaignCurves(shares, deviations, judged | is_known)


def _growth(snapshots: Snapshots, left_out: Collection[date]) -> _Growth:
    values = snapshots.values[:, :, :AGES]
    steps = values.shape[2] - 1
    read = np.isfinite(values)
    filled = np.where(read, values, 0.0)
    is_pair = read[:, :, :-1] & read[:, :, 1:]
    # no age is counted from before the day had ended
    is_pair[:, :, :1] = False
    for day in left_out:
        # what is read on the morning of day + 1 and was not there the morning before came on `day`
        rows = (day - snapshots.first_day).days - np.arange(steps)
        inside = (rows >= 0) & (rows < values.shape[1])
        is_pair[:, rows[inside], np.flatnonzero(inside)] = False
    younger, older = np.zeros((2, len(values), AGES - 1))
    counted = is_pair.astype(np.float64)
    younger[:, :steps] = np.einsum("kda,kda->ka", filled[:, :, :-1], counted)
    older[:, :steps] = np.einsum("kda,kda->ka", filled[:, :, 1:], counted)
    mornings = np.zeros(AGES - 1)
    mornings[:steps] = is_pair.any(axis=0).sum(axis=0)
    made, age = np.nonzero(read.any(axis=0))
    return _Growth(younger, older, mornings, int(np.count_nonzero(np.bincount(made + age))))


def _platform_curve(growth: _Growth) -> Curve:
    younger, older = growth.younger.sum(axis=0), growth.older.sum(axis=0)
    # steps from age 1 on: the day itself has nothing to grow from
    weight = younger[1:] + _PRIOR_COUNT * CAUTIOUS_PRIOR[1:-1]
    factors = np.maximum((older[1:] + _PRIOR_COUNT * CAUTIOUS_PRIOR[2:]) / weight, 0.5)
    step = _DISPERSION * np.maximum(factors - 1.0, 0.0) / (weight * factors**2)
    shares, variance = np.ones(AGES), np.zeros(AGES)
    shares[1:-1] = np.minimum(1.0 / np.cumprod(factors[::-1])[::-1], 1.0)
    shares[0] = 0.0
    variance[1:-1] = np.cumsum(step[::-1])[::-1]
    variance[0] = variance[1]
    enough = (younger >= _LEARNED_COUNT) & (growth.mornings >= _LEARNED_MORNINGS)
    # an age is learned when it and every step up to maturity are
    is_learned = np.ones(AGES, dtype=np.bool_)
    is_learned[:MATURE_AGE] = np.logical_and.accumulate(enough[:MATURE_AGE][::-1])[::-1]
    is_learned[0] = False
    deviations = np.sqrt(variance + _arrear(shares) ** 2)
    return Curve(shares, deviations, is_learned, growth.reads < _LEARNED_MORNINGS)


def _powers(younger: FloatArray, older: FloatArray, curve: Curve) -> tuple[FloatArray, FloatArray]:
    """Posterior mean and standard deviation of the logarithm of each campaign's power, (K,)."""
    factors = curve.shares[2:] / np.maximum(curve.shares[1:-1], 1e-6)
    arrived = np.maximum(older - younger, 0.0)[:, 1:]
    growth = np.maximum(factors, 1.0) ** np.exp(_POWERS)[:, None] - 1.0
    # Poisson log-likelihood of the arrivals; terms without the power drop out
    likelihood = arrived @ np.log(np.maximum(growth, 1e-9)).T - younger[:, 1:] @ growth.T
    mean, deviation = _POWER_PRIOR
    score = likelihood / _DISPERSION - 0.5 * ((_POWERS - mean) / deviation) ** 2
    weight = np.exp(score - score.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    centre = weight @ _POWERS
    return centre, np.sqrt(np.maximum(weight @ _POWERS**2 - centre**2, 0.0))


def _arrear(shares: FloatArray) -> FloatArray:
    return np.asarray(_ARREAR_UNCERTAINTY * (1.0 - shares) / np.maximum(shares, 0.05))


def _sampling(curve: Curve) -> FloatArray:
    """The part of a curve's uncertainty that comes from how little was seen."""
    return np.asarray(np.sqrt(np.maximum(curve.deviations**2 - _arrear(curve.shares) ** 2, 0.0)))
