"""Random draws, the same on every machine: each purpose and day has its own generator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")


def generator(seed: int, *purpose: object) -> Random:
    """A generator for one purpose; text seeds do not depend on the process."""
    return Random("/".join(str(part) for part in (seed, *purpose)))


def poisson(random: Random, mean: float) -> int:
    """A count with this mean (Knuth's method in slices, exact for any mean)."""
    count = 0
    while mean > 0:
        part = min(mean, 20.0)
        mean -= part
        limit, product = math.exp(-part), random.random()
        while product > limit:
            count += 1
            product *= random.random()
    return count


def noisy(random: Random, spread: float) -> float:
    """A factor around one, its logarithm normal with this spread."""
    return math.exp(random.gauss(-spread * spread / 2, spread))


# share of the day's orders and clicks in each local hour
_HOURS = (14, 8, 5, 4, 4, 6, 12, 22, 34, 46, 54, 58, 62, 58, 54, 52, 52, 54, 60, 70, 78, 74, 52, 28)


def hour_profile() -> list[float]:
    """Cumulated share of a day's activity at the start of each hour, 25 values from 0 to 1."""
    total, shares = 0, [0.0]
    for weight in _HOURS:
        total += weight
        shares.append(total / sum(_HOURS))
    return shares


_PROFILE = hour_profile()


def share_by(fraction: float) -> float:
    """The share of a day's activity before this fraction of the day."""
    if fraction <= 0:
        return 0.0
    if fraction >= 1:
        return 1.0
    hour = int(fraction * 24)
    inside = fraction * 24 - hour
    return _PROFILE[hour] + (_PROFILE[hour + 1] - _PROFILE[hour]) * inside


def moment_in_day(random: Random) -> float:
    """A fraction of the day at which somebody does something."""
    hour = random.choices(range(24), _HOURS)[0]
    return (hour + random.random()) / 24


def pick(random: Random, things: Sequence[Thing], weights: Sequence[float] | None = None) -> Thing:
    """One of the things."""
    return random.choices(things, weights)[0]
