"""Every number stored against the truth of the sandbox, over real HTTP, night after night."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from aura.model import PLATFORMS, DayRange
from aura.reports.account_totals import differing_accounts
from aura.reports.freshness import sources_of_brand
from sync.sandboxed import (
    assert_every_night,
    differences,
    expected,
    make_connected,
    rounded,
    running_world,
    selected_accounts,
    stored_metrics,
)

__all__ = ["make_connected"]

COUNTS = """
    select
        (select count(*) from aura.revisions) as revisions,
        (select count(*) from aura.entity_days) as days,
        (select max(xmin::text::bigint) from aura.entity_days) as newest_day,
        (select max(xmin::text::bigint) from public.metrics) as newest_metric,
        (select max(xmin::text::bigint) from aura.brand_days) as newest_rollup,
        (select max(xmin::text::bigint) from aura.orders) as newest_order
"""


async def test_every_night_is_the_truth_of_that_night_and_a_second_sync_changes_nothing(
    make_connected,
):
    start = datetime(2026, 11, 10, 10, tzinfo=UTC)
    with running_world("plain", now=start, seed=7) as world:
        async with make_connected(world) as brand:
            moments = [start]
            await brand.sync()
            for _ in range(12):
                await brand.night()
                moments.append(world())
            await assert_every_night(brand, moments)

            before = await brand.rows(COUNTS)
            await brand.hurry()
            again = await brand.sync()
            assert [one.rows_changed for one in again] == [0, 0, 0]
            assert await brand.rows(COUNTS) == before


async def test_after_restatements_every_final_day_is_the_last_word_and_vanished_days_are_gone(
    make_connected,
):
    start = datetime(2026, 10, 28, 10, tzinfo=UTC)
    with running_world("edges", now=start, seed=3) as world:
        async with (
            make_connected(world, currency="EUR", timezone="Europe/Berlin") as brand,
            make_connected(world, currency="GBP", platforms=["google_ads"]) as british,
        ):
            moments = [start]
            await brand.sync()
            for _ in range(11):
                await brand.night()
                moments.append(world())
            await assert_every_night(brand, moments)
            await assert_every_night(british, moments)
            await assert_differences_are_those_of_the_unlisted_campaigns(brand)
            assert await stated_differences(british) == {}

            vanished = {key for key in await brand.seen(moments[7]) if key[0] != "shopify"}
            vanished -= set(await brand.seen(moments[-1]))
            assert {key[3] for key in vanished} == {date(2026, 11, 2), date(2026, 11, 3)}
            vanished = set(await british.seen(moments[2])) - set(await british.seen(moments[-1]))
            assert {key[1:] for key in vanished} == {
                ("account", "5500000003", date(2026, 10, 28)),
                ("campaign", "50000000003", date(2026, 10, 28)),
            }

            # longer than any grant lasts: whoever comes back connects again
            world.set_clock(world() + timedelta(days=95))
            for platform in PLATFORMS:
                await brand.connect(platform, currency="EUR")
            await brand.sync()
            last = world().date() - timedelta(days=91)
            accounts = await selected_accounts(brand)
            final = expected(world.truth(last), first=world.first_day, last=last, accounts=accounts)
            seen = await brand.seen(world())
            stored = {key: days for key, days in seen.items() if key[3] <= last}
            assert differences(stored, final) == []
            assert await stored_metrics(brand, last=last) == rounded(final, last=last)


async def stated_differences(brand):
    """What each account states beyond its campaigns, by account and metric, and over which days."""
    whose = {"user_id": brand.person, "brand_id": brand.brand_id}
    sources = await sources_of_brand(brand.database, **whose, now=brand.world())
    async with brand.database.as_user(brand.person) as connection:
        found = await differing_accounts(connection, brand.brand_id, sources)
    return {
        (one.platform, one.external_id): (
            one.days,
            {difference.metric.key: difference.amount for difference in one.differences},
        )
        for one in found
    }


async def assert_differences_are_those_of_the_unlisted_campaigns(brand):
    stated = await stated_differences(brand)
    assert set(stated) == {("meta", "3300000000001"), ("google_ads", "5500000002")}
    for (platform, account_id), (days, amounts) in stated.items():
        true = brand.world.truth(days.last, as_of=brand.world())[platform]["accounts"][account_id]
        below = [campaign["days"] for campaign in true["campaigns"].values()]
        for metric in ("ad_spend", "clicks", "conversions", "conversion_value"):
            beyond = summed(true["account"], metric, days) - sum(
                summed(campaign, metric, days) for campaign in below
            )
            assert amounts.get(metric, 0) == beyond, (platform, metric)
        assert amounts["ad_spend"] > 0


def summed(stated: dict, metric: str, days: DayRange) -> Decimal:
    wanted = {day.isoformat() for day in days.days()}
    return sum(
        (Decimal(str(one[metric])) for day, one in stated.items() if day in wanted), Decimal(0)
    )
