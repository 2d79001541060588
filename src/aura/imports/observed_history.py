"""A folder of observed history: what each platform said of each day, and on which day it said so.

In go `*.csv` and `*.csv.gz` files in the replay format (one row per revision of a value; the
columns are in `COLUMNS`), any number of brands in any order, out comes one `Timeline` a brand.
Raises InputError that names the file, the line and what to write instead; nothing is guessed.
"""

from __future__ import annotations

import csv
import gzip
import math
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

import numpy as np

from aura.errors import InputError
from aura.insights.timeline import METRICS, EntityName, Timeline
from aura.model import PLATFORMS

COLUMNS: Final = (
    *("observed_on", "brand", "currency", "timezone", "platform", "level", "entity_id"),
    *("entity_name", "date", "metric_type", "value"),
)
_OPTIONAL: Final = frozenset({"entity_name", "timezone"})
LEVELS: Final = ("account", "campaign")
METRIC_TYPES: Final = (
    *("revenue", "orders", "new_customers"),
    *("ad_spend", "impressions", "clicks", "conversions", "conversion_value"),
)
# metrics that no rule reads still say that the day was reported
_PLACE: Final = {name: METRICS.index(name) if name in METRICS else -1 for name in METRIC_TYPES}
_LONGEST_LINE: Final = 1 << 20

Entity = tuple[str, str, str]


@dataclass(slots=True)
class _Brand:
    """One brand's rows as they were read: parallel columns."""

    currency: str
    timezone: str
    entities: dict[Entity, int] = field(default_factory=dict)
    names: list[EntityName] = field(default_factory=list)
    observed: array[int] = field(default_factory=lambda: array("i"))
    entity: array[int] = field(default_factory=lambda: array("i"))
    metric: array[int] = field(default_factory=lambda: array("b"))
    day: array[int] = field(default_factory=lambda: array("i"))
    value: array[float] = field(default_factory=lambda: array("d"))


class _RefusedRowError(Exception):
    """A row that cannot be used; the file and line are added where they are known."""


