"""How much rates move when nothing has happened: from day to day, and slowly.

Both are relative variances beyond chance, of single campaigns and of sums over campaigns, pooled
over the brand and mixed with what is usual. They deflate evidence: a restless brand must show more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from aura.insights.measure import Measure
from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray

# of a day's rate, before the brand's own days have spoken
_NOISE_PRIOR = 0.10**2
_NOISE_WEIGHT = 400.0
_NOISE_DAYS = 84
_NOISE_RANGE = (0.04**2, 0.60**2)
# of a week's rate against the four before it, which is no event
_DRIFT_PRIOR = {"leaf": 0.105**2, "total": 0.09**2}
_DRIFT_WEIGHT = 4000.0
# what looks like an event is no drift, and there is always some
_DRIFT_RANGE = {"leaf": (0.105**2, 0.16**2), "total": (0.09**2, 0.16**2)}
_DRIFT_DAYS = 140


@dataclass(frozen=True, slots=True)
class Spread:
    """Relative variances: `noise` of a day, `drift` of a week beyond it; of leaves and of sums."""

    noise: float
    drift: float
    noise_of_total: float
    drift_of_total: float


def find_spread(panel: Panel, measure: Measure, normal: BoolArray) -> Spread:
    """Both, from the brand's own days."""
    used = normal[panel.platform_of]
    noise, noise_of_total = _noise(panel, measure, used)
    drift, drift_of_total = _drift(panel, measure, used, noise, noise_of_total)
    return Spread(noise, drift, noise_of_total, drift_of_total)


def _noise(panel: Panel, measure: Measure, used: BoolArray) -> tuple[float, float]:
    """Around a local mean of 15 days."""
    start = max(panel.days - _NOISE_DAYS - 7, 0)
    part = used[:, start:]
    reach = measure.exposure[:, start:] * panel.share[:, start:] * part
    observed = measure.observed[:, start:] * part
    local = centred_sum(observed, 7) / np.maximum(centred_sum(reach, 7), 1e-300)
    mean = (local * reach)[:, -_NOISE_DAYS:]
    residual = observed[:, -_NOISE_DAYS:] - mean
    of_leaves = _excess(residual, mean, measure.spread)
    of_total = _excess(residual.sum(axis=0), mean.sum(axis=0), measure.spread)
    return of_leaves, of_total


def _excess(residual: FloatArray, mean: FloatArray, spread: float) -> float:
    square = residual**2 * (15 / 14)
    # one wild day must not teach that every day is wild
    square = np.minimum(square, 12.0 * (spread * mean + _NOISE_PRIOR * mean**2))
    found = float((square - spread * mean).sum()) + _NOISE_WEIGHT * _NOISE_PRIOR
    return float(np.clip(found / (float((mean**2).sum()) + _NOISE_WEIGHT), *_NOISE_RANGE))


def _drift(
    panel: Panel, measure: Measure, used: BoolArray, noise: float, noise_of_total: float
) -> tuple[float, float]:
    """A week against the four before it, on days whose conversions have nearly all arrived."""
    settled = used & (panel.share >= 0.9)
    reach = measure.exposure * panel.share * settled
    observed = measure.observed * settled
    before, ways = trailing_sum(observed, 28)[:, :-7:7], trailing_sum(reach, 28)[:, :-7:7]
    seen = trailing_sum(observed, 7)[:, 7::7][:, : before.shape[1]]
    due = trailing_sum(reach, 7)[:, 7::7][:, : before.shape[1]]
    recent = slice(-_DRIFT_DAYS // 7, None)
    before, ways, seen, due = (part[:, recent] for part in (before, ways, seen, due))
    enough = (before >= 8.0) & (due > 0)
    expected = np.where(enough, before * due / np.where(ways > 0, ways, 1.0), 0.0)
    seen = np.where(enough, seen, 0.0)
    before = np.where(enough, before, 0.0)
    of_leaves = _drift_of(seen, expected, before, (measure.spread, noise), "leaf")
    of_total = _drift_of(
        seen.sum(axis=0),
        expected.sum(axis=0),
        before.sum(axis=0),
        (measure.spread, noise_of_total),
        "total",
    )
    return of_leaves, of_total


def _drift_of(
    seen: FloatArray,
    expected: FloatArray,
    before: FloatArray,
    chances: tuple[float, float],
    kind: Literal["leaf", "total"],
) -> float:
    spread, noise = chances
    prior = _DRIFT_PRIOR[kind]
    chance = spread * (expected + expected**2 / np.maximum(before, 1.0)) + expected**2 * noise * (
        1 / 7 + 1 / 28
    )
    # an event of the past is no drift
    most = 4.0 * (chance + prior * expected**2)
    excess = np.minimum((seen - expected) ** 2, most) - chance
    found = float(excess.sum()) + _DRIFT_WEIGHT * prior
    return float(np.clip(found / (float((expected**2).sum()) + _DRIFT_WEIGHT), *_DRIFT_RANGE[kind]))


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
