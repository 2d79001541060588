"""The writer: windows of new and of unchanged rows against a bare COPY into the same tables.

A window is 90 days of an ad account with 40 campaigns, through `write_ad_window` as the worker:
facts, entities, metrics and rollup in one transaction, commit included. The bare COPY brings the
same finished rows of those three tables, through the same driver, past row level security. In turns
with them, the same windows where the worker may make no temporary table and sends arrays.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from multiprocessing.synchronize import Event
from typing import Any
from uuid import UUID

from loading import CAMPAIGNS, LAST, Store
from psycopg import sql
from reading import reads
from uuid_utils.compat import uuid7

from aura.model import Account, AdDay, DayRange
from aura.store.database import Connection, Database
from aura.store.windows import WindowResult, write_ad_window

WINDOW = DayRange(LAST - timedelta(days=89), LAST)
SEEN = datetime(2026, 11, 22, 3, tzinfo=UTC)
ACCOUNT = Account("act_1", "Main", "USD", "UTC")
BRANDS = 7
READERS, SECONDS = 8, 5.0
TABLES = ("aura.entity_days", "aura.brand_days", "public.metrics")


def ad_day(external_id: str, day: int, number: int) -> AdDay:
    """A made-up day of a campaign, or of the account when the id is its own."""
    amount = (number * 7919 + day * 104729) % 10007
    is_account = external_id == ACCOUNT.external_id
    return AdDay(
        "account" if is_account else "campaign",
        external_id,
        WINDOW.first + timedelta(days=day),
        "USD",
        name="Main" if is_account else f"Campaign {number}",
        status="active",
        ad_spend=Decimal(1000 + amount) / 100,
        impressions=amount * 10,
        clicks=amount % 900,
        all_clicks=amount % 950,
        conversions=Decimal(amount % 90),
        conversion_value=Decimal(amount) / 50,
        action_type="purchase",
    )


def window() -> list[AdDay]:
    """Every day of the account and of each campaign."""
    names = [ACCOUNT.external_id, *(f"c{n}" for n in range(1, CAMPAIGNS + 1))]
    return [ad_day(name, day, n) for day in range(len(WINDOW)) for n, name in enumerate(names)]


async def new_place(database: Database, person: UUID) -> tuple[UUID, UUID]:
    """A brand without a row, and its integration."""
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "insert into public.brands (user_id, name) values (%s, 'Written') returning id",
            [person],
        )
        [brand] = [row["id"] for row in await cursor.fetchall()]
        cursor = await connection.execute(
            "insert into public.integrations (brand_id, platform, status)"
            " values (%s, 'meta', 'connected') returning id",
            [brand],
        )
        [integration] = [row["id"] for row in await cursor.fetchall()]
    return brand, integration


async def write(
    database: Database, place: tuple[UUID, UUID], days: list[AdDay], night: int
) -> tuple[float, WindowResult]:
    """Seconds of a window, commit included, and what it did."""
    began = time.perf_counter()
    async with database.as_worker(place[0]) as connection:
        result = await write_ad_window(
            connection,
            brand_id=place[0],
            integration_id=place[1],
            account=ACCOUNT,
            window=WINDOW,
            days=days,
            observed_at=SEEN + timedelta(days=night),
            run_id=None,
        )
    return time.perf_counter() - began, result


async def _rows(connection: Connection, brand: UUID) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for table in TABLES:
        query = f"select * from {table} where brand_id = %s"
        found[table] = await (await connection.execute(query, [brand])).fetchall()  # type: ignore[arg-type]
        columns = found[table][0]
        for row in found[table]:
            row.update({name: None for name in columns if name == "metadata"})
    return found


async def copy_seconds(
    database: Database, rows: dict[str, list[dict[str, Any]]], place: tuple[UUID, UUID]
) -> float:
    """Seconds of COPY of a window's finished rows, for another brand, commit included."""
    prepared: dict[str, tuple[list[str], list[Sequence[Any]]]] = {}
    for table, found in rows.items():
        names = [name for name in found[0] if name != "metadata"]
        given = {"brand_id": place[0], "integration_id": place[1]}
        prepared[table] = (
            names,
            [
                [uuid7() if name == "id" else given.get(name, row[name]) for name in names]
                for row in found
            ],
        )
    began = time.perf_counter()
    async with database.as_owner() as connection:
        for table, (names, values) in prepared.items():
            # the rollup's months are what its triggers add to a bare COPY
            role = "replica" if table == "aura.brand_days" else "origin"
            await connection.execute(f"set local session_replication_role = {role}")
            statement = f"copy {table} ({', '.join(names)}) from stdin"
            async with connection.cursor().copy(statement) as copy:  # type: ignore[arg-type]
                for row in values:
                    await copy.write_row(row)
    return time.perf_counter() - began


