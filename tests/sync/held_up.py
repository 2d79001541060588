"""Holding a worker up in the middle of a window, and what its tables say."""

from __future__ import annotations

import asyncio
import contextlib

import psycopg
import pytest

from faults.kills import TABLES


@pytest.fixture
def tables(owner_url):
    """What every table says that facts are written to."""

    def tables():
        with psycopg.connect(owner_url) as connection:
            return {
                name: sorted(connection.execute(f"select t::text from ({query}) as t").fetchall())
                for name, query in TABLES.items()
            }

    return tables


@pytest.fixture
def in_the_middle(owner_url):
    """Does something to the server process that writes a window, which a lock holds up half-way.

    Facts and revisions are written by then; rollup and metrics are not.
    """

    async def in_the_middle(work, act):
        holder = await psycopg.AsyncConnection.connect(owner_url)
        # closed, not committed: what is done may have taken the holder's own server process as well
        async with contextlib.AsyncExitStack() as held:
            held.push_async_callback(holder.close)
            await holder.execute("lock table aura.brand_days in access exclusive mode")
            working = asyncio.ensure_future(work)
            async with (
                asyncio.timeout(120),
                await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as watcher,
            ):
                while True:
                    cursor = await watcher.execute(
                        "select pid from pg_locks where not granted"
                        " and relation = 'aura.brand_days'::regclass"
                    )
                    if found := await cursor.fetchone():
                        break
                    await asyncio.sleep(0.02)
                await act(watcher, found[0])
            return working

    return in_the_middle
