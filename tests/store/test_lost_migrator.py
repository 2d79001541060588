"""A migrator that loses its connection, and another one that waits for it."""

from __future__ import annotations

import asyncio

import pytest

from aura.errors import DatabaseError
from aura.store.database import connect
from aura.store.migrate import _apply_next, migrate
from aura.store.migrations import Migration, migrations
from store.test_migrate import HISTORY, VERSIONS, later, relations, rows


async def seen(url: str, condition: str, answer: str = "pid"):
    """What is asked of another connection to the same database, once there is one of that kind."""
    async with asyncio.timeout(120), await connect(url, autocommit=True) as connection:
        while True:
            cursor = await connection.execute(
                f"select {answer} from pg_stat_activity where datname = current_database()"
                f" and pid <> pg_backend_pid() and {condition}"
            )
            if found := await cursor.fetchall():
                return found
            await asyncio.sleep(0.02)


ASLEEP = "wait_event = 'PgSleep'"


async def end(url: str):
    """End the connection that sleeps, once one does."""
    await seen(url, ASLEEP, "pg_terminate_backend(pid)")


async def test_a_connection_lost_within_a_migration_leaves_no_half_of_it(owner_url):
    before = await relations(owner_url), await rows(owner_url, HISTORY)
    half = "create table aura.half (id int primary key);"
    async with await connect(owner_url, autocommit=True) as connection:
        losing = asyncio.create_task(end(owner_url))
        with pytest.raises(DatabaseError, match=r"lost during .*_later .*then migrate again"):
            await _apply_next(connection, later(half + "select pg_sleep(30);"))
        await losing
    assert (await relations(owner_url), await rows(owner_url, HISTORY)) == before
    async with await connect(owner_url, autocommit=True) as connection:
        assert await _apply_next(connection, later(half)) == "29991231235959"
    assert {"nspname": "aura", "relname": "half"} in await relations(owner_url)


async def test_a_migrator_that_waits_for_another_one_finds_its_work_done(empty_url):
    """The second one comes in the middle of the first's, which is then lost."""
    first = [Migration("20000101000000", "slow", "select pg_sleep(30);"), *migrations()]

    async def first_migrator():
        async with await connect(empty_url, autocommit=True) as connection:
            await _apply_next(connection, first)

    lost = asyncio.create_task(first_migrator())
    await seen(empty_url, ASLEEP)
    second = asyncio.create_task(migrate(empty_url))
    await seen(empty_url, "wait_event_type = 'Lock' and wait_event = 'advisory'")
    await end(empty_url)
    with pytest.raises(DatabaseError, match="lost during migration 20000101000000_slow"):
        await lost
    assert await second == VERSIONS
