"""A database that forbids temporary tables is written as any other, to the same rows."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from aura.imports.any_file import import_file
from aura.imports.report_result import ReportTerms
from aura.imports.undo import undo_import
from aura.model import Account, AdDay, DayRange
from aura.store.customers import customer_hasher
from aura.store.database import Database
from aura.store.entities import place_of
from aura.store.windows import write_ad_window, write_orders
from store.made_orders import NOON, order, pages, refund

START = datetime(2026, 11, 22, 6, tzinfo=UTC)
ACCOUNT = Account("act_1", "Main", "USD", "UTC")
JUNE = DayRange(date(2026, 6, 1), date(2026, 6, 4))
JANUARY = DayRange(NOON.date(), NOON.date() + timedelta(days=3))

COSTS = (
    "Day,Campaign,Campaign ID,Currency code,Cost,Impr.,Clicks,Conversions,Conv. value\n"
    "2026-06-01,Brand,11,USD,10.10,100,10,1.33,20.50\n"
    "2026-06-01,Shop,12,USD,5.05,50,5,0.00,0.00\n"
    "2026-06-02,Brand,11,USD,7.00,70,7,2.00,31.00\n"
)
# states conversions alone, and has no row of the second campaign
CONVERSIONS = (
    "Day,Campaign,Campaign ID,Conversion action,Currency code,Conversions,Conv. value\n"
    "2026-06-01,Brand,11,Purchase,USD,2.50,40.00\n"
    "2026-06-02,Brand,11,Purchase,USD,3.00,60.00\n"
)
SALES = (
    "Day,Orders,Gross sales,Discounts,Returns,Net sales,Shipping charges,Taxes,Total sales\n"
    "2025-12-01,1,10.00,0.00,0.00,10.00,0.00,0.00,10.00\n"
)
ORDERS = "Name,Email,Created at,Total,Refunded Amount,Currency,Financial Status,Id\n" + "".join(
    f"#{number},{name}@example.com,2026-02-{day:02} 12:00:00 +0000,{total},{back},"
    f"USD,paid,90{number}\n"
    for number, name, day, total, back in (
        (1, "a", 5, "10.00", "0"),
        (2, "a", 5, "20.00", "0"),
        (3, "b", 6, "30.00", "0"),
    )
)
# the second order has gone, a refund alone changes the third, a fourth has come
FEWER = "".join(line for line in ORDERS.splitlines(keepends=True) if "#2," not in line).replace(
    "30.00,0", "30.00,4.00"
) + ORDERS.splitlines()[1].replace("#1", "#4").replace("901", "904")

UNNAMED = (
    "Name,Email,Created at,Total,Currency,Financial Status\n"
    "#7,c@example.com,2026-03-02 12:00:00 +0000,70.00,USD,paid\n"
    "#8,d@example.com,2026-03-02 12:00:00 +0000,80.00,USD,paid\n"
)


def ad_days(spend: str, *campaigns: str) -> list[AdDay]:
    return [
        AdDay(level, name, day, "USD", f'"{name}"', ad_spend=Decimal(spend), clicks=3)
        for day in JUNE.days()
        for level, name in (("account", "act_1"), *(("campaign", one) for one in campaigns))
    ]


class Brand:
    """One brand's life of some nights, in one database."""

    def __init__(self, database, keyring, path, **ids) -> None:
        self.database, self.keyring, self.path = database, keyring, path
        self.ids, self.hours = ids, 0

    def now(self) -> datetime:
        self.hours += 1
        return START + timedelta(hours=self.hours)

    def facts(self, platform: str) -> dict:
        ids = {"brand_id": self.ids["brand"], "integration_id": self.ids[platform]}
        return ids | {"observed_at": self.now(), "run_id": None}

    async def ads(self, days: list[AdDay]) -> None:
        async with self.database.as_worker(self.ids["brand"]) as connection:
            facts = self.facts("meta")
            await write_ad_window(connection, account=ACCOUNT, window=JUNE, days=days, **facts)

    async def orders(self, orders, **options) -> None:
        async with self.database.as_worker(self.ids["brand"]) as connection:
            facts = self.facts("shopify") | options
            await write_orders(
                connection, self.keyring, timezone="UTC", orders=pages(orders, 2), **facts
            )

    async def bring(self, text: str):
        self.path.write_text(text)
        return await import_file(
            self.database,
            self.keyring,
            path=self.path,
            brand_id=self.ids["brand"],
            now=self.now(),
            created_by=self.ids["person"],
            terms=ReportTerms(may_shrink=True),
            complete_history=False,
        )

    async def undo(self, brought) -> None:
        await undo_import(
            self.database,
            import_id=brought.import_id,
            user_id=self.ids["person"],
            now=self.now(),
        )

    async def syncs(self) -> None:
        await self.ads(ad_days("10.005", "c1", "c2"))
        await self.ads(ad_days("11", "c1"))
        visited = replace(order(4, customer="{x, y}"), updated_at=START, email="NULL@example.com")
        # the third comes twice, as it was and as it is
        seen = [order(1), order(3), order(2, day=1, events=(refund("3", day=2),)), visited]
        await self.orders([*seen, order(3, total="12")], window=JANUARY)
        changed = [order(1, day=1, total="9.99"), order(2, day=1), order(3, total="12")]
        await self.orders(changed, window=JANUARY)
        stale = replace(visited, updated_at=START - timedelta(days=1))
        await self.orders([visited], as_of=START)
        await self.orders([stale, order(5)], as_of=START)

    async def imports(self) -> None:
        await self.bring(COSTS)
        split = await self.bring(CONVERSIONS)
        sales = await self.bring(SALES)
        first = await self.bring(ORDERS)
        fewer = await self.bring(FEWER)
        unnamed = await self.bring(UNNAMED)
        self.seen = [await contents(self.database)]
        # the shop states an order of a file, and one of another by its name
        stated = [order(901, day=35, total="10"), replace(order(7000, day=60), name="#7")]
        day = stated[1].processed_at.date()
        await self.orders(stated[:1])
        await self.orders(stated[1:], window=DayRange(day, day))
        for brought in (unnamed, fewer, first, sales, split):
            await self.undo(brought)
            self.seen.append(await contents(self.database))


