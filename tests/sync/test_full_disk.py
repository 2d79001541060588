"""A database whose disk is full keeps nothing of a window, says so, and goes on with room."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import subprocess
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from aura.errors import DatabaseError
from aura.store import cluster
from aura.store.database import connect
from aura.store.migrate import _apply_next, migrate
from aura.store.migrations import Migration, migrations
from aura.sync.endings import NOT_STORED
from aura.sync.schedule import Worker
from conftest import TEMPLATE
from faults.kills import TABLES
from requirements import require
from sync.half_written import HALF_WRITTEN

SIZE = "40m"


@pytest.fixture
def small_disk(postgres):
    """A file system of forty megabytes that the server may write; needs root."""
    folder = Path(f"/tmp/aura-disk-{secrets.token_hex(4)}")  # noqa: S108 - where the server's user can go
    folder.mkdir()
    mounted = os.geteuid() == 0 and (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", folder], check=False
        ).returncode
        == 0
    )
    if not mounted:
        folder.rmdir()
        require("root, to mount a small file system", present=False)
    try:
        place = folder / "tables"
        place.mkdir(mode=0o700)
        account = cluster.server_account()
        assert account is not None, "root always runs the server as somebody else"
        os.chown(place, account.uid, account.gid)
        yield place
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


@pytest.fixture
def owner_url(postgres, small_disk):
    """A migrated database that lies on the small disk."""
    name = f"small_{secrets.token_hex(4)}"
    postgres.run(f"create tablespace {{}} owner aura location '{small_disk}'", name)
    try:
        postgres.run(
            f"create database {{}} owner aura template {TEMPLATE} tablespace {{}}", name, name
        )
        yield postgres.url(name)
    finally:
        postgres.run("drop database if exists {} with (force)", name)
        postgres.run("drop tablespace {}", name)


@pytest.fixture
def fill(small_disk):
    """Fills the disk to its last byte, or frees it again."""
    ballast = small_disk.parent / "ballast"

    def fill(*, is_full: bool) -> None:
        ballast.unlink(missing_ok=True)
        if is_full:
            with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))

    return fill


@pytest.fixture
def tables(owner_url):
    """A digest of every table that facts are written to."""

    def tables():
        with psycopg.connect(owner_url) as connection:
            return {
                name: connection.execute(
                    "select count(*), md5(string_agg(t::text, '|' order by t::text))"
                    f" from ({query}) as t"
                ).fetchone()
                for name, query in TABLES.items()
            }

    return tables


async def test_a_window_that_finds_no_room_is_not_there_and_comes_once_there_is(
    small_disk, fill, ads, meta, sync, tables, read, clock, caplog
):
    for ago in range(5):
        for campaign in range(60):
            ads.state(clock().date() - timedelta(days=ago), "1", campaign=f"c{campaign}")
    await sync(meta)
    before = tables()
    for ago in range(5):
        for campaign in range(400):
            ads.state(clock().date() - timedelta(days=ago), "2", campaign=f"c{campaign}")

    fill(is_full=True)
    with pytest.raises(DatabaseError, match=r"disk of the database server at .* is full; nothing"):
        await sync(meta)
    fill(is_full=False)
    assert tables() == before
    assert await read(HALF_WRITTEN) == []
    runs = await read("select outcome, message from aura.sync_runs order by started_at, id")
    assert runs[0] == ("succeeded", None)
    # that it failed is written down unless even that found no room
    assert runs[1:] in ([("try_later", NOT_STORED)], [("running", None)])

    clock.advance(minutes=6)
    assert (await sync(meta)).outcome == "succeeded"
    assert await read(
        "select e.level, count(*), sum(d.ad_spend) from aura.entity_days as d"
        " inner join aura.entities as e on e.id = d.entity_id group by e.level order by e.level"
    ) == [("campaign", 4 * 400, 2 * 4 * 400)]


async def test_a_worker_outlives_a_full_disk(
    small_disk, fill, ads, meta, database, keyring, connectors, clock, read, caplog
):
    for ago in range(40):
        for campaign in range(100):
            ads.state(clock().date() - timedelta(days=ago), "1", campaign=f"c{campaign}")
    worker = Worker(database, keyring, connectors, clock, poll_seconds=0.02)
    stop = asyncio.Event()

    async def until(condition):
        async with asyncio.timeout(120):
            while not await condition():  # noqa: ASYNC110 - the worker has no event for it
                await asyncio.sleep(0.02)

    async def complained():
        return "is full" in caplog.text

    async def done():
        clock.advance(minutes=1)
        return await read("select 1 from aura.sync_state where (cursor ->> 'done')::boolean")

    fill(is_full=True)
    working = asyncio.create_task(worker.run(stop))
    await until(complained)
    fill(is_full=False)
    await until(done)
    stop.set()
    await working
    assert await read("select count(*), sum(ad_spend) from aura.entity_days") == [(4000, 4000)]
    assert await read(HALF_WRITTEN) == []


async def test_a_migration_that_finds_no_room_leaves_no_trace(owner_url, fill):
    big = Migration(
        "29991231235959",
        "big",
        "create table aura.big as select n, repeat('x', 200) from generate_series(1, 100000) as n;",
    )
    async with await connect(owner_url, autocommit=True) as connection:
        # so that the server has written what every new connection reads
        async with await connect(owner_url):
            fill(is_full=True)
        with pytest.raises(DatabaseError, match=r"_big failed and left no trace.* disk is full"):
            await _apply_next(connection, [*migrations(), big])
    fill(is_full=False)
    async with await connect(owner_url) as connection:
        cursor = await connection.execute("select to_regclass('aura.big') as big")
        assert (await cursor.fetchone())["big"] is None
    assert await migrate(owner_url) == []
