"""Many brands, many workers: nobody starves, nothing is read twice, a stop leaves order."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from aura.sync.endings import STOPPED
from aura.sync.schedule import Worker
from sandbox_fixture import running_sandbox
from sync.half_written import HALF_WRITTEN
from sync.sandboxed import World, assert_every_night, make_connected, running_world

__all__ = ["make_connected"]

AURA = Path(sys.executable).with_name("aura")
START = datetime(2026, 11, 20, 10, tzinfo=UTC)


async def test_a_long_backfill_gives_way_to_another_brands_daily_sync(make_connected, owner_url):
    """As many windows as there are hands may pass before the other brand has its turn, no more."""
    with running_world("plain", now=START, seed=5) as world:
        async with (
            make_connected(world, platforms=("meta", "google_ads")) as long,
            make_connected(world, platforms=("meta",)) as other,
        ):
            waiting = other.integrations["meta"]
            async with other.database.as_owner() as connection:
                await connection.execute(
                    "update aura.sync_state set due_at = null where brand_id = %s",
                    (other.brand_id,),
                )
            stored = []

            def note(progress):
                stored.append((progress.integration_id, progress.kind))
                if Counter(kind for _, kind in stored)["backfill"] == 1 and len(stored) < 100:
                    with psycopg.connect(owner_url) as connection:
                        connection.execute(
                            "update aura.sync_state set due_at = %s"
                            " where integration_id = %s and kind = 'daily'",
                            (world(), waiting),
                        )

            worker = Worker(
                long.database,
                long.keyring,
                long.connectors,
                world,
                backfill_days=400,
                concurrency=2,
                progress=note,
            )
            results = await worker.run_due_once()

    assert {one.outcome for one in results} == {"succeeded"}
    begun = next(n for n, (_, kind) in enumerate(stored) if kind == "backfill")
    served = stored.index((waiting, "daily"))
    assert served - begun <= 1 + 2
    assert [kind for _, kind in stored[served:]].count("backfill") >= 4, "it was a long one"


@pytest.mark.parametrize("number", [1, 3])
async def test_days_of_downtime_are_caught_up_once_by_each_and_the_longest_overdue_first(
    make_connected, database, number
):
    with running_world("plain", now=START, seed=6) as world:
        async with (
            make_connected(world, platforms=("meta", "google_ads")) as first,
            make_connected(world, platforms=("meta", "shopify")) as second,
        ):
            await first.sync()
            nights = [world()]
            world.set_clock(world() + timedelta(days=5))
            overdue = await first.rows(
                "select integration_id from aura.sync_state where kind = 'daily' order by due_at"
            )
            workers = [
                Worker(database, first.keyring, first.connectors, world, concurrency=1)
                for _ in range(number)
            ]
            rounds = await asyncio.gather(*(worker.run_due_once() for worker in workers))
            done = [one for results in rounds for one in results]
            assert Counter((one.integration_id, one.kind) for one in done) == {
                (row["integration_id"], "daily"): 1 for row in overdue
            }
            begun = await first.rows(
                "select integration_id, first_day, last_day from aura.sync_runs"
                " where started_at = %(now)s order by id",
                now=world(),
            )
            # several take their work in this order too, but whose run is noted first is chance
            if number == 1:
                assert [row["integration_id"] for row in begun] == [
                    row["integration_id"] for row in overdue
                ]
            await assert_every_night(first, [*nights, world()])
            await assert_every_night(second, [*nights, world()])


@pytest.fixture
def real_world():
    """A sandbox of today, for processes whose clock is the real one."""
    now = datetime.now(UTC)
    with running_sandbox("plain", seed=5, anchor=now.date(), now=now) as sandbox:
        yield World(sandbox, now)


@pytest.fixture
def start_worker(owner_url, keyring, tmp_path):
    """Starts `aura worker` on this test's database; it is ended in the end, whatever happens."""
    started = []

    def start_worker(world):
        environment = os.environ | world.sandbox.settings()
        environment |= {"AURA_HOME": str(tmp_path), "AURA_DATABASE_URL": owner_url}
        environment |= {"AURA_TOKEN_KEYS": keyring.text(), "AURA_BACKFILL_DAYS": "400"}
        with (tmp_path / "worker.log").open("w") as log:
            process = subprocess.Popen(
                [AURA, "worker"], env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        started.append(process)
        assert process.stdout.readline() == "Aura's worker is ready.\n"
        return process

    yield start_worker
    for process in started:
        process.kill()
        process.communicate()


async def until(brand, condition):
    """Waits until there is a row of that kind."""
    async with asyncio.timeout(120):
        while not await brand.rows(condition):  # noqa: ASYNC110 - another process has no event
            await asyncio.sleep(0.05)


async def assert_left_in_order(brand):
    """Nobody holds anything, nothing runs, nothing is half-written, the rest is due at once."""
    assert await brand.rows("select 1 from aura.sync_state where leased_by is not null") == []
    assert await brand.rows("select 1 from aura.sync_runs where outcome = 'running'") == []
    assert await brand.rows(HALF_WRITTEN) == []
    assert await brand.rows(
        "select 1 from aura.sync_state"
        " where kind = 'backfill' and not coalesce((cursor ->> 'done')::boolean, false)"
        " and due_at <= now()"
    )


async def test_a_worker_told_to_stop_ends_with_the_window_it_writes(
    make_connected, real_world, start_worker
):
    async with make_connected(real_world, platforms=("google_ads",)) as brand:
        process = start_worker(real_world)
        await until(
            brand, "select 1 from aura.sync_state where kind = 'backfill' and days_done > 0"
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0
        if await brand.rows("select 1 from aura.sync_state where (cursor ->> 'done')::boolean"):
            pytest.fail("the backfill was too short to be stopped")
        await assert_left_in_order(brand)
        # the sandbox's clock shows whole seconds: this one is past the moment the rest became due
        real_world.set_clock(datetime.now(UTC) + timedelta(seconds=1))
        await brand.sync()
        assert await brand.rows("select 1 from aura.sync_state where (cursor ->> 'done')::boolean")


async def test_a_worker_told_to_stop_does_not_wait_for_a_platform_that_hangs(
    make_connected, real_world, start_worker
):
    async with make_connected(real_world, platforms=("meta",)) as brand:
        real_world.sandbox.faults(
            {"match": "/meta", "kind": "timeout", "times": 1000, "seconds": 600}
        )
        process = start_worker(real_world)
        await until(brand, "select 1 from aura.sync_runs where outcome = 'running'")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0
        await assert_left_in_order(brand)
        runs = await brand.rows("select distinct outcome, message from aura.sync_runs")
        assert [tuple(row.values()) for row in runs] == [("try_later", STOPPED)]
