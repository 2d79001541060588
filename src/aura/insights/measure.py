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


def take_measures(panel: Panel, flat: FloatArray, normal: BoolArray) -> dict[MeasureName, Measure]:
    """All measures of a panel with its `flattened_spend`.

    `normal` (P, T) are the days that weekday factors are learned from.
    """
    # a day without a click, be it that a file left them out, says nothing of what one costs
    clicked = panel.clicks > 0
    paid = np.where(clicked, panel.spend, 0.0)
    # clicks are counted on their day: none is still to arrive
    at_once = (panel.share > 0).astype(np.float64)
    by_spend, by_click, by_money = weekly(
        panel,
        np.stack([flat, panel.clicks, paid]),
        normal,
        np.stack([panel.conversions, panel.conversions, panel.clicks]),
        np.stack([panel.share, panel.share, at_once]),
    )
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


def flattened_spend(panel: Panel) -> FloatArray:
    """Spend on the scale on which conversions are proportional to it, but for weekdays: (K, T)."""
    recent = panel.spend[:, -_WEEKDAY_DAYS:]
    active = np.maximum((recent > 0).sum(axis=1), 1)
    usual = np.maximum(recent.sum(axis=1) / active, 1e-12)[:, None]
    relative = np.where(panel.spend > 0, panel.spend / usual, 1.0)
    return np.asarray(panel.spend * np.clip(relative, 0.05, 20.0) ** -_SATURATION)


def weekly(
    panel: Panel, flat: FloatArray, normal: BoolArray, counted: FloatArray, share: FloatArray
) -> FloatArray:
    """Exposures with the usual shape of their platform's week, (…, K, T).

    `counted` is what each brings, `share` the part of that which has arrived, `normal` (P, T) are
    the days that are learned from.
    """
    weekday = (np.arange(panel.days) + panel.history.first_day.weekday()) % 7
    is_weekday = (weekday[:, None] == np.arange(7)).astype(np.float64)
    recent = slice(max(panel.days - _WEEKDAY_DAYS, 0), None)
    used = normal[panel.platform_of, recent]
    # by weekday, (…, K, 7)
    seen = (counted[..., recent] * used) @ is_weekday[recent]
    reach = (flat[..., recent] * (share[..., recent] * used)) @ is_weekday[recent]
    total = reach.sum(axis=-1, keepdims=True)
    rate = seen.sum(axis=-1, keepdims=True) / np.where(total > 0, total, 1.0)
    # each leaf is told what its platform's leaves say together
    same = panel.is_same_platform
    factors = (same @ seen + _WEEKDAY_PRIOR) / (same @ (reach * rate) + _WEEKDAY_PRIOR)
    return np.asarray(flat * factors.take(weekday, axis=-1))


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
