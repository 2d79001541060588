"""A server killed as by `kill -9` in the middle of a window: no half of it, and all goes on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

import psutil
import pytest

from aura.errors import DatabaseError
from aura.store import embedded
from aura.store.database import Database
from aura.store.migrate import migrate
from aura.sync.schedule import Worker
from sync.half_written import HALF_WRITTEN
from sync.held_up import in_the_middle, tables

__all__ = ["in_the_middle", "tables"]

DAYS = 40


@pytest.fixture
def place():
    folder = Path(tempfile.mkdtemp(prefix="aura-killed-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def server(place, programs):
    """A server of its own, which a test may kill."""
    # what is committed must outlive the server, though not the machine
    server = embedded.start(place, binaries=programs, options={"fsync": "off"})
    asyncio.run(migrate(server.url))
    yield server
    server.release()


@pytest.fixture
def owner_url(server):
    return server.url


@pytest.fixture
def stated(ads, connected, days_ago):
    """What the platform says of forty days, and who reads it."""
    for ago in range(DAYS):
        ads.state(days_ago(ago), "1")
    return connected


async def kill(watcher, pid):
    os.kill(pid, signal.SIGKILL)


async def test_a_server_that_crashes_comes_back_and_the_worker_goes_on(
    stated, in_the_middle, database, keyring, connectors, clock, read
):
    """One server process killed makes PostgreSQL throw all out and recover from its log."""
    await stated()
    stop = asyncio.Event()
    worker = Worker(database, keyring, connectors, clock, poll_seconds=0.02)
    working = await in_the_middle(worker.run(stop), kill)
    async with asyncio.timeout(120):
        while not await finished(read, clock):  # noqa: ASYNC110 - the worker has no event for it
            await asyncio.sleep(0.05)
    stop.set()
    await working
    assert await read("select count(*), sum(ad_spend) from aura.brand_days") == [(DAYS, DAYS)]
    assert await read(HALF_WRITTEN) == []


async def finished(read, clock):
    """Whether the backfill has come to its end; a server that recovers cannot say."""
    clock.advance(minutes=1)
    with contextlib.suppress(DatabaseError):
        return await read("select 1 from aura.sync_state where (cursor ->> 'done')::boolean")


async def test_a_server_killed_whole_and_started_anew_has_no_half_window(
    stated, in_the_middle, place, programs, database, keyring, connectors, clock
):
    await stated()
    worker = Worker(database, keyring, connectors, clock)

    async def kill_all(_watcher, _pid):
        server = psutil.Process(
            int((place / "postgresql/data/postmaster.pid").read_text().split()[0])
        )
        # a process that outlives its server for a moment would get the lock and end the window
        for process in (server, *server.children()):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    working = await in_the_middle(worker.run(stop := asyncio.Event()), kill_all)
    stop.set()
    await working
    again = embedded.start(place, binaries=programs)
    try:
        reopened = await Database.open(again.url, pool_size=4)

        async def read(query):
            async with reopened.as_owner() as connection:
                return [
                    tuple(row.values())
                    for row in await (await connection.execute(query)).fetchall()
                ]

        assert await read(HALF_WRITTEN) == []
        assert await read("select * from aura.entity_days") == []
        clock.advance(minutes=6)
        await Worker(reopened, keyring, connectors, clock).run_due_once()
        assert await read("select count(*), sum(ad_spend) from aura.brand_days") == [(DAYS, DAYS)]
        assert await read(HALF_WRITTEN) == []
        await reopened.close()
    finally:
        again.release()
