"""A sync of a shop on paper: its first days, refunds found by updates, who is new, what is gone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from aura.errors import BadDataError
from aura.model import Order, OrderEvent, Sales
from aura.store.windows import write_orders
from sync.paper import fail_once


@pytest.fixture
def daily(read, days_ago):
    """Revenue, orders and new customers by how many days ago."""

    async def daily():
        rows = await read(
            "select date, revenue, orders, new_customers from aura.brand_days order by date"
        )
        return {(days_ago(0) - row[0]).days: row[1:] for row in rows}

    return daily


async def test_the_first_days_come_first_then_all_of_them(shop, store, sync, clock, daily):
    for ago in (1, 5, 20, 39, 60):
        shop.sell(f"o{ago}", clock() - timedelta(days=ago))
    await sync(store)
    assert [ago for ago, day in (await daily()).items() if day[1]] == [5, 1]

    await sync(store, "backfill")
    assert [ago for ago, day in (await daily()).items() if day[1]] == [39, 20, 5, 1]


async def test_where_all_orders_were_read_new_customers_are_known_from_the_first_order(
    shop, store, sync, clock, daily, read, days_ago
):
    shop.sell("1", clock() - timedelta(days=9), customer_id="a")
    shop.sell("2", clock() - timedelta(days=1), customer_id="a")
    shop.sell("3", clock() - timedelta(days=1), customer_id="b")
    await sync(store)
    assert {day[2] for day in (await daily()).values()} == {None}
    await sync(store, "backfill")

    assert await read("select history_complete_from from aura.brand_settings") == [(days_ago(9),)]
    found = await daily()
    assert (found[9][2], found[1][2], found[5]) == (1, 1, (0, 0, 0))


async def test_where_older_orders_remain_unread_new_customers_stay_unknown_for_a_year(
    shop, store, sync, clock, daily, read
):
    shop.sell("0", clock() - timedelta(days=300))
    shop.sell("1", clock() - timedelta(days=9))
    await sync(store)
    await sync(store, "backfill")

    assert await read("select history_complete_from from aura.brand_settings") == [(None,)]
    assert {day[2] for day in (await daily()).values()} == {None}


async def test_a_refund_of_an_old_order_is_found_by_its_update(shop, store, sync, clock, daily):
    shop.sell("1", clock() - timedelta(days=30), total="50")
    await sync(store)
    await sync(store, "backfill")
    clock.advance(days=1)
    happened = clock() - timedelta(hours=3)
    back = OrderEvent("r", "refund", happened, Sales(returns=Decimal(20)))
    shop.change("1", events=(back,))
    result = await sync(store)

    assert (result.rows_read, (await daily())[0][:2]) == (1, (Decimal(-20), 0))


async def test_a_shop_without_a_sale_today_says_zero_and_not_unknown(
    shop, store, sync, clock, daily
):
    shop.sell("1", clock() - timedelta(days=2))
    await sync(store)
    await sync(store, "backfill")
    clock.advance(days=2)
    await sync(store)

    assert (await daily())[0] == (0, 0, 0)
    assert list(await daily()) == [4, 3, 2, 1, 0]


async def test_more_orders_than_are_kept_in_memory_are_streamed(
    shop, store, sync, clock, daily, monkeypatch
):
    monkeypatch.setattr("aura.sync.reading.SPOOLED_ORDERS", 7)
    for number in range(23):
        shop.sell(str(number), clock() - timedelta(hours=10, seconds=number))
    result = await sync(store)

    assert result.rows_read == 23
    assert (await daily())[1][1] == 23


async def test_an_order_that_vanished_is_gone_after_its_window_was_read_again(
    shop, store, sync, clock, daily, database
):
    shop.sell("1", clock() - timedelta(days=2))
    shop.sell("2", clock() - timedelta(days=2))
    await sync(store)
    del shop.orders["1"]
    await sync(store, "backfill")

    assert (await daily())[2][1] == 1


@pytest.fixture
def by_file(database, keyring, brand, store, clock):
    """Writes orders as a file of the shop brings them."""

    async def by_file(*orders):
        async def pages():
            yield list(orders)

        async with database.as_worker(brand) as connection:
            await write_orders(
                connection,
                keyring,
                brand_id=brand,
                integration_id=store,
                timezone="America/New_York",
                orders=pages(),
                observed_at=clock(),
                run_id=None,
                source="file",
                import_id=uuid4(),
            )

    return by_file


async def test_an_update_replaces_the_order_that_a_file_called_by_its_name(
    shop, store, sync, clock, daily, by_file
):
    sold_at = clock() - timedelta(days=20)
    await by_file(
        Order("#1001", sold_at, "USD", Sales(Decimal(10))),
        Order("#1002", sold_at, "USD", Sales(Decimal(5))),
    )
    shop.sell("77", sold_at, name="#1001")
    shop.sell("78", clock() - timedelta(days=15), name="#1003")
    await sync(store)
    clock.advance(days=1)
    shop.change("77", sales=Sales(Decimal(11)))
    await sync(store)

    assert (await daily())[21][:2] == (Decimal(16), 2)


async def test_an_update_of_an_order_whose_day_was_never_read_does_not_make_up_its_day(
    shop, store, sync, clock, daily
):
    shop.sell("old", clock() - timedelta(days=60), total="50")
    shop.sell("1", clock() - timedelta(days=2))
    await sync(store)
    await sync(store, "backfill")
    before = await daily()
    clock.advance(days=1)
    events = (
        OrderEvent("r1", "refund", clock() - timedelta(days=50), Sales(returns=Decimal(1))),
        OrderEvent("r2", "refund", clock() - timedelta(hours=3), Sales(returns=Decimal(20))),
    )
    shop.change("old", events=events)
    await sync(store)

    # what happened to it on a day that is read counts there
    expected = {ago + 1: day for ago, day in before.items()}
    assert await daily() == expected | {0: (Decimal(-20), 0, None)}


async def test_days_of_a_file_stay_when_the_shop_itself_restates_their_orders(
    shop, store, sync, clock, daily, by_file
):
    sold_at = clock() - timedelta(days=60)
    await by_file(
        Order("7", sold_at, "USD", Sales(Decimal(50), returns=Decimal(20))),
        Order("#8", sold_at - timedelta(days=1), "USD", Sales(Decimal(5))),
    )
    await sync(store)
    clock.advance(days=1)
    back = OrderEvent("r", "refund", sold_at + timedelta(days=3), Sales(returns=Decimal(20)))
    shop.sell("7", sold_at, total="50", events=(back,))
    shop.sell("88", sold_at - timedelta(days=1), total="5", name="#8")
    await sync(store)

    found = await daily()
    assert {ago: found[ago][:2] for ago in (62, 61, 58)} == {
        62: (5, 1),
        61: (50, 1),
        58: (-20, 0),
    }


async def test_a_machine_whose_clock_was_ahead_misses_no_update(shop, store, sync, clock, daily):
    shop.sell("1", clock() - timedelta(days=2))
    await sync(store)
    await sync(store, "backfill")
    clock.advance(hours=5)
    await sync(store)
    clock.advance(hours=-4)
    shop.sell("2", clock())
    clock.advance(hours=20)
    await sync(store)

    assert sum(day[1] for day in (await daily()).values()) == 2


async def test_what_happens_to_an_old_order_before_the_first_daily_sync_is_not_lost(
    shop, store, sync, clock, daily
):
    shop.sell("old", clock() - timedelta(days=20), total="10")
    shop.sell("new", clock() - timedelta(days=1))
    shop.before_page = fail_once(BadDataError("odd"))
    assert (await sync(store)).outcome == "bad_data"
    early = await sync(store, "backfill")
    clock.advance(hours=9)
    back = OrderEvent("r", "refund", clock(), Sales(returns=Decimal(4)))
    clock.advance(hours=9)
    shop.change("old", events=(back,))
    clock.advance(hours=2)
    await sync(store)
    await sync(store, "backfill")

    assert not early.is_finished
    assert sum(day[0] for day in (await daily()).values()) == 10 + 10 - 4


async def test_what_happened_to_an_older_order_counts_on_its_day_while_that_order_is_still_to_come(
    shop, store, sync, clock, daily
):
    sold_at, back_at = clock() - timedelta(days=40), clock() - timedelta(days=10)
    back = OrderEvent("r", "refund", back_at, Sales(returns=Decimal(20)))
    shop.sell("old", sold_at, total="50", events=(back,), updated_at=back_at)
    shop.sell("new", clock() - timedelta(days=2))
    await sync(store)
    await sync(store, "backfill", windows=1)
    # changed again after the daily sync: no day of the next window says so
    clock.advance(days=1)
    shop.change("old")
    await sync(store, "backfill", windows=1)

    found = await daily()
    assert max(found) < 40
    assert found[11][:2] == (Decimal(-20), 0)
