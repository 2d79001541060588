"""The case for one scope and window: counts, cost per conversion, what drove it, who else moved.

In goes a situation and a choice of leaves and window, out come plain figures. Everything that a
page states about an insight is computed here, once, so that title, text and evidence cannot
disagree.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from aura.insights.baseline import (
    HALF_LIFE,
    WINDOWS,
    Comparison,
    window_weights,
    youngest_baseline_day,
)
from aura.insights.daily import weekday_scale
from aura.insights.evidence import Evidence, interval
from aura.insights.measure import MeasureName
from aura.insights.series import FloatArray
from aura.insights.situation import Situation
from aura.model import DayRange

Rows = np.ndarray[Any, np.dtype[np.intp]]
# how far back a baseline is named: four half-lives, beyond which a day hardly weighs
BASELINE_SPAN = int(4 * HALF_LIFE)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Figures of a scope in one window; money in the scope's currency.

    Attributes:
        measure: what is compared; `observed`, `expected` (by now, had nothing changed) and
            `settled` (once all have arrived) are in its unit: conversions or money.
        conversions, value: reported so far.
        ratio: the measure's own KPI (cost per conversion, conversion rate, return) over its
            baseline; low, high: its central 80 % interval.
        cpc_ratio, order_value_ratio: over their baseline; None where unknown.
        probability: that the claim holds.
        store: the store's orders in the window and those to be expected.
    """

    measure: MeasureName
    rows: Rows
    column: int
    window: DayRange
    baseline: DayRange
    currency: str
    spend: float
    clicks: float
    conversions: float
    value: float
    observed: float
    expected: float
    settled: float
    baseline_spend: float
    baseline_clicks: float
    baseline_conversions: float
    baseline_value: float
    ratio: float
    low: float
    high: float
    cpc_ratio: float | None
    order_value_ratio: float | None
    probability: float
    store: tuple[float, float] | None

    @property
    def share(self) -> float:
        """The part of the window's conversions that has arrived, as far as known."""
        return self.expected / self.settled if self.settled > 0 else 0.0

    @property
    def usual(self) -> float:
        """The measure's KPI, had nothing changed."""
        if self.measure == "cost":
            return self.spend / max(self.settled, 1e-9)
        if self.measure == "rate":
            return self.settled / max(self.clicks, 1e-9)
        return self.settled / max(self.spend, 1e-9)

    @property
    def now(self) -> float:
        """The measure's KPI with what is still to arrive counted in."""
        return self.usual * self.ratio

    @property
    def days(self) -> int:
        """Length of the window."""
        return len(self.window)


def make_case(
    situation: Situation,
    comparison: Comparison,
    place: tuple[Rows, int],
    evidence: Evidence,
    probability: float,
) -> Case:
    """The case of leaves in a window (rows, number of the window); `evidence` is theirs, (W,)."""
    rows, column = place
    panel = situation.panel
    used = _used_days(situation, rows, column)
    spend, clicks, conversions, value = (
        (values[rows] * used).sum(axis=1)
        for values in (panel.spend, panel.clicks, panel.conversions, panel.value)
    )
    unit = comparison.measure.unit[rows]
    observed, expected, settled = (
        float((values[rows, column] * unit).sum())
        for values in (comparison.observed, comparison.expected, comparison.settled)
    )
    base = _baseline_sums(situation, comparison, rows, column)
    low, high = interval(evidence, column)
    platforms = np.unique(panel.platform_of[rows])
    start = min(int(comparison.start[number, column]) for number in platforms)
    end = max(comparison.end[number] for number in platforms)
    window = DayRange(panel.history.day(max(start, 0)), panel.history.day(end))
    # half a conversion stands in for none, so that the ratio stays a number
    multiplier = max(observed, 0.5 * float(unit.mean())) / max(expected, 1e-9)
    is_cost = comparison.measure.name == "cost"
    ratio = 1.0 / multiplier if is_cost else multiplier
    return Case(
        measure=comparison.measure.name,
        rows=rows,
        column=column,
        window=window,
        baseline=_baseline_days(situation, comparison, rows, column),
        currency=panel.leaves[int(rows[0])].currency,
        spend=float(spend.sum()),
        clicks=float(clicks.sum()),
        conversions=float(conversions.sum()),
        value=float(value.sum()),
        observed=observed,
        expected=expected,
        settled=settled,
        baseline_spend=float(base[:, 0].sum()),
        baseline_clicks=float(base[:, 1].sum()),
        baseline_conversions=float(base[:, 2].sum()),
        baseline_value=float(base[:, 3].sum()),
        ratio=ratio,
        low=min(ratio, 1.0 / high if is_cost else low),
        high=max(ratio, 1.0 / low if is_cost else high),
        cpc_ratio=_cpc_ratio(spend, float(clicks.sum()), base),
        order_value_ratio=_order_value_ratio(conversions, float(value.sum()), base),
        probability=probability,
        store=store_orders(situation, window),
    )


