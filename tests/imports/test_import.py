"""What an import does to what is stored: nothing twice, nothing by halves, nobody else's."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from aura.errors import FileRefusedError, InputError, NotFoundError
from aura.imports.orders import inspect_orders
from aura.model import DayRange, Order, Sales
from aura.store.imports import list_imports
from aura.store.windows import write_orders

FILES = Path(__file__).parent / "files"
ORDERS = FILES / "orders.csv"
HEADER = "Name,Email,Created at,Total,Refunded Amount,Currency,Financial Status,Id"


def orders_csv(*orders: tuple[int, str, str, str], with_ids: bool = True) -> str:
    """Orders of (number, e-mail, day, total)."""
    lines = [
        f"#{n},{email},{day} 12:00:00 -0500,{total},0.00,USD,paid,{900 + n if with_ids else ''}"
        for n, email, day, total in orders
    ]
    return "\n".join((HEADER, *lines)) + "\n"


ANN, BOB = "ann@example.com", "bob@example.com"
LATER = datetime(2026, 11, 23, 6, tzinfo=UTC)


async def api_orders(shop, integration_id, orders, **options):
    async def pages():
        yield orders

    async with shop.database.as_worker(shop.brand) as connection:
        await write_orders(
            connection,
            shop.keyring,
            brand_id=shop.brand,
            integration_id=integration_id,
            timezone="America/New_York",
            orders=pages(),
            observed_at=options.pop("now"),
            run_id=None,
            **options,
        )


async def test_importing_a_file_twice_changes_nothing(shop):
    first = await shop.bring(ORDERS)
    before = await shop.contents()
    again = await shop.bring(ORDERS)

    assert first.rows_changed > 0
    assert (again.rows_changed, again.days_changed, again.was_known) == (0, 0, True)
    assert again.import_id == first.import_id
    assert await shop.contents() == before


async def test_the_same_orders_in_another_file_change_no_number(shop):
    await shop.bring(ORDERS)
    before = await shop.contents()
    again = await shop.bring(FILES / "titled.csv")

    after = await shop.contents()
    assert (again.rows_changed, again.was_known) == (0, False)
    assert len(after.pop("aura.imports")) == 2
    assert all(before[table] == rows for table, rows in after.items())


async def test_two_imports_of_one_file_at_once_are_one_import(shop):
    results = await asyncio.gather(shop.bring(ORDERS), shop.bring(ORDERS))
    assert sorted(result.was_known for result in results) == [False, True]
    assert min(result.rows_changed for result in results) == 0
    assert len((await shop.contents())["aura.imports"]) == 1


async def test_a_file_belongs_to_a_disconnected_shopify_integration(shop):
    result = await shop.bring(ORDERS)
    [row] = await shop.rows("select id, platform, status from public.integrations")
    assert row == {"id": result.integration_id, "platform": "shopify", "status": "disconnected"}


async def test_a_file_joins_the_connected_shop(shop, make_integration):
    connected = await make_integration(shop.brand, "shopify", account_id="a.myshopify.com")
    assert (await shop.bring(ORDERS)).integration_id == connected
    [row] = await shop.rows("select status from public.integrations")
    assert row["status"] == "connected"


async def test_a_later_file_restates_orders_and_keeps_what_they_were(shop, write_file):
    await shop.bring(write_file(orders_csv((1, ANN, "2026-01-05", "10.00"))))
    later = orders_csv((1, ANN, "2026-01-05", "10.00"), (2, BOB, "2026-01-06", "5.00"))
    path = write_file(later.replace("10.00,0.00", "10.00,4.00"))
    await shop.bring(path, now=LATER)

    assert (await shop.metrics())["revenue"] == {
        date(2026, 1, 5): Decimal(6),
        date(2026, 1, 6): Decimal(5),
    }
    [old] = await shop.rows("select date, revenue from aura.revisions")
    assert old == {"date": date(2026, 1, 5), "revenue": Decimal(10)}


async def test_new_customers_are_unknown_for_a_year_unless_the_history_is_complete(
    shop, write_file
):
    path = write_file(
        orders_csv(
            (1, ANN, "2024-01-05", "10.00"),
            (2, BOB, "2024-12-31", "10.00"),
            (3, "cy@example.com", "2025-01-04", "10.00"),
            (4, "ANN@example.com", "2025-02-01", "10.00"),
        )
    )
    await shop.bring(path)
    known = (await shop.metrics())["new_customers"]
    assert known == {date(2025, 1, 4): 1, date(2025, 2, 1): 0}

    completed = await shop.bring(path, complete_history=True)
    known = (await shop.metrics())["new_customers"]
    assert known == {
        date(2024, 1, 5): 1,
        date(2024, 12, 31): 1,
        date(2025, 1, 4): 1,
        date(2025, 2, 1): 0,
    }
    assert completed.was_known
    assert not any("unknown before" in note for note in completed.notes)
    [settings] = await shop.rows("select history_complete_from from aura.brand_settings")
    assert settings["history_complete_from"] == date(2024, 1, 5)
    [record] = await shop.rows("select is_complete_history from aura.imports")
    assert record["is_complete_history"]


async def test_a_file_that_starts_after_known_orders_is_no_complete_history(shop, write_file):
    await shop.bring(write_file(orders_csv((1, ANN, "2025-01-05", "10.00"))))
    before = await shop.contents()
    later = write_file(orders_csv((2, BOB, "2025-03-05", "10.00")), "later.csv")
    with pytest.raises(FileRefusedError, match="without --complete-history") as refused:
        await shop.bring(later, complete_history=True)
    assert refused.value.code == "not_complete"
    assert await shop.contents() == before


async def test_orders_without_ids_are_not_mixed_with_the_same_orders_with_ids(shop, write_file):
    orders = [(1, ANN, "2025-01-05", "10.00"), (2, BOB, "2025-01-09", "10.00")]
    plain, named = orders_csv(*orders), orders_csv(*orders, with_ids=False)
    await shop.bring(write_file(plain))
    before = await shop.contents()
    with pytest.raises(FileRefusedError, match="count orders twice") as refused:
        await shop.bring(write_file(named, "named.csv"))
    assert refused.value.code == "other_ids"
    assert await shop.contents() == before

    elsewhere = orders_csv((3, BOB, "2025-02-09", "10.00"), with_ids=False)
    await shop.bring(write_file(elsewhere, "elsewhere.csv"))
    with pytest.raises(FileRefusedError, match="without Shopify's order ids"):
        await shop.bring(write_file(orders_csv((3, BOB, "2025-02-09", "10.00")), "ids.csv"))


async def test_an_order_stated_twice_in_the_same_words_counts_once(shop, write_file):
    row = (1, ANN, "2025-01-05", "10.00")
    result = await shop.bring(write_file(orders_csv(row, (2, BOB, "2025-01-05", "1.00"), row)))
    assert (result.orders, result.revenue) == (2, Decimal(11))
    assert any("1 order stated twice" in note for note in result.notes)


async def test_what_the_shop_itself_said_is_not_replaced_by_a_file(
    shop, make_integration, write_file
):
    connected = await make_integration(shop.brand, "shopify", account_id="a.myshopify.com")
    now = LATER
    known = Order(
        order_id="901",
        processed_at=now.replace(month=1, day=5),
        currency="USD",
        sales=Sales(gross_sales=Decimal(100)),
    )
    await api_orders(shop, connected, [known], now=now)
    async with shop.database.as_owner() as connection:
        await connection.execute(
            "update public.integrations set metadata ="
            ' \'{"known_from": "2026-01-01", "known_through": "2026-01-31"}\''
        )
    result = await shop.bring(
        write_file(
            orders_csv(
                (1, ANN, "2026-01-05", "10.00"),
                (2, ANN, "2026-01-06", "10.00"),
                (3, ANN, "2026-02-06", "10.00"),
            )
        )
    )
    revenue = (await shop.metrics())["revenue"]
    assert (revenue[date(2026, 1, 5)], revenue[date(2026, 2, 6)]) == (100, 10)
    assert revenue.get(date(2026, 1, 6), 0) == 0
    assert any("2 orders left out" in note for note in result.notes)


async def test_orders_that_a_file_only_named_give_way_to_the_shops_own(shop, write_file):
    days = ((1, ANN, "2026-01-05", "10.00"), (2, BOB, "2026-01-06", "7.00"))
    await shop.bring(write_file(orders_csv(*days, with_ids=False)))
    [integration] = await shop.rows("select id from public.integrations")
    first_day = DayRange(date(2026, 1, 5), date(2026, 1, 6))
    await api_orders(
        shop,
        integration["id"],
        [
            Order(
                order_id="901",
                processed_at=LATER.replace(month=1, day=5, hour=17),
                currency="USD",
                sales=Sales(gross_sales=Decimal(10)),
            )
        ],
        now=LATER,
        window=first_day,
    )
    revenue = (await shop.metrics())["revenue"]
    assert revenue == {date(2026, 1, 5): 10, date(2026, 1, 6): 7}
    assert {row["order_id"] for row in await shop.rows("select * from aura.orders")} == {
        "901",
        "#2",
    }


async def test_a_file_and_the_shop_meet_in_the_same_customer(shop, make_integration, write_file):
    await shop.bring(
        write_file(orders_csv((1, "Ann@Example.com", "2024-01-05", "10.00"))),
        complete_history=True,
    )
    [integration] = await shop.rows("select id from public.integrations")
    now = LATER
    again = Order(
        order_id="5",
        processed_at=now.replace(month=1, day=5),
        currency="USD",
        sales=Sales(gross_sales=Decimal(100)),
        customer_id="77",
        email="ann@example.com",
    )
    await api_orders(shop, integration["id"], [again], now=now)
    assert (await shop.metrics())["new_customers"] == {date(2024, 1, 5): 1, date(2026, 1, 5): 0}


async def test_amounts_of_another_currency_are_never_relabelled(make_shop):
    shop = await make_shop(currency="EUR")
    with pytest.raises(FileRefusedError, match="in USD but the brand's currency is EUR") as refused:
        await shop.bring(ORDERS)
    assert refused.value.code == "other_currency"
    assert not any((await shop.contents()).values())


async def test_a_file_without_a_currency_is_in_the_brands(shop, write_file):
    text = orders_csv((1, ANN, "2025-01-05", "10.00")).replace("USD", "")
    result = await shop.bring(write_file(text))
    assert result.currency == "USD"
    assert any("amounts are taken as USD" in note for note in result.notes)


async def test_without_a_time_zone_the_offsets_must_tell_it_or_a_person(shop):
    async with shop.database.as_owner() as connection:
        await connection.execute("update public.brands set timezone = null")
    local = FILES / "american_spreadsheet.csv"
    with pytest.raises(InputError, match="--timezone America/New_York"):
        await shop.bring(local)
    with pytest.raises(InputError, match="IANA name"):
        await shop.bring(local, timezone="-0500")
    assert not any((await shop.contents()).values())

    assert (await shop.bring(local, timezone="Europe/Paris")).timezone == "Europe/Paris"
    assert (await shop.bring(ORDERS)).timezone == "America/New_York"


async def test_nobody_imports_into_another_persons_brand(shop, make_shop):
    other = await make_shop()
    for person in (other.person, uuid4()):
        with pytest.raises(NotFoundError, match="no such brand"):
            await shop.bring(ORDERS, created_by=person)
    assert not any((await shop.contents()).values())


async def test_a_file_that_changes_while_it_is_imported_is_refused_whole(shop, write_file):
    text = orders_csv(*((n, f"c{n}@b.example", "2026-01-05", "10.00") for n in range(2000)))
    path = write_file(text)
    changes = []

    def change(_rows, _done, _total):
        # first told when the first pass has read the last row, the whole of a small file
        changes.append(path.write_text(text.replace("10.00", "90.00")))

    with pytest.raises(FileRefusedError) as refused:
        await shop.bring(path, progress=change)
    assert refused.value.code == "changed"
    assert changes
    assert not any((await shop.contents()).values())


async def test_a_file_is_checked_without_a_database(write_file):
    found = await inspect_orders(ORDERS)
    assert (found.currency, found.rows, found.orders) == ("USD", 11, 10)
    assert found.is_dry_run
    with pytest.raises(FileRefusedError, match="line 12"):
        await inspect_orders(write_file(ORDERS.read_bytes().replace(b"10.00", b"ten")))


async def test_imports_are_listed_for_their_owner_only(shop, make_shop):
    await shop.bring(ORDERS)
    other = await make_shop()
    async with shop.database.as_user(shop.person) as connection:
        [listed] = await list_imports(connection, shop.brand)
    assert (listed.file_name, listed.orders, listed.rows_read) == ("orders.csv", 10, 11)
    assert (listed.date_from, listed.date_to) == (date(2026, 3, 6), date(2026, 3, 12))
    assert listed.control_total == Decimal("240.30")
    async with shop.database.as_user(other.person) as connection:
        assert await list_imports(connection, shop.brand) == []
