"""Records of syncs: all of the last quarter, before that the last success of each day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aura.store import sync_runs
from aura.store.sync_runs import RUNS_KEPT
from aura.store.sync_state import Work

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LONG_AGO = NOW - RUNS_KEPT - timedelta(days=3)


async def test_old_runs_are_thinned_to_one_a_day_and_newer_ones_are_all_kept(
    database, make_person, make_brand, make_integration
):
    brand = await make_brand(await make_person())
    mine, other = [await make_integration(brand, platform) for platform in ("shopify", "meta")]
    moments = [
        (LONG_AGO, "succeeded"),
        (LONG_AGO + timedelta(minutes=5), "try_later"),
        (LONG_AGO + timedelta(minutes=10), "succeeded"),
        # nothing succeeded any more on that day
        (LONG_AGO + timedelta(days=1), "try_later"),
        (NOW - timedelta(days=2), "succeeded"),
        (NOW - timedelta(days=2, minutes=-5), "succeeded"),
    ]
    async with database.as_worker(brand) as connection:
        # the other one is not synced any more, so nobody tidies up after it
        for integration, begun in ((mine, moments), (other, moments[:3])):
            for at, outcome in begun:
                work = Work(brand, integration, "daily")
                run = await sync_runs.start_run(connection, work, now=at)
                await sync_runs.finish_run(
                    connection, run, outcome=outcome, message=None, requests=1, now=at
                )
        await sync_runs.start_run(connection, Work(brand, mine, "backfill"), now=NOW)
        await sync_runs.start_run(connection, Work(brand, mine, "daily"), now=NOW)
        cursor = await connection.execute(
            "select integration_id, kind, started_at, outcome from aura.sync_runs order by 3"
        )
        rows = await cursor.fetchall()
    kept = [
        (row["started_at"], row["outcome"])
        for row in rows
        if (row["integration_id"], row["kind"]) == (mine, "daily")
    ]
    assert kept == [*moments[2:], (NOW, "running")]
    assert sum(row["integration_id"] == other for row in rows) == 3
