"""A run's record says how often the platform was really asked, tries that failed among them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from sync.sandboxed import make_connected, running_world

__all__ = ["make_connected"]

START = datetime(2026, 11, 10, 10, tzinfo=UTC)
RUNS = "select kind, requests from aura.sync_runs where brand_id = %(brand_id)s order by id"


async def test_every_request_of_a_run_is_counted_and_so_is_a_retry(make_connected, caplog):
    with running_world("tiny", now=START, seed=2) as world:
        async with make_connected(world, platforms=["shopify", "meta"]) as brand:
            await brand.sync()
            brand.world.sandbox.faults({"match": "/meta", "kind": "500", "times": 1})
            before = await brand.rows(RUNS, brand_id=brand.brand_id)
            caplog.set_level(logging.INFO, "httpx")
            caplog.clear()
            results = await brand.night()

    said = [one.getMessage() for one in caplog.records if one.name == "httpx"]
    asked = [one for one in said if "/__clock" not in one]
    recorded = (await brand.rows(RUNS, brand_id=brand.brand_id))[len(before) :]
    assert {one["kind"] for one in before} == {"daily", "backfill"}
    assert all(one["requests"] > 0 for one in before)
    # with the protocol before it: a port may have these digits too
    assert sum("HTTP/1.1 500" in one for one in asked) == 1
    assert sum(one["requests"] for one in recorded) == len(asked)
    assert sum(one.requests for one in results) == len(asked)
