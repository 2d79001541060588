"""Exports of the sandbox's Shopify, over real HTTP: to the digit, whatever is wrong with them."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest

from aura.connectors.registry import applications
from aura.connectors.shopify.client import ShopifyConnector
from aura.sync import plan
from aura.sync.run import sync_integration
from sandbox_calls import shopify
from sync.sandboxed import (
    differences,
    expected,
    make_connected,
    running_world,
    selected_accounts,
)

__all__ = ["make_connected"]

START = datetime(2026, 11, 1, 10, tzinfo=UTC)
TABLES = {
    "orders": "select to_jsonb(o) - '{brand_id,integration_id,customer_key,email_key}'::text[]"
    " as fields from aura.orders as o where brand_id = %(brand_id)s order by order_id",
    "refunds": "select to_jsonb(r) - '{brand_id,integration_id}'::text[] as fields"
    " from aura.refunds as r where brand_id = %(brand_id)s order by order_id, event_id",
    "days": "select date, revenue, orders, new_customers from aura.brand_days"
    " where brand_id = %(brand_id)s order by date",
}
LISTED = """
    query($search: String!) { bulkOperations(first: 50, query: $search) { nodes { id } } }
"""
# what happened on days that were read to orders of days that were not
OLDER = """
    select r.kind
    from aura.refunds as r
    inner join aura.orders as o using (brand_id, integration_id, order_id)
    cross join (select min(date) as day from aura.brand_days where brand_id = %(brand_id)s) as first
    where r.brand_id = %(brand_id)s and o.is_counted and o.date < first.day and r.date >= first.day
"""
STATE = "select cursor, due_at from aura.sync_state where kind = 'backfill'"


@pytest.fixture(scope="module")
def tiny():
    with running_world("tiny", now=START, seed=5) as world:
        yield world


@pytest.fixture
def shop_of(make_connected, tmp_path):
    """A brand with the shop alone, read by exports or by pages."""

    @contextlib.asynccontextmanager
    async def shop_of(world, *, bulk_from, days=1):
        world.sandbox.clear_faults()
        # a shop knows its exports of before: every test has a time of its own
        world.set_clock(world() + timedelta(days=days))
        async with make_connected(
            world, currency="EUR", timezone="Europe/Berlin", platforms=[]
        ) as (brand):
            application = applications(world.settings(tmp_path))["shopify"]
            connector = ShopifyConnector(
                application, clock=world, sleep=no_time, bulk_from=bulk_from
            )
            await brand.connectors["shopify"].aclose()
            brand.connectors["shopify"] = connector
            await brand.connect("shopify")
            brand.started = spied(connector)
            yield brand

    return shop_of


async def no_time(_seconds):
    """Waits inside a sync are not spent."""


def spied(connector):
    """The exports that a connector starts."""
    started, start = [], connector.start_bulk

    async def counted(*arguments, **facts):
        started.append(arguments[2])
        return await start(*arguments, **facts)

    connector.start_bulk = counted
    return started


async def assert_true(brand):
    """All days since the shop's first order are what they are now, to the digit."""
    now = brand.world()
    truth = brand.world.truth(now.date(), as_of=now)
    accounts = await selected_accounts(brand)
    wanted = expected(truth, first=brand.world.first_day, last=now.date(), accounts=accounts)
    opened = min(key[3] for key, day in wanted.items() if key[0] == "shopify" and day["orders"])
    wanted = {key: day for key, day in wanted.items() if key[0] == "shopify" and key[3] >= opened}
    assert len(wanted) > 30
    assert differences(await brand.seen(now), wanted) == []


async def tables(brand):
    return {
        name: await brand.rows(query, brand_id=brand.brand_id) for name, query in TABLES.items()
    }


async def test_both_ways_store_the_truth_and_the_same(tiny, shop_of):
    async with shop_of(tiny, bulk_from=None) as by_pages:
        await by_pages.sync()
        assert by_pages.started == []
        wanted = await tables(by_pages)
    async with shop_of(tiny, bulk_from=0, days=0) as by_export:
        await by_export.sync()
        assert 1 <= len(by_export.started) <= 3
        assert await tables(by_export) == wanted
        await assert_true(by_export)
        await by_export.night()
        await assert_true(by_export)
    assert len(wanted["orders"]) > 50


LOSSES = ["bulk_failed", "bulk_cut", "bulk_short", "bulk_expired", "bulk_stuck", "bulk_limit"]


