"""A worker that is killed while it writes leaves nothing half-written, and the next one goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aura.sync.lease import LEASE
from sync.half_written import HALF_WRITTEN
from sync.sandboxed import assert_every_night, make_connected, running_world

__all__ = ["make_connected"]


async def die_in_window(number, *, url, keyring, world, home):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("dying_worker.py")),
        *(url, world().isoformat(), str(number)),
        env={
            **os.environ,
            **world.sandbox.settings(),
            "AURA_HOME": str(home),
            "AURA_TOKEN_KEYS": keyring.text(),
        },
    )
    assert await process.wait() == -signal.SIGKILL


async def test_a_worker_killed_in_any_window_leaves_it_unwritten_and_the_end_is_the_truth(
    make_connected, owner_url, keyring, tmp_path
):
    start = datetime(2026, 11, 20, 10, tzinfo=UTC)
    with running_world("plain", now=start, seed=5) as world:
        async with make_connected(world) as brand:
            for number in (1, 2, 4, 7):
                await die_in_window(
                    number, url=owner_url, keyring=keyring, world=world, home=tmp_path
                )
                assert await brand.rows(HALF_WRITTEN) == []
                assert await brand.rows("select 1 from aura.sync_runs where outcome = 'running'")
                # nobody gives a dead worker's leases back: they run out
                world.set_clock(world() + LEASE + timedelta(seconds=1))
            await brand.sync()

            assert await brand.rows("select 1 from aura.sync_runs where outcome = 'running'") == []
            await brand.night()
            await assert_every_night(brand, [world()])
