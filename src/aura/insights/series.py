"""What the engine is given: a brand's daily series as they were known on one morning.

All arrays of a history have one element per day, from `first_day` on, floats, in the account's own
currency. NaN means that the day is not known; a day that was read and had no delivery is 0. Nothing
here looks at a clock: `until` cuts a history to what an earlier morning could have known of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from aura.model import Level, Platform

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class EntityDays:
    """One ad account or campaign.

    Attributes:
        entity_id: the platform's own id; `account_id` is that of the account it belongs to.
        currency: of spend and value, the account's own.
        spend, clicks, conversions, value: shape (days,); conversions by day of the ad interaction.
    """

    platform: Platform
    level: Level
    entity_id: str
    name: str
    account_id: str
    currency: str
    spend: FloatArray
    clicks: FloatArray
    conversions: FloatArray
    value: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class StoreDays:
    """The store's orders by day: the second witness. Shape (days,), NaN where not known."""

    orders: FloatArray


@dataclass(frozen=True, slots=True)
class Source:
    """How far a platform has been read.

    Attributes:
        observed_on: the platform's local day of the last successful read, None before the first.
        known_through: the last complete day that this read covered.
    """

    platform: Platform
    observed_on: date | None
    known_through: date | None
    is_connected: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Snapshots:
    """What a platform said of each day's conversions at each age, by campaign.

    Attributes:
        entity_ids: (entities,) the campaigns, and accounts that have none.
        first_day: the day of row 0.
        values: (entities, days, ages); [k, s, a] is the count for day s as read on day s + a (so
            yesterday has age 1), NaN when nothing was read on that day.
    """

    platform: Platform
    entity_ids: tuple[str, ...]
    first_day: date
    values: FloatArray

    def until(self, run_day: date) -> Snapshots:
        """Without what was read after `run_day`."""
        _, days, ages = self.values.shape
        read_on = np.arange(days)[:, None] + np.arange(ages)[None, :]
        is_visible = read_on <= (run_day - self.first_day).days
        return replace(self, values=np.where(is_visible, self.values, np.nan))


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """A brand's series as known on a morning.

    Attributes:
        brand: the brand's id, part of every key.
        currency, timezone: the brand's own.
        first_day: the day of element 0 of every array; days: how many there are.
        entities: accounts and campaigns of the ad platforms.
        as_of: the moment it was read, for the evidence.
        promotions: days of promotions that the brand announced by then, future ones included.
    """

    brand: str
    currency: str
    timezone: str
    first_day: date
    days: int
    entities: tuple[EntityDays, ...]
    sources: tuple[Source, ...]
    snapshots: tuple[Snapshots, ...] = ()
    store: StoreDays | None = None
    as_of: datetime | None = None
    promotions: frozenset[date] = frozenset()

    def day(self, index: int) -> date:
        """The day of an array element."""
        return self.first_day + timedelta(days=index)

    def index(self, day: date) -> int:
        """The array element of a day; negative or beyond the end when outside."""
        return (day - self.first_day).days

    def snapshots_of(self, platform: Platform) -> Snapshots | None:
        """What was read of a platform over time, None when it was read once at most."""
        return next((found for found in self.snapshots if found.platform == platform), None)

    def source(self, platform: Platform) -> Source | None:
        """How far a platform has been read, None when it was never connected."""
        return next((source for source in self.sources if source.platform == platform), None)

    def until(self, run_day: date) -> History:
        """What the morning of `run_day` could know: complete days before it, reads up to it."""
        days = max(0, min(self.days, self.index(run_day)))
        store = self.store
        return replace(
            self,
            days=days,
            entities=self.entities
            if days == self.days
            else tuple(_cut(entity, days) for entity in self.entities),
            sources=tuple(_cut_source(source, run_day) for source in self.sources),
            snapshots=tuple(snapshot.until(run_day) for snapshot in self.snapshots),
            store=None if store is None else StoreDays(store.orders[:days]),
        )

    def recent(self, days: int) -> History:
        """Its last days alone."""
        if self.days <= days:
            return self
        first = self.days - days
        store = self.store
        return replace(
            self,
            first_day=self.day(first),
            days=days,
            entities=tuple(_cut(entity, self.days, first) for entity in self.entities),
            store=None if store is None else StoreDays(store.orders[first:]),
        )


def _cut(entity: EntityDays, stop: int, start: int = 0) -> EntityDays:
    days = slice(start, stop)
    # not by `replace`, which takes longer over one of thousands
    return EntityDays(
        platform=entity.platform,
        level=entity.level,
        entity_id=entity.entity_id,
        name=entity.name,
        account_id=entity.account_id,
        currency=entity.currency,
        spend=entity.spend[days],
        clicks=entity.clicks[days],
        conversions=entity.conversions[days],
        value=entity.value[days],
    )


def _cut_source(source: Source, run_day: date) -> Source:
    if source.observed_on is None or source.known_through is None:
        return source
    return replace(
        source,
        observed_on=min(source.observed_on, run_day),
        known_through=min(source.known_through, run_day - timedelta(days=1)),
    )