@pytest.mark.parametrize("kind", LOSSES)
async def test_an_export_that_is_not_whole_stores_nothing_and_heals(kind, tiny, shop_of):
    async with shop_of(tiny, bulk_from=0) as brand:
        tiny.sandbox.faults({"match": "/shopify", "kind": kind})
        daily, backfill = await brand.worker.run_due_once()
        assert daily.outcome == "succeeded"
        assert not backfill.is_finished
        ((cursor, _),) = [row.values() for row in await brand.rows(STATE)]
        # nothing of the exported days is stored, the first ones are
        span = datetime.fromisoformat(cursor["newest"]) - datetime.fromisoformat(
            cursor["next_last"]
        )
        assert span == timedelta(days=plan.FIRST_SHOP_DAYS)
        first = await brand.rows("select min(date) as day from aura.brand_days")
        assert first[0]["day"].isoformat() > cursor["next_last"]

        await finish(brand)
        await brand.hurry()
        await brand.sync()
        await assert_true(brand)
        assert len(brand.started) <= 4


@pytest.mark.parametrize("bulk_from", [None, 0], ids=["pages", "exports"])
async def test_days_are_exact_although_they_begin_within_the_history(bulk_from, shop_of):
    """Returns and edits of orders older than the first day that is read count where they happened.

    So it is after every single window, with older ones still to come.
    """
    with running_world("tiny", now=START, seed=9) as world:
        async with shop_of(world, bulk_from=bulk_from) as brand:
            await window(brand, "daily")
            known = await assert_known_true(brand)
            while not (await window(brand, "backfill", backfill_days=20)).is_finished:
                known = await assert_known_true(brand)
            assert known < await assert_known_true(brand) == 20
            assert len(brand.started) == (1 if bulk_from == 0 else 0)
            # something has happened to older orders in this world
            assert len(await brand.rows(OLDER, brand_id=brand.brand_id)) > 2

            world.set_clock(world() + timedelta(days=1))
            await window(brand, "daily", backfill_days=20)
            assert await assert_known_true(brand) == 21


async def window(brand, kind, **options):
    """One window of the shop's daily sync or backfill."""
    return await sync_integration(
        brand.database,
        brand.keyring,
        brand.connectors,
        integration_id=brand.integrations["shopify"],
        brand_id=brand.brand_id,
        kind=kind,
        now=brand.world(),
        windows=1,
        **options,
    )


async def assert_known_true(brand):
    """Every day from the first that is stored on holds the truth; how many there are."""
    now = brand.world()
    stored = {
        key: {name: value for name, value in figures.items() if name != "new_customers"}
        for key, figures in (await brand.seen(now)).items()
    }
    first = min(key[3] for key in stored)
    truth = brand.world.truth(now.date(), as_of=now)
    accounts = await selected_accounts(brand)
    wanted = expected(truth, first=first, last=now.date(), accounts=accounts)
    wanted = {key: figures for key, figures in wanted.items() if key[0] == "shopify"}
    for figures in wanted.values():
        del figures["new_customers"]
    assert differences(stored, wanted) == []
    return len(stored)


async def test_a_download_that_breaks_off_begins_again(tiny, shop_of):
    async with shop_of(tiny, bulk_from=0) as brand:
        tiny.sandbox.faults(
            {"match": "/shopify/bulk-files", "kind": "truncate"},
            {"match": "/shopify/bulk-files", "kind": "reset"},
        )
        await brand.sync()
        await assert_true(brand)
        assert len(brand.started) <= 2


async def test_a_lost_answer_starts_no_second_export(tiny, shop_of):
    async with shop_of(tiny, bulk_from=0) as brand:
        start = brand.connectors["shopify"].start_bulk
        since = f"created_at:>='{tiny():%Y-%m-%dT%H:%M:%SZ}'"

        async def answer_lost(*arguments, **facts):
            if not brand.started:
                # what is under way is asked for first
                tiny.sandbox.faults({"match": "/shopify", "kind": "lost_response", "after": 1})
            return await start(*arguments, **facts)

        brand.connectors["shopify"].start_bulk = answer_lost
        await brand.worker.run_due_once()
        ((cursor, _),) = [row.values() for row in await brand.rows(STATE)]
        assert cursor["export"]["job_id"] is None
        # taken up at the same moment: the shop's export is still under way then
        await brand.rows("update aura.sync_state set due_at = %(now)s returning kind", now=tiny())
        await brand.sync()
        # the first one was found again
        shop = shopify(tiny.sandbox)
        listed = shop.data(LISTED, {"search": since})
        assert len(listed["bulkOperations"]["nodes"]) == len(brand.started) - 1
        await assert_true(brand)


async def finish(brand):
    """By the worker's own schedule, to the end."""
    for _ in range(40):
        due = await brand.worker.next_due()
        brand.world.set_clock(max(brand.world(), due))
        results = await brand.worker.run_due_once()
        if any(one.kind == "backfill" and one.is_finished for one in results):
            return
    raise AssertionError("the backfill does not end")
