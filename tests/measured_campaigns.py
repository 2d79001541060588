"""Campaigns for a measured brand: two at Meta, one at Google Ads, over the last two weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from aura.model import Account, AdDay, DayRange, Platform
from aura.store.database import Database
from aura.store.windows import write_ad_window
from measured_brand import (
    KNOWN,
    NAMES,
    READ_AT,
    YESTERDAY,
    ZONE,
    Measure,
    MeasuredBrand,
    note_run,
)

WEEK = DayRange(YESTERDAY - timedelta(days=6), YESTERDAY)
BOTH = DayRange(WEEK.previous().first, WEEK.last)
NIGHT = READ_AT + timedelta(days=1)


def campaign_day(
    name: str, day: date, spend: str | int, conversions: str = "2", **others: Any
) -> AdDay:
    """A day whose purchases are worth 50 each; the campaign's id follows from its name."""
    return AdDay(
        "campaign",
        f"id-{name}",
        day,
        others.pop("currency", "USD"),
        name=name,
        ad_spend=Decimal(spend),
        impressions=others.pop("impressions", 1000),
        clicks=others.pop("clicks", 40),
        conversions=Decimal(conversions),
        conversion_value=Decimal(conversions) * 50,
        **others,
    )


async def write_campaigns(
    database: Database,
    made: MeasuredBrand,
    platform: Platform,
    days: Sequence[AdDay],
    window: DayRange = BOTH,
    observed_at: datetime = READ_AT,
    currency: str = "USD",
) -> None:
    """Write the campaigns' days as a sync does: what is not given has vanished."""
    account = Account(f"{platform}-1", NAMES[platform], currency, ZONE)
    async with database.as_worker(made.brand) as connection:
        await write_ad_window(
            connection,
            brand_id=made.brand,
            integration_id=made.integrations[platform],
            account=account,
            window=window,
            days=days,
            observed_at=observed_at,
            run_id=None,
        )


async def write_three_campaigns(database: Database, made: MeasuredBrand) -> None:
    """Prospecting and Retargeting (the last week only) at Meta, Brand at Google Ads."""
    prospecting = [campaign_day("Prospecting", day, "30.10") for day in BOTH.days()]
    retargeting = [campaign_day("Retargeting", day, "10.005", "5") for day in WEEK.days()]
    await write_campaigns(database, made, "meta", prospecting + retargeting)
    brand = [campaign_day("Brand", day, "20", "0.333333") for day in BOTH.days()]
    await write_campaigns(database, made, "google_ads", brand)


async def measure_restated(
    database: Database, measure: Measure, person: UUID
) -> tuple[MeasuredBrand, int]:
    """A brand whose Prospecting was restated on the night after it was read, and that one's id."""
    made = await measure(person=person)
    await note_run(database, made, READ_AT, KNOWN)
    await write_three_campaigns(database, made)
    days = [campaign_day("Prospecting", day, "60") for day in WEEK.days()]
    await write_campaigns(database, made, "meta", days, window=WEEK, observed_at=NIGHT)
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select id from aura.entities where brand_id = %s and name = 'Prospecting'",
            [made.brand],
        )
        row = await cursor.fetchone()
        assert row is not None
    return made, row["id"]
