"""The series behind an insight's chart: what was observed against the band of what was expected.

One list per column, one element per day, newest last; None where there is nothing to draw. Young
days are included with their completeness, so that a page can shade what is still settling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import gammaincinv

from aura.insights.baseline import Comparison
from aura.insights.case import Case
from aura.insights.evidence import INTERVAL
from aura.insights.finding import Json
from aura.insights.series import BoolArray, FloatArray
from aura.insights.situation import Situation
from aura.insights.wording import exact

# the KPI of each measure, as the evidence and its series name it
METRICS: Final = {"cost": "cpa", "rate": "conversion_rate", "value": "roas"}
# days before the window that give the eye its yardstick
_BEFORE = 28


def chart(situation: Situation, comparison: Comparison, case: Case) -> Json:
    """By day: what was put in, what came, and the case's own KPI with its expected 80 % band."""
    panel = situation.panel
    history = panel.history
    first = max(history.index(case.window.first) - _BEFORE, 0)
    known = np.flatnonzero((panel.known[case.rows] & (panel.share[case.rows] > 0)).any(axis=0))
    days = slice(first, (int(known[-1]) if known.size else first) + 1)
    due = _due(situation, comparison, case, days)
    spend, seen, clicks, value = (
        values[case.rows][:, days].sum(axis=0)
        for values in (panel.spend, panel.conversions, panel.clicks, panel.value)
    )
    shown = spend > 0
    counts: Json = {
        "spend": [exact(amount) for amount in spend.tolist()],
        "conversions": _rounded(seen, shown),
    }
    if case.measure == "value":
        counts |= {
            "value": [exact(amount) for amount in value.tolist()],
            "value_expected": _rounded(due.now, shown),
        }
    else:
        counts |= {
            "expected": _rounded(due.now, shown),
            "expected_low": _rounded(due.low, shown),
            "expected_high": _rounded(due.high, shown),
        }
    if case.measure == "rate":
        counts |= {"clicks": [round(count) for count in clicks.tolist()]}
    given = clicks if case.measure == "rate" else spend
    came = value if case.measure == "value" else seen
    return {
        "days": [history.day(index).isoformat() for index in range(days.start, days.stop)],
        **counts,
        "completeness": _rounded(due.share, due.settled > 0),
        **_kpi(METRICS[case.measure], given, came, due),
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Due:
    """What was to be expected by day, in conversions or in money: by now with its band, in all."""

    now: FloatArray
    low: FloatArray
    high: FloatArray
    settled: FloatArray

    @property
    def share(self) -> FloatArray:
        """The part that has arrived."""
        return np.asarray(self.now / np.where(self.settled > 0, self.settled, 1.0))


def _due(situation: Situation, comparison: Comparison, case: Case, days: slice) -> _Due:
    panel, rows = situation.panel, case.rows
    share = panel.share[rows][:, days]
    settled = comparison.exposure[rows][:, days] * comparison.rate[rows, case.column][:, None]
    unit = comparison.measure.unit[rows][:, None]
    count, now = (settled * share).sum(axis=0), (settled * share * unit).sum(axis=0)
    spread = comparison.spread.noise + comparison.spread.drift
    low, high = _band(count, comparison.measure.spread, spread)
    worth = now / np.maximum(count, 1e-9)
    return _Due(now, low * worth, high * worth, (settled * unit).sum(axis=0))


def _kpi(metric: str, given: FloatArray, came: FloatArray, due: _Due) -> Json:
    """The KPI of each day with what is still to arrive counted in, and what it was to be."""
    known = (given > 0) & (due.settled > 0) & (due.share > 0)
    if metric == "cpa":

        def of(result: FloatArray) -> FloatArray:
            return np.asarray(given * due.share / np.maximum(result, 1e-9))

        # a day without a conversion has no cost of one
        low, high, seen = of(due.high), of(due.low), known & (came > 0)
        has_high = known & (due.low > 0.2)
    else:

        def of(result: FloatArray) -> FloatArray:
            whole = np.maximum(given * np.where(due.share > 0, due.share, 1.0), 1e-9)
            return np.asarray(result / whole)

        low, high, seen, has_high = of(due.low), of(due.high), known, known
    return {
        metric: _rounded(of(came), seen),
        f"{metric}_expected": _rounded(of(due.now), known),
        f"{metric}_low": _rounded(low, known),
        f"{metric}_high": _rounded(high, has_high),
    }


def _band(expected: FloatArray, chance: float, spread: float) -> tuple[FloatArray, FloatArray]:
    """The central 80 % of a day's count.

    `chance` is its variance over its mean by chance alone, `spread` the relative variance beside.
    """
    mean = np.maximum(expected, 1e-6)
    scale = chance + mean * spread
    tail = (1.0 - INTERVAL) / 2
    shape = mean / scale
    return gammaincinv(shape, tail) * scale, gammaincinv(shape, 1.0 - tail) * scale


def _rounded(values: FloatArray, present: BoolArray) -> list[float | None]:
    return [
        round(value, 6) if shown else None
        for value, shown in zip(values.tolist(), present.tolist(), strict=True)
    ]
