"""A brand whose truth is known: what happened, what was reported when, what anyone could have said.

Generators fill a `World`; the scorer asks it. Axes: K campaigns, T days, A ages (reads of a day on
the mornings after it; age 1 is the next morning). Latent figures hold what the business did without
chance of the day, weekday, holiday and promotion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Level = Literal["brand", "platform", "campaign"]
METRICS = ("cpa", "roas", "cvr")
# insight type -> metric of its claim, direction, what counts as truly active (injected multiplier)
CLAIMS = {
    "high_cpa": ("cpa", 1, 1.25),
    "low_roas": ("roas", -1, 0.80),
    "conversion_drop": ("cvr", -1, 0.80),
    "high_performer": ("roas", 1, 1.30),
}
DEVIATION = 0.15


@dataclass(frozen=True)
class Campaign:
    platform: str
    entity_id: str
    name: str


@dataclass(frozen=True)
class Event:
    """Something injected: multipliers on cost per click, conversion rate and order value."""

    level: Level
    platform: str
    rows: tuple[int, ...]
    first: int
    last: int
    kind: str
    factor: float
    shape: str = "step"

    def scope(self, world: World) -> tuple[str, str, str]:
        if self.level == "campaign":
            one = world.campaigns[self.rows[0]]
            return "campaign", one.platform, one.entity_id
        return (self.level, self.platform if self.level == "platform" else "", "")


@dataclass(frozen=True)
class Outage:
    platform: str
    first: int
    last: int


@dataclass
class World:
    """See the module. `counts` and `amounts` (K, T, A) are cumulative as read at each age."""

    brand: str
    currency: str
    first_day: date
    campaigns: list[Campaign]
    spend: Array
    clicks: Array
    counts: Array
    amounts: Array
    orders: Array
    revenue: Array
    reads: dict[str, Array]
    cpc: Array
    cvr: Array
    aov: Array
    base_cpc: Array
    base_cvr: Array
    base_aov: Array
    unusual: Array
    events: list[Event] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    tier: str = ""
    elasticity: Array | None = None

    @property
    def days(self) -> int:
        return int(self.spend.shape[1])

    def day(self, index: int) -> date:
        return self.first_day + timedelta(days=index)

    def rows(self, scope: tuple[str, str, str]) -> Array:
        level, platform, entity = scope
        if level == "brand":
            return np.arange(len(self.campaigns))
        return np.array(
            [
                n
                for n, one in enumerate(self.campaigns)
                if one.platform == platform and (level == "platform" or one.entity_id == entity)
            ],
            dtype=int,
        )

    def scopes(self) -> list[tuple[str, str, str]]:
        platforms = list(dict.fromkeys(one.platform for one in self.campaigns))
        return [
            ("brand", "", ""),
            *(("platform", platform, "") for platform in platforms),
            *(("campaign", one.platform, one.entity_id) for one in self.campaigns),
        ]

    @cached_property
    def _sums(self) -> dict[str, tuple[Array, Array, Array]]:
        found = {}
        for name, cpc, cvr, aov in (
            ("now", self.cpc, self.cvr, self.aov),
            ("base", self.base_cpc, self.base_cvr, self.base_aov),
        ):
            clicks = self.spend / cpc
            found[name] = (clicks, clicks * cvr, clicks * cvr * aov)
        return found

    def latent(self, scope: tuple[str, str, str], metric: str, which: str = "now") -> Array:
        """A scope's KPI by day, (T,), NaN on days without spend."""
        key = (scope, metric, which)
        cache: dict[Any, Array] = self.__dict__.setdefault("_latent", {})
        if key not in cache:
            rows = self.rows(scope)
            clicks, bought, value = (part[rows].sum(axis=0) for part in self._sums[which])
            spend = self.spend[rows].sum(axis=0)
            top, bottom = {"cpa": (spend, bought), "roas": (value, spend), "cvr": (bought, clicks)}[
                metric
            ]
            with np.errstate(divide="ignore", invalid="ignore"):
                cache[key] = np.where(spend > 0, top / bottom, np.nan)
        return cache[key]

    def injected(self, scope: tuple[str, str, str], metric: str) -> Array:
        """What the events did to a scope's KPI, (T,), 1 on other days."""
        ratio = self.latent(scope, metric) / self.latent(scope, metric, "base")
        return np.nan_to_num(ratio, nan=1.0)

    def ratio(self, scope: tuple[str, str, str], metric: str, first: int, last: int) -> float:
        """Mean of the days first to last over the median of the 28 days before them."""
        series = self.latent(scope, metric)
        before, now = series[max(first - 28, 0) : first], series[first : last + 1]
        if not np.isfinite(before).any() or not np.isfinite(now).any():
            return float("nan")
        return float(np.nanmean(now) / np.nanmedian(before))

    def is_active(self, scope: tuple[str, str, str], kind: str, first: int, last: int) -> bool:
        metric, direction, limit = CLAIMS[kind]
        part = self.injected(scope, metric)[max(first, 0) : last + 1]
        return bool((direction * (part - limit) >= 0).any())

    def is_true(self, scope: tuple[str, str, str], kind: str, run: int) -> bool:
        """Whether what a finding of morning `run` claims holds."""
        metric, direction, _ = CLAIMS[kind]
        if self.is_active(scope, kind, run - 6, run - 1):
            return True
        ratio = self.ratio(scope, metric, max(run - 3, 0), run - 1)
        return np.isfinite(ratio) and direction * (ratio - (1 + direction * DEVIATION)) >= 0
