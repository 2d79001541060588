"""Orders by the visit that brought them, as sums that can be added."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Touch:
    """What the store saw of some visits."""

    orders: int = 0
    revenue: Decimal = Decimal(0)

    def __add__(self, other: Touch) -> Touch:
        return Touch(self.orders + other.orders, self.revenue + other.revenue)


@dataclass(frozen=True, slots=True)
class Seen:
    """Orders by their first and by their last visit."""

    first: Touch = field(default_factory=Touch)
    last: Touch = field(default_factory=Touch)

    def __add__(self, other: Seen) -> Seen:
        return Seen(self.first + other.first, self.last + other.last)
