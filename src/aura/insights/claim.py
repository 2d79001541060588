"""What a rule looks for, and how much it must see of it."""

from __future__ import annotations

from dataclasses import dataclass

from aura.insights.evidence import Direction
from aura.insights.measure import MeasureName


@dataclass(frozen=True, slots=True)
class Claim:
    """What a rule looks for.

    Attributes:
        limit: the multiplier on conversions (or value) past which it is worth a word.
        speak: the least probability of that.
        surprise: how much better (in logarithms of likelihood) a change must explain the counts.
        echo: the same where another measure of the scope has moved already.
        least_days: shorter windows are not enough for a wide scope, but by the price.
    """

    measure: MeasureName
    direction: Direction
    limit: float
    speak: float = 0.86
    surprise: float = 4.7
    echo: float = 2.4
    least_days: int = 2
