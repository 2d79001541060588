"""The writers against a real PostgreSQL: exact, idempotent, restated values kept, rollup equal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aura.errors import BadDataError
from aura.model import Account, AdDay, DayRange
from aura.store.soundness import examine
from aura.store.windows import refresh_all_days, write_ad_window

ACCOUNT = Account("act_1", "Main", "USD", "UTC")
OTHER = Account("act_2", "Second", "USD", "UTC")
FIRST = date(2026, 11, 1)
WINDOW = DayRange(FIRST, date(2026, 11, 3))
MONDAY = datetime(2026, 11, 4, 3, tzinfo=UTC)


def night(number: int) -> datetime:
    return MONDAY + timedelta(days=number)


def account_day(day: date, spend: str, *, account: Account = ACCOUNT, **facts) -> AdDay:
    return AdDay("account", account.external_id, day, "USD", ad_spend=Decimal(spend), **facts)


def campaign_day(day: date, spend: str, *, campaign: str = "c1", **facts) -> AdDay:
    return AdDay("campaign", campaign, day, "USD", ad_spend=Decimal(spend), **facts)


@pytest.fixture
async def meta(make_person, make_brand, make_integration):
    brand_id = await make_brand(await make_person())
    return brand_id, await make_integration(brand_id, "meta")


@pytest.fixture
def write(database, meta):
    brand_id, integration_id = meta

    async def write(days, *, at=MONDAY, window=WINDOW, account=ACCOUNT):
        async with database.as_worker(brand_id) as connection:
            return await write_ad_window(
                connection,
                brand_id=brand_id,
                integration_id=integration_id,
                account=account,
                window=window,
                days=days,
                observed_at=at,
                run_id=None,
            )

    return write


@pytest.fixture
def read(database):
    async def read(query, **parameters):
        async with database.as_owner() as connection:
            cursor = await connection.execute(query, parameters)
            return [tuple(row.values()) for row in await cursor.fetchall()]

    return read


METRICS = "select date, metric_type, value from public.metrics order by 1, 2"
DAYS = """
    select e.level, e.external_id, d.date, d.ad_spend, d.conversions, d.observed_at
    from aura.entity_days as d inner join aura.entities as e on e.id = d.entity_id order by 1, 2, 3
