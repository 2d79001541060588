"""Wall time of a backfill by cursor against the bound that Shopify's standard plan sets.

A bucket of `size` points gets `restore_rate` back in a second, and starts full. Whoever spends
some points cannot be faster than (points - size) / restore_rate seconds: that is the bound. As
many of the newest days are read as take about the given time; the points of two years follow from
them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from claims.place import Place
from peers.trial import ANCHOR, START, Trial, aura, connected_brand
from sandbox_fixture import running_sandbox
from sync.sandboxed import World

PLAN, RATE = "standard", 100.0


async def against_the_limit(
    place: Place, folder: Path, seconds: float, points_of_all: float, days_of_all: int
) -> dict[str, Any]:
    """Bound and wall time of a slice that takes about so many seconds, bound of two years."""
    days = max(7, round(days_of_all * seconds * RATE / points_of_all))
    sandbox = running_sandbox("midsize", seed=1, anchor=ANCHOR, now=START, plan=PLAN)
    with sandbox as running, place.database_url() as url:
        world = World(running, START)
        home = folder / "home-limit"
        await connected_brand(url, world, home, platforms=("shopify",))
        run = aura(Trial(place, folder, days), world, url, home, bulk=False).sync(START)
        points = running.usage()["shopify_points"]
    bound = (points["spent"] - points["size"]) / points["restore_rate"]
    return {
        "plan": PLAN,
        "days": days,
        "points": points["spent"],
        "throttled": points["throttled"],
        "bound_seconds": round(bound, 1),
        "wall_seconds": round(run.wall, 1),
        "bound_to_wall": round(bound / run.wall, 3),
        "bound_seconds_of_all": round((points_of_all - points["size"]) / RATE),
    }
