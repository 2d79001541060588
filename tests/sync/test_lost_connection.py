"""A connection lost in the middle of a window leaves nothing of it, and says so."""

from __future__ import annotations

import pytest

from aura.errors import DatabaseError
from aura.sync.endings import NOT_STORED
from sync.half_written import HALF_WRITTEN
from sync.held_up import in_the_middle, tables

__all__ = ["in_the_middle", "tables"]


async def terminate(watcher, pid):
    await watcher.execute("select pg_terminate_backend(%s)", [pid])


async def test_a_connection_lost_in_the_middle_of_a_window_leaves_it_unwritten(
    in_the_middle, ads, meta, sync, tables, read, clock, days_ago
):
    for ago in range(5):
        ads.state(days_ago(ago), "1")
    await sync(meta)
    before = tables()
    cursor = await read("select kind, cursor from aura.sync_state order by kind")
    for ago in range(4):
        ads.state(days_ago(ago), "2")
    clock.advance(days=1)

    working = await in_the_middle(sync(meta), terminate)
    with pytest.raises(DatabaseError, match="No connection to the database"):
        await working
    assert tables() == before
    assert await read("select kind, cursor from aura.sync_state order by kind") == cursor
    assert await read(HALF_WRITTEN) == []
    assert await read("select outcome, message from aura.sync_runs order by started_at") == [
        ("succeeded", None),
        ("try_later", NOT_STORED),
    ]
    assert await read("select 1 from aura.sync_state where leased_by is not null") == []

    clock.advance(minutes=1)
    assert (await sync(meta)).outcome == "succeeded"
    assert await read("select sum(ad_spend) from aura.brand_days") == [(4 * 2,)]
    assert await read("select count(*) from aura.revisions") == [(4,)]
