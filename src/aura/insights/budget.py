"""Whether the same money would bring more elsewhere, and whether anybody could know.

In goes a situation, out comes an advice or none: a firm shift where spend moved enough for the
answer to money to be seen, a small deliberate test where it did not and much may be at stake.
Silence where less than `LEAST_GAIN` is to be won.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from aura.insights.allocation import BOX, Division, divide, judge
from aura.insights.case import Rows
from aura.insights.elasticity import Response, fit_response
from aura.insights.series import FloatArray
from aura.insights.situation import Situation

DAYS: Final = 180
PRESENT_DAYS: Final = 14
# predictions came true by about this much on tuning seeds (docs/measurements.md)
HAIRCUT: Final = 0.9
LEAST_GAIN: Final = 0.03
LEAST_PROBABILITY: Final = 0.8
# part of the doubt about the elasticities that the data must have removed, weighted by what moves
LEAST_KNOWN: Final = 0.25
# how much a campaign's spend must have moved beside its siblings', from day to day
LEAST_OWN_MOVES: Final = 0.05
TEST_STEP: Final = 0.20
_LEAST_CONVERSIONS: Final = 30.0
_LEAST_DAYS: Final = 28
_HALF_LIFE: Final = 120.0
_BORROWED_ORDERS: Final = 10.0
_SETTLED: Final = 0.5

Mode = Literal["shift", "test"]


@dataclass(frozen=True, slots=True, eq=False)
class Advice:
    """How to divide the money of some campaigns, (K,) each.

    Attributes:
        rows: the campaigns, as rows of the panel.
        present, division: daily money now, and as advised with what it is expected to bring.
        value: what a day's conversions of each bring now.
        known: part of what the campaigns' answer to money could be that the data settled.
        own_moves: how much spend moved beside the siblings' (standard deviation of its logarithm).
    """

    mode: Mode
    rows: Rows
    present: FloatArray
    division: Division
    value: FloatArray
    elasticity: FloatArray
    deviation: FloatArray
    conversions: FloatArray
    known: float
    own_moves: float

    @property
    def daily_value(self) -> float:
        """What all of them bring a day."""
        return float(self.value.sum())


def advise(situation: Situation) -> Advice | None:
    """The advice of a morning; None where there is nothing to be won or nothing to compare."""
    best: Advice | None = None
    for currency in sorted({leaf.currency for leaf in situation.panel.leaves}):
        found = _advise_currency(situation, currency)
        if found is not None and (best is None or found.daily_value > best.daily_value):
            best = found
    return best


def _advise_currency(situation: Situation, currency: str) -> Advice | None:
    panel = situation.panel
    days = slice(max(panel.days - DAYS, 0), panel.days)
    seen = panel.known & situation.usable[panel.platform_of] & (panel.share >= _SETTLED)
    counted = np.where(seen, panel.conversions, 0.0)[:, days]
    rows = np.array(
        [
            row
            for row, leaf in enumerate(panel.leaves)
            if leaf.currency == currency
            and counted[row].sum() >= _LEAST_CONVERSIONS
            and (panel.spend[row, days] > 0).sum() >= _LEAST_DAYS
            and _is_spending(situation, row)
        ],
        dtype=np.intp,
    )
    if len(rows) < 2:
        return None
    spend = panel.spend[rows][:, days]
    normal = situation.normal[panel.platform_of[rows]][:, days]
    used = (seen[rows][:, days] & normal & (spend > 0)).astype(np.float64)
    used *= 0.5 ** (np.arange(spend.shape[1])[::-1] / _HALF_LIFE)
    present = _present(situation, rows)
    share = np.maximum(panel.share[rows][:, days], 1e-3)
    response = fit_response(spend, panel.conversions[rows][:, days], share, used, present)
    return _advice(rows, response, present, _worth(situation, rows, days), spend, used)


def _is_spending(situation: Situation, row: int) -> bool:
    known = np.flatnonzero(situation.panel.known[row])
    return bool(known.size and (situation.panel.spend[row, known[-3:]] > 0).any())


def _present(situation: Situation, rows: Rows) -> FloatArray:
    """Mean daily spend of the last two weeks with delivery, (K,)."""
    found = np.ones(len(rows))
    for place, row in enumerate(rows):
        known = np.flatnonzero(situation.panel.known[row] & (situation.panel.spend[row] > 0))
        found[place] = situation.panel.spend[row, known[-PRESENT_DAYS:]].mean()
    return found


def _worth(situation: Situation, rows: Rows, days: slice) -> FloatArray:
    """What a conversion of each brings; 1 each where no value is known, so that counts count."""
    panel = situation.panel
    value = np.array([np.nan_to_num(panel.leaves[row].value[days]).sum() for row in rows])
    count = panel.conversions[rows][:, days].sum(axis=1)
    if value.sum() <= 0:
        return np.ones(len(rows))
    usual = value.sum() / count.sum()
    return np.asarray((value + _BORROWED_ORDERS * usual) / (count + _BORROWED_ORDERS))


def _advice(
    rows: Rows,
    response: Response,
    present: FloatArray,
    worth: FloatArray,
    spend: FloatArray,
    used: FloatArray,
) -> Advice | None:
    division = divide(response, worth, present, np.full(len(rows), BOX))
    moved = np.abs(division.money - present)
    if moved.sum() <= 0 or division.gain < LEAST_GAIN:
        return None
    known = float((response.known * moved).sum() / moved.sum())
    own_moves = _own_moves(spend, used)
    mode: Mode = "shift"
    if known < LEAST_KNOWN or own_moves < LEAST_OWN_MOVES:
        mode = "test"
        division = judge(response, worth, present, _test_money(present, division.money))
    elif division.probability < LEAST_PROBABILITY:
        return None
    return Advice(
        mode=mode,
        rows=rows,
        present=present,
        division=division,
        value=np.exp(response.level) * worth,
        elasticity=response.elasticity,
        deviation=np.sqrt(np.diag(response.covariance)[len(rows) :]),
        conversions=np.exp(response.level),
        known=known,
        own_moves=own_moves,
    )


def _own_moves(spend: FloatArray, used: FloatArray) -> float:
    """How much spend moved beside its own mean and the day's, as a deviation of its logarithm."""
    weight = (used > 0).astype(np.float64)
    moves = np.where(weight > 0, np.log(np.maximum(spend, 1e-9)), 0.0)
    for _ in range(3):
        mean = (moves * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1.0)
        moves = (moves - mean[:, None]) * weight
        mean = moves.sum(axis=0) / np.maximum(weight.sum(axis=0), 1.0)
        moves = (moves - mean[None, :]) * weight
    freedom = max(float(weight.sum()) * (1.0 - 1.0 / len(spend)), 1.0)
    return float(np.sqrt((moves**2).sum() / freedom))


def _test_money(present: FloatArray, best: FloatArray) -> FloatArray:
    """A small deliberate step from where money seems to do least to where it seems to do most."""
    change = best - present
    gains, loses = int(np.argmax(change)), int(np.argmin(change))
    step = TEST_STEP * float(min(present[gains], present[loses]))
    money = present.copy()
    money[gains] += step
    money[loses] -= step
    return money
