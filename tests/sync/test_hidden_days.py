"""A shop that shows the last sixty days alone and was not read for longer: the days between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from aura.model import DayRange, Order, Sales
from aura.reports.overview import overview
from aura.store.windows import write_orders
from aura.sync import connect
from sync.sandboxed import REDIRECT, SESSION, expected, make_connected, running_world

__all__ = ["make_connected"]

START = datetime(2026, 10, 25, 10, tzinfo=UTC)
AWAY = timedelta(days=80)
# what nobody read while it was shown; the first day was not over when it was last read
HIDDEN = DayRange(START.date(), (START + AWAY).date() - timedelta(days=59))
METADATA = "select metadata ->> 'hidden_days' as hidden from public.integrations"
BACKFILL = "select due_at from aura.sync_state where kind = 'backfill'"


async def connect_shop(brand, *, decline=()):
    facts = {"user_id": brand.person, "platform": "shopify", "redirect_uri": REDIRECT}
    facts |= {"session_hash": SESSION, "now": brand.world()}
    address = await connect.begin(
        brand.database,
        brand.connectors,
        brand_id=brand.brand_id,
        shop=brand.world.sandbox.shop,
        **facts,
    )
    query = brand.world.allow(address, decline=decline)
    made = await connect.complete(
        brand.database, brand.keyring, brand.connectors, query=query, **facts
    )
    brand.integrations["shopify"] = made.integration_id


async def stored_orders(brand):
    """Orders by day, of the days that are known."""
    rows = await brand.rows("select date, orders from aura.brand_days order by date")
    return {row["date"]: row["orders"] for row in rows}


async def revenue(brand, days):
    """Revenue of the overview over days, the same day by day, and why it is blank."""
    shown = await overview(
        brand.database, user_id=brand.person, brand_id=brand.brand_id, days=days, now=brand.world()
    )
    tile = shown.figure("revenue")
    return tile.value, tile.reason, [day.revenue for day in shown.series]


async def test_days_that_were_hidden_meanwhile_are_unknown_until_they_are_shown(make_connected):
    with running_world("tiny", now=START, seed=5) as world:
        async with make_connected(
            world, currency="EUR", timezone="Europe/Berlin", platforms=[]
        ) as brand:
            await connect_shop(brand, decline=["read_all_orders"])
            await brand.sync()
            before = await stored_orders(brand)
            await brand.night(days=AWAY.days)
            await brand.sync()

            found = await stored_orders(brand)
            assert [day for day in found if HIDDEN.first <= day <= HIDDEN.last] == []
            now = world()
            truth = expected(
                world.truth(now.date(), as_of=now),
                first=world.first_day,
                last=now.date(),
                accounts={"meta": [], "google_ads": []},
            )
            assert {
                day: truth["shopify", "account", world.sandbox.shop, day]["orders"] for day in found
            } == found
            assert max(found) == now.date()
            assert before.keys() - found.keys() == {HIDDEN.first}

            # on a range that reaches into them, in it, and beside it
            value, reason, days = await revenue(
                brand, DayRange(date(2026, 11, 1), date(2026, 12, 9))
            )
            assert value is None
            assert "25 Oct" in reason
            assert "read_all_orders" in reason
            last = (HIDDEN.last - date(2026, 11, 1)).days + 1
            assert [day is None for day in days] == [True] * last + [False] * (len(days) - last)
            inside, reason, _ = await revenue(brand, DayRange(date(2026, 11, 1), date(2026, 11, 7)))
            assert inside is None
            assert "read_all_orders" in reason
            beside = DayRange(HIDDEN.last + timedelta(days=1), now.date() - timedelta(days=1))
            assert (await revenue(brand, beside))[1] is None

            # a file may tell what the shop does not
            await import_order(brand, datetime(2026, 11, 3, 12, tzinfo=UTC))
            assert (await stored_orders(brand))[date(2026, 11, 3)] == 1

            # with the permission they are read after all, and nothing is asked for again and again
            await brand.connect("shopify")
            await brand.sync()
            await brand.sync()
            whole = await stored_orders(brand)
            assert whole == {
                day: figures["orders"]
                for (platform, *_, day), figures in truth.items()
                if platform == "shopify" and day >= min(whole)
            }
            assert min(whole) < HIDDEN.first
            assert [row["hidden"] for row in await brand.rows(METADATA)] == [None]
            assert [row["due_at"] for row in await brand.rows(BACKFILL)] == [None]


async def import_order(brand, sold_at):
    async def pages():
        yield [Order("#1", sold_at, "EUR", Sales(Decimal(10)))]

    async with brand.database.as_worker(brand.brand_id) as connection:
        await write_orders(
            connection,
            brand.keyring,
            brand_id=brand.brand_id,
            integration_id=brand.integrations["shopify"],
            timezone="Europe/Berlin",
            orders=pages(),
            observed_at=brand.world(),
            run_id=None,
            source="file",
        )


async def test_a_quiet_shop_that_is_read_every_night_hides_nothing(shop, store, sync, clock, read):
    """The last order that was updated may be long ago: what counts is when the shop was asked."""
    shop.needed_scopes = ("read", "read_all_orders")
    await read(
        "update public.integrations set metadata = metadata ||"
        ' \'{"missing_scopes": ["read_all_orders"]}\' returning 1'
    )
    shop.sell("1", clock() - timedelta(days=2))
    await sync(store)
    for _ in range(9):
        clock.advance(days=10)
        await sync(store)
    assert await read("select metadata ->> 'hidden_days' from public.integrations") == [(None,)]
    clock.advance(days=61)
    await sync(store)
    ((hidden,),) = await read("select metadata ->> 'hidden_days' from public.integrations")
    assert hidden is not None
