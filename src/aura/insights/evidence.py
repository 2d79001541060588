"""From counts to certainty: posterior of the multiplier on conversions, its interval, deflation.

A multiplier theta on the expected conversions has a Gamma posterior around 1. What spreads more
than chance (the baseline's own size, day-to-day noise, drift, completeness, holidays) deflates the
counts: it never widens the prior, which would make noisy brands speak more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammainc, gammaincinv

from aura.insights.baseline import Comparison
from aura.insights.panel import Panel
from aura.insights.series import FloatArray

# conversions' worth of belief that nothing has changed
PRIOR_COUNT = 20.0
# campaigns drift apart: their sum drifts less than each of them (variance)
_DRIFT_OF_TOTAL = 0.45
_HOLIDAY_DEVIATION = 0.15
INTERVAL = 0.80
# the size of an effect that is believed: the doubt that kept us silent is not counted twice
EFFECT_PRIOR_COUNT = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Observed and expected counts of one scope in every window, (W,) or (K, W)."""

    observed: FloatArray
    expected: FloatArray
    variance: FloatArray

    @property
    def weight(self) -> FloatArray:
        """The part of the counts that counts."""
        return 1.0 / (1.0 + self.expected * self.variance)

    def shape_and_rate(self) -> tuple[FloatArray, FloatArray]:
        """Parameters of the Gamma posterior of the multiplier."""
        weight = self.weight
        return PRIOR_COUNT + weight * self.observed, PRIOR_COUNT + weight * self.expected

    def probability_below(self, limit: float) -> FloatArray:
        """P(multiplier < limit)."""
        shape, rate = self.shape_and_rate()
        return np.asarray(gammainc(shape, limit * rate))

    def mean(self) -> FloatArray:
        """Posterior mean of the multiplier."""
        shape, rate = self.shape_and_rate()
        return np.asarray(shape / rate)

    def surprise(self) -> FloatArray:
        """How much better 'it fell' explains the counts than 'nothing changed'; 0 when it rose."""
        observed, expected = self.weight * self.observed, self.weight * self.expected
        ratio = np.maximum(observed, 1e-9) / np.maximum(expected, 1e-9)
        gain = observed * np.log(ratio) - (observed - expected)
        return np.where(ratio < 1.0, gain, 0.0)


def interval(evidence: Evidence, window: int) -> tuple[float, float]:
    """The central 80 % of the multiplier's size in one window, given that it is real."""
    weight = float(evidence.weight[window])
    shape = EFFECT_PRIOR_COUNT + weight * float(evidence.observed[window])
    rate = EFFECT_PRIOR_COUNT + weight * float(evidence.expected[window])
    tail = (1.0 - INTERVAL) / 2
    low, high = gammaincinv(shape, np.array([tail, 1.0 - tail])) / rate
    return float(low), float(high)


def of_leaves(comparison: Comparison) -> Evidence:
    """The evidence on every leaf by itself, (K, W)."""
    return Evidence(
        comparison.observed,
        comparison.expected,
        _variance(
            comparison,
            comparison.variance,
            comparison.completeness_deviation,
            comparison.holiday,
            comparison.used_days,
            comparison.drift,
        ),
    )


def of_total(comparison: Comparison, rows: np.ndarray[Any, np.dtype[np.intp]]) -> Evidence:
    """The evidence on leaves taken together, (W,)."""
    expected = comparison.expected[rows]
    total = expected.sum(axis=0)
    parts = expected / np.where(total > 0, total, 1.0)
    return Evidence(
        comparison.observed[rows].sum(axis=0),
        total,
        _variance(
            comparison,
            (parts**2 * comparison.variance[rows]).sum(axis=0),
            (parts * comparison.completeness_deviation[rows]).sum(axis=0),
            (parts * comparison.holiday[rows]).sum(axis=0),
            comparison.used_days[rows].max(axis=0, initial=0.0),
            comparison.drift * _DRIFT_OF_TOTAL,
        ),
    )


def _variance(
    comparison: Comparison,
    baseline: FloatArray,
    completeness: FloatArray,
    holiday: FloatArray,
    days: FloatArray,
    drift: float,
) -> FloatArray:
    return np.asarray(
        drift
        + comparison.noise / np.maximum(days, 1.0)
        + baseline
        + completeness**2
        + (_HOLIDAY_DEVIATION * holiday) ** 2
    )


def sibling_multipliers(panel: Panel, comparison: Comparison) -> FloatArray:
    """What happened to the other campaigns of the same platform, shrunk to 1: (K, W)."""
    multipliers = np.ones_like(comparison.expected)
    for number in range(len(panel.platforms)):
        rows = panel.rows(number)
        total = of_total(comparison, rows)
        others = Evidence(
            total.observed - comparison.observed[rows],
            total.expected - comparison.expected[rows],
            np.broadcast_to(total.variance, comparison.expected[rows].shape),
        )
        multipliers[rows] = others.mean()
    return multipliers