async def contents(database) -> dict[str, Counter]:
    """Every table's rows, without ids that are made up and the server's times."""
    found = {}
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select format('%I.%I', table_schema, table_name) as name"
            " from information_schema.tables where table_type = 'BASE TABLE'"
            " and table_schema in ('public', 'aura') and table_name <> 'migrations'"
        )
        for table in [row["name"] for row in await cursor.fetchall()]:
            cursor = await connection.execute(
                f"select to_jsonb(t) - array['created_at', 'updated_at'] as row from {table} as t"
            )
            rows = [json.dumps(row["row"]) for row in await cursor.fetchall()]
            found[table] = Counter(
                re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id", row) for row in rows
            )
    return found


@pytest.fixture
async def brand(database, keyring, make_person, make_brand, make_integration):
    """Ids of a brand whose customers' key is made."""
    person = await make_person()
    brand_id = await make_brand(person)
    async with database.as_worker(brand_id) as connection:
        await customer_hasher(connection, keyring, brand_id=brand_id)
    platforms = {name: await make_integration(brand_id, name) for name in ("shopify", "meta")}
    return {"person": person, "brand": brand_id} | platforms


@pytest.fixture
async def copied(postgres, owner_url, brand, database):
    """The same database a second time, whose workers may make no temporary table."""
    await database.close()
    name = owner_url.rpartition("/")[2]
    postgres.run("create database {} owner aura template {}", f"{name}_copy", name)
    postgres.run("revoke temporary on database {} from public, aura_worker", f"{name}_copy")
    opened = await Database.open(postgres.url(f"{name}_copy"), pool_size=2)
    yield opened
    await opened.close()
    postgres.run("drop database {} with (force)", f"{name}_copy")


async def test_what_is_written_is_the_same(owner_url, keyring, brand, copied, tmp_path):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with copied.as_worker(brand["brand"]) as connection:
            await connection.execute("create temporary table t (n int)")
    original = await Database.open(owner_url, pool_size=2)
    for one, may in ((original, True), (copied, False)):
        async with one.as_worker(brand["brand"]) as connection:
            place = await place_of(
                connection, brand_id=brand["brand"], integration_id=brand["meta"]
            )
        assert place.may_be_temporary is may
    lives = [Brand(one, keyring, tmp_path / "f.csv", **brand) for one in (original, copied)]
    try:
        for life in lives:
            await life.syncs()
            await life.imports()
    finally:
        await original.close()
    expected, found = (life.seen for life in lives)
    assert found == expected
    for table in ("aura.entity_days", "aura.revisions", "aura.orders", "public.metrics"):
        assert found[0][table].total() > 3, table
    assert len({str(sorted(one["aura.entity_days"])) for one in expected}) == len(expected)
