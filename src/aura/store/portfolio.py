"""Many brands at once, as reports read them: sums over two ranges and what waits for a person.

In: a transaction as the signed-in person, their brands with each brand's own range. Out: frozen
rows. The decision: one statement for all brands, however many; a brand's days are its own, for
yesterday is not the same day everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from aura.model import DayRange, Platform
from aura.store.database import Connection
from aura.store.reports import PlatformTotals, RevenueBasis, totals_of
from aura.store.statements import statements


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
    connection: Connection, ranges: Mapping[UUID, DayRange], bases: Mapping[UUID, RevenueBasis]
) -> dict[UUID, BrandTotals]:
    """The sums of each brand over its range and over the adjoining one before it.

    `bases` says what each of the brands calls revenue.
    """
    cursor = await connection.execute(
        statements("reports")["totals_of_brands"],
        {
            "brand_ids": list(ranges),
            "previous_firsts": [days.previous().first for days in ranges.values()],
            "firsts": [days.first for days in ranges.values()],
            "lasts": [days.last for days in ranges.values()],
        },
    )
    current: dict[UUID, dict[Platform, PlatformTotals]] = {key: {} for key in ranges}
    previous: dict[UUID, dict[Platform, PlatformTotals]] = {key: {} for key in ranges}
    for row in await cursor.fetchall():
        side = current if row["is_current"] else previous
        side[row["brand_id"]][row["platform"]] = totals_of(row, bases[row["brand_id"]])
    return {key: BrandTotals(current[key], previous[key]) for key in ranges}


async def waiting_in_brands(connection: Connection, brand_ids: list[UUID]) -> dict[UUID, Waiting]:
    """What stands open in each brand."""
    cursor = await connection.execute(
        statements("reports")["waiting_in_brands"], {"brand_ids": brand_ids}
    )
    return {
        row["brand_id"]: Waiting(row["insights"], row["health"]) for row in await cursor.fetchall()
    }
