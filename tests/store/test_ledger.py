"""The order ledger against a real PostgreSQL: days, refunds, sources, what is known."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from aura.connectors.http import parse_json
from aura.connectors.shopify.normalise import order_of
from aura.errors import BadDataError
from aura.model import DayRange, Order, OrderEvent, Sales, Visit
from aura.store.windows import write_orders
from connectors.shopify.orders import agreement, sale
from connectors.shopify.orders import order as sold_in_shop
from store.made_orders import FIRST, NOON, WRITTEN, order, pages, refund

MONTH = DayRange(FIRST, date(2026, 1, 31))


async def test_a_day_is_the_sum_of_its_sales_and_of_the_refunds_that_happened_on_it(
    write, daily, read
):
    sales = Sales(
        gross_sales=Decimal("100.00"),
        discounts=Decimal("10.50"),
        shipping=Decimal(5),
        taxes=Decimal("7.16"),
        duties=Decimal(1),
    )
    sold = Order("1", NOON, "USD", sales, customer_id="c")
    back = OrderEvent(
        "r", "refund", NOON + timedelta(days=2), Sales(returns=Decimal(20), taxes=Decimal("-1.60"))
    )
    result = await write([replace(sold, events=(back,))], complete_history=True)

    assert (result.rows_read, result.days_touched) == (1, (FIRST, FIRST + timedelta(days=2)))
    assert await daily() == {
        0: (Decimal("102.66"), 1, 1),
        2: (Decimal("-21.60"), 0, 0),
    }
    assert await read(
        "select metadata from public.metrics where metric_type = 'revenue' order by date"
    ) == [
        (
            {
                "gross_sales": 100.0,
                "discounts": 10.5,
                "returns": 0,
                "net_sales": 89.5,
                "shipping": 5,
                "taxes": 7.16,
                "duties": 1,
            },
        ),
        (
            {
                "gross_sales": 0,
                "discounts": 0,
                "returns": 20,
                "net_sales": -20,
                "shipping": 0,
                "taxes": -1.6,
                "duties": 0,
            },
        ),
    ]


async def test_days_are_those_of_the_shops_time_zone(write, daily):
    late = Order("1", datetime(2026, 1, 2, 4, 59, tzinfo=UTC), "USD", Sales(Decimal(1)))
    await write([late], timezone="America/New_York")

    assert list(await daily()) == [0]


async def test_an_order_whose_tags_hold_what_the_database_cannot_keep_is_written(write, read):
    tags = {"source": "a\0b", "medium": "\0", "campaign": "\ud83dspring"}
    journey = {"ready": True, "firstVisit": {"source": "x", "utmParameters": tags}}
    said = sold_in_shop(
        1, agreement(1, "2026-11-01T12:00:00Z", sale("10")), customerJourneySummary=journey
    )
    await write([order_of(parse_json(json.dumps(said).encode()))])
    assert await read("select first_visit from aura.orders") == [
        ({"source": "ab", "medium": None, "campaign": "spring"},)
    ]


async def test_writing_the_same_orders_again_changes_nothing(write, read):
    orders = [
        order(1, events=(refund("3", day=1),), first_visit=Visit("google", "cpc", "sale")),
        order(2, email="a@example.com", updated_at=NOON),
    ]
    await write(orders, complete_history=True)
    queries = [
        "select xmin::text, * from aura.orders order by order_id",
        "select xmin::text, * from aura.refunds",
        "select xmin::text, * from aura.entity_days order by date",
        "select xmin::text, * from aura.brand_days order by date",
        "select xmin::text, * from public.metrics order by id",
    ]
    before = [await read(query) for query in queries]
    result = await write(orders, nights=1, complete_history=True)

    assert (result.rows_read, result.rows_changed, result.days_touched) == (2, 0, ())
    assert [await read(query) for query in queries] == before
    assert await read("select * from aura.revisions") == []


async def test_an_order_that_comes_twice_in_one_read_is_taken_as_it_came_last(write, daily):
    await write([order(1, total="1", events=(refund("9", day=3),)), order(2), order(1, total="2")])

    assert await daily() == {0: (Decimal(12), 2, None)}


async def test_a_refund_that_is_withdrawn_gives_its_day_back(write, daily, read):
    await write([order(1, events=(refund("4", day=3), refund("1", day=2, event_id="r2")))])
    await write([order(1, events=(refund("4", day=4),))], nights=1)

    assert {n: day[0] for n, day in (await daily()).items()} == {0: Decimal(10), 4: Decimal(-4)}
    assert await read("select date, revenue from aura.revisions order by 1") == [
        (FIRST + timedelta(days=2), Decimal(-1)),
        (FIRST + timedelta(days=3), Decimal(-4)),
    ]


async def test_an_order_that_moves_to_another_day_leaves_the_first(write, daily):
    await write([order(1)])
    await write([order(1, day=1)], nights=1)

    assert await daily() == {1: (Decimal(10), 1, None)}


async def test_an_order_missing_from_a_completely_read_window_is_deleted(write, daily, read):
    await write([order(1), order(2, day=5, events=(refund("1", day=40),)), order(3, day=60)])
    result = await write([order(1)], window=MONTH, nights=1)

    assert result.rows_changed == 3
    assert await daily() == {0: (Decimal(10), 1, None), 60: (Decimal(10), 1, None)}
    assert await read("select * from aura.refunds") == []


async def test_the_platform_outranks_a_file_whichever_comes_first(write, daily, read):
    await write([order(1, total="1"), order(2, total="2", day=1)], source="file")
    await write([order(1, total="5")], nights=1)
    await write(
        [order(1, total="7", events=(refund("1", day=9),)), order(2, total="3", day=1)],
        source="file",
        nights=2,
    )

    assert {n: day[0] for n, day in (await daily()).items()} == {0: Decimal(5), 1: Decimal(3)}
    assert await read("select order_id, source from aura.orders order by 1") == [
        ("1", "api"),
        ("2", "file"),
    ]
    # a window that the platform was asked for completely leaves a file's other orders alone
    await write([order(1, total="5")], window=MONTH, nights=3)
    assert len(await daily()) == 2


async def test_a_sale_that_already_holds_its_returns_books_them_on_its_own_day(write, daily, read):
    sold = Order("1", NOON, "USD", Sales(Decimal(100), returns=Decimal(30)), customer_id="c")
    await write([sold], source="file")

    assert await daily() == {0: (Decimal(70), 1, None)}
    assert await read("select gross_sales, returns from aura.brand_days") == [(100, 30)]


async def test_a_day_without_orders_is_zero_where_the_shop_was_read_and_unknown_elsewhere(
    write, daily, know
):
    await know(4)
    await write([order(1, day=1), order(2, day=7)])

    zero = (Decimal(0), 0, None)
    one = (Decimal(10), 1, None)
    assert await daily() == {1: one, 2: zero, 3: zero, 4: zero, 7: one}


async def test_a_day_that_loses_its_orders_turns_to_zero_where_the_shop_was_read(
    write, daily, know
):
    await know(2)
    await write([order(1), order(2, day=1)])
    await write([order(1)], window=MONTH, nights=1)

    assert (await daily())[1] == (Decimal(0), 0, None)


async def test_orders_in_two_currencies_are_refused(write, daily):
    await write([order(1)])
    with pytest.raises(BadDataError, match="EUR and USD"):
        await write([replace(order(2), currency="EUR")], nights=1)

    assert len(await daily()) == 1


async def test_a_shop_known_from_a_file_keeps_its_days_when_it_is_connected(
    make_person, make_brand, make_integration, database, keyring, read
):
    brand_id = await make_brand(await make_person())
    integration_id = await make_integration(brand_id, "shopify", status="disconnected")

    async def bring(orders, **options):
        async with database.as_worker(brand_id) as connection:
            await write_orders(
                connection,
                keyring,
                brand_id=brand_id,
                integration_id=integration_id,
                timezone="UTC",
                orders=pages(orders),
                observed_at=WRITTEN,
                run_id=None,
                **options,
            )

    await bring([order(1)], source="file")
    async with database.as_owner() as connection:
        await connection.execute(
            "update public.integrations set platform_account_id = 'a.myshopify.com',"
            " platform_account_name = 'A shop'"
        )
    await bring([order(2)])

    assert await read("select external_id, name from aura.entities") == [
        ("a.myshopify.com", "A shop")
    ]
    assert await read("select orders from aura.entity_days") == [(2,)]


async def test_no_name_and_no_address_reaches_the_database(write, read):
    await write([order(1, customer="customer-4711", email="canary@example.com")])

    for table in ("orders", "refunds", "entities", "entity_days", "brand_settings"):
        rows = repr(await read(f"select row_to_json(t)::text from aura.{table} as t"))
        assert "canary" not in rows
        assert "4711" not in rows


async def test_many_orders_pass_in_constant_memory(database, keyring, shop):
    brand_id, integration_id = shop

    async def stream():
        for start in range(0, 20_000, 250):
            yield [order(n, day=n % 365, customer=str(n % 9000)) for n in range(start, start + 250)]

    tracemalloc.start()
    try:
        async with database.as_worker(brand_id) as connection:
            result = await write_orders(
                connection,
                keyring,
                brand_id=brand_id,
                integration_id=integration_id,
                timezone="UTC",
                orders=stream(),
                observed_at=WRITTEN,
                run_id=None,
            )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert result.rows_read == 20_000
    assert peak < 40_000_000
