"""A world as it was read morning by morning: revisions for the replay, and as CSV files."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
from truth import Array, World

from aura.insights.timeline import METRICS, EntityName, Timeline

# mornings from this one on are read one by one; the days before it come with the first read
BACKFILL = 56
LOOK_BACK = 35
_COLUMNS = (
    "observed_on",
    "brand",
    "currency",
    "timezone",
    "platform",
    "level",
    "entity_id",
    "entity_name",
    "date",
    "metric_type",
    "value",
)


def _read(world: World, rows: Array, morning: int, days: Array) -> Array:
    """What a platform says on a morning of some days: (rows, 4 metrics, days)."""
    age = np.minimum(morning - days, world.counts.shape[2] - 1)
    return np.stack(
        [
            world.spend[rows][:, days],
            world.clicks[rows][:, days].astype(float),
            world.counts[rows][:, days, age].astype(float),
            world.amounts[rows][:, days, age],
        ],
        axis=1,
    )


def _revisions(world: World) -> Iterator[tuple[int, Array, Array, Array, Array]]:
    """(morning, entity, metric, day, value) of everything new, entity -1 being the store."""
    platforms = list(dict.fromkeys(one.platform for one in world.campaigns))
    said = np.full((len(world.campaigns), 4, world.days), np.nan)
    told = 0
    for morning in range(BACKFILL, world.days + 1):
        first = 0 if morning == BACKFILL else max(morning - LOOK_BACK, 0)
        days = np.arange(first, morning)
        for platform in platforms:
            if not world.reads[platform][morning]:
                continue
            rows = np.array([n for n, c in enumerate(world.campaigns) if c.platform == platform])
            now = _read(world, rows, morning, days)
            # a campaign that did not run is not in the report
            now[:, :, :] = np.where((world.spend[rows][:, days] > 0)[:, None, :], now, np.nan)
            before = said[rows][:, :, days]
            k, m, d = np.nonzero(np.isfinite(now) & (now != before))
            said[rows[k], m, days[d]] = now[k, m, d]
            yield morning, rows[k], m, days[d], now[k, m, d]
        if world.reads["shopify"][morning]:
            days = np.arange(told, morning)
            none = np.full(len(days), -1)
            yield morning, none, np.full(len(days), 4), days, world.orders[days].astype(float)
            told = morning


def timeline(world: World) -> Timeline:
    parts = list(_revisions(world))
    observed = np.concatenate([np.full(len(part[1]), part[0]) for part in parts])
    entity, metric, day, value = (
        np.concatenate([part[place] for part in parts]) for place in range(1, 5)
    )
    order = np.argsort(observed, kind="stable")
    names = [
        EntityName(one.platform, "campaign", one.entity_id, one.name, world.currency)  # type: ignore[arg-type]
        for one in world.campaigns
    ]
    names.append(EntityName("shopify", "account", "", "Store", world.currency))
    assert METRICS == ("ad_spend", "clicks", "conversions", "conversion_value", "orders")
    return Timeline(
        brand=world.brand,
        currency=world.currency,
        timezone="UTC",
        first_day=world.first_day,
        days=world.days,
        entities=tuple(names),
        observed=observed[order],
        entity=np.where(entity < 0, len(world.campaigns), entity)[order],
        metric=metric[order],
        day=day[order],
        value=value[order],
    )


def write_csv(world: World, path: Path) -> int:
    """The world in the replay format; how many rows that were."""
    rows = 0
    with gzip.open(path, "wt", newline="", compresslevel=1) as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        days = [(world.first_day + timedelta(days=n)).isoformat() for n in range(world.days + 1)]
        facts = (world.brand, world.currency, "UTC")
        for morning, entity, metric, day, value in _revisions(world):
            for e, m, d, v in zip(
                entity.tolist(), metric.tolist(), day.tolist(), value.tolist(), strict=True
            ):
                if e < 0:
                    place: tuple[str, ...] = ("shopify", "account", "", "")
                else:
                    one = world.campaigns[e]
                    place = (one.platform, "campaign", one.entity_id, one.name)
                writer.writerow((days[morning], *facts, *place, days[d], METRICS[m], f"{v:.10g}"))
                rows += 1
    return rows
