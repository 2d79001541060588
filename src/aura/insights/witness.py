"""The store as a second witness: whether it misses the purchases that a platform does not report.

In go the store's orders over some days, those that were due and how many seem lost, out comes
whether they were not sold or only not counted.
"""

from __future__ import annotations

import numpy as np

from aura.insights.daily import DAY_NOISE
from aura.insights.series import FloatArray, History

# share of its orders that a store must have lost for us to expect to see it; and what is asked of a
# collapse where it cannot tell (the platform brings little, or its orders are not known)
STORE_SEES = 0.15
_SMALL_SHARE_COLLAPSE = 0.2
BLIND_COLLAPSE = 0.1
_STORE_DRIFT = 0.05**2
# hardly anything makes all campaigns of a platform sell nothing at once; a lost tag does
_NEAR_TOTAL_ODDS = 3.0


def store_orders_of(
    history: History, store: FloatArray | None, core: slice
) -> tuple[float, float] | None:
    """The store's orders over the days `core` and those due; None where they are not known."""
    if store is None or history.store is None:
        return None
    orders, due = history.store.orders[core], store[core]
    both = np.isfinite(orders) & np.isfinite(due)
    if both.sum() * 2 < orders.size or not both.any():
        return None
    return float(orders[both].sum()), float(due[both].sum())


def is_tracking(orders: tuple[float, float] | None, lost: float, ratio: float, days: int) -> bool:
    """Whether the store's orders fit 'not tracked' better than 'not sold'."""
    if orders is None or orders[1] <= 0:
        return ratio <= BLIND_COLLAPSE
    seen, due = orders
    lost = min(lost, 0.95 * due)
    if lost < STORE_SEES * due:
        return ratio <= _SMALL_SHARE_COLLAPSE and seen >= 0.7 * due

    margin = _NEAR_TOTAL_ODDS if ratio <= BLIND_COLLAPSE else 0.0
    return not orders_missing(seen, due, lost, days=days, margin=margin)


def is_missed(orders: tuple[float, float] | None, lost: float, days: int) -> bool:
    """Whether the store is known to miss what seems lost."""
    if orders is None or lost < STORE_SEES * orders[1]:
        return False
    lost = min(lost, 0.95 * orders[1])
    return orders_missing(*orders, lost, days=days, margin=_NEAR_TOTAL_ODDS)


def orders_missing(seen: float, due: float, lost: float, *, days: int, margin: float = 0.0) -> bool:
    """Whether a store that took `seen` of the usual `due` orders rather misses `lost` of them.

    `margin` is the logarithm of the odds against that before the store is asked.
    """
    noise = DAY_NOISE / days + _STORE_DRIFT

    def fit(mean: float) -> float:
        variance = mean + noise * mean**2
        return -0.5 * ((seen - mean) ** 2 / variance + float(np.log(variance)))

    return seen < due and fit(due) + margin <= fit(due - lost)