"""
REVISIONS = "select date, ad_spend, observed_at, replaced_at from aura.revisions order by 1, 4"


async def test_both_levels_are_stored_and_only_the_account_counts(write, read):
    result = await write(
        [
            account_day(FIRST, "10.5", impressions=100, clicks=7, conversions=Decimal("2.005")),
            campaign_day(FIRST, "4.25"),
            campaign_day(FIRST, "5", campaign="c2"),
        ]
    )

    assert result.rows_read == result.rows_changed == 3
    assert result.days_touched == (FIRST,)
    assert await read(METRICS) == [
        (FIRST, "ad_spend", Decimal("10.50")),
        (FIRST, "clicks", Decimal(7)),
        (FIRST, "conversions", Decimal("2.01")),
        (FIRST, "impressions", Decimal(100)),
    ]
    spends = [(row[1], row[3]) for row in await read(DAYS)]
    assert spends == [
        ("act_1", Decimal("10.5")),
        ("c1", Decimal("4.25")),
        ("c2", Decimal(5)),
    ]


async def test_exact_values_survive_the_two_digits_of_metrics(write, read):
    await write([account_day(FIRST, "12.345678", conversions=Decimal("6.623899"))])

    assert await read(
        "select metric_type, value, (metadata ->> 'exact')::numeric from public.metrics"
        " where metadata ? 'exact' order by 1"
    ) == [
        ("ad_spend", Decimal("12.35"), Decimal("12.345678")),
        ("conversions", Decimal("6.62"), Decimal("6.623899")),
    ]


async def test_writing_the_same_window_again_changes_no_row(write, read):
    days = [account_day(FIRST, "1"), campaign_day(FIRST, "1", all_clicks=3)]
    await write(days)
    everything = "select m.xmin::text, m.* from public.metrics as m order by m.id"
    before = await read(everything), await read(DAYS)
    again = await write(days, at=night(1))

    assert (again.rows_changed, again.days_touched) == (0, ())
    assert (await read(everything), await read(DAYS)) == before
    assert await read(REVISIONS) == []


async def test_a_restated_value_goes_to_the_revisions_with_the_time_in_which_it_held(write, read):
    await write([account_day(FIRST, "1")])
    await write([account_day(FIRST, "2")], at=night(1))
    result = await write([account_day(FIRST, "3")], at=night(2))

    assert result.rows_changed == 1
    assert await read(REVISIONS) == [
        (FIRST, Decimal(1), night(0), night(1)),
        (FIRST, Decimal(2), night(1), night(2)),
    ]
    assert [row[3:] for row in await read(DAYS)] == [(Decimal(3), Decimal(0), night(2))]


async def test_a_day_that_vanished_is_deleted_with_its_metrics_and_rollup(write, read):
    await write([account_day(FIRST, "1"), campaign_day(FIRST, "1")])
    result = await write([], at=night(1))

    assert (result.rows_changed, result.days_touched) == (2, (FIRST,))
    assert await read(DAYS) == []
    assert await read(METRICS) == []
    assert await read("select * from aura.brand_days") == []
    assert [row[1:] for row in await read(REVISIONS)] == [(Decimal(1), night(0), night(1))] * 2


async def test_a_campaign_that_vanished_leaves_the_account_alone(write, read):
    await write(
        [account_day(FIRST, "3"), campaign_day(FIRST, "1"), campaign_day(FIRST, "2", campaign="c2")]
    )
    await write([account_day(FIRST, "3"), campaign_day(FIRST, "1")], at=night(1))

    assert [row[1] for row in await read(DAYS)] == ["act_1", "c1"]


async def test_days_outside_the_window_stay(write, read):
    await write([account_day(FIRST, "1")])
    later = DayRange(date(2026, 11, 2), date(2026, 11, 3))
    await write([account_day(later.first, "2")], window=later, at=night(1))

    assert [row[2] for row in await read(DAYS)] == [FIRST, later.first]


async def test_two_accounts_in_one_transaction_are_added_up(write, read, database, meta):
    brand_id, integration_id = meta
    async with database.as_worker(brand_id) as connection:
        for account, spend in ((ACCOUNT, "1.004"), (OTHER, "1.004")):
            await write_ad_window(
                connection,
                brand_id=brand_id,
                integration_id=integration_id,
                account=account,
                window=WINDOW,
                days=[account_day(FIRST, spend, account=account)],
                observed_at=MONDAY,
                run_id=None,
            )

    # rounded once, after adding: 2.008
    assert (FIRST, "ad_spend", Decimal("2.01")) in await read(METRICS)
    await write([], account=OTHER, at=night(1))
    assert (FIRST, "ad_spend", Decimal("1.00")) in await read(METRICS)


async def test_a_deselected_account_leaves_the_metrics_and_keeps_its_facts(
    write, read, database, meta
):
    brand_id, integration_id = meta
    await write([account_day(FIRST, "1")])
    await write([account_day(FIRST, "5", account=OTHER)], account=OTHER)
    async with database.as_owner() as connection:
        await connection.execute(
            "insert into aura.accounts (brand_id, integration_id, external_id, name, is_selected)"
            " values (%s, %s, 'act_1', '', true), (%s, %s, 'act_2', '', false)",
            (brand_id, integration_id) * 2,
        )
    async with database.as_worker(brand_id) as connection:
        await refresh_all_days(connection, brand_id=brand_id, integration_id=integration_id)

    assert (FIRST, "ad_spend", Decimal("1.00")) in await read(METRICS)
    assert len(await read(DAYS)) == 2


async def test_names_follow_the_latest_day_and_an_empty_name_keeps_the_old_one(write, read):
    second = FIRST + timedelta(days=1)
    await write(
        [
            campaign_day(second, "1", name="Autumn sale", status="paused"),
            campaign_day(FIRST, "1", name="Summer sale", status="active"),
        ]
    )
    await write([campaign_day(FIRST, "1")], at=night(1))

    assert await read(
        "select name, status, parent_id is not null from aura.entities where level = 'campaign'"
    ) == [("Autumn sale", "paused", True)]


@pytest.mark.parametrize(
    "days",
    [
        [account_day(FIRST, "1"), account_day(FIRST, "1")],
        [account_day(FIRST - timedelta(days=1), "1")],
        [account_day(FIRST, "NaN")],
        [account_day(FIRST, "1", account=OTHER)],
        [account_day(FIRST, "1"), AdDay("campaign", "c1", FIRST, "EUR")],
    ],
    ids=["twice", "outside", "not a number", "other account", "two currencies"],
)
async def test_what_cannot_be_true_is_refused_before_anything_is_written(write, read, days):
    await write([account_day(FIRST, "7")])
    with pytest.raises(BadDataError):
        await write(days, at=night(1))

    assert [row[3] for row in await read(DAYS)] == [Decimal(7)]


async def test_an_exception_after_the_write_leaves_nothing(database, meta, read):
    brand_id, integration_id = meta

    async def killed_after_writing():
        async with database.as_worker(brand_id) as connection:
            await write_ad_window(
                connection,
                brand_id=brand_id,
                integration_id=integration_id,
                account=ACCOUNT,
                window=WINDOW,
                days=[account_day(FIRST, "1"), campaign_day(FIRST, "1")],
                observed_at=MONDAY,
                run_id=None,
            )
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        await killed_after_writing()
    assert await read(DAYS) == []
    assert await read(METRICS) == []
    assert await read("select * from aura.entities") == []


AS_OF = """
    select e.external_id, d.date, d.ad_spend
    from (
        select entity_id, date, ad_spend from aura.entity_days
        where brand_id = %(brand_id)s and observed_at <= %(moment)s
        union all
        select entity_id, date, ad_spend from aura.revisions
        where brand_id = %(brand_id)s and observed_at <= %(moment)s and %(moment)s < replaced_at
    ) as d
    inner join aura.entities as e on e.id = d.entity_id
    order by 1, 2
