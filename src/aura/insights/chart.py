"""The series behind an insight's chart: what was observed against the band of what was expected.

One list per column, one element per day, newest last; None where there is nothing to draw. Young
days are included with their completeness, so that a page can shade what is still settling.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv

from aura.insights.baseline import Comparison
from aura.insights.case import Case
from aura.insights.evidence import INTERVAL
from aura.insights.finding import Json
from aura.insights.series import BoolArray, FloatArray
from aura.insights.situation import Situation
from aura.insights.wording import exact

# days before the window that give the eye its yardstick
_BEFORE = 28


def chart(situation: Situation, comparison: Comparison, case: Case) -> Json:
    """Daily spend, conversions and cost per conversion of a case, with the expected 80 % band."""
    panel = situation.panel
    history = panel.history
    first = max(history.index(case.window.first) - _BEFORE, 0)
    known = np.flatnonzero((panel.known[case.rows] & (panel.share[case.rows] > 0)).any(axis=0))
    days = slice(first, (int(known[-1]) if known.size else first) + 1)
    spend = panel.spend[case.rows][:, days].sum(axis=0)
    seen = panel.conversions[case.rows][:, days].sum(axis=0)
    settled = (
        comparison.exposure[case.rows][:, days] * comparison.rate[case.rows, case.column][:, None]
    )
    due = (settled * panel.share[case.rows][:, days]).sum(axis=0)
    total = settled.sum(axis=0)
    share = due / np.where(total > 0, total, 1.0)
    low, high = _band(due, comparison.spread.noise + comparison.spread.drift)
    return {
        "days": [history.day(index).isoformat() for index in range(days.start, days.stop)],
        "spend": [exact(value) for value in spend.tolist()],
        "conversions": _rounded(seen, spend > 0),
        "expected": _rounded(due, spend > 0),
        "expected_low": _rounded(low, spend > 0),
        "expected_high": _rounded(high, spend > 0),
        "completeness": _rounded(share, total > 0),
        "cpa": _rounded(spend * share / np.maximum(seen, 1e-9), (seen > 0) & (share > 0)),
        "cpa_expected": _rounded(spend / np.maximum(total, 1e-9), total > 0),
        "cpa_low": _rounded(spend * share / np.maximum(high, 1e-9), (total > 0) & (share > 0)),
        "cpa_high": _rounded(spend * share / np.maximum(low, 1e-9), (low > 0.2) & (share > 0)),
    }


def _band(expected: FloatArray, spread: float) -> tuple[FloatArray, FloatArray]:
    """The central 80 % of a day's count; `spread` is the relative variance beside chance."""
    mean = np.maximum(expected, 1e-6)
    scale = 1.0 + mean * spread
    tail = (1.0 - INTERVAL) / 2
    shape = mean / scale
    return gammaincinv(shape, tail) * scale, gammaincinv(shape, 1.0 - tail) * scale


def _rounded(values: FloatArray, present: BoolArray) -> list[float | None]:
    return [
        round(value, 4) if shown else None
        for value, shown in zip(values.tolist(), present.tolist(), strict=True)
    ]
