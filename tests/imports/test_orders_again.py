"""Orders of files that come again: replaced by day, asked about when fewer, tried, and undone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from aura.errors import ConflictError, FileRefusedError
from aura.imports.undo import undo_import
from aura.store.privacy import Person, redact

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
HEADER = "Name,Email,Created at,Total,Refunded Amount,Currency,Financial Status,Id\n"
JAN = {day: date(2026, 1, day) for day in range(1, 32)}


def orders_csv(*orders: tuple[int, int, str, str]) -> str:
    """Orders of (number, day of January, total, refunded) by a customer each."""
    return HEADER + "".join(
        f"#{n},c{n}@example.com,2026-01-{day:02} 12:00:00 -0500,{total},{refunded},USD,paid,90{n}\n"
        for n, day, total, refunded in orders
    )


FIRST = orders_csv((1, 5, "10.00", "0"), (2, 5, "20.00", "0"), (3, 6, "30.00", "0"))


@pytest.fixture
def bring(shop, write_file):
    async def bring(text: str, hours: int = 0, **options):
        return await shop.bring(write_file(text), now=NOW + timedelta(hours=hours), **options)

    return bring


async def ledger(shop):
    return await shop.rows(
        "select o.order_id, o.total_sales, o.source, o.import_id, r.total_sales as happened"
        " from aura.orders o left join aura.refunds r using (brand_id, integration_id, order_id)"
        " order by 1"
    )


async def undo(shop, result, hours: int = 100):
    return await undo_import(
        shop.database,
        import_id=result.import_id,
        user_id=shop.person,
        now=NOW + timedelta(hours=hours),
    )


async def test_a_dry_run_tells_what_would_happen_and_keeps_nothing(shop, bring):
    before = await shop.contents()
    tried = await bring(FIRST, dry_run=True)
    assert await shop.contents() == before
    assert (tried.import_id, tried.is_dry_run, tried.orders) == (None, True, 3)
    assert tried.revenue == 60
    assert tried.rows_changed == (await bring(FIRST)).rows_changed
    assert tried.glance.read[0] == "name"
    assert tried.glance.rows[0] == {
        "day": "2026-01-05",
        "order": "#1",
        "total": "10.00",
        "refunded_amount": "0",
    }
    assert "@" not in str(tried)


async def test_a_file_replaces_the_orders_of_its_own_days_and_no_others(shop, bring):
    await bring(FIRST)
    # order 2 is a test order that was deleted at the shop, order 4 came in
    await bring(orders_csv((1, 5, "10.00", "0"), (4, 5, "25.00", "0")), 1)
    revenue = (await shop.metrics())["revenue"]
    assert revenue == {JAN[5]: 35, JAN[6]: 30}
    assert [row["order_id"] for row in await ledger(shop)] == ["901", "903", "904"]


async def test_clearly_fewer_orders_are_asked_about(shop, bring):
    await bring(FIRST)
    before = await shop.contents()
    fewer = orders_csv((1, 5, "10.00", "0"))
    with pytest.raises(FileRefusedError, match=r"1 orders and 10\.00 USD of sales") as refused:
        await bring(fewer, 1)
    assert refused.value.code == "shrink"
    with pytest.raises(FileRefusedError):
        await bring(fewer, 1, dry_run=True)
    assert await shop.contents() == before
    await bring(fewer, 1, may_shrink=True)
    assert (await shop.metrics())["revenue"][JAN[5]] == 10


async def test_a_refund_since_the_last_file_is_no_loss(shop, bring):
    await bring(FIRST)
    await bring(FIRST.replace("30.00,0", "30.00,30.00"), 1)
    assert (await shop.metrics())["revenue"][JAN[6]] == 0


async def test_undone_imports_leave_orders_days_and_new_customers_as_they_were(shop, bring):
    first = await bring(FIRST, complete_history=True)
    ledger_before, metrics = await ledger(shop), await shop.metrics()
    second = await bring(
        orders_csv((1, 5, "10.00", "4.00"), (4, 5, "25.00", "0"), (5, 7, "1.00", "0")), 1
    )
    assert (await shop.metrics())["revenue"] == {JAN[5]: 31, JAN[6]: 30, JAN[7]: 1}
    with pytest.raises(ConflictError, match="undo it first"):
        await undo(shop, first)

    undone = await undo(shop, second)
    assert undone.days == (JAN[5], JAN[7])
    assert await ledger(shop) == ledger_before
    assert await shop.metrics() == metrics

    await undo(shop, first, 101)
    assert await ledger(shop) == []
    assert await shop.metrics() == {}
    [settings] = await shop.rows("select history_complete_from from aura.brand_settings")
    assert settings["history_complete_from"] is None
    again = await bring(FIRST, 102, complete_history=True)
    assert not again.was_known
    assert await shop.metrics() == metrics


async def test_a_refund_alone_is_undone(shop, bring):
    await bring(FIRST)
    before, metrics = await ledger(shop), await shop.metrics()
    second = await bring(FIRST.replace("30.00,0", "30.00,12.00"), 1)
    await undo(shop, second)
    assert await ledger(shop) == before
    assert await shop.metrics() == metrics


async def test_the_older_file_again_after_a_newer_one_is_an_import_of_its_own(shop, bring):
    await bring(FIRST)
    newer = FIRST.replace("30.00,0", "30.00,5.00")
    await bring(newer, 1)
    again = await bring(FIRST, 2)
    assert not again.was_known
    assert (await shop.metrics())["revenue"][JAN[6]] == 30
    await undo(shop, again)
    assert (await shop.metrics())["revenue"][JAN[6]] == 25


async def test_an_import_is_undone_for_thirty_days(shop, bring):
    first = await bring(FIRST)
    with pytest.raises(ConflictError, match="more than 30 days ago"):
        await undo(shop, first, 31 * 24)
    await bring(orders_csv((9, 20, "1.00", "0")), 31 * 24)
    rows = await shop.rows("select replaced from aura.imports order by created_at")
    assert [row["replaced"] for row in rows] == [None, []]


async def test_what_was_replaced_forgets_a_customer_who_asks_for_it(shop, bring):
    await bring(FIRST)
    second = await bring(FIRST.replace("30.00,0", "30.00,12.00"), 1)
    async with shop.database.as_worker(shop.brand) as connection:
        await redact(connection, shop.keyring, shop.brand, Person(email="c3@example.com"))
    rows = await shop.rows("select replaced from aura.imports")
    assert not any("903" in str(row["replaced"]) for row in rows)
    with pytest.raises(ConflictError, match="asked to be deleted"):
        await undo(shop, second)


async def test_undoing_orders_gives_back_the_report_that_they_took_the_place_of(
    shop, bring, write_file
):
    from aura.imports.report_result import ReportTerms  # noqa: PLC0415 - only here
    from aura.imports.shop_import import import_shop_report  # noqa: PLC0415 - only here

    text = "Day,Orders,Total sales\n2026-01-05,4,99.00\n2026-01-06,0,-5.00\n"
    await import_shop_report(
        shop.database,
        path=write_file(text, "report.csv"),
        brand_id=shop.brand,
        now=NOW,
        created_by=shop.person,
        terms=ReportTerms(),
    )
    before = await shop.metrics()
    brought = await bring(FIRST, 1)
    assert (await shop.metrics())["revenue"] == {JAN[5]: Decimal(30), JAN[6]: 30}
    await undo(shop, brought)
    assert await shop.metrics() == before
