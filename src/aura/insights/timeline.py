"""A brand's history as it was observed over time, and what each morning could know of it.

In go revisions (on this day, the value for that day became this), out comes a `History` for every
morning. Nothing that was observed after a morning reaches it, not even that a campaign exists.
Mornings are asked for in rising order and each builds on the one before, so a long replay reads
every revision once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from aura.insights.completeness import AGES
from aura.insights.series import (
    BoolArray,
    EntityDays,
    FloatArray,
    History,
    Snapshots,
    Source,
    StoreDays,
)
from aura.model import Level, Platform

# complete days that a morning looks back on, and those whose restatements teach completeness
HISTORY_DAYS: Final = 400
SNAPSHOT_DAYS: Final = 90
METRICS: Final = ("ad_spend", "clicks", "conversions", "conversion_value", "orders")
_SPEND, _CLICKS, _CONVERSIONS, _VALUE, _ORDERS = range(len(METRICS))

IntArray = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class EntityName:
    """An account (`entity_id` empty) or campaign of a platform, and the currency of its money."""

    platform: Platform
    level: Level
    entity_id: str
    name: str
    currency: str


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Revisions of one brand, ordered by the day on which they were observed.

    Attributes:
        first_day: the day of element 0; days: how many elements there are.
        observed, day: (N,) when a value was seen and for which day, as elements from `first_day`.
        entity, metric: (N,) positions in `entities` and `METRICS`; metric -1 is one that only says
            that the day was reported.
        value: (N,) NaN where the platform took the value back.
    """

    brand: str
    currency: str
    timezone: str
    first_day: date
    days: int
    entities: tuple[EntityName, ...]
    observed: IntArray
    entity: IntArray
    metric: IntArray
    day: IntArray
    value: FloatArray

    @property
    def observed_days(self) -> tuple[date, date]:
        """The first and last day on which anything was observed."""
        first, last = int(self.observed[0]), int(self.observed[-1])
        return self.first_day + timedelta(days=first), self.first_day + timedelta(days=last)


