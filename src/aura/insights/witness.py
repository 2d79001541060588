"""The store as a second witness: whether it misses the purchases that a platform does not report.

In go the store's orders over some days, those that were due and how many seem lost, out comes
whether they were not sold or only not counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aura.insights.daily import DAY_NOISE, far_above, recent_orders, usual_noise
from aura.insights.series import FloatArray, History

# share of its orders that a store must have lost for us to expect to see it; and what is asked of a
# collapse where it cannot tell (the platform brings little, or its orders are not known)
STORE_SEES = 0.15
_SMALL_SHARE_COLLAPSE = 0.2
BLIND_COLLAPSE = 0.1
_STORE_DRIFT = 0.05**2
# the days of a long promotion are found one after another, from its first day on
_PASSES = 4
# of the orders that were due no more than this is taken for lost
_MOST_LOST = 0.95
# hardly anything makes all campaigns of a platform sell nothing at once; a lost tag does
_NEAR_TOTAL_ODDS = 3.0


@dataclass(frozen=True, slots=True)
class Orders:
    """What a store sold over some days: orders taken and due, and how much such days stray.

    `noise` is the relative variance of one day beyond chance.
    """

    seen: float
    due: float
    days: int
    noise: float = DAY_NOISE


@dataclass(frozen=True, slots=True, eq=False)
class Witness:
    """A store's orders and those due by the days before, by day, (T,); `noise` as in `Orders`."""

    orders: FloatArray
    due: FloatArray
    noise: float

    def over(self, days: slice) -> Orders | None:
        """What it says of some days; None where half of them or more are not known."""
        orders, due = self.orders[days], self.due[days]
        both = np.isfinite(orders) & np.isfinite(due)
        if both.sum() * 2 < orders.size or not both.any():
            return None
        return Orders(float(orders[both].sum()), float(due[both].sum()), orders.size, self.noise)


def store_witness(history: History) -> Witness | None:
    """The store of a history; None without one.

    A promotion that has just ended is no yardstick: after it the store would seem to miss orders.
    """
    if history.store is None:
        return None
    orders = history.store.orders
    lifted = np.zeros(len(orders), dtype=np.bool_)
    due = plain = recent_orders(orders, history.first_day, lifted)
    for _ in range(_PASSES):
        found = far_above(orders, due)
        if (found == lifted).all():
            break
        lifted = found
        due = recent_orders(orders, history.first_day, lifted)
    return Witness(orders, due, usual_noise(orders, plain))


def is_tracking(orders: Orders | None, lost: float, ratio: float) -> bool:
    """Whether the store's orders fit 'not tracked' better than 'not sold'."""
    if orders is None or orders.due <= 0:
        return ratio <= BLIND_COLLAPSE
    if lost < STORE_SEES * orders.due:
        return ratio <= _SMALL_SHARE_COLLAPSE and orders.seen >= 0.7 * orders.due
    margin = _NEAR_TOTAL_ODDS if ratio <= BLIND_COLLAPSE else 0.0
    return not orders_missing(orders, lost, margin)


def is_missed(orders: Orders | None, lost: float) -> bool:
    """Whether the store is known to miss what seems lost."""
    if orders is None or lost < STORE_SEES * orders.due:
        return False
    return orders_missing(orders, lost, _NEAR_TOTAL_ODDS)


def orders_missing(orders: Orders, lost: float, margin: float = 0.0) -> bool:
    """Whether a store rather misses `lost` orders than that it sold what was due.

    `margin` is the logarithm of the odds against that before the store is asked.
    """
    noise = orders.noise / orders.days + _STORE_DRIFT
    left = orders.due - min(lost, _MOST_LOST * orders.due)

    def fit(mean: float) -> float:
        variance = mean + noise * mean**2
        return -0.5 * ((orders.seen - mean) ** 2 / variance + float(np.log(variance)))

    return orders.seen < orders.due and fit(orders.due) + margin <= fit(left)
