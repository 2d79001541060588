"""What every endpoint stands in: the world, the clock, the grants and the state behind them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from aura_sandbox.clock import Clock
from aura_sandbox.grants import Grants
from aura_sandbox.meta.quota import Quota
from aura_sandbox.shopify.cost import Bucket
from aura_sandbox.state import State
from aura_sandbox.world.days import day_of
from aura_sandbox.world.world import World


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One running sandbox."""

    world: World
    clock: Clock
    grants: Grants
    state: State
    # the GraphQL points of the one app and shop there are
    bucket: Bucket
    # the calls that Meta's ad accounts allow
    meta: Quota = field(default_factory=Quota)
    # requests that were answered or failed, by method and path
    addresses: Counter[str] = field(default_factory=Counter)

    def count(self, method: str, path: str) -> None:
        """Count a request."""
        self.addresses[f"{method} {path}"] += 1

    @property
    def requests(self) -> dict[str, int]:
        """Requests by platform: the first part of their path."""
        counts: Counter[str] = Counter()
        for address, count in self.addresses.items():
            counts[address.split("/")[1]] += count
        return dict(counts)

    def orders_until_now(self) -> int:
        """Make the orders of every day that has begun anywhere; returns the moment."""
        at = self.clock.now()
        self.world.order_book.through(day_of(at, "UTC") + timedelta(days=1))
        return at
