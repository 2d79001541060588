"""What the store sold without the ads' help: the witness for promotions, holidays and hangovers.

When everything sells better, no campaign is praised; when everything sells worse after a promotion,
none is blamed. In goes a panel, out come the store's other orders in each window against those
before it.
"""

from __future__ import annotations

import numpy as np

from aura.insights.baseline import WINDOWS
from aura.insights.daily import weekday_scale
from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray

# below this share of all orders, what is left after the ads' is mostly error
_LEAST_SHARE = 0.2
_PRIOR_ORDERS = 10.0
# platforms credit themselves with parts of a purchase: what is left of it is no order of others.
# Where that is taken off in vain, what moves everything still moves the rest as much.
_PURCHASES = 1.25
_LEAST_DAYS = 21
# what has arrived of a day's claims is held to be at least this part
_LEAST_ARRIVED = 0.4
_BASELINE_AGE = 3
_HALF_LIFE = 28.0


def other_orders(panel: Panel) -> FloatArray | None:
    """The store's orders that no platform claims, by day, (T,); all orders where those are few.

    Claims that are still to arrive are taken off as well: their orders stand in the store already.
    """
    store = panel.history.store
    if store is None or panel.days == 0:
        return None
    claimed = (panel.conversions / np.maximum(panel.share, _LEAST_ARRIVED)).sum(axis=0)
    # a claim stands on the day of its click, the order some days later
    kernel = np.array([0.55, 0.2, 0.12, 0.08, 0.05])
    claimed = np.convolve(claimed, kernel)[: panel.days]
    known = np.isfinite(store.orders)
    total = float(store.orders[known].sum())
    for purchases in (_PURCHASES, 1.0):
        rest = np.where(known, store.orders - purchases * claimed, np.nan)
        if total > 0 and float(rest[known].sum()) >= _LEAST_SHARE * total:
            return np.asarray(np.maximum(rest, 0.0))
    return store.orders


def demand_multipliers(panel: Panel, orders: FloatArray | None, normal: BoolArray) -> FloatArray:
    """What happened to the store's other orders in each window, shrunk to 1, (W,).

    `orders` are those, (T,), None without a store; `normal` (T,) are the days that a baseline may
    rest on.
    """
    ends = [end for end in panel.last if end >= 0]
    if orders is None or not ends:
        return np.ones(len(WINDOWS))
    known = np.isfinite(orders)
    filled = np.where(known, orders, 0.0)
    scale = weekday_scale(filled, known & normal, panel.history.first_day)
    day, end, length = np.arange(panel.days), max(ends), np.array(WINDOWS)[:, None]
    inside = known & (day <= end) & (day > end - length)
    last = np.minimum(end - length, panel.days - 1 - _BASELINE_AGE)
    before = known & normal & (day <= last)
    weights = before * 0.5 ** (np.maximum(last - day, 0) / _HALF_LIFE)
    rate = (weights @ filled) / np.maximum(weights @ scale, 1e-9)
    due = rate * (inside @ scale)
    is_told = (before.sum(axis=1) >= _LEAST_DAYS) & inside.any(axis=1)
    return np.where(is_told, (inside @ filled + _PRIOR_ORDERS) / (due + _PRIOR_ORDERS), 1.0)
