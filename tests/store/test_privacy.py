"""A customer is found, shown and taken out; money, days and who was new stay as they were."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aura.model import Visit
from aura.store import privacy
from aura.store.privacy import Person
from aura.store.windows import recompute_shop, write_orders
from store.made_orders import WRITTEN, order, pages, refund

EMAIL = "ada@example.com"
LEDGER = """
    select o.date, o.total_sales, o.is_counted, sum(r.total_sales)
    from aura.orders as o left join aura.refunds as r using (brand_id, integration_id, order_id)
    group by o.brand_id, o.integration_id, o.order_id order by 1, 2, 3, 4
"""


def ask(database, keyring, shop):
    async def run(what, person):
        async with database.as_worker(shop[0]) as connection:
            return await what(connection, keyring, shop[0], person)

    return run


async def test_a_person_is_found_by_id_by_address_and_by_order(database, keyring, shop, write):
    await write(
        [
            order(1, customer="7", events=(refund("3", day=1),)),
            order(2, day=1, customer=None, email="Ada@Example.com "),
            order(3, day=2, customer="8"),
            order(4, day=3, customer="9", email="grace@example.com"),
        ]
    )
    found = await ask(database, keyring, shop)(
        privacy.orders_of, Person("7", EMAIL, order_ids=("3",))
    )

    assert [one["order_id"] for one in found] == ["1", "2", "3"]
    assert [event["total_sales"] for event in found[0]["events"]] == [Decimal(-3)]
    assert "key" not in {name for one in found for name in one}


async def test_a_redacted_person_leads_nowhere_and_every_number_stays(
    database, keyring, shop, write, read, daily
):
    visit = Visit("google", "cpc", "brand")
    orders = [
        order(1001, customer="7", email=EMAIL, first_visit=visit, last_visit=visit),
        order(1002, day=1, customer="7", events=(refund("3", day=2, event_id="Agreement/88"),)),
        order(1003, day=2, customer="8"),
    ]
    await write(orders, complete_history=True)
    before, ledger = await daily(), await read(LEDGER)

    run = ask(database, keyring, shop)
    assert await run(privacy.redact, Person("7")) == 2
    assert await run(privacy.redact, Person("7", EMAIL, ("1001", "1002"))) == 0
    assert await run(privacy.orders_of, Person("7", EMAIL, ("1001", "1002"))) == []

    rows = await read("select * from aura.orders where order_id <> '1003'")
    rows += await read("select * from aura.refunds")
    assert not {"1001", "1002", "Agreement/88"} & {cell for row in rows for cell in row if cell}
    gone = "customer_key, email_key, first_visit, last_visit"
    assert await read(f"select distinct {gone} from aura.orders where order_id <> '1003'") == [
        (None,) * 4
    ]
    assert (await daily(), await read(LEDGER)) == (before, ledger)


async def test_a_redacted_order_that_is_read_again_stays_redacted_and_is_one_order(
    database, keyring, shop, write, read, daily
):
    orders = [
        order(1, customer="7", email=EMAIL, events=(refund("3", day=2),)),
        order(2, day=1, customer="7"),
        order(3, day=2, customer="8"),
    ]
    await write(orders, complete_history=True)
    before = await daily()
    await ask(database, keyring, shop)(privacy.redact, Person("7"))

    assert (await write(orders, nights=1)).rows_changed == 0
    counted = "select count(*) as orders, count(customer_key) as keys from aura.orders"
    assert await read(counted) == [(3, 1)]
    assert await daily() == before
    # its price is corrected at the shop: the number follows, the person does not come back
    await write([order(1, total="30", customer="7", email=EMAIL)], nights=2)
    assert (await daily())[0] == (Decimal(30), 1, 1)
    assert await ask(database, keyring, shop)(privacy.orders_of, Person("7", EMAIL)) == []


async def test_a_redacted_order_of_a_file_is_the_same_when_the_platform_states_it(
    database, keyring, shop, write, read, daily
):
    in_file = replace(order(1, customer="7"), order_id="#1001")
    await write([in_file, order(5, day=3, customer="9")], source="file", complete_history=True)
    before = await daily()
    await ask(database, keyring, shop)(privacy.redact, Person("7"))

    await write([order(1, name="1001")], nights=2)
    assert await read("select source from aura.orders order by date") == [("api",), ("file",)]
    assert await daily() == before


PEOPLE = st.sampled_from(["a", "b", "c", None])
SOLD = st.lists(
    st.tuples(st.integers(0, 12), PEOPLE, PEOPLE, st.booleans()), min_size=1, max_size=14
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sold=SOLD, who=PEOPLE, address=PEOPLE, named=st.sets(st.integers(1, 14), max_size=3))
async def test_no_redaction_changes_a_day(
    database, keyring, make_person, make_brand, make_integration, sold, who, address, named
):
    brand_id = await make_brand(await make_person())
    shop = await make_integration(brand_id, "shopify", account_id="a.myshopify.com")
    orders = [
        order(number, day=day, customer=person, email=email and f"{email}@x", is_counted=counted)
        for number, (day, person, email, counted) in enumerate(sold, start=1)
    ]
    person = Person(who, address and f"{address}@x", tuple(map(str, named)))

    async with database.as_worker(brand_id) as connection:
        facts = {"brand_id": brand_id, "integration_id": shop, "run_id": None}
        await write_orders(
            connection,
            keyring,
            timezone="UTC",
            orders=pages(orders),
            observed_at=WRITTEN,
            complete_history=True,
            **facts,
        )
        days = "select date, revenue, orders, new_customers from aura.brand_days order by date"
        before = await (await connection.execute(days)).fetchall()
        await privacy.redact(connection, keyring, brand_id, person)
        # every day is computed anew
        await connection.execute("update aura.entity_days set new_customers = -1")
        await connection.execute("update aura.brand_days set new_customers = null")
        await recompute_shop(connection, observed_at=WRITTEN, **facts)
        assert await (await connection.execute(days)).fetchall() == before