def read_timelines(folder: Path) -> list[Timeline]:
    """Every brand in the files of a folder, by name.

    Raises InputError when there is no such folder, no file in it, or a row cannot be used.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder. Name the folder that holds the CSV files.")
    files = sorted(path for path in folder.iterdir() if path.name.endswith((".csv", ".csv.gz")))
    if not files:
        raise InputError(
            f"{folder} holds no *.csv or *.csv.gz file. `aura export history` writes one."
        )
    brands: dict[str, _Brand] = {}
    days: dict[str, int] = {}
    for path in files:
        _read_file(path, brands, days)
    if not brands:
        raise InputError(f"The files in {folder} hold no row beside their headings.")
    return [_timeline(name, brands[name]) for name in sorted(brands)]


def _read_file(path: Path, brands: dict[str, _Brand], days: dict[str, int]) -> None:
    rows: Iterator[list[str]] = iter(())
    line = 1
    try:
        with _opened(path) as text:
            csv.field_size_limit(_LONGEST_LINE)
            rows = csv.reader(text, strict=True)
            header = next(rows, [])
            places = _places(header)
            for line, row in enumerate(rows, 2):  # noqa: B007 - a refusal names the line
                if row:
                    _check_width(row, header)
                    _take(row, places, brands, days)
    except _RefusedRowError as refusal:
        raise InputError(f"{path.name}, line {line}: {refusal}") from None
    except (csv.Error, UnicodeDecodeError, EOFError, OSError) as error:
        raise InputError(f"{path.name}, after line {line}, cannot be read: {error}") from error


def _check_width(row: list[str], header: list[str]) -> None:
    if len(row) != len(header):
        raise _RefusedRowError(f"{len(row)} fields where the heading has {len(header)}")


def _opened(path: Path) -> TextIOWrapper:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _places(header: list[str]) -> tuple[int, ...]:
    """Where each of COLUMNS stands; -1 for one that may be absent."""
    names = [name.strip().lower() for name in header]
    missing = [name for name in COLUMNS if name not in names and name not in _OPTIONAL]
    if missing:
        raise _RefusedRowError(
            f"the heading lacks {', '.join(missing)}. It must be {','.join(COLUMNS)}"
        )
    return tuple(names.index(name) if name in names else -1 for name in COLUMNS)


def _take(
    row: list[str], places: tuple[int, ...], brands: dict[str, _Brand], days: dict[str, int]
) -> None:
    observed_on, name, currency, zone, platform, level, entity_id, label, day, metric, value = (
        row[place] if place >= 0 else "" for place in places
    )
    brand = brands.get(name)
    if brand is None:
        brand = brands[name] = _new_brand(name, currency, zone)
    entity = (platform, level, entity_id)
    number = brand.entities.get(entity)
    if number is None:
        number = _new_entity(brand, entity, label, currency)
    elif brand.names[number].currency != currency:
        raise _RefusedRowError(
            f"{entity_id or platform} is in {currency!r} here and in "
            f"{brand.names[number].currency!r} before; an account has one currency"
        )
    place = _PLACE.get(metric)
    if place is None:
        raise _RefusedRowError(
            f"metric_type {metric!r} is unknown; known: {', '.join(METRIC_TYPES)}"
        )
    seen, of = days.get(observed_on), days.get(day)
    brand.observed.append(_new_day(observed_on, days) if seen is None else seen)
    brand.day.append(_new_day(day, days) if of is None else of)
    brand.entity.append(number)
    brand.metric.append(place)
    brand.value.append(_number(value))


def _number(text: str) -> float:
    """A count or an amount; empty is a value that was taken back."""
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        raise _RefusedRowError(f"value {text!r} is not a number; write 1234.56") from None
    if not math.isfinite(value):
        raise _RefusedRowError(f"value {text!r} is not a number; leave an unreported day out")
    return value


def _new_day(text: str, days: dict[str, int]) -> int:
    try:
        ordinal = date.fromisoformat(text).toordinal()
    except ValueError:
        raise _RefusedRowError(f"{text!r} is not a day; write 2026-11-26") from None
    days[text] = ordinal
    return ordinal


def _new_brand(name: str, currency: str, zone: str) -> _Brand:
    if not name.strip():
        raise _RefusedRowError("brand is empty")
    return _Brand(_currency(currency), zone or "UTC")


def _currency(text: str) -> str:
    if len(text) != 3 or not text.isalpha() or not text.isupper():
        raise _RefusedRowError(f"currency {text!r} is not a code of three letters such as USD")
    return text


def _new_entity(brand: _Brand, entity: Entity, label: str, currency: str) -> int:
    platform, level, entity_id = entity
    if platform not in PLATFORMS:
        raise _RefusedRowError(f"platform {platform!r} is unknown; known: {', '.join(PLATFORMS)}")
    if level not in LEVELS:
        raise _RefusedRowError(f"level {level!r} is unknown; known: {', '.join(LEVELS)}")
    if level == "campaign" and not entity_id:
        raise _RefusedRowError("a campaign needs its entity_id")
    if platform == "shopify":
        brand.currency = _currency(currency)
    number = brand.entities[entity] = len(brand.names)
    brand.names.append(
        EntityName(platform, level, entity_id, label or entity_id, _currency(currency))  # type: ignore[arg-type]
    )
    return number


def _timeline(name: str, brand: _Brand) -> Timeline:
    """A brand's rows in the order of observation; of two on the same day the later row counts."""
    observed, day = np.array(brand.observed), np.array(brand.day)
    first = int(day.min())
    order = np.argsort(observed, kind="stable")
    entities, entity = _ordered(brand.names, np.array(brand.entity))
    return Timeline(
        brand=name,
        currency=brand.currency,
        timezone=brand.timezone,
        first_day=date.fromordinal(first),
        days=int(day.max()) - first + 1,
        entities=entities,
        observed=(observed[order] - first).astype(np.int64),
        entity=entity[order].astype(np.int64),
        metric=np.array(brand.metric)[order].astype(np.int64),
        day=(day[order] - first).astype(np.int64),
        value=np.array(brand.value)[order],
    )


def _ordered(
    names: list[EntityName], entity: np.ndarray[Any, np.dtype[np.int32]]
) -> tuple[tuple[EntityName, ...], np.ndarray[Any, np.dtype[np.intp]]]:
    """Entities by platform, level and id, so that the order of rows changes nothing."""
    rank = {platform: number for number, platform in enumerate(PLATFORMS)}
    order = sorted(
        range(len(names)),
        key=lambda at: (rank[names[at].platform], names[at].level, names[at].entity_id),
    )
    place = np.empty(len(names), dtype=np.intp)
    place[order] = np.arange(len(names))
    return tuple(names[at] for at in order), place[entity]


def observed_range(timelines: Iterable[Timeline]) -> tuple[date, date]:
    """The first and last day on which anything of any brand was observed."""
    ranges = [timeline.observed_days for timeline in timelines]
    return min(first for first, _ in ranges), max(last for _, last in ranges)
