"""Clocks that jump: work, leases and cursors follow the database's time, and heal afterwards."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from aura.errors import DatabaseError
from aura.store import sync_state
from aura.store.clock import DatabaseClock, running_clock
from aura.store.database import Database, connect
from aura.sync.lease import LEASE
from aura.sync.schedule import Worker

NEAR = timedelta(minutes=15)


@pytest.fixture
async def jump(owner_url):
    """Sets the clock of the database that is opened next, as far as its statements can see."""
    async with await connect(owner_url, autocommit=True) as connection:
        name = connection.info.dbname
        for statement in (
            "create schema jumped",
            "create table jumped.far (far interval)",
            "insert into jumped.far values ('0')",
            """
            create function jumped.clock_timestamp() returns timestamptz language sql as
            'select pg_catalog.clock_timestamp() + far from jumped.far'
            """,
            f'alter database "{name}" set search_path = jumped, pg_catalog, public',
        ):
            await connection.execute(statement)

    async def jump(far):
        async with await connect(owner_url, autocommit=True) as connection:
            await connection.execute("update jumped.far set far = %s", (far,))

    return jump


@pytest.fixture
async def jumped(jump, owner_url):
    opened = await Database.open(owner_url, pool_size=2)
    yield opened
    await opened.close()


async def test_the_time_is_the_databases(jump, jumped):
    await jump(timedelta(days=3))
    async with running_clock(jumped) as clock:
        assert abs(clock() - datetime.now(UTC) - timedelta(days=3)) < NEAR
        await jump(timedelta(days=-400))
        assert abs(clock() - datetime.now(UTC) - timedelta(days=3)) < NEAR, "it was not read since"
        await clock.read()
        assert abs(clock() - datetime.now(UTC) + timedelta(days=400)) < NEAR


async def test_what_needs_the_right_day_waits_while_two_clocks_disagree(jump, jumped):
    async with running_clock(jumped) as clock:
        assert clock.agreed() - clock() < NEAR
        await jump(timedelta(minutes=-40))
        await clock.read()
        assert abs(clock.agreed() - datetime.now(UTC) + timedelta(minutes=40)) < timedelta(
            minutes=9
        )
        for far in (timedelta(days=2), timedelta(days=-2)):
            await jump(far)
            await clock.read()
            with pytest.raises(DatabaseError, match=r"Set the wrong one right; "):
                clock.agreed()


async def test_a_worker_does_nothing_on_a_wrong_day_and_goes_on_by_itself(
    jump, jumped, ads, connected, keyring, connectors, read, caplog, clock
):
    clock.now = datetime.now(UTC)
    # West of Greenwich today has not begun everywhere: the day before has.
    ads.state(clock().date() - timedelta(days=1), "7")
    await connected()
    await jump(timedelta(days=2))
    told = DatabaseClock(jumped)
    await told.read()
    stop = asyncio.Event()
    worker = Worker(
        jumped, keyring, connectors, told.agreed, poll_seconds=0.02, progress=lambda _: stop.set()
    )
    async with asyncio.timeout(120):
        working = asyncio.create_task(worker.run(stop))
        while "nothing is synced" not in caplog.text:  # noqa: ASYNC110 - a worker has no such event
            await asyncio.sleep(0.02)
        assert await read("select * from aura.sync_runs") == []
        await jump(timedelta(0))
        await told.read()
        await working
    assert await read("select value from public.metrics where metric_type = 'ad_spend'") == [(7,)]


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(days=400)])
async def test_what_was_read_by_a_clock_that_was_ahead_is_right_in_the_end(
    ads, shop, connected, database, keyring, connectors, clock, read, ahead
):
    def live_a_day():
        day = clock().date()
        for ago in range(3):
            ads.state(day - timedelta(days=ago), str(day.day + ago))
        shop.sell(f"{day}", clock(), total=str(day.day))

    worker = Worker(database, keyring, connectors, clock)
    for _ in range(3):
        live_a_day()
        clock.advance(days=1)
    await connected("meta")
    await connected("shopify")
    await worker.run_due_once()
    live_a_day()

    right = clock()
    clock.advance(days=ahead.days)
    await worker.run_due_once()
    clock.now = right
    for _ in range(4):
        clock.advance(days=1)
        live_a_day()
        results = await worker.run_due_once()
        assert {(one.platform, one.outcome) for one in results} == {
            ("meta", "succeeded"),
            ("shopify", "succeeded"),
        }
    assert await read(
        "select date, value from public.metrics where metric_type = 'ad_spend' order by date"
    ) == sorted((day.date, day.ad_spend) for day in ads.days["1"])
    assert await read(
        "select date, value from public.metrics where metric_type = 'revenue' and value <> 0"
        " order by date"
    ) == sorted((one.processed_at.date(), one.sales.gross_sales) for one in shop.orders.values())
    assert await read(
        "select distinct (metadata ->> 'known_through')::date, last_sync_at"
        " from public.integrations"
    ) == [(clock().date(), clock())]


async def test_a_lease_of_a_clock_that_was_ahead_does_not_hold_for_days(
    meta, database, clock, read
):
    async def take(owner):
        async with database.as_worker(None) as connection:
            return await sync_state.take(
                connection, owner=owner, now=clock(), leased_until=clock() + LEASE
            )

    right = clock()
    clock.advance(days=2)
    assert await take("ahead") is not None
    assert await take("another") is None
    clock.now = right
    assert await take("another") is not None
    assert await read("select distinct leased_by from aura.sync_state") == [("another",)]