async def _of_database(bare: Database, statement: str) -> None:
    async with bare.as_owner() as connection:
        name = sql.Identifier(connection.info.dbname)
        await connection.execute(sql.SQL(statement).format(name))  # type: ignore[arg-type]


@asynccontextmanager
async def no_temporary_tables(bare: Database) -> AsyncIterator[None]:
    """Only the superuser may make any."""
    await _of_database(bare, "revoke temporary on database {} from public, aura_worker")
    try:
        yield
    finally:
        await _of_database(bare, "grant temporary on database {} to public, aura_worker")


async def _new_and_unchanged(
    database: Database, place: tuple[UUID, UUID], days: list[AdDay]
) -> tuple[float, float]:
    new, result = await write(database, place, days, 0)
    assert result.rows_changed == len(days), result
    unchanged, result = await write(database, place, days, 1)
    assert result.rows_changed == 0, result
    return new, unchanged


async def writer(database: Database, bare: Database, store: Store) -> dict[str, float]:
    """Rows a second of new and unchanged windows and of the bare COPY, in turns."""
    days = window()
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(BRANDS):
        for name in ("", "_arrays"):
            place = await new_place(bare, store.person)
            async with no_temporary_tables(bare) if name else nullcontext():
                new, unchanged = await _new_and_unchanged(database, place, days)
            taken[f"new{name}"].append(new)
            taken[f"unchanged{name}"].append(unchanged)
        async with bare.as_owner() as connection:
            rows = await _rows(connection, place[0])
        copied = await new_place(bare, store.person)
        taken["copy"].append(await copy_seconds(bare, rows, copied))
    # the first brand warms up
    medians = {name: statistics.median(seconds[1:]) for name, seconds in taken.items()}
    return {
        "new_rows": medians["copy"] / medians["new"],
        "unchanged_rows": medians["new"] / medians["unchanged"],
        "new_rows_as_arrays": medians["new"] / medians["new_arrays"],
        "unchanged_rows_as_arrays": medians["unchanged"] / medians["unchanged_arrays"],
        "new_rows_a_second": len(days) / medians["new"],
        "unchanged_rows_a_second": len(days) / medians["unchanged"],
        "copy_rows_a_second": len(days) / medians["copy"],
    }


async def _write_at_half_speed(store: Store, started: Event, stop: Event) -> None:
    database, bare = await Database.open(store.url), await Database.open(store.superuser_url)
    days = window()
    try:
        while not stop.is_set():
            place = await new_place(bare, store.person)
            seconds, _ = await write(database, place, days, 0)
            started.set()
            await asyncio.sleep(seconds)
    finally:
        await database.close()
        await bare.close()


def _writing_process(store: Store, started: Event, stop: Event) -> None:
    asyncio.run(_write_at_half_speed(store, started, stop))


@asynccontextmanager
async def beside_writer(store: Store) -> AsyncIterator[None]:
    """A process of its own that writes new windows half of the time."""
    context = multiprocessing.get_context("spawn")
    started, stop = context.Event(), context.Event()
    process = context.Process(target=_writing_process, args=(store, started, stop))
    process.start()
    await asyncio.to_thread(started.wait)
    try:
        yield
    finally:
        stop.set()
        await asyncio.to_thread(process.join)


async def _reads_a_second(database: Database, store: Store) -> float:
    daily, done = reads(())["daily_90d"], 0
    until = time.monotonic() + SECONDS

    async def read(number: int) -> None:
        nonlocal done
        while time.monotonic() < until:
            async with database.as_user(store.person) as connection:
                await daily.ask(connection, store.own_brands[number % len(store.own_brands)])
            done += 1

    await asyncio.gather(*(read(number) for number in range(READERS)))
    return done / SECONDS


async def readers_beside_writer(store: Store) -> float:
    """Reads a second of eight readers beside a writer, against the same readers alone."""
    database = await Database.open(store.url, pool_size=READERS)
    try:
        await _reads_a_second(database, store)
        before = await _reads_a_second(database, store)
        async with beside_writer(store):
            beside = await _reads_a_second(database, store)
        after = await _reads_a_second(database, store)
    finally:
        await database.close()
    return beside / statistics.mean((before, after))
