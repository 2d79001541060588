"""A worker that is killed while it writes leaves nothing half-written, and the next one goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aura.sync.lease import LEASE
from sync.sandboxed import assert_every_night, make_connected, running_world

__all__ = ["make_connected"]

HALF_WRITTEN = """
    select 'rollup' as what, platform, date
    from (
        select i.platform, d.date, sum(d.revenue) as revenue, sum(d.ad_spend) as ad_spend
        from aura.entity_days as d
        inner join aura.entities as e on e.id = d.entity_id and e.level = 'account'
        inner join public.integrations as i on i.id = e.integration_id
        group by i.platform, d.date
    ) as facts
    full outer join aura.brand_days as b using (platform, date)
    where (facts.revenue, facts.ad_spend) is distinct from (b.revenue, b.ad_spend)
    union all
    select 'cursor', i.platform, (s.cursor ->> 'next_last')::date
    from aura.sync_state as s inner join public.integrations as i on i.id = s.integration_id
    where
        s.kind = 'backfill'
        and (s.cursor ->> 'next_last')::date < (i.metadata ->> 'known_from')::date - 1
    union all
    select 'unknown day', i.platform, m.date
    from public.metrics as m inner join public.integrations as i on i.id = m.integration_id
    where
        i.metadata ->> 'known_from' is null
        -- a refund may fall on a later day than the days that were read
        or m.date < (i.metadata ->> 'known_from')::date
"""


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
