"""A backfill by exports: asked for once, waited for, given up in the end, never half stored."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aura.connectors.contract import BulkFailedError
from aura.errors import BadDataError, NeedsReconnectError, TryLaterError
from aura.model import Sales
from aura.sync import plan

BACKFILL = "select cursor, due_at, attempts from aura.sync_state where kind = 'backfill'"
RUNS = """
    select outcome from aura.sync_runs where kind = 'backfill' order by id
"""
ORDERS = "select order_id, total_sales from aura.orders order by order_id"


@pytest.fixture
async def exporting(shop, store, sync, clock):
    """A shop with an order every third day, its first days read."""
    shop.bulk_from = 0
    shop.history_days = 120
    for ago in range(0, 119, 3):
        shop.sell(f"order-{ago:03}", clock() - timedelta(days=ago))
    await sync(store)
    return store


def days_exported(shop):
    return [len(days) for days, _, _ in shop.jobs]


async def test_the_days_after_the_first_window_come_in_few_exports(
    shop, exporting, sync, read, days_ago
):
    result = await sync(exporting, "backfill")

    assert result.is_finished
    assert days_exported(shop) == [90, 23]
    assert shop.jobs[0][0].last == days_ago(7)
    assert len(await read(ORDERS)) == len(shop.orders)
    ((cursor, due_at, _),) = await read(BACKFILL)
    assert (cursor["done"], cursor["export"], cursor["lost"], due_at) == (True, None, 0, None)


async def test_few_orders_are_read_by_pages(shop, exporting, sync):
    shop.bulk_from = 1_000
    assert (await sync(exporting, "backfill")).is_finished
    assert shop.jobs == []


async def test_an_export_that_takes_long_is_left_and_found_again(
    shop, exporting, sync, read, clock
):
    shop.is_collecting = True
    result = await sync(exporting, "backfill")

    assert (result.outcome, result.is_finished) == ("succeeded", False)
    ((cursor, due_at, _),) = await read(BACKFILL)
    assert cursor["export"]["job_id"] == "job-1"
    assert due_at == clock() + timedelta(minutes=2)
    # the first days are there and can be looked at meanwhile
    assert cursor["next_last"] < cursor["newest"]

    clock.advance(minutes=2)
    await sync(exporting, "backfill")
    shop.is_collecting = False
    clock.advance(minutes=2)
    assert (await sync(exporting, "backfill")).is_finished
    assert days_exported(shop) == [90, 23]


async def test_an_export_that_stands_still_is_given_up(shop, exporting, sync, read, clock):
    shop.is_collecting = True
    done = []
    shop.before_bulk = done.append
    await sync(exporting, "backfill")
    for _ in range(20):
        ((_, due_at, _),) = await read(BACKFILL)
        clock.now = due_at
        result = await sync(exporting, "backfill")
        if result.outcome != "succeeded":
            break

    assert result.outcome == "try_later"
    assert done.count("cancel") == 1
    ((cursor, _, _),) = await read(BACKFILL)
    assert (cursor["export"], cursor["lost"]) == (None, 1)
    waited = clock() - shop.jobs[0][1]
    assert plan.STUCK_AFTER <= waited <= plan.STUCK_AFTER + timedelta(minutes=30)
    shop.is_collecting = False
    assert (await sync(exporting, "backfill")).is_finished
    assert len(await read(ORDERS)) == len(shop.orders)


@pytest.mark.parametrize("when", ["watch", "read"])
async def test_after_three_lost_exports_pages_are_read(shop, exporting, sync, read, when):
    def lose(what):
        if what == when:
            raise BulkFailedError("lost")

    shop.before_bulk = lose
    before = await read(ORDERS)
    for _ in range(plan.MOST_LOST):
        result = await sync(exporting, "backfill")
        assert (result.outcome, result.message) == ("try_later", "lost")
    stored = {row[0] for row in await read(ORDERS)} - {row[0] for row in before}
    assert stored <= {"order-000", "order-003", "order-006"}
    assert (await sync(exporting, "backfill")).is_finished
    assert len(shop.jobs) == plan.MOST_LOST
    assert len(await read(ORDERS)) == len(shop.orders)


async def test_a_success_forgives_the_exports_lost_before(shop, exporting, sync, read):
    losses = [BulkFailedError("lost"), BulkFailedError("lost"), None, BulkFailedError("lost")]

    def lose(what):
        if what == "read" and losses and (error := losses.pop(0)) is not None:
            raise error

    shop.before_bulk = lose
    for _ in range(3):
        await sync(exporting, "backfill")
    ((cursor, _, _),) = await read(BACKFILL)
    assert cursor["lost"] == 1
    assert (await sync(exporting, "backfill")).is_finished


async def test_a_refused_export_is_pages_at_once_and_for_good(shop, exporting, sync, read):
    def refuse(what):
        if what == "start":
            asked.append(what)
            raise BulkFailedError("no", is_final=True)

    asked = []
    shop.before_bulk = refuse
    result = await sync(exporting, "backfill")

    assert (result.outcome, result.is_finished, asked) == ("succeeded", True, ["start"])
    assert len(await read(ORDERS)) == len(shop.orders)


async def test_no_place_for_an_export_is_waited_for_and_not_for_ever(
    shop, exporting, sync, read, clock
):
    def full(what):
        if what == "start":
            raise TryLaterError("full", retry_after=120)

    shop.before_bulk = full
    assert (await sync(exporting, "backfill")).message == "full"
    ((cursor, due_at, _),) = await read(BACKFILL)
    assert (cursor["export"]["job_id"], cursor["lost"]) == (None, 0)
    assert due_at == clock() + timedelta(minutes=2)
    clock.advance(hours=3)
    await sync(exporting, "backfill")
    ((cursor, _, _),) = await read(BACKFILL)
    assert (cursor["export"], cursor["lost"]) == (None, 1)


async def test_a_platform_out_of_reach_loses_no_export(shop, exporting, sync, read):
    def busy(what):
        if what == "read" and not failed:
            failed.append(what)
            raise TryLaterError("busy")

    failed = []
    shop.before_bulk = busy
    assert (await sync(exporting, "backfill")).outcome == "try_later"
    assert (await sync(exporting, "backfill")).is_finished
    assert days_exported(shop) == [90, 23]


@pytest.mark.parametrize(
    ("error", "lost"), [(BadDataError("wrong"), 1), (NeedsReconnectError("gone"), 0)]
)
async def test_what_is_wrong_with_an_export_is_not_read_again(
    shop, exporting, sync, read, error, lost
):
    def fail(what):
        if what == "read":
            raise error

    shop.before_bulk = fail
    shop.can_refresh = False
    result = await sync(exporting, "backfill")
    assert result.message == error.message
    ((cursor, _, _),) = await read(BACKFILL)
    assert (cursor["export"], cursor["lost"]) == (None, lost)


async def test_an_order_that_changed_after_it_was_exported_is_not_put_back(
    shop, exporting, sync, read, clock
):
    shop.is_collecting = True
    await sync(exporting, "backfill")
    clock.advance(minutes=3)
    # one changed, one is new among the exported days: the daily sync sees both first
    shop.change("order-030", sales=Sales(gross_sales=7))
    shop.sell("late", clock() - timedelta(days=31), total="5")
    await sync(exporting)
    shop.is_collecting = False
    clock.advance(minutes=3)
    assert (await sync(exporting, "backfill")).is_finished

    found = dict(await read(ORDERS))
    assert (found["order-030"], found["late"]) == (7, 5)
    assert len(found) == len(shop.orders)


async def test_an_order_that_was_deleted_vanishes_by_an_export_too(
    shop, exporting, sync, read, clock
):
    shop.sell("old", clock() - timedelta(days=40))
    await sync(exporting)
    assert "old" in dict(await read(ORDERS))
    del shop.orders["old"]
    clock.advance(minutes=3)
    assert (await sync(exporting, "backfill")).is_finished
    assert "old" not in dict(await read(ORDERS))


async def test_without_the_setting_an_export_that_runs_is_forgotten(shop, exporting, sync, read):
    shop.is_collecting = True
    await sync(exporting, "backfill")
    shop.bulk_from = None
    assert (await sync(exporting, "backfill")).is_finished
    assert len(await read(ORDERS)) == len(shop.orders)


async def test_a_worker_that_lost_its_lease_writes_no_export_down(
    shop, exporting, sync, read, database
):
    async def lose(*_what):
        async with database.as_owner() as connection:
            await connection.execute("update aura.sync_state set leased_by = 'another'")

    starting = shop.start_bulk

    async def start(*arguments, **facts):
        await lose()
        return await starting(*arguments, **facts)

    shop.start_bulk = start
    with pytest.raises(Exception, match="taken over"):
        await sync(exporting, "backfill")
    ((cursor, _, _),) = await read(BACKFILL)
    assert cursor["export"]["job_id"] is None
