"""Campaigns as reports read them: sums over two ranges, one campaign's days and their revisions.

In: a transaction as the signed-in person. Out: frozen rows, exact Decimals in the ad account's
currency. The decision: every campaign with a row in either range is read at once and the caller
sorts; five thousand rows are few, and an order by a ratio belongs to the metric's one definition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

from psycopg.rows import namedtuple_row

from aura.errors import NotFoundError
from aura.model import DayRange, Platform
from aura.store.database import Connection
from aura.store.reports import NO_RATES, PlatformTotals, RateArrays, rate_parameters
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
    parameters = {
        "brand_id": brand_id,
        "first": days.first,
        "last": days.last,
        "previous_first": previous.first if previous else None,
        "previous_last": previous.last if previous else None,
    }
    is_plain = as_of is None and not rates.days
    if is_plain:
        rows = await _rows(connection, "totals", parameters)
        if not any(row.lacking for row in rows):
            return _campaign_totals(rows)
    parameters |= {"as_of": as_of, **rate_parameters(rates)}
    return _campaign_totals(await _rows(connection, "totals_anew", parameters))


async def _rows(connection: Connection, name: str, parameters: Mapping[str, object]) -> list[Any]:
    """The statement's rows as named tuples: ten thousand dictionaries would be half of the work."""
    async with connection.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(statements("campaigns")[name], parameters)
        return list(await cursor.fetchall())


def _campaign_totals(rows: Sequence[Any]) -> list[CampaignTotals]:
    """The rows of each campaign, one for either range, brought together."""
    campaigns: dict[int, CampaignRow] = {}
    sums: dict[tuple[int, bool], PlatformTotals] = {}
    for row in rows:
        if row.entity_id not in campaigns:
            campaigns[row.entity_id] = CampaignRow(*_CAMPAIGN(row))
        sums[row.entity_id, row.is_current] = _totals(row)
    return [
        CampaignTotals(campaign, sums.get((key, True)), sums.get((key, False)))
        for key, campaign in campaigns.items()
    ]


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
    days = row.days
    currencies = (row.lowest_currency, row.highest_currency)
    stated = (row.lowest_stated, row.highest_stated)
    return PlatformTotals(
        platform=row.platform,
        days=days,
        currencies=currencies[:1] if currencies[0] == currencies[1] else currencies,
        sums=dict(zip(MEASURES, _SUMS(row), strict=True)),
        known=dict(zip(MEASURES, _KNOWN(row), strict=True))
        if hasattr(row, "known_ad_spend")
        else dict.fromkeys(MEASURES, days),
        stated=stated[:1] if stated[0] == stated[1] else stated,
    )


def _measures(row: Mapping[str, Any], prefix: str = "") -> dict[str, Decimal | None]:
    return {measure: row[prefix + measure] for measure in MEASURES}
