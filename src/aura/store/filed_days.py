"""Days that came from files: where they go, what is stored of them.

All functions work in a worker's transaction about the brand (`Database.as_worker`), the one in
which `windows.write_ad_window` writes the file's days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from uuid_utils.compat import uuid7

from aura.errors import NotFoundError
from aura.model import DayRange, Platform
from aura.store.database import Connection
from aura.store.entities import FILE_ACCOUNT
from aura.store.statements import statements


@dataclass(frozen=True, slots=True)
class PlaceAccount:
    """An ad account that a grant covers or that files were about.

    Attributes:
        is_selected: it is read from the platform.
        is_left_out: a grant covers it and the person chose not to read it.
    """

    external_id: str
    name: str
    is_selected: bool
    is_left_out: bool


@dataclass(frozen=True, slots=True)
class AdPlace:
    """A brand's integration of an ad platform, as an import must know it.

    Attributes:
        currency: of the platform's days so far; None while there are none.
        known_days: read from the platform without a gap; files add nothing there.
    """

    integration_id: UUID
    platform: Platform
    currency: str | None
    known_days: DayRange | None
    accounts: tuple[PlaceAccount, ...]

    def known_dates(self, external_id: str, dates: set[date]) -> frozenset[date]:
        """Those of the dates for which the account was read from the platform itself."""
        is_read = any(a.is_selected and a.external_id == external_id for a in self.accounts)
        if self.known_days is None or not (is_read or external_id == FILE_ACCOUNT):
            return frozenset()
        known = self.known_days
        return frozenset(day for day in dates if known.first <= day <= known.last)


@dataclass(frozen=True, slots=True)
class FiledDay:
    """What files said of an account's day: how many campaigns, and what a column comes to."""

    date: date
    campaigns: int
    total: Decimal


def _statement(name: str) -> LiteralString:
    return statements("imports")[name]


async def _rows(
    connection: Connection, name: str, parameters: dict[str, Any]
) -> list[dict[str, Any]]:
    return await (await connection.execute(_statement(name), parameters)).fetchall()


async def lock_ad_place(connection: Connection, brand_id: UUID, platform: Platform) -> AdPlace:
    """The brand's integration of an ad platform, made when missing; other imports wait."""
    parameters = {"brand_id": brand_id, "platform": platform, "integration_id": uuid7()}
    await connection.execute(_statement("add_place"), parameters)
    await connection.execute(_statement("lock_place"), parameters)
    found = await _rows(connection, "ad_place", parameters)
    if not found:
        raise NotFoundError("There is no such brand.")
    [row] = found
    first, last = row["known_from"], row["known_through"]
    accounts = await _rows(connection, "place_accounts", {"integration_id": row["id"]})
    return AdPlace(
        row["id"],
        platform,
        row["currency"],
        DayRange(first, last) if first and last and first <= last else None,
        tuple(PlaceAccount(**account) for account in accounts),
    )


async def campaigns_by_name(
    connection: Connection, brand_id: UUID, place: AdPlace, external_id: str
) -> dict[str, str]:
    """Names of an account's campaigns, where one has it alone, to their ids."""
    cursor = await connection.execute(
        statements("entities")["campaigns_by_name"],
        {
            "brand_id": brand_id,
            "integration_id": place.integration_id,
            "external_id": external_id,
        },
    )
    return {row["name"]: row["external_id"] for row in await cursor.fetchall()}


async def filed_sums(
    connection: Connection,
    brand_id: UUID,
    place: AdPlace,
    external_id: str,
    dates: list[date],
    *,
    of: str,
) -> list[FiledDay]:
    """What files have said of an account's days, oldest first; `of` names the column to sum."""
    parameters = {
        "of": of,
        "brand_id": brand_id,
        "integration_id": place.integration_id,
        "external_ids": [external_id, FILE_ACCOUNT],
        "dates": dates,
    }
    return [FiledDay(**row) for row in await _rows(connection, "filed_sums", parameters)]
