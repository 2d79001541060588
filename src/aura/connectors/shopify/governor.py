"""Shopify's budget of cost points per shop: how long to wait, how many orders to ask for.

Goes in: what each answer says in `extensions.cost`. Comes out: seconds to wait and a page size. The
bucket leaks at `restoreRate` points a second and a query needs its whole requested cost at once, so
we wait before asking instead of being refused. Limits differ by plan and are read, never assumed.
Source: shopify.dev, "Shopify API rate limits", GraphQL Admin API.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

# No query may cost more than this, whatever the plan.
MOST_PER_QUERY: Final = 1000.0
MOST_PER_PAGE: Final = 250
FIRST_PAGE: Final = 10
_WITHOUT_FIGURES: Final = 2.0


@dataclass(frozen=True, slots=True)
class Cost:
    """`extensions.cost` of one answer, in points and points a second."""

    requested: float
    maximum: float
    available: float
    restore_rate: float


def cost_of(body: Any) -> Cost | None:
    """The cost part of an answer; None when it is absent, as it is for a refused request."""
    try:
        cost = body["extensions"]["cost"]
        status = cost["throttleStatus"]
        found = Cost(
            requested=float(cost["requestedQueryCost"]),
            maximum=float(status["maximumAvailable"]),
            available=float(status["currentlyAvailable"]),
            restore_rate=float(status["restoreRate"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
    return found if found.restore_rate > 0 else None


def throttled_wait(cost: Cost | None) -> float:
    """Seconds until a query that was refused can be afforded."""
    if cost is None:
        return _WITHOUT_FIGURES
    return max((cost.requested - cost.available) / cost.restore_rate, 0.1)


class CostGovernor:
    """What is known of one shop's bucket, and the page size that fits it.

    `now` is any clock that only goes forward, in seconds.
    """

    def __init__(self) -> None:
        self.page = FIRST_PAGE
        self._per_order = 0.0
        self._last: Cost | None = None
        self._seen_at = 0.0

    def wait(self, now: float) -> float:
        """Seconds until a page of orders fits into the bucket; 0 while nothing is known."""
        if self._last is None:
            return 0.0
        wanted = min(self._per_order * self.page or self._last.requested, self._last.maximum)
        refilled = (now - self._seen_at) * self._last.restore_rate
        available = min(self._last.available + refilled, self._last.maximum)
        return max((wanted - available) / self._last.restore_rate, 0.0)

    def observe(self, cost: Cost | None, now: float) -> None:
        """Take in what an answer says about the bucket."""
        if cost is not None:
            self._last, self._seen_at = cost, now

    def fit_page(self, cost: Cost | None) -> None:
        """Choose the next page size from what the last page of orders would have cost at most."""
        if cost is None or cost.requested <= 0:
            return
        self._per_order = cost.requested / self.page
        budget = min(MOST_PER_QUERY, cost.maximum / 2)
        fitting = int(budget / self._per_order)
        self.page = max(1, min(fitting, self.page * 2, MOST_PER_PAGE))

    def shrink_page(self) -> bool:
        """Ask for fewer orders after a query that cost too much; False when one is already all."""
        smaller = max(1, self.page // 4)
        shrunk = smaller < self.page
        self.page = smaller
        return shrunk
