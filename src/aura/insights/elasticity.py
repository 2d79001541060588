"""How much more a campaign sells for more money: elasticities, shrunk, with demand taken out.

In go daily spend and conversions of K campaigns, out comes for each the elasticity of conversions
to spend (0.6: ten per cent more money sells six per cent more) with its uncertainty. Days on which
everything sells better must not be credited to the campaign that was given more money on them: each
day and each week has an effect of its own, common to all campaigns, so that only what a campaign
did beside its siblings teaches. A quasi-Poisson model, fitted by penalised Newton steps; the many
day effects are eliminated exactly (Schur complement).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.insights.series import FloatArray

# what is believed of an elasticity before the data speak
PRIOR_MEAN: Final = 0.60
PRIOR_DEVIATION: Final = 0.22
# how much all campaigns may move together from week to week and from day to day (logarithm)
_WEEK_DEVIATION: Final = 2.0
_DAY_DEVIATION: Final = 1.0
_STEPS: Final = 7
_LARGEST_STEP: Final = 1.5
# part of the effect of money that carries over to the next day: the likelier of these is used
_CARRY_OVERS: Final = (0.0, 0.4)
# a campaign's own slow drift looks like an effect of slow changes of its budget
_DRIFT_FACTOR: Final = 1.25


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """What K campaigns answer to money, at their present spend.

    Attributes:
        level: (K,) logarithm of the daily conversions at present spend, on a usual day.
        elasticity: (K,) posterior mean; covariance: (2K, 2K) of (level, elasticity).
        known: (K,) part of the prior's variance that the data removed: 0 nothing learned, 1 all.
    """

    level: FloatArray
    elasticity: FloatArray
    covariance: FloatArray
    known: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """The fixed part of a fit; (K, T) each, weeks is (T, W) of 0 and 1."""

    conversions: FloatArray
    offset: FloatArray
    money: FloatArray
    used: FloatArray
    weeks: FloatArray


def fit_response(
    spend: FloatArray,
    conversions: FloatArray,
    share: FloatArray,
    used: FloatArray,
    present: FloatArray,
) -> Response:
    """Fit K campaigns over T days.

    Args:
        spend: (K, T).
        conversions: (K, T), as reported so far.
        share: (K, T), the part of each day's conversions that has arrived, 0 to 1.
        used: (K, T), weight of each day, 0 where it says nothing.
        present: (K,), the daily spend to which level and elasticity refer.
    """
    days = spend.shape[1]
    week = (np.arange(days)[::-1] // 7)[::-1]
    weeks = (week[:, None] == np.unique(week)[None, :]).astype(np.float64)
    best: tuple[float, Response] | None = None
    for carry in _CARRY_OVERS:
        flow = _carried(spend, carry)
        is_used = used * (flow > 0.02 * present[:, None]) * (share > 0)
        with np.errstate(divide="ignore"):
            money = np.where(is_used > 0, np.log(flow / present[:, None]), 0.0)
            offset = np.where(is_used > 0, np.log(share), 0.0)
        found = _fit(_Design(conversions, offset, np.clip(money, -2.5, 2.5), is_used, weeks))
        if best is None or found[0] > best[0]:
            best = found
    if best is None:
        raise ValueError("there is no carry-over to try")
    return best[1]


def _carried(spend: FloatArray, carry: float) -> FloatArray:
    """Spend with the part that works on later days moved there, (K, T)."""
    if carry == 0.0:
        return spend
    kernel = carry ** np.arange(6)
    kernel /= kernel.sum()
    flow = np.zeros_like(spend)
    for lag, weight in enumerate(kernel):
        flow[:, lag:] += weight * spend[:, : spend.shape[1] - lag]
        flow[:, :lag] += weight * spend[:, :1]
    return flow


def _fit(design: _Design) -> tuple[float, Response]:
    """Likelihood and response of one design."""
    count, weeks = len(design.money), design.weeks.shape[1]
    total = np.maximum((design.used > 0).sum(axis=1), 1)
    usual = (design.conversions * (design.used > 0)).sum(axis=1) + 0.5
    reach = (np.exp(design.offset + PRIOR_MEAN * design.money) * (design.used > 0)).sum(axis=1)
    theta = np.concatenate(
        [np.log(usual / np.maximum(reach, 1e-9)), np.full(count, PRIOR_MEAN), np.zeros(weeks)]
    )
    day = np.zeros(design.money.shape[1])
    spread = np.ones(count)
    schur = np.eye(len(theta))
    for step in range(_STEPS):
        mean = _mean(design, theta, day)
        if step in {2, 5}:
            error = design.used * (design.conversions - mean) ** 2 / np.maximum(mean, 0.05)
            spread = np.clip((error.sum(axis=1) + 20.0) / (0.85 * total + 20.0), 1.0, 12.0)
        schur, move, move_day = _newton(design, theta, day, mean, spread)
        limit = np.clip(_LARGEST_STEP / max(float(np.abs(move).max()), 1e-9), 0.0, 1.0)
        theta = theta + limit * move
        day = day + limit * move_day
    mean = np.maximum(_mean(design, theta, day), 1e-9)
    likelihood = design.used * (design.conversions * np.log(mean) - mean) / spread[:, None]
    covariance: FloatArray = np.asarray(np.linalg.inv(schur), dtype=np.float64)
    covariance = covariance[: 2 * count, : 2 * count] * _DRIFT_FACTOR
    elasticity: FloatArray = theta[count : 2 * count].copy()
    variance: FloatArray = np.diag(covariance)[count:]
    known: FloatArray = np.clip(1.0 - variance / (_DRIFT_FACTOR * PRIOR_DEVIATION**2), 0.0, 1.0)
    level: FloatArray = np.asarray(theta[:count] + theta[-4:].mean())
    return float(likelihood.sum()), Response(level, elasticity, covariance, known)


def _mean(design: _Design, theta: FloatArray, day: FloatArray) -> FloatArray:
    count = len(design.money)
    common = design.weeks @ theta[2 * count :] + day
    logarithm = (
        theta[:count, None]
        + theta[count : 2 * count, None] * design.money
        + design.offset
        + common[None, :]
    )
    return np.asarray(np.exp(np.clip(logarithm, -20.0, 15.0)) * (design.used > 0))


def _newton(
    design: _Design, theta: FloatArray, day: FloatArray, mean: FloatArray, spread: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The curvature of everything but the days, and a step of both."""
    count = len(design.money)
    weight = mean * design.used / spread[:, None]
    lacking = (design.conversions - mean) * design.used / spread[:, None]
    tilted = weight * design.money
    by_day = np.concatenate([weight, tilted, design.weeks.T * weight.sum(axis=0)])
    curve = np.zeros((len(theta), len(theta)))
    levels, slopes = np.arange(count), np.arange(count, 2 * count)
    curve[levels, levels] = weight.sum(axis=1) + 1e-6
    curve[levels, slopes] = curve[slopes, levels] = tilted.sum(axis=1)
    curve[slopes, slopes] = (tilted * design.money).sum(axis=1) + PRIOR_DEVIATION**-2
    curve[: 2 * count, 2 * count :] = by_day[: 2 * count] @ design.weeks
    curve[2 * count :, : 2 * count] = curve[: 2 * count, 2 * count :].T
    weeks = np.arange(2 * count, len(theta))
    curve[weeks, weeks] = design.weeks.T @ weight.sum(axis=0) + _WEEK_DEVIATION**-2
    day_curve = weight.sum(axis=0) + _DAY_DEVIATION**-2
    slope = np.concatenate(
        [
            lacking.sum(axis=1),
            (lacking * design.money).sum(axis=1)
            - (theta[count : 2 * count] - PRIOR_MEAN) / PRIOR_DEVIATION**2,
            design.weeks.T @ lacking.sum(axis=0) - theta[2 * count :] / _WEEK_DEVIATION**2,
        ]
    )
    day_slope = lacking.sum(axis=0) - day / _DAY_DEVIATION**2
    schur = curve - (by_day / day_curve) @ by_day.T
    move = np.linalg.solve(schur, slope - by_day @ (day_slope / day_curve))
    return schur, move, (day_slope - by_day.T @ move) / day_curve
