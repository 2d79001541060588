"""Days that change when they are old: what a year of nights costs, and that it ends right.

Meta is read 28 days back every night; Google 30, and 90 once a week.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from sync.sandboxed import (
    ANCHOR,
    differences,
    expected,
    make_connected,
    rounded,
    running_world,
    selected_accounts,
    stored_metrics,
)

__all__ = ["make_connected"]

START = datetime(2026, 11, 20, 4, tzinfo=UTC)
EXPLORER_TIER = 5
ADS = ("meta", "google_ads")
CHANGES = """
    select
        (select count(*) from aura.revisions) as revisions,
        (select max(xmin::text::bigint) from aura.entity_days) as newest_day,
        (select max(xmin::text::bigint) from public.metrics) as newest_metric,
        (select max(xmin::text::bigint) from aura.brand_days) as newest_rollup
"""
# days that were more than a month old and became less than what was stored of them
SHRUNK = """
    select
        r.date, d.ad_spend < r.ad_spend as less_spend, d.conversions < r.conversions as fewer
    from aura.revisions as r
    inner join aura.entities as e on e.id = r.entity_id and e.platform = 'google_ads'
    inner join aura.entity_days as d on d.entity_id = r.entity_id and d.date = r.date
    where
        r.replaced_at::date - r.date > 31
        and (d.ad_spend < r.ad_spend or d.conversions < r.conversions)
"""
SETTLED = {"meta": timedelta(days=29), "google_ads": timedelta(days=98)}


@pytest.fixture(scope="module")
def world():
    with running_world("late", now=START, seed=5) as world:
        yield world


async def wrong_days(brand, platform, *, first, last, as_of):
    """What is stored of a platform's days and is not what the platform says at a moment."""
    accounts = await selected_accounts(brand)
    truth = brand.world.truth(last, as_of=as_of)
    wanted = expected(truth, first=first, last=last, accounts=accounts)
    seen = await brand.seen(brand.world())
    return differences(
        {key: days for key, days in seen.items() if key[0] == platform and first <= key[3] <= last},
        {key: days for key, days in wanted.items() if key[0] == platform},
    )


def operations(sandbox, before):
    """What Google counts, by account and kind, since some requests; signing in is not counted."""
    return {
        path.removeprefix("POST /google/v26/customers/"): count
        for path, count in (sandbox.addresses() - before).items()
        if "/google/" in path and not path.endswith("/token")
    }


async def spending(brand, moment):
    """The days of the vanishing campaign that were known to have cost anything."""
    seen = await brand.seen(moment)
    return {key[3] for key, day in seen.items() if key[2] == "70000000002" and day["ad_spend"]}


async def test_a_night_costs_two_operations_and_a_week_later_every_restated_day_is_right(
    world, make_connected
):
    world.set_clock(START)
    async with make_connected(
        world, currency="EUR", timezone="Europe/Berlin", platforms=ADS
    ) as brand:
        await brand.sync()
        stale = {}
        for night in range(1, 16):
            asked = world.sandbox.addresses()
            await brand.night()
            assert operations(world.sandbox, asked) == {"6600000001/googleAds:searchStream": 2}
            assert sum(operations(world.sandbox, asked).values()) <= EXPLORER_TIER
            today = world().date()
            for platform, days in (("meta", 28), ("google_ads", 90 if night % 7 == 0 else 30)):
                first = today - timedelta(days=days)
                wrong = await wrong_days(brand, platform, first=first, last=today, as_of=world())
                assert wrong == [], f"night {night}, {platform}"
            old = today - timedelta(days=90), today - timedelta(days=31)
            stale[night] = await wrong_days(
                brand, "google_ads", first=old[0], last=old[1], as_of=world()
            )
        # without the weekly reading the older days would stay as they are
        assert [night for night, wrong in stale.items() if not wrong] == [7, 14]

        shrunk = await brand.rows(SHRUNK)
        vanishing = {ANCHOR - timedelta(days=n) for n in (36, 37, 38)}
        assert {row["date"] for row in shrunk if row["less_spend"]} == vanishing
        assert any(row["fewer"] and row["date"] not in vanishing for row in shrunk)
        before, after = await spending(brand, START), await spending(brand, world())
        assert before - after == vanishing


async def test_once_its_window_has_passed_every_day_is_the_last_word(world, make_connected):
    world.set_clock(START)
    async with make_connected(
        world, currency="EUR", timezone="Europe/Berlin", platforms=ADS
    ) as brand:
        await brand.sync()
        for week in range(1, 15):
            if week == 8:
                # Meta's permission lasts sixty days
                await brand.connect("meta", currency="EUR")
            asked = world.sandbox.addresses()
            await brand.night(days=7)
            assert sum(operations(world.sandbox, asked).values()) == 2
        before = await brand.rows(CHANGES)
        await brand.hurry()
        assert [one.rows_changed for one in await brand.sync()] == [0, 0]
        assert await brand.rows(CHANGES) == before

        first, today = world.first_day, world().date()
        for platform, age in SETTLED.items():
            last = today - age
            wrong = await wrong_days(brand, platform, first=first, last=last, as_of="final")
            assert wrong == [], platform
        last = today - SETTLED["google_ads"]
        accounts = await selected_accounts(brand)
        final = expected(world.truth(last), first=first, last=last, accounts=accounts)
        final = {key: days for key, days in final.items() if key[0] in ADS}
        assert await stored_metrics(brand, last=last) == rounded(final, last=last)
        assert date(2026, 10, 13) <= last


async def test_a_quota_that_is_used_up_is_asked_about_again_when_google_says(world, make_connected):
    world.set_clock(START)
    async with make_connected(
        world, currency="EUR", timezone="Europe/Berlin", platforms=["google_ads"]
    ) as brand:
        world.sandbox.faults({"match": "/google/v26", "kind": "blocked", "times": 50})
        asked = world.sandbox.addresses()
        results = await brand.worker.run_due_once()
        world.sandbox.clear_faults()

        assert {one.outcome for one in results} == {"try_later"}
        assert sum(operations(world.sandbox, asked).values()) == len(results)
        assert await brand.worker.next_due() == world() + timedelta(minutes=7)
        world.set_clock(world() + timedelta(minutes=7))
        await brand.sync()
