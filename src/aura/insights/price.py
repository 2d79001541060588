"""What the price of a click says of the cost of a purchase, early and sure.

The money for a purchase is the price of a click over the part of clicks that buy. Clicks are many
and counted on their day, so a price that moved is seen long before the purchases can show it. What
remains open is whether the clicks buy as they did: that is believed until their purchases say
otherwise. So a claim about cost or return may rest on the price, when what it leaves over after the
purchases' say is beyond the claim's limit with the probability that is asked, and the purchases
that were counted do not look otherwise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from aura.insights.claim import Claim
from aura.insights.evidence import Direction, Evidence
from aura.insights.series import FloatArray

# conversions' worth of belief that clicks buy as they did
_AS_EVER = 70.0
# and the part of the price's move (in logarithms) that other clicks' buying may well take back
_TAKEN_BACK = 0.3
# of the price and of order values: relative variance beyond what days and counts show
_OF_PRICE = 0.02**2
_OF_ORDER_VALUE = 0.10**2
# what purchases must show by themselves before it is added to what the price shows
_BESIDE_PRICE = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What the price shows, (…, W).

    Attributes:
        moved, deviation: logarithm of the multiplier on purchases (or value) for the money, and its
            standard deviation.
    """

    surprise: FloatArray
    moved: FloatArray
    deviation: FloatArray

    def probability(self, limit: float, direction: Direction) -> FloatArray:
        """P(multiplier < limit), or > limit for a rise."""
        sign = 1.0 if direction == "fell" else -1.0
        return np.asarray(ndtr(sign * (math.log(limit) - self.moved) / self.deviation))


def shown_by_price(
    price: Evidence, rate: Evidence, others: tuple[FloatArray, FloatArray], claim: Claim
) -> Shown:
    """What clicks for the money and purchases for the clicks show together, (…, W).

    `others` are multipliers on both that happened to others as well.
    """
    alone = price.after(others[0])
    bought = rate.after(others[1]).surprise(claim.direction)
    surprise = alone.surprise(claim.direction)
    beside = np.where(surprise > _BESIDE_PRICE, np.maximum(bought - _BESIDE_PRICE, 0.0), 0.0)
    moved = np.log(np.maximum(alone.observed, 0.5) / np.maximum(alone.expected, 1e-9))
    belief = 1.0 / (1.0 / _AS_EVER + (_TAKEN_BACK * moved) ** 2)
    weight = rate.weight
    shape, due = belief + weight * rate.observed, belief + weight * rate.expected
    variance = price.daily + _OF_PRICE + 1.0 / np.maximum(price.observed, 1.0) + 1.0 / shape
    if claim.measure == "value":
        variance = variance + _OF_ORDER_VALUE
    return Shown(surprise + beside, moved + np.log(shape / due), np.sqrt(variance))
