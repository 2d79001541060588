"""What is compared: purchases for money, for clicks, value for money, and clicks for money.

Each measure says what was observed and on what it depends, by leaf and day, both in conversions (a
value is counted in the leaf's usual orders) or in clicks. Rules differ in the measure that they
look at; clicks for the money (the price of one) are many and arrive at once: they say early what
purchases say late.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray

MeasureName = Literal["cost", "rate", "value", "price"]
# conversions ~ spend ** (1 - _SATURATION)
_SATURATION = 0.1
_WEEKDAY_PRIOR = 80.0
_WEEKDAY_DAYS = 112
# spread of order values: squared coefficient of variation, before the brand's own have spoken
_VALUE_SPREAD_PRIOR = 0.5
_VALUE_SPREAD_WEIGHT = 60.0
_VALUE_SPREAD_RANGE = (0.1, 1.5)
_MANY_ORDERS = 50.0
# orders whose value a leaf borrows from all others
_VALUE_BORROWED = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One thing to compare over time.

    Attributes:
        observed: (K, T) as reported so far, in conversions (`price`: in clicks).
        exposure: (K, T) what it is proportional to, weekdays taken into account.
        spread: variance of the observed over that of a count of the same mean.
        unit: (K,) what one of `observed` stands for: a conversion, a click, the usual order value.
        share, deviation: (K, T) the part of a day that has arrived and its relative uncertainty.
    """

    name: MeasureName
    observed: FloatArray
    exposure: FloatArray
    spread: float
    unit: FloatArray
    share: FloatArray
    deviation: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Measures one behind the other, (M, K, T): what is done to all is done at once.

    `spread` is (M, 1, 1).
    """

    names: tuple[MeasureName, ...]
    observed: FloatArray
    exposure: FloatArray
    share: FloatArray
    deviation: FloatArray
    spread: FloatArray


def stacked(measures: Collection[Measure]) -> Stack:
    """Measures as a stack."""
    return Stack(
        tuple(one.name for one in measures),
        np.stack([one.observed for one in measures]),
        np.stack([one.exposure for one in measures]),
        np.stack([one.share for one in measures]),
        np.stack([one.deviation for one in measures]),
        each([one.spread for one in measures]),
    )


def each(numbers: Sequence[float]) -> FloatArray:
    """A number for each measure of a stack, (M, 1, 1)."""
    return np.array(numbers)[:, None, None]


def take_measures(panel: Panel, normal: BoolArray) -> dict[MeasureName, Measure]:
    """All measures; `normal` (P, T) are the days that weekday factors are learned from."""
    by_spend = exposures(panel, normal)
    # a day without a click, be it that a file left them out, says nothing of what one costs
    clicked = panel.clicks > 0
    by_click = _weekly(panel, panel.clicks, normal)
    # clicks are counted on their day: none is still to arrive
    at_once = (panel.share > 0).astype(np.float64)
    paid = np.where(clicked, panel.spend, 0.0)
    by_money = _weekly(panel, paid, normal, (panel.clicks, at_once))
    ones = np.ones(len(panel.leaves))
    arriving = (panel.share, panel.deviation)
    unit, spread = _order_values(panel)
    value = np.where(unit[:, None] > 0, panel.value / np.where(unit > 0, unit, 1.0)[:, None], 0.0)
    return {
        "cost": Measure("cost", panel.conversions, by_spend, 1.0, ones, *arriving),
        "rate": Measure(
            "rate", np.where(clicked, panel.conversions, 0.0), by_click, 1.0, ones, *arriving
        ),
        "value": Measure("value", value, by_spend, 1.0 + spread, unit, *arriving),
        "price": Measure(
            "price", panel.clicks, by_money, 1.0, ones, at_once, np.zeros_like(at_once)
        ),
    }


def exposures(panel: Panel, normal: BoolArray) -> FloatArray:
    """Spend on the scale on which conversions are proportional to it: (K, T)."""
    recent = panel.spend[:, -_WEEKDAY_DAYS:]
    active = np.maximum((recent > 0).sum(axis=1), 1)
    usual = np.maximum(recent.sum(axis=1) / active, 1e-12)[:, None]
    relative = np.where(panel.spend > 0, panel.spend / usual, 1.0)
    flat = panel.spend * np.clip(relative, 0.05, 20.0) ** -_SATURATION
    return _weekly(panel, flat, normal)


def _weekly(
    panel: Panel,
    flat: FloatArray,
    normal: BoolArray,
    counted: tuple[FloatArray, FloatArray] | None = None,
) -> FloatArray:
    """An exposure with the usual shape of its platform's week.

    `counted` is what it brings and the share of that which has arrived; without it conversions.
    """
    weekday = _weekdays(panel, flat, normal, counted or (panel.conversions, panel.share))
    first = panel.history.first_day.weekday()
    positions = (np.arange(panel.days) + first) % 7
    return np.asarray(flat * weekday[panel.platform_of][:, positions])


def _weekdays(
    panel: Panel, flat: FloatArray, normal: BoolArray, counted: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """Factors by platform and weekday, (P, 7), around 1."""
    counts, share = counted
    factors = np.ones((len(panel.platforms), 7))
    start = max(panel.days - _WEEKDAY_DAYS, 0)
    positions = (np.arange(start, panel.days) + panel.history.first_day.weekday()) % 7
    for number in range(len(panel.platforms)):
        rows = panel.rows(number)
        used = normal[number, start:]
        seen = counts[rows, start:] * used
        reach = flat[rows, start:] * (share[rows, start:] * used)
        total = reach.sum(axis=1, keepdims=True)
        rate = seen.sum(axis=1, keepdims=True) / np.where(total > 0, total, 1.0)
        found = np.bincount(positions, seen.sum(axis=0), 7)
        expected = np.bincount(positions, (reach * rate).sum(axis=0), 7)
        factors[number] = (found + _WEEKDAY_PRIOR) / (expected + _WEEKDAY_PRIOR)
    return factors


def _order_values(panel: Panel) -> tuple[FloatArray, float]:
    """The usual order value of each leaf, (K,), and the squared coefficient of variation of one."""
    counts = panel.conversions[:, -_WEEKDAY_DAYS:]
    values = panel.value[:, -_WEEKDAY_DAYS:]
    number, worth = counts.sum(axis=1), values.sum(axis=1)
    mean = worth.sum() / max(float(number.sum()), 1e-9)
    unit = (worth + _VALUE_BORROWED * mean) / np.maximum(number + _VALUE_BORROWED, 1e-9)
    safe = np.where(unit > 0, unit, 1.0)[:, None]
    residual = (values / safe - counts) ** 2
    # one very large order must not teach that all orders are wild; and on days of many orders
    # what differs is the offer, not chance
    residual = np.minimum(residual, 9.0 * _VALUE_SPREAD_PRIOR * np.maximum(counts, 1.0))
    weight = 1.0 / (1.0 + counts / _MANY_ORDERS) ** 2
    found = float((weight * residual).sum()) + _VALUE_SPREAD_WEIGHT * _VALUE_SPREAD_PRIOR
    spread = found / (float((weight * counts).sum()) + _VALUE_SPREAD_WEIGHT)
    return unit, float(np.clip(spread, *_VALUE_SPREAD_RANGE))
