"""A brand's history as it was known at a moment, for the insight engine.

In goes a moment, out comes `aura.insights.series.History`: the stored days that had been read by
then (superseded values come back from `aura.revisions`), how far each platform had been read, and
what had been said of recent days morning by morning. Rows arrive aggregated, one an entity, as
arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from aura.errors import NotFoundError
from aura.insights.completeness import AGES
from aura.insights.series import (
    EntityDays,
    FloatArray,
    History,
    Snapshots,
    Source,
    StoreDays,
)
from aura.model import AD_PLATFORMS, DayRange, Platform
from aura.store import insights as stored
from aura.store.brand_entries import announced_promotions
from aura.store.database import Connection

# complete days that are read: a year and the weeks that its first days are compared with
HISTORY_DAYS = 400
# days whose restatements teach completeness
SNAPSHOT_DAYS = 90
# reads of one account within this many seconds are one look
_ONE_LOOK = 2 * 3600.0

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Which days are read, and how a moment becomes a day."""

    first_day: date
    days: int
    as_of: datetime
    zone: ZoneInfo

    @property
    def last_day(self) -> date:
        return self.first_day + timedelta(days=self.days - 1)


def zone_of(name: str | None) -> ZoneInfo:
    """A time zone by its name; UTC where the name is missing or unknown."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


async def read_history(
    connection: Connection, *, brand_id: UUID, as_of: datetime
) -> tuple[History, date]:
    """The brand's history at a moment, and that moment's day in the brand's time zone.

    Only complete days are in it. Raises NotFoundError when the transaction does not speak for the
    brand.
    """
    brand = await stored.brand_facts(connection, brand_id=brand_id)
    if brand is None:
        raise NotFoundError("This brand does not exist.")
    zone = zone_of(brand["timezone"])
    run_day = as_of.astimezone(zone).date()
    frame = _Frame(run_day - timedelta(days=HISTORY_DAYS), HISTORY_DAYS, as_of, zone)
    recent = run_day - timedelta(days=SNAPSHOT_DAYS)
    sources = {
        row["platform"]: _source(row, zone)
        for row in await stored.source_rows(connection, brand_id=brand_id, as_of=as_of)
    }
    days = DayRange(frame.first_day, frame.last_day)
    series = await stored.series_rows(connection, brand_id=brand_id, as_of=as_of, days=days)
    observations = await stored.observation_rows(
        connection, brand_id=brand_id, as_of=as_of, days=DayRange(recent, frame.last_day)
    )
    history = History(
        brand=str(brand_id),
        currency=brand["currency"] or "USD",
        timezone=zone.key,
        first_day=frame.first_day,
        days=frame.days,
        entities=tuple(_entities(series, sources, frame)),
        sources=tuple(sources.values()),
        snapshots=tuple(_snapshots(observations, recent, frame)),
        store=_store(series, sources, frame),
        as_of=as_of,
        promotions=await announced_promotions(connection, brand_id=brand_id, days=days, by=as_of),
    )
    return history, run_day


def _source(row: Row, zone: ZoneInfo) -> Source:
    """A platform that is read in several time zones is known as far as the westernmost."""
    is_connected = row["status"] != "disconnected"
    if row["read_at"] is None:
        return Source(row["platform"], None, None, is_connected)
    zones = [zone_of(name) for name in row["timezones"]] or [zone]
    observed_on = min(row["read_at"].astimezone(one).date() for one in zones)
    known_through = observed_on - timedelta(days=1)
    if row["known_through"] is not None:
        known_through = min(known_through, row["known_through"])
    return Source(row["platform"], observed_on, known_through, is_connected)


def _entities(
    rows: Iterable[Row], sources: Mapping[str, Source], frame: _Frame
) -> Iterable[EntityDays]:
    for row in rows:
        # amounts in two currencies cannot be compared: such an entity is left alone
        if row["platform"] not in AD_PLATFORMS or len(row["currencies"]) != 1:
            continue
        source = sources.get(row["platform"])
        through = source.known_through if source is not None else None
        spend, clicks, conversions, value = (
            _daily(row, name, through, frame)
            for name in ("spend", "clicks", "conversions", "value")
        )
        yield EntityDays(
            platform=row["platform"],
            level=row["level"],
            entity_id=row["external_id"],
            name=row["name"],
            account_id=row["account_id"],
            currency=row["currencies"][0],
            spend=spend,
            clicks=clicks,
            conversions=conversions,
            value=value,
        )


def _daily(row: Row, name: str, through: date | None, frame: _Frame) -> FloatArray:
    """One element a day: 0 where nothing was stated between the first and last known day."""
    values = np.full(frame.days, np.nan)
    known = frame.days if through is None else (through - frame.first_day).days + 1
    values[row["days"][0] : max(known, 0)] = 0.0
    values[row["days"]] = np.array(row[name], dtype=np.float64)
    values[max(known, 0) :] = np.nan
    return values


def _store(rows: Iterable[Row], sources: Mapping[str, Source], frame: _Frame) -> StoreDays | None:
    orders: FloatArray | None = None
    for row in rows:
        if row["platform"] != "shopify" or row["level"] != "account":
            continue
        values = np.full(frame.days, np.nan)
        values[row["days"]] = np.array(row["orders"], dtype=np.float64)
        orders = values if orders is None else np.nansum([orders, values], axis=0)
    if orders is None:
        return None
    source = sources.get("shopify")
    if source is not None and source.known_through is not None:
        orders[max((source.known_through - frame.first_day).days + 1, 0) :] = np.nan
    return StoreDays(orders)


def _snapshots(rows: list[Row], first_day: date, frame: _Frame) -> Iterable[Snapshots]:
    """What was said of each day at each age, by platform: one look an account and day."""
    by_platform: dict[Platform, list[Row]] = {}
    split = {row["account_id"] for row in rows if row["level"] == "campaign"}
    for row in rows:
        is_leaf = row["level"] == "campaign" or row["external_id"] not in split
        if row["platform"] in AD_PLATFORMS and is_leaf:
            by_platform.setdefault(row["platform"], []).append(row)
    for platform, own in by_platform.items():
        values = np.full((len(own), SNAPSHOT_DAYS, AGES), np.nan)
        looks = _looks(own, first_day, frame)
        for number, row in enumerate(own):
            _fill(values[number], row, *looks[row["account_id"]])
        yield Snapshots(platform, tuple(row["external_id"] for row in own), first_day, values)


def _looks(
    rows: Iterable[Row], first_day: date, frame: _Frame
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """By account: the moments at which it was looked at, the first of each day, and those days."""
    moments: dict[str, set[float]] = {}
    for row in rows:
        seen = moments.setdefault(row["account_id"], set())
        seen.update(row["observed"])
        seen.update(moment for moment in row["replaced"] if moment is not None)
    looks: dict[str, tuple[FloatArray, FloatArray]] = {}
    for account, found in moments.items():
        first: dict[int, float] = {}
        last: dict[int, float] = {}
        for moment in sorted(found):
            if moment > frame.as_of.timestamp():
                break
            day = (datetime.fromtimestamp(moment, frame.zone).date() - first_day).days
            first.setdefault(day, moment)
            if moment - first[day] <= _ONE_LOOK:
                last[day] = moment
        looks[account] = (np.array(list(last.values())), np.array(list(last), dtype=np.float64))
    return looks


def _fill(values: FloatArray, row: Row, moments: FloatArray, looked_on: FloatArray) -> None:
    """Write an entity's counts into (days, ages)."""
    day = np.array(row["days"], dtype=np.intp)
    observed = np.array(row["observed"], dtype=np.float64)
    replaced = np.array(
        [np.inf if moment is None else moment for moment in row["replaced"]], dtype=np.float64
    )
    conversions = np.array(row["conversions"], dtype=np.float64)
    holds = (observed[:, None] <= moments) & (replaced[:, None] > moments)
    age = looked_on[None, :].astype(np.intp) - day[:, None]
    said, look = np.nonzero(holds & (age >= 0) & (age < AGES))
    values[day[said], age[said, look]] = conversions[said]
