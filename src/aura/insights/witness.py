"""The store as a second witness: whether it misses the purchases that a platform does not report.

In go the store's orders over some days, those that were due and how many seem lost, out comes
whether they were not sold or only not counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aura.insights.daily import DAY_NOISE, far_above, orders_expectation, usual_noise
from aura.insights.series import FloatArray, History

# share of its orders that a store must have lost for us to expect to see it; and what is asked of a
# collapse where it cannot tell (the platform brings little, or its orders are not known)
STORE_SEES = 0.15
_SMALL_SHARE_COLLAPSE = 0.2
BLIND_COLLAPSE = 0.1
_STORE_DRIFT = 0.05**2
# a day of fewer orders tells chance from restlessness badly; days that tell it; and the most of it
_MANY_ORDERS = 15.0
_LEAST_DAYS = 28
_MOST_NOISE = 0.6**2
# the days of a long promotion are found one after another, from its first day on
_PASSES = 4
# of the orders that were due no more than this is taken for lost
_MOST_LOST = 0.95
# hardly anything makes all campaigns of a platform sell nothing at once; a lost tag does
_NEAR_TOTAL_ODDS = 3.0


@dataclass(frozen=True, slots=True)
class Orders:
    """What a store sold over some known days: orders taken and due, and how much days stray.

    `noise` is the relative variance of one day beyond chance.
    """

    seen: float
    due: float
    days: int
    noise: float


@dataclass(frozen=True, slots=True, eq=False)
class Witness:
    """A store's orders and those due by the days before, by day, (T,); `noise` as in `Orders`."""

    orders: FloatArray
    due: FloatArray
    noise: float

    def over(self, days: slice) -> Orders | None:
        """What it says of those of some days that are known; None where fewer than half are."""
        orders, due = self.orders[days], self.due[days]
        both = np.isfinite(orders) & np.isfinite(due)
        known = int(both.sum())
        if known == 0 or known * 2 < orders.size:
            return None
        return Orders(float(orders[both].sum()), float(due[both].sum()), known, self.noise)


def store_witness(history: History) -> Witness | None:
    """The store of a history; None without one.

    A promotion is no yardstick: after it the store would seem to miss orders.
    """
    if history.store is None:
        return None
    orders = history.store.orders
    lifted = np.zeros(len(orders), dtype=np.bool_)
    due = plain = orders_expectation(orders, history.first_day, lifted)
    for _ in range(_PASSES):
        found = far_above(orders, due)
        if (found == lifted).all():
            break
        lifted = found
        due = orders_expectation(orders, history.first_day, lifted)
    return Witness(orders, due, _restlessness(orders, plain))


def _restlessness(orders: FloatArray, due: FloatArray) -> float:
    """Relative variance of a store's days beyond chance, where enough is sold to tell."""
    many = due >= _MANY_ORDERS
    if many.sum() < _LEAST_DAYS:
        return DAY_NOISE
    return min(usual_noise(orders[many], due[many]), _MOST_NOISE)


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
