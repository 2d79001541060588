"""Campaigns as reports read them: sums over two ranges, one campaign's days and their revisions.

In: a transaction as the signed-in person. Out: frozen rows, exact Decimals in the ad account's
currency. The decision: every campaign with a row in either range is read at once and the caller
sorts; five thousand rows are few, and an order by a ratio belongs to the metric's one definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, TypeAlias
from uuid import UUID

from psycopg.rows import namedtuple_row, tuple_row

from aura.errors import NotFoundError
from aura.model import DayRange, Platform
from aura.store.database import Connection
from aura.store.reports import (
    NO_RATES,
    PlatformTotals,
    RateArrays,
    range_parameters,
    rate_parameters,
)
from aura.store.statements import statements

MEASURES = ("ad_spend", "impressions", "clicks", "conversions", "conversion_value")
_SUMS = attrgetter(*MEASURES)
_KNOWN = attrgetter(*(f"known_{measure}" for measure in MEASURES))


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign with the name and state it has now."""

    entity_id: int
    integration_id: UUID
    platform: Platform
    external_id: str
    name: str
    status: str
    account_name: str


_CAMPAIGN = attrgetter(*CampaignRow.__slots__)


@dataclass(frozen=True, slots=True)
class CampaignTotals:
    """A campaign's sums over a range and over the one before; None where it has no row."""

    campaign: CampaignRow
    current: PlatformTotals | None
    previous: PlatformTotals | None


# by id: the campaign, its sums in the range (True) and in the one it is compared with
_Sums: TypeAlias = dict[int, tuple[CampaignRow, dict[bool, PlatformTotals]]]


@dataclass(frozen=True, slots=True)
class CampaignDay:
    """One day of a campaign, as it is known now.

    Attributes:
        observed_at: when these values were first seen.
        action_type: at Meta, the action that counts as a purchase.
        sums: by measure of MEASURES.
    """

    date: date
    currency: str
    observed_at: datetime
    action_type: str | None
    sums: Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Revision:
    """A day that the platform restated: what it said before and what took its place, by measure.

    `after` holds None for every measure when the day vanished.
    """

    date: date
    replaced_at: datetime
    before: Mapping[str, Decimal | None]
    after: Mapping[str, Decimal | None]


async def campaign_totals(
    connection: Connection,
    *,
    brand_id: UUID,
    days: DayRange,
    previous: DayRange | None,
    rates: RateArrays = NO_RATES,
    as_of: datetime | None = None,
) -> list[CampaignTotals]:
    """Every campaign with a day in the range or in the one it is compared with, in no order.

    The days are as they are known now, or as they were known at the moment `as_of`.
    """
    parameters = range_parameters(brand_id, days, previous)
    sums = None
    if as_of is None and not rates.days:
        sums = await _plain_sums(connection, parameters)
    if sums is None:
        parameters |= {"as_of": as_of, **rate_parameters(rates)}
        sums = await _counted_sums(connection, parameters)
    return [
        CampaignTotals(campaign, sides.get(True), sides.get(False))
        for campaign, sides in sums.values()
    ]


async def _plain_sums(connection: Connection, parameters: Mapping[str, Any]) -> _Sums | None:
    """Sums of campaigns of one currency that lack no value; None when there is another one."""
    sums: _Sums = {}
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(statements("campaigns")["totals"], parameters)
        for row in await cursor.fetchall():
            if row[0] not in sums:
                sums[row[0]] = CampaignRow(*row[:7]), {}
            campaign, sides = sums[row[0]]
            is_current, lacking, days, currency = row[7:11]
            if lacking or is_current in sides:
                return None
            sides[is_current] = PlatformTotals(
                campaign.platform,
                days,
                (currency,),
                dict(zip(MEASURES, row[11:], strict=True)),
                dict.fromkeys(MEASURES, int(days)),
                (currency,),
            )
    return sums


async def _counted_sums(connection: Connection, parameters: Mapping[str, Any]) -> _Sums:
    """Sums of any campaigns, converted where a rate is given."""
    sums: _Sums = {}
    async with connection.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(statements("campaigns")["totals_anew"], parameters)
        rows: list[Any] = list(await cursor.fetchall())
        for row in rows:
            if row.entity_id not in sums:
                sums[row.entity_id] = CampaignRow(*_CAMPAIGN(row)), {}
            sums[row.entity_id][1][row.is_current] = _totals(row)
    return sums


async def campaign(connection: Connection, *, brand_id: UUID, entity_id: int) -> CampaignRow:
    """The campaign; NotFoundError when it does not exist or belongs to somebody else."""
    cursor = await connection.execute(
        statements("campaigns")["campaign"], {"brand_id": brand_id, "entity_id": entity_id}
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFoundError("This campaign does not exist, or it is not yours.")
    return CampaignRow(**row)


async def campaign_days(
    connection: Connection,
    *,
    brand_id: UUID,
    entity_id: int,
    days: DayRange,
    as_of: datetime | None = None,
) -> list[CampaignDay]:
    """The campaign's days within the range, oldest first; days without delivery are absent.

    With `as_of`, as they were known at that moment.
    """
    cursor = await connection.execute(
        statements("campaigns")["days"],
        {
            "brand_id": brand_id,
            "entity_id": entity_id,
            "first": days.first,
            "last": days.last,
            "as_of": as_of,
        },
    )
    return [
        CampaignDay(
            row["date"], row["currency"], row["observed_at"], row["action_type"], _measures(row)
        )
        for row in await cursor.fetchall()
    ]


async def campaign_revisions(
    connection: Connection,
    *,
    brand_id: UUID,
    entity_id: int,
    days: DayRange,
    limit: int,
    as_of: datetime | None = None,
) -> list[Revision]:
    """The last `limit` restatements of the campaign's days within the range, newest first.

    With `as_of`, those that had been seen by that moment.
    """
    cursor = await connection.execute(
        statements("campaigns")["revisions"],
        {
            "brand_id": brand_id,
            "entity_id": entity_id,
            "first": days.first,
            "last": days.last,
            "most": limit,
            "as_of": as_of,
        },
    )
    return [
        Revision(row["date"], row["replaced_at"], _measures(row), _measures(row, "next_"))
        for row in await cursor.fetchall()
    ]


def _totals(row: Any) -> PlatformTotals:
    currencies = (row.lowest_currency, row.highest_currency)
    stated = (row.lowest_stated, row.highest_stated)
    return PlatformTotals(
        platform=row.platform,
        days=row.days,
        currencies=currencies[:1] if currencies[0] == currencies[1] else currencies,
        sums=dict(zip(MEASURES, _SUMS(row), strict=True)),
        known=dict(zip(MEASURES, _KNOWN(row), strict=True)),
        stated=stated[:1] if stated[0] == stated[1] else stated,
    )


def _measures(row: Mapping[str, Any], prefix: str = "") -> dict[str, Decimal | None]:
    return {measure: row[prefix + measure] for measure in MEASURES}
