"""The rollup by month is what its days give, whoever writes them and in whatever order."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.model import DayRange
from aura.store.database import connect
from aura.store.migrate import migrate
from aura.store.portfolio import LONG, totals_of_brands
from aura.store.soundness import examine
from aura.store.statements import statements
from store.test_totals import SETTINGS, amount

FIRST = date(2025, 12, 20)
SPAN = 200
offset = st.integers(-40, SPAN + 40)
rolled = st.dictionaries(
    st.tuples(st.integers(0, SPAN), st.sampled_from(["shopify", "meta"])),
    st.tuples(st.sampled_from(["USD", "USD", "EUR"]), amount, amount, amount),
    max_size=40,
)
ranges = st.tuples(offset, offset).map(
    lambda both: DayRange(*(FIRST + timedelta(days=n) for n in sorted(both)))
)


@pytest.fixture
async def person(make_person):
    return await make_person()


@pytest.fixture
async def brand(person, make_brand):
    return await make_brand(person)


async def write(connection, brand, rows):
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "insert into aura.brand_days (brand_id, date, platform, currency, revenue, ad_spend,"
            " conversions) values (%s, %s, %s, %s, %s, %s, %s)"
            " on conflict (brand_id, date, platform) do update set revenue = excluded.revenue"
            " where brand_days.revenue is distinct from excluded.revenue",
            [
                (brand, FIRST + timedelta(days=day), platform, *values)
                for (day, platform), values in rows.items()
            ],
        )


async def months(database, brand):
    """Revenue, days and the row's version of each month."""
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select month, revenue, days, xmin::text as version from aura.brand_months"
            " where brand_id = %s order by month",
            [brand],
        )
        return [tuple(row.values()) for row in await cursor.fetchall()]


@SETTINGS
@given(
    rows=st.lists(rolled, min_size=2, max_size=2), asked=st.lists(ranges, min_size=4, max_size=4)
)
async def test_totals_by_month_are_those_by_day(rows, asked, database, person, make_brand):
    brands = [await make_brand(person) for _ in rows]
    async with database.as_owner() as connection:
        for brand, one in zip(brands, rows, strict=True):
            await write(connection, brand, one)
    parameters = {
        "brand_ids": brands,
        "firsts": [asked[0].first, asked[2].first],
        "lasts": [asked[0].last, asked[2].last],
        "previous_firsts": [asked[1].first, asked[3].first],
        "previous_lasts": [asked[1].last, asked[3].last],
        "platforms": ["shopify", "meta"],
    }
    found = []
    for name in ("totals_of_brands", "long_totals_of_brands"):
        async with database.as_user(person) as connection:
            cursor = await connection.execute(statements("reports")[name], parameters)
            found.append(sorted(tuple(row.values()) for row in await cursor.fetchall()))
    assert found[0] == found[1]


DAY = ("USD", Decimal("1.50"), None, None)


async def test_only_long_ranges_are_added_up_by_month(database, person, brand):
    async with database.as_owner() as connection:
        await write(connection, brand, {(20, "meta"): DAY})
        await connection.execute("update aura.brand_months set revenue = 7")
    for days, revenue in ((LONG, Decimal("1.50")), (LONG + 1, Decimal(7))):
        asked = DayRange(FIRST, FIRST + timedelta(days=days - 1))
        async with database.as_user(person) as connection:
            totals = await totals_of_brands(
                connection, {brand: (asked, asked)}, {brand: "total_sales"}
            )
        assert totals[brand].current["meta"].sums["total_sales"] == revenue


async def waits(database):
    """Whether a transaction waits for another one."""
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select count(*) as waiting from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        return (await cursor.fetchone())["waiting"] > 0


async def test_two_transactions_that_write_days_of_one_month_lose_none(database, brand):
    async def second():
        async with database.as_worker(brand) as connection:
            await write(connection, brand, {(1, "meta"): DAY})

    async with database.as_worker(brand) as connection:
        await write(connection, brand, {(0, "meta"): DAY})
        writing = asyncio.create_task(second())
        async with asyncio.timeout(30):
            while not await waits(database):
                pass
    await writing
    assert [row[:3] for row in await months(database, brand)] == [
        (date(2025, 12, 1), Decimal("3.00"), 2)
    ]


async def test_what_changes_nothing_rewrites_no_month(database, brand):
    rows = {(0, "meta"): DAY, (20, "meta"): DAY}
    async with database.as_worker(brand) as connection:
        await write(connection, brand, rows)
    before = await months(database, brand)
    async with database.as_worker(brand) as connection:
        await write(connection, brand, rows)
        # the months are added up anew, to what they were
        await connection.execute("update aura.brand_days set date = date - 1")
    assert await months(database, brand) == before

    async with database.as_worker(brand) as connection:
        await write(connection, brand, {(19, "meta"): ("USD", Decimal(2), None, None)})
    after = await months(database, brand)
    assert after[0] == before[0]
    assert after[1][1:3] == (Decimal(2), 1)


async def test_a_day_that_moves_or_goes_takes_its_month_along(database, brand):
    async with database.as_worker(brand) as connection:
        await write(connection, brand, {(0, "meta"): DAY, (1, "meta"): DAY})
        await connection.execute(
            "update aura.brand_days set date = '2026-02-28' where date = %s", [FIRST]
        )
    assert [row[:3] for row in await months(database, brand)] == [
        (date(2025, 12, 1), Decimal("1.50"), 1),
        (date(2026, 2, 1), Decimal("1.50"), 1),
    ]
    async with database.as_worker(brand) as connection:
        await connection.execute("delete from aura.brand_days where date < '2026-01-01'")
    assert [row[0] for row in await months(database, brand)] == [date(2026, 2, 1)]
    async with database.as_owner() as connection:
        assert (await examine(connection)).schema == ()


async def test_days_from_before_the_months_are_added_up_by_the_migration(empty_url):
    await migrate(empty_url, until="20261126182700")
    async with await connect(empty_url) as connection:
        await connection.execute(
            "with person as (insert into public.users (email, password_hash)"
            " values ('a@example.com', '!') returning id),"
            " brand as (insert into public.brands (user_id, name)"
            " select id, 'Before' from person returning id)"
            " insert into aura.brand_days (brand_id, date, platform, currency, revenue)"
            " select id, date '2026-01-30' + n, 'meta', 'USD', 1"
            " from brand, generate_series(0, 3) as n"
        )
    await migrate(empty_url)
    async with await connect(empty_url) as connection:
        cursor = await connection.execute("select month, revenue, days from aura.brand_months")
        assert sorted(tuple(row.values()) for row in await cursor.fetchall()) == [
            (date(2026, 1, 1), 2, 2),
            (date(2026, 2, 1), 2, 2),
        ]


@pytest.mark.parametrize("who", ["person", "owner"])
async def test_a_brand_that_is_deleted_takes_its_months_along(
    database, person, brand, make_brand, who
):
    other = await make_brand(person)
    async with database.as_owner() as connection:
        await write(connection, brand, {(0, "meta"): DAY})
        await write(connection, other, {(0, "meta"): DAY})
    kept = await months(database, other)
    transaction = database.as_user(person) if who == "person" else database.as_owner()
    async with transaction as connection:
        await connection.execute("delete from public.brands where id = %s", [brand])
    assert await months(database, brand) == []
    assert await months(database, other) == kept != []
