"""What a month will come to: a sum so far, the days that are left, and how wrong such sums were.

In: daily values of a metric whose days add up, oldest first. Out: Forecast with an 80 % interval.
Pure. The decisions: days left are the recent level times each weekday's share; the interval comes
from the same forecast made on past days of the same series, so a restless store gets a wide one. A
short history gets none. Coverage is measured by `make bench-forecast`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

Series = npt.NDArray[np.float64]

INSIDE: Final = 0.80
FEWEST_DAYS: Final = 56
MOST_DAYS: Final = 400
_TRAINED_ON: Final = 28
_HALF_LIFE: Final = 10.0
_WEEKDAY_DAYS: Final = 70
# days of a usual weekday that each weekday's own are mixed with
_WEEKDAY_PRIOR: Final = 2.0
# past errors lose half their weight in this many days
_MEMORY: Final = 90.0
# errors of neighbouring days are nearly the same one: fewer are known than there are days
_WIDER: Final = 1.08


@dataclass(frozen=True, slots=True)
class Forecast:
    """The sum that is expected, and the bounds that it stays within four times out of five."""

    value: float
    low: float
    high: float


def forecast(
    history: Sequence[float], *, last_day: date, ahead: int, so_far: float
) -> Forecast | None:
    """The sum so far with the days ahead; None for under FEWEST_DAYS days or without any sums.

    Args:
        history: values of whole days, the last of them `last_day`'s; may hold days of the sum.
        last_day: the last day of the history.
        ahead: days that are still to come.
        so_far: what the days of the sum until `last_day` come to.
    """
    if ahead == 0:
        return Forecast(so_far, so_far, so_far)
    values = np.asarray(history[-MOST_DAYS:], dtype=np.float64)
    if len(values) < FEWEST_DAYS:
        return None
    weekdays = (np.arange(len(values) + ahead) + last_day.weekday() - len(values) + 1) % 7
    expected = _expected(values, weekdays, len(values), ahead)
    if expected <= 0:
        return None
    low, high = _bounds(values, weekdays, ahead)
    return Forecast(
        so_far + expected,
        so_far + min(expected, max(0.0, expected * (1 + low))),
        so_far + max(expected, expected * (1 + high)),
    )


def _expected(values: Series, weekdays: npt.NDArray[np.int64], origin: int, ahead: int) -> float:
    """The sum of the days from `origin` on, from the days before it alone."""
    first = max(0, origin - _WEEKDAY_DAYS)
    recent, days = values[first:origin], weekdays[first:origin]
    mean = recent.mean()
    if mean <= 0:
        return 0.0
    counts = np.bincount(days, minlength=7)
    sums = np.bincount(days, weights=recent, minlength=7)
    share = (sums / mean + _WEEKDAY_PRIOR) / (counts + _WEEKDAY_PRIOR)
    share = np.maximum(share, 0.05)
    weights = 0.5 ** (np.arange(len(recent))[::-1] / _HALF_LIFE)
    level = float((weights * recent / share[days]).sum() / weights.sum())
    return level * float(share[weekdays[origin : origin + ahead]].sum())


def _bounds(values: Series, weekdays: npt.NDArray[np.int64], ahead: int) -> tuple[float, float]:
    """How far such sums were from what was expected, relative to it: a low and a high share."""
    ahead = min(ahead, len(values) - _TRAINED_ON - 7)
    origins = np.arange(_TRAINED_ON, len(values) - ahead + 1)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    actual = sums[origins + ahead] - sums[origins]
    expected = np.array([_expected(values, weekdays, int(o), ahead) for o in origins])
    kept = expected > 0
    if not kept.any():
        return 0.0, 0.0
    errors = actual[kept] / expected[kept] - 1
    ages = (origins[-1] - origins)[kept]
    weights = 0.5 ** (ages / _MEMORY)
    tail = (1 - INSIDE) / 2
    return _WIDER * _quantile(errors, weights, tail), _WIDER * _quantile(errors, weights, 1 - tail)


def _quantile(values: Series, weights: Series, share: float) -> float:
    order = np.argsort(values)
    placed = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    return float(np.interp(share, placed, values[order]))
