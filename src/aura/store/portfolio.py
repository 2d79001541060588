"""Many brands at once, as reports read them: sums over two ranges and what waits for a person.

In: a transaction as the signed-in person, their brands with each brand's own range. Out: frozen
rows. The decision: one statement for all brands, however many; a brand's days are its own, for
yesterday is not the same day everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from psycopg.rows import tuple_row

from aura.model import PLATFORM_NAMES, DayRange, Platform
from aura.store.brand_entries import Entry
from aura.store.database import Connection
from aura.store.reports import PlatformTotals, RateArrays, RevenueBasis, totals_of
from aura.store.statements import statements

# days of a range above which its months are added up: below, to plan the longer statement takes the
# time that it saves
LONG: Final = 500


@dataclass(frozen=True, slots=True)
class BrandTotals:
    """A brand's sums by platform, in its range and in the one before."""

    current: Mapping[Platform, PlatformTotals]
    previous: Mapping[Platform, PlatformTotals]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many insights, and how many findings about the data, stand open."""

    insights: int
    health: int


async def totals_of_brands(
    connection: Connection,
    ranges: Mapping[UUID, tuple[DayRange, DayRange]],
    bases: Mapping[UUID, RevenueBasis],
    rates: Mapping[UUID, RateArrays] = MappingProxyType({}),
) -> dict[UUID, BrandTotals]:
    """The sums of each brand over its range and over the one that it is compared with.

    `bases` says what each of the brands calls revenue.
    """
    parameters: dict[str, object] = {
        "brand_ids": list(ranges),
        "firsts": [days.first for days, _ in ranges.values()],
        "lasts": [days.last for days, _ in ranges.values()],
        "previous_firsts": [previous.first for _, previous in ranges.values()],
        "previous_lasts": [previous.last for _, previous in ranges.values()],
        "platforms": list(PLATFORM_NAMES),
    }
    # what each of them calls revenue, by its place among them
    called = [bases[key] for key in ranges]
    sums = None
    if not rates:
        is_long = any(len(days) > LONG for both in ranges.values() for days in both)
        name = "long_totals_of_brands" if is_long else "totals_of_brands"
        sums = await _totals(connection, name, parameters, called)
    if sums is None or any(
        len(row.currencies) > 1 for side in sums.values() for row in side.values()
    ):
        parameters |= _rates_of(rates)
        sums = await _totals(connection, "converted_totals_of_brands", parameters, called)
    return {
        key: BrandTotals(sums.get((place, True), {}), sums.get((place, False), {}))
        for place, key in enumerate(ranges)
    }


async def _totals(
    connection: Connection,
    name: str,
    parameters: Mapping[str, object],
    called: Sequence[RevenueBasis],
) -> dict[tuple[int, bool], dict[Platform, PlatformTotals]]:
    """Sums by the brand's place and range."""
    found: dict[tuple[int, bool], dict[Platform, PlatformTotals]] = {}
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(statements("reports")[name], parameters)
        for row in await cursor.fetchall():
            place, platform, is_current = row[:3]
            # the database counts from one
            side = found.setdefault((place - 1, is_current), {})
            side[platform] = totals_of(platform, row[3:], called[place - 1])
    return found


def _rates_of(rates: Mapping[UUID, RateArrays]) -> dict[str, object]:
    known = list(rates.items())
    return {
        "rate_brands": [key for key, one in known for _ in one.days],
        "rate_days": [day for _, one in known for day in one.days],
        "rate_currencies": [currency for _, one in known for currency in one.currencies],
        "rates": [rate for _, one in known for rate in one.rates],
        "rate_intos": [one.into for _, one in known for _ in one.days],
    }


async def own_rates_of_brands(
    connection: Connection, brand_ids: Sequence[UUID]
) -> dict[UUID, list[Entry]]:
    """The exchange rates that each of the brands states itself."""
    cursor = await connection.execute(
        statements("reports")["own_rates_of_brands"], {"brand_ids": list(brand_ids)}
    )
    found: dict[UUID, list[Entry]] = {key: [] for key in brand_ids}
    for row in await cursor.fetchall():
        found[row["brand_id"]].append(
            Entry(
                kind="rate",
                name=row["name"],
                first_day=row["first_day"],
                last_day=row["last_day"],
                amount=row["amount"],
                currency=row["currency"],
            )
        )
    return found


async def waiting_in_brands(connection: Connection, brand_ids: list[UUID]) -> dict[UUID, Waiting]:
    """What stands open in each brand."""
    cursor = await connection.execute(
        statements("reports")["waiting_in_brands"], {"brand_ids": brand_ids}
    )
    return {
        row["brand_id"]: Waiting(row["insights"], row["health"]) for row in await cursor.fetchall()
    }
