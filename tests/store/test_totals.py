"""The short statements of totals give what the general ones give, whatever the rows are.

Where nothing is converted and nothing is seen as of an earlier day, reports send a shorter
statement; a rate for a currency that no row has makes them send the general one.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aura.model import DayRange
from aura.store.campaigns import campaign_totals
from aura.store.portfolio import totals_of_brands
from aura.store.reports import MEASURES, RateArrays, totals_and_days

FIRST = date(2026, 11, 1)
IDLE = RateArrays("USD", [FIRST], ["XXX"], [Decimal(2)])
DAYS = DayRange(FIRST + timedelta(days=3), FIRST + timedelta(days=6))
# the one before, one that overlaps, none
PREVIOUS = [DAYS.previous(), DayRange(FIRST + timedelta(days=2), FIRST + timedelta(days=4)), None]
amount = st.none() | st.decimals(0, 1000, places=4)
rolled = st.dictionaries(
    st.tuples(st.integers(0, 8), st.sampled_from(["shopify", "meta", "google_ads"])),
    st.tuples(st.sampled_from(["USD", "EUR", "GBP"]), amount, amount, amount, amount),
    max_size=20,
)
campaign_days = st.dictionaries(
    st.tuples(st.integers(0, 8), st.integers(0, 2)),
    st.tuples(st.sampled_from(["USD", "EUR"]), amount, amount),
    max_size=20,
)
SETTINGS = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def seen(totals):
    """What a report makes of sums."""
    if totals is None:
        return None
    return (
        totals.days,
        sorted(totals.currencies),
        sorted(totals.stated),
        [
            (totals.sums[name], totals.days_lacking(name))
            for name in MEASURES
            if name in totals.sums
        ],
    )


def all_seen(mapping):
    return {key: seen(totals) for key, totals in mapping.items()}


@pytest.fixture
async def person(make_person):
    return await make_person()


async def roll_up(database, brand, rows):
    async with database.as_owner() as connection:
        for (offset, platform), (currency, *values) in rows.items():
            await connection.execute(
                "insert into aura.brand_days (brand_id, date, platform, currency, gross_sales,"
                " discounts, returns, ad_spend) values (%s, %s, %s, %s, %s, %s, %s, %s)",
                (brand, FIRST + timedelta(days=offset), platform, currency, *values),
            )


@SETTINGS
@given(rows=rolled, previous=st.sampled_from(PREVIOUS), net=st.booleans())
async def test_sums_and_days_are_those_of_the_general_statement(
    rows, previous, net, database, person, make_brand
):
    brand = await make_brand(person)
    await roll_up(database, brand, rows)
    asked = {"brand_id": brand, "days": DAYS, "previous": previous}
    asked["basis"] = "net_sales" if net else "total_sales"
    async with database.as_user(person) as connection:
        short = await totals_and_days(connection, **asked)
        general = await totals_and_days(connection, **asked, rates=IDLE)

    for side in ("current", "previous", "days", "previous_days"):
        assert all_seen(getattr(short, side)) == all_seen(getattr(general, side))
    assert list(short.current) == sorted(short.current)
    stated = [key for key in rows if DAYS.first <= FIRST + timedelta(days=key[0]) <= DAYS.last]
    assert sum(totals.days for totals in short.current.values()) == len(stated)


@SETTINGS
@given(rows=st.lists(rolled, min_size=2, max_size=2), previous=st.sampled_from(PREVIOUS[:2]))
async def test_many_brands_are_those_of_the_general_statement(
    rows, previous, database, person, make_brand
):
    brands = [await make_brand(person) for _ in rows]
    for brand, one in zip(brands, rows, strict=True):
        await roll_up(database, brand, one)
    ranges = {brands[0]: (DAYS, previous), brands[1]: (previous, DAYS)}
    bases = dict.fromkeys(brands, "total_sales")
    async with database.as_user(person) as connection:
        short = await totals_of_brands(connection, ranges, bases)
        general = await totals_of_brands(connection, ranges, bases, {brands[0]: IDLE})

    assert {brand: all_seen(one.current) for brand, one in short.items()} == {
        brand: all_seen(one.current) for brand, one in general.items()
    }
    assert {brand: all_seen(one.previous) for brand, one in short.items()} == {
        brand: all_seen(one.previous) for brand, one in general.items()
    }


@SETTINGS
@given(rows=campaign_days, previous=st.sampled_from(PREVIOUS))
async def test_campaigns_are_those_of_the_general_statement(
    rows, previous, database, person, make_brand, make_integration
):
    brand = await make_brand(person)
    integration = await make_integration(brand, "meta")
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "insert into aura.entities (brand_id, integration_id, platform, level, external_id)"
            " select %s, %s, 'meta', case n when 0 then 'account' else 'campaign' end, n::text"
            " from generate_series(0, 2) as n returning id",
            (brand, integration),
        )
        ids = [row["id"] for row in await cursor.fetchall()]
        for (offset, number), (currency, spend, clicks) in rows.items():
            await connection.execute(
                "insert into aura.entity_days (brand_id, entity_id, date, currency, observed_at,"
                " ad_spend, clicks, impressions, conversions, conversion_value)"
                " values (%s, %s, %s, %s, now(), %s, %s, 5, 1, 2)",
                (brand, ids[number], FIRST + timedelta(days=offset), currency, spend, clicks),
            )
    asked = {"brand_id": brand, "days": DAYS, "previous": previous}
    async with database.as_user(person) as connection:
        short = await campaign_totals(connection, **asked)
        general = await campaign_totals(connection, **asked, rates=IDLE)

    by_campaign = [
        {one.campaign: (seen(one.current), seen(one.previous)) for one in found}
        for found in (short, general)
    ]
    assert by_campaign[0] == by_campaign[1]
