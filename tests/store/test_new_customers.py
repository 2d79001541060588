"""Who is a new customer, by the order ledger: once, on the day of the first order that counts."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aura.store.windows import recompute_shop, write_orders
from store.made_orders import FIRST, WRITTEN, order, pages


async def test_a_test_order_counts_for_nothing_and_its_customer_is_still_new_later(write, daily):
    await write([order(1, is_counted=False), order(2, day=1)], complete_history=True)

    assert await daily() == {1: (Decimal(10), 1, 1)}


async def test_a_customer_is_new_once_by_id_or_by_email(write, daily):
    await write(
        [
            order(1, customer="7", email="Ada@Example.com "),
            order(2, day=1, customer=None, email="ada@example.com"),
            order(3, day=2, customer="7"),
            order(4, day=3, customer=None),
            order(5, day=4, customer="8", email="grace@example.com"),
        ],
        complete_history=True,
    )

    assert [day[2] for day in (await daily()).values()] == [1, 0, 0, 0, 1]


async def test_an_earlier_order_takes_the_new_customer_from_a_later_day(write, daily):
    await write([order(2, day=5)], complete_history=True)
    await write([order(1, day=1)], nights=1, complete_history=True)

    assert [day[2] for day in (await daily()).values()] == [1, 0]


async def test_an_order_that_turns_out_a_test_gives_the_new_customer_to_the_next_day(write, daily):
    await write([order(1), order(2, day=5)], complete_history=True)
    await write([order(1, is_counted=False)], nights=1)

    assert await daily() == {5: (Decimal(10), 1, 1)}


async def test_an_order_that_changes_its_customer_makes_both_customers_right(write, daily):
    await write([order(1, customer="a"), order(2, day=5, customer="b")], complete_history=True)
    await write([order(1, customer="b")], nights=1)
    assert [day[2] for day in (await daily()).values()] == [1, 0]

    await write([order(1, customer="a")], nights=2)
    assert [day[2] for day in (await daily()).values()] == [1, 1]


async def test_new_customers_are_unknown_until_a_year_of_orders_is_known(write, daily):
    await write([order(1), order(2, day=364, customer="b"), order(3, day=365, customer="d")])

    assert [day[2] for day in (await daily()).values()] == [None, None, 1]


async def test_an_older_order_moves_the_year_and_complete_history_ends_it(write, daily):
    await write([order(2, day=10), order(3, day=375, customer="d")])
    assert [day[2] for day in (await daily()).values()] == [None, 1]

    await write([order(1, customer="x")], nights=1)
    assert [day[2] for day in (await daily()).values()] == [None, None, 1]

    await write([], nights=2, complete_history=True)
    assert [day[2] for day in (await daily()).values()] == [1, 1, 1]


async def test_no_new_customer_is_claimed_while_a_backfill_still_brings_older_orders(
    write, daily, know, database, shop
):
    await know(400, backfill_done=False)
    await write([order(1), order(2, day=400, customer="b")])
    assert {day[2] for day in (await daily()).values()} == {None}

    await know(400, backfill_done=True)
    brand_id, integration_id = shop
    async with database.as_worker(brand_id) as connection:
        result = await recompute_shop(
            connection,
            brand_id=brand_id,
            integration_id=integration_id,
            observed_at=WRITTEN + timedelta(days=1),
            run_id=None,
        )
    assert len(result.days_touched) == 36
    assert (await daily())[400] == (Decimal(10), 1, 1)


async def test_an_order_from_before_the_days_that_were_read_does_not_begin_the_year(
    write, daily, know
):
    await know(400, backfill_done=True)
    await write([order(1), order(2, day=100, customer="b"), order(3, day=370, customer="d")])
    await write([order(4, day=-300, customer="b")], nights=1)

    days = await daily()
    assert (days[100][2], days[370][2], min(days)) == (None, 1, 0)


placed = st.fixed_dictionaries(
    {
        "number": st.integers(1, 6),
        "day": st.integers(0, 4),
        "customer": st.sampled_from([None, "a", "b"]),
        "email": st.sampled_from([None, "x@example.com", "y@example.com"]),
        "is_counted": st.booleans(),
    }
)


def expected_days(orders):
    """The rule in plain words: who has not been seen before, by id or by address, is new."""
    days: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    counted = sorted(
        (o for o in orders if o.is_counted), key=lambda o: (o.processed_at, o.order_id)
    )
    for position, one in enumerate(counted):
        day = days[(one.processed_at.date() - FIRST).days]
        day[0] += 1
        earlier = counted[:position]
        known = any(
            (one.customer_id and one.customer_id == o.customer_id)
            or (one.email and one.email == o.email)
            for o in earlier
        )
        day[1] += bool((one.customer_id or one.email) and not known)
    return {number: tuple(day) for number, day in days.items()}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches=st.lists(st.lists(placed, max_size=4), min_size=1, max_size=4))
async def test_however_orders_arrive_the_days_are_what_the_final_orders_add_up_to(
    batches, database, keyring, make_person, make_brand, make_integration
):
    brand_id = await make_brand(await make_person())
    integration_id = await make_integration(brand_id, "shopify")
    final = {}
    for number, batch in enumerate(batches):
        orders = [order(**facts) for facts in batch]
        final |= {one.order_id: one for one in orders}
        async with database.as_worker(brand_id) as connection:
            await write_orders(
                connection,
                keyring,
                brand_id=brand_id,
                integration_id=integration_id,
                timezone="UTC",
                orders=pages(orders),
                observed_at=WRITTEN + timedelta(days=number),
                run_id=None,
                complete_history=True,
            )
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select date, orders, new_customers from aura.brand_days where brand_id = %s",
            (brand_id,),
        )
        stored = {
            (row["date"] - FIRST).days: (row["orders"], row["new_customers"])
            async for row in cursor
        }
    assert stored == expected_days(final.values())
