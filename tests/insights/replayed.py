"""A world written down as the replay format has it: a row for every value that changed."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from insights.worlds import FIRST_DAY, World

HEADING = (
    "observed_on,brand,currency,timezone,platform,level,entity_id,entity_name,date,"
    "metric_type,value"
)


def rows_of(
    world: World, brand: str, *, seen_from: int, until: int
) -> Iterator[tuple[object, ...]]:
    """What was read on the mornings `seen_from` to `until`; the first reads all before it."""
    told: dict[tuple[object, ...], str] = {}
    for morning in range(seen_from, until + 1):
        first = 0 if morning == seen_from else max(morning - 29, 0)
        for day in range(first, min(morning, world.days)):
            for key, value in _values(world, morning, day):
                text = f"{value:g}" if isinstance(value, int) else f"{value:.2f}"
                if told.get((day, *key)) != text:
                    told[(day, *key)] = text
                    platform, level, entity, metric = key
                    seen, of = (FIRST_DAY + timedelta(days=n) for n in (morning, day))
                    place = ("UTC", platform, level, entity, entity)
                    yield (seen, brand, world.currency, *place, of, metric, text)


def _values(world: World, morning: int, day: int) -> Iterator[tuple[tuple[str, ...], float]]:
    yield ("shopify", "account", "", "orders"), int(world.orders[day])
    for row, campaign in enumerate(world.campaigns):
        known = int(world.arrivals[row, day, : morning - day + 1].sum())
        where = (campaign.platform, "campaign", campaign.name)
        yield (*where, "ad_spend"), float(world.spend[row, day])
        yield (*where, "clicks"), int(world.clicks[row, day])
        yield (*where, "conversions"), known
        yield (*where, "conversion_value"), 50.0 * known


def write_history(
    folder: Path, worlds: dict[str, World], *, seen_from: int, until: int, name: str = "all.csv.gz"
) -> None:
    """Every brand in one file of the folder."""
    folder.mkdir(exist_ok=True)
    with gzip.open(folder / name, "wt", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING.split(","))
        for brand, world in worlds.items():
            writer.writerows(rows_of(world, brand, seen_from=seen_from, until=until))