class Mornings:
    """The histories of a timeline's mornings, asked for in rising order."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        entities, days = len(timeline.entities), timeline.days
        self._platforms: tuple[Platform, ...] = tuple(
            dict.fromkeys(entity.platform for entity in timeline.entities)
        )
        number = {platform: place for place, platform in enumerate(self._platforms)}
        self._platform_of = np.array([number[one.platform] for one in timeline.entities])
        self._is_ad = np.array([one.platform != "shopify" for one in timeline.entities])
        self._is_campaign = np.array([one.level == "campaign" for one in timeline.entities])
        self._values = np.full((entities, len(METRICS), days), np.nan)
        self._reported = np.zeros((len(self._platforms), days), dtype=np.bool_)
        self._first_known = np.full(entities, days)
        self._snapshots = np.full((entities, days, AGES), np.nan)
        # the last day on which each platform was read, -1 before the first
        self._read_on = np.full(len(self._platforms), -1)
        self._place = 0

    def history(self, run_day: date) -> History | None:
        """What the morning of `run_day` could know; None before anything was observed."""
        timeline = self._timeline
        end = (run_day - timeline.first_day).days
        self._observe(end)
        seen = self._first_known < timeline.days
        if not seen.any():
            return None
        first = max(end - HISTORY_DAYS, int(self._first_known[seen].min()), 0)
        frame = slice(first, max(min(end, timeline.days), first))
        through = self._known_through(end)
        return History(
            brand=timeline.brand,
            currency=timeline.currency,
            timezone=timeline.timezone,
            first_day=timeline.first_day + timedelta(days=first),
            days=frame.stop - frame.start,
            entities=tuple(self._entities(frame, seen, through)),
            sources=tuple(self._sources(through)),
            snapshots=tuple(self._snapshots_until(end, seen)),
            store=self._store(frame, through),
        )

    def _observe(self, end: int) -> None:
        """Apply what was observed up to the morning of element `end`, day by day."""
        timeline = self._timeline
        stop = int(np.searchsorted(timeline.observed, end, side="right"))
        while self._place < stop:
            look = int(timeline.observed[self._place])
            following = int(np.searchsorted(timeline.observed, look, side="right"))
            rows = slice(self._place, following)
            entity, day, metric = timeline.entity[rows], timeline.day[rows], timeline.metric[rows]
            kept = metric >= 0
            self._values[entity[kept], metric[kept], day[kept]] = timeline.value[rows][kept]
            self._reported[self._platform_of[entity], day] = True
            np.minimum.at(self._first_known, entity, day)
            looked_at = np.zeros(len(self._platforms), dtype=np.bool_)
            looked_at[self._platform_of[entity]] = True
            self._read_on[looked_at] = look
            self._look(look, looked_at[self._platform_of])
            self._place = following

    def _look(self, look: int, entities: BoolArray) -> None:
        """Keep what was said of the recent days at their age, for completeness."""
        ages = np.arange(AGES)
        days = look - ages
        inside = (days >= 0) & (days < self._timeline.days)
        ages, days = ages[inside], days[inside]
        rows = np.flatnonzero(entities)
        spend = self._values[rows][:, _SPEND, days]
        said = self._values[rows][:, _CONVERSIONS, days]
        self._snapshots[rows[:, None], days, ages] = np.where(
            np.isnan(said) & np.isfinite(spend), 0.0, said
        )

    def _known_through(self, end: int) -> IntArray:
        """The last complete day of each platform that was reported by now, (P,); -1 for none."""
        through = np.full(len(self._platforms), -1)
        for number, read_on in enumerate(self._read_on.tolist()):
            limit = min(read_on, end, self._timeline.days)
            days = np.flatnonzero(self._reported[number, : max(limit, 0)])
            through[number] = days[-1] if days.size else -1
        return through

    def _sources(self, through: IntArray) -> Iterable[Source]:
        first_day, read_on = self._timeline.first_day, self._read_on.tolist()
        for number, last in enumerate(through.tolist()):
            if last >= 0:
                yield Source(
                    self._platforms[number],
                    first_day + timedelta(days=read_on[number]),
                    first_day + timedelta(days=last),
                )

    def _entities(self, frame: slice, seen: BoolArray, through: IntArray) -> Iterable[EntityDays]:
        day = np.arange(frame.start, frame.stop)
        entities = self._timeline.entities
        rows = np.flatnonzero(seen & self._is_ad)
        number = self._platform_of[rows]
        raw = self._values[rows, :_ORDERS, frame]
        # a day that the platform reported without this entity had no delivery
        idle = self._reported[number, frame] & (day >= self._first_known[rows, None])
        values = np.where(np.isnan(raw) & idle[:, None], 0.0, raw)
        is_known = day <= through[number, None]
        for row, filled in zip(rows, np.where(is_known[:, None], values, np.nan), strict=True):
            entity = entities[row]
            yield EntityDays(
                platform=entity.platform,
                level=entity.level,
                entity_id=entity.entity_id,
                name=entity.name or entity.entity_id,
                account_id="",
                currency=entity.currency,
                spend=filled[_SPEND],
                clicks=filled[_CLICKS],
                conversions=filled[_CONVERSIONS],
                value=filled[_VALUE],
            )

    def _store(self, frame: slice, through: IntArray) -> StoreDays | None:
        for row, entity in enumerate(self._timeline.entities):
            if entity.platform == "shopify" and entity.level == "account":
                orders = self._values[row, _ORDERS, frame].copy()
                last = int(through[self._platform_of[row]])
                orders[max(last + 1 - frame.start, 0) :] = np.nan
                return StoreDays(orders)
        return None

    def _snapshots_until(self, end: int, seen: BoolArray) -> Iterable[Snapshots]:
        first = max(end - SNAPSHOT_DAYS, 0)
        days = slice(first, max(min(end, self._timeline.days), first))
        for number, platform in enumerate(self._platforms):
            rows = self._leaves(number, seen)
            if platform != "shopify" and rows.size:
                yield Snapshots(
                    platform,
                    tuple(self._timeline.entities[row].entity_id for row in rows),
                    self._timeline.first_day + timedelta(days=first),
                    self._snapshots[rows, days],
                )

    def _leaves(self, number: int, seen: BoolArray) -> np.ndarray[Any, np.dtype[np.intp]]:
        """The campaigns of a platform that are known by now, or its account when it has none."""
        own = (self._platform_of == number) & seen
        campaigns = np.flatnonzero(own & self._is_campaign)
        return campaigns if campaigns.size else np.flatnonzero(own)