def _used_days(situation: Situation, rows: Rows, column: int) -> FloatArray:
    """1 on the days of the window that were used, (rows, T)."""
    panel = situation.panel
    day = np.arange(panel.days)
    platform = panel.platform_of[rows]
    end = np.array(panel.last)[platform][:, None]
    inside = (day <= end) & (day > end - WINDOWS[column])
    return np.asarray((inside & panel.judged[rows] & situation.usable[platform]).astype(np.float64))


def _baseline_sums(
    situation: Situation, comparison: Comparison, rows: Rows, column: int
) -> FloatArray:
    """Spend, clicks, conversions and value of each leaf's baseline, weighted: (R, 4)."""
    panel = situation.panel
    sums = np.zeros((len(rows), 4))
    for position, row in enumerate(rows):
        number = int(panel.platform_of[row])
        _, weights = window_weights(
            panel.days, panel.last[number], youngest_baseline_day(panel, number)
        )
        weight = weights[:, column] * comparison.trust[row]
        for place, values in enumerate((panel.spend, panel.clicks, panel.conversions, panel.value)):
            sums[position, place] = float(values[row] @ weight)
    return sums


def _baseline_days(
    situation: Situation, comparison: Comparison, rows: Rows, column: int
) -> DayRange:
    panel = situation.panel
    lasts = [
        min(
            int(comparison.start[number, column]) - 1,
            youngest_baseline_day(panel, int(number)),
        )
        for number in np.unique(panel.platform_of[rows])
    ]
    known = np.flatnonzero((panel.spend[rows] > 0).any(axis=0))
    first = max(min(lasts) - BASELINE_SPAN + 1, int(known[0]) if known.size else 0)
    return DayRange(panel.history.day(min(first, max(lasts))), panel.history.day(max(lasts)))


def _cpc_ratio(spend: FloatArray, clicks: float, base: FloatArray) -> float | None:
    """Clicks that the money used to buy over the clicks it bought."""
    if clicks <= 0 or (base[spend > 0, 1] <= 0).any() or spend.sum() <= 0:
        return None
    usual = float((spend * base[:, 1] / np.maximum(base[:, 0], 1e-9)).sum())
    return usual / clicks


def _order_value_ratio(conversions: FloatArray, value: float, base: FloatArray) -> float | None:
    """Value of the conversions over what as many used to be worth."""
    if conversions.sum() <= 0 or (base[:, 2] <= 0).any() or base[:, 3].sum() <= 0:
        return None
    usual = float((conversions * base[:, 3] / np.maximum(base[:, 2], 1e-9)).sum())
    return value / usual if usual > 0 and value > 0 else None


def store_orders(situation: Situation, window: DayRange) -> tuple[float, float] | None:
    """The store's orders in the window and those to expect from the four weeks before it."""
    history = situation.panel.history
    if history.store is None:
        return None
    orders = history.store.orders
    known = np.isfinite(orders)
    first, last = history.index(window.first), history.index(window.last)
    filled = np.where(known, orders, 0.0)
    before = known & ~situation.unusual
    before[first:] = False
    before[: max(first - 56, 0)] = False
    scale = weekday_scale(filled, before, history.first_day)
    inside = np.zeros(len(orders), dtype=np.bool_)
    inside[first : last + 1] = True
    inside &= known
    if before.sum() < 14 or inside.sum() < len(window):
        return None
    rate = filled[before].sum() / scale[before].sum()
    return float(filled[inside].sum()), float(rate * scale[inside].sum())


def inputs_hash(situation: Situation, case: Case) -> str:
    """A fingerprint of everything the case was computed from, to six decimals."""
    panel = situation.panel
    last = max(panel.last[number] for number in panel.platform_of[case.rows])
    digest = hashlib.sha256(f"{panel.history.brand}|{case.window}|{case.baseline}".encode())
    arrays = [panel.spend, panel.clicks, panel.conversions, panel.value, panel.share]
    for values in arrays:
        digest.update(np.round(values[case.rows, : last + 1], 6).tobytes())
    if panel.history.store is not None:
        digest.update(np.round(panel.history.store.orders[: last + 1], 6).tobytes())
    return digest.hexdigest()