"""
ROLLUP = """
    select d.date, i.platform, sum(d.ad_spend) as ad_spend, sum(d.impressions) as impressions,
        sum(d.conversions) as conversions
    from aura.entity_days as d
    inner join aura.entities as e on e.id = d.entity_id
    inner join public.integrations as i on i.id = e.integration_id
    where e.level = 'account' and d.brand_id = %(brand_id)s
    group by d.date, i.platform order by 1
"""

stated = st.dictionaries(
    st.tuples(st.sampled_from(["act_1", "c1", "c2"]), st.integers(0, 2)),
    st.decimals(0, 1000, places=6),
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(nights=st.lists(stated, min_size=1, max_size=5))
async def test_any_night_can_be_seen_again_and_the_rollup_is_what_the_rows_add_up_to(
    nights, database, make_person, make_brand, make_integration
):
    brand_id = await make_brand(await make_person())
    integration_id = await make_integration(brand_id, "meta")
    for number, values in enumerate(nights):
        days = [
            (account_day if name == "act_1" else campaign_day)(
                FIRST + timedelta(days=offset),
                str(value),
                **({} if name == "act_1" else {"campaign": name}),
            )
            for (name, offset), value in values.items()
        ]
        async with database.as_worker(brand_id) as connection:
            await write_ad_window(
                connection,
                brand_id=brand_id,
                integration_id=integration_id,
                account=ACCOUNT,
                window=WINDOW,
                days=days,
                observed_at=night(number),
                run_id=None,
            )

    async with database.as_owner() as connection:
        for number, values in enumerate(nights):
            cursor = await connection.execute(
                AS_OF, {"brand_id": brand_id, "moment": night(number) + timedelta(hours=1)}
            )
            seen = {
                (row["external_id"], (row["date"] - FIRST).days): row["ad_spend"]
                async for row in cursor
            }
            assert seen == values
        summed = await (await connection.execute(ROLLUP, {"brand_id": brand_id})).fetchall()
        rolled = await (
            await connection.execute(
                "select date, platform, ad_spend, impressions, conversions"
                " from aura.brand_days where brand_id = %s order by 1",
                (brand_id,),
            )
        ).fetchall()
        assert rolled == summed


async def test_money_of_accounts_in_two_currencies_is_never_added(write, database, meta):
    """A closed account's file in euros, then a connection in dollars: their days may meet."""
    brand_id, _ = meta
    closed = Account("act_9", "Closed", "EUR", "UTC")
    euros = [
        AdDay("account", "act_9", day, "EUR", ad_spend=Decimal(7), clicks=3, conversion_value=None)
        for day in (FIRST, FIRST + timedelta(days=1))
    ]
    await write(euros, account=closed)
    dollars = [account_day(day, "5", clicks=2) for day in WINDOW.days()[1:]]
    await write(dollars, at=night(1))

    async with database.as_worker(brand_id) as connection:
        cursor = await connection.execute(
            "select currency, ad_spend, clicks from aura.brand_days order by date"
        )
        days = [tuple(row.values()) for row in await cursor.fetchall()]
        cursor = await connection.execute(
            "select date, value from public.metrics where metric_type = 'ad_spend' order by date"
        )
        spent = {row["date"]: row["value"] for row in await cursor.fetchall()}
    assert days[0] == ("EUR", 7, 3)
    assert days[1][1:] == (None, 5)
    assert days[2] == ("USD", 5, 2)
    async with database.as_owner() as connection:
        assert (await examine(connection)).complaints == ()
    assert spent == {FIRST: 7, WINDOW.last: 5}


async def test_what_a_file_left_out_of_one_account_is_unknown_and_not_the_others_sum(
    write, read, database
):
    split = Account("act_9", "Split", "USD", "UTC")
    left_out = {"ad_spend": None, "impressions": None, "clicks": None}
    await write(
        [AdDay("account", "act_9", FIRST, "USD", conversions=Decimal(3), **left_out)], account=split
    )
    days = [account_day(day, "5", clicks=2, conversions=Decimal(1)) for day in (FIRST, WINDOW.last)]
    await write(days, at=night(1))
    rolled = "select ad_spend, impressions, clicks, conversions from aura.brand_days order by date"
    assert await read(rolled) == [(None, None, None, 4), (5, 0, 2, 1)]
    spent = "select date, value from public.metrics where metric_type = 'ad_spend'"
    assert await read(spent) == [(WINDOW.last, 5)]
    async with database.as_owner() as connection:
        assert (await examine(connection)).complaints == ()
