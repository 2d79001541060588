"""The stored days against Shopify Analytics of the sandbox, which does not know the orders' API."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from aura.errors import ConflictError, NotFoundError
from aura.reports.reconcile import compare, last_reconciliation
from aura.reports.reconciliation import reconciliation
from aura.store import reconciliation as store
from aura.sync.reconcile import reconcile_shop
from sandbox_calls import SCOPES, shopify
from sync.sandboxed import make_connected, running_world

__all__ = ["make_connected"]

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
REPORT = (
    "query($query: String!) { shopifyqlQuery(query: $query) { parseErrors tableData { rows } } }"
)
SHOWN = {
    "total_sales": "revenue",
    "gross_sales": "gross_sales",
    "discounts": "-discounts",
    "sales_reversals": "-returns",
    "net_sales": "gross_sales - discounts - returns",
    "shipping_charges": "shipping",
    "taxes": "taxes",
    "duties": "duties",
    "orders": "orders",
}
STORED = (
    f"select date::text as day, {', '.join(f'{what} as {name}' for name, what in SHOWN.items())} "
    "from aura.brand_days where brand_id = %(brand_id)s and platform = 'shopify' order by date"
)
NUMBERS = "select * from public.metrics where brand_id = %(brand_id)s order by id"


@pytest.fixture(scope="module")
def world():
    with running_world("edges", now=START, seed=11, plan="unlimited") as world:
        yield world


@pytest.fixture
async def brand(world, make_connected):
    """A Berlin shop, read to its beginning."""
    world.set_clock(START)
    options = {"currency": "EUR", "timezone": "Europe/Berlin", "platforms": ["shopify"]}
    async with make_connected(world, **options) as brand:
        yield brand
    world.sandbox.clear_faults()


async def last(brand):
    kept = await last_reconciliation(brand.database, user_id=brand.person, brand_id=brand.brand_id)
    return None if kept is None else kept[0]


async def report_of(brand):
    return await reconciliation(
        brand.database, user_id=brand.person, brand_id=brand.brand_id, now=brand.world()
    )


async def ask_now(brand):
    return await reconcile_shop(
        brand.database,
        brand.keyring,
        brand.connectors["shopify"],
        brand_id=brand.brand_id,
        now=brand.world(),
    )


def late(days, times=1):
    return {"match": "/shopify", "kind": "late_report", "times": times, "seconds": days * 86_400}


async def test_every_stored_day_is_shopify_analytics_day(brand, world):
    await brand.sync()
    found = await last(brand)
    assert found.sentence("EUR") == (
        "Shopify Analytics says the same for 35 of 35 days, through Thu 19 Nov."
    )
    assert found.days.first <= date(2026, 10, 25), "the night of the clock change is compared"

    stored = await brand.rows(STORED, brand_id=brand.brand_id)
    shop = shopify(world.sandbox, scope=f"{SCOPES},read_reports")
    question = (
        f"FROM sales SHOW {', '.join(SHOWN)} TIMESERIES day "
        f"SINCE {stored[0]['day']} UNTIL {stored[-1]['day']}"
    )
    answer = shop.data(REPORT, {"query": question})["shopifyqlQuery"]
    reported = {row["day"]: row for row in answer["tableData"]["rows"]}
    assert len(stored) > 200
    for row in stored:
        for name in SHOWN:
            assert row[name] == Decimal(reported[row["day"]][name]), (row["day"], name)

    kinds = await brand.rows(
        "select distinct kind from aura.refunds where brand_id = %(brand_id)s"
        " and happened_at > now() - interval '10 years'",
        brand_id=brand.brand_id,
    )
    assert {row["kind"] for row in kinds} == {"refund", "return", "edit", "cancellation"}
    orders = list(
        shop.orders(
            "test agreements(first: 1) { nodes { sales(first: 9) { nodes { lineType } } } }"
        )
    )
    assert any(order["test"] for order in orders)
    kinds = {
        sale["lineType"]
        for order in orders
        for agreement in order["agreements"]["nodes"]
        for sale in agreement["sales"]["nodes"]
    }
    assert {"GIFT_CARD", "DUTY", "SHIPPING", "PRODUCT"} <= kinds


async def test_both_days_of_an_order_that_was_edited_days_later_are_shopifys_own(brand):
    await brand.sync()
    edited = await brand.rows(
        "select o.date as sold, r.date as edited, r.total_sales from aura.refunds as r inner join"
        " aura.orders as o using (brand_id, integration_id, order_id) where r.kind = 'edit'"
        " and o.date < r.date and o.date >= %(first)s and r.total_sales <> 0 and o.is_counted"
        " and o.brand_id = %(brand_id)s",
        brand_id=brand.brand_id,
        first=START.date() - timedelta(days=35),
    )
    assert edited, "the world holds an order that was edited days later"
    report = await report_of(brand)
    assert report.store_verdict == "35 of 35 days equal to the cent"
    days = {row.date: row for row in report.days}
    truth = brand.world.truth(START.date(), as_of=START)["shopify"]
    for row in edited:
        for at in (row["sold"], row["edited"]):
            day = days[at]
            assert (day.is_equal, day.cause) == (True, None)
            assert day.stored == day.reported == Decimal(truth[at.isoformat()]["revenue"])


async def test_a_report_that_folds_edits_into_the_orders_day_is_found_out(brand):
    """What a report does that books an edit on the day of the order, and what is said of it."""
    await brand.sync()
    found = await last(brand)
    (edited,) = await brand.rows(
        "select o.date as sold, r.date as edited, r.total_sales from aura.refunds as r inner"
        " join aura.orders as o using (brand_id, integration_id, order_id) where r.kind ="
        " 'edit' and o.date < r.date and o.date >= %(first)s and r.total_sales <> 0"
        " and o.brand_id = %(brand_id)s and o.is_counted order by r.date limit 1",
        brand_id=brand.brand_id,
        first=START.date() - timedelta(days=35),
    )
    async with brand.database.as_worker(brand.brand_id) as connection:
        stored = await store.sales_days(connection, brand.brand_id, found.days)
        others = await store.day_evidence(
            connection, brand.brand_id, [edited["sold"], edited["edited"]]
        )
        reported = [
            replace(day, total_sales=day.total_sales + evidence.edits_later - evidence.edits_here)
            if (evidence := others.get(day.date))
            else day
            for day in stored
        ]
        document = compare(stored, reported, checked_at=brand.world()).document()
        await store.keep(connection, brand.integrations["shopify"], document)
    report = await report_of(brand)
    assert report.store_verdict == "33 of 35 days equal to the cent"
    causes = {row.date: row.cause for row in report.days if row.cause}
    assert set(causes) == {edited["sold"], edited["edited"]}
    assert {cause.key for cause in causes.values()} == {"order_edits"}
    assert "on the day of the order" in causes[edited["sold"]].sentence


async def test_a_difference_is_told_to_the_cent_and_changes_no_number(brand, world):
    await brand.sync()
    before = await brand.rows(NUMBERS, brand_id=brand.brand_id)
    world.sandbox.faults(late(3))
    await brand.night()
    found = await last(brand)
    assert (found.state, found.days.last) == ("differs", date(2026, 11, 20))
    assert {one.date for one in found.differences} <= {date(2026, 11, n) for n in (17, 18, 19, 20)}
    missing = next(
        one
        for one in found.differences
        if (one.date, one.figure) == (date(2026, 11, 20), "total_sales")
    )
    truth = world.truth(date(2026, 11, 20), as_of=world())["shopify"]["2026-11-20"]
    assert (missing.stored, missing.reported) == (Decimal(truth["revenue"]), 0)
    report = await report_of(brand)
    assert {row.cause.key for row in report.days if not row.is_equal} == {"report_late"}
    known = {row["id"]: row for row in await brand.rows(NUMBERS, brand_id=brand.brand_id)}
    assert [row for row in before if known[row["id"]]["value"] != row["value"]] == [
        row for row in before if str(row["date"]) == "2026-11-20" and row["id"] in known
    ] or all(row["id"] in known for row in before)

    # what differed is asked again with the next sync, what was the same is left for the day
    await brand.hurry()
    await brand.sync()
    again = await last(brand)
    assert again.is_same
    world.sandbox.faults(late(3))
    await brand.hurry()
    await brand.sync()
    assert await last(brand) == again
    assert (await ask_now(brand)).state == "differs"


async def test_reports_that_are_not_shown_are_said_and_no_sync_fails(brand, world):
    world.sandbox.faults({"match": "/shopify", "kind": "report_denied", "times": 1})
    results = await brand.sync()
    assert {result.outcome for result in results} == {"succeeded"}
    found = await last(brand)
    assert found.state == "not_compared"
    assert "protected customer data" in found.problem
    (row,) = await brand.rows(
        "select status from public.integrations where brand_id = %(brand_id)s",
        brand_id=brand.brand_id,
    )
    assert row["status"] == "connected"
    assert (await ask_now(brand)).is_same


async def test_without_the_scope_nothing_is_asked_and_the_reason_is_told(brand, world):
    await brand.rows(
        'update public.integrations set metadata = metadata || \'{"scopes": ["read_orders"]}\''
        " where brand_id = %(brand_id)s returning id",
        brand_id=brand.brand_id,
    )
    world.sandbox.faults(late(3))
    await brand.sync()
    found = await last(brand)
    assert found.state == "not_compared"
    assert "read_reports, which is optional" in found.problem
    assert [fault["times"] for fault in world.sandbox.faults_left()] == [1]


async def test_before_the_history_is_read_nothing_is_compared(brand):
    with pytest.raises(ConflictError, match="still being read"):
        await ask_now(brand)
    brand.worker._backfill_days = 20
    await brand.sync()
    found = await last(brand)
    assert found.days is not None
    assert found.days.first == START.date() - timedelta(days=19)


async def test_a_brand_without_a_shop_has_nothing_to_compare(world, make_connected):
    async with make_connected(world, platforms=[]) as brand:
        with pytest.raises(NotFoundError, match="no connected shop"):
            await ask_now(brand)
