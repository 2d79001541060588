"""A worker killed at a handful of points: another one finishes, and nothing tells them apart."""

from __future__ import annotations

import asyncio
import logging
import random

from claims.place import Claim, Place
from conftest import TEMPLATE
from faults.dying import Point
from faults.kills import START, killed, made_ground, unkilled
from faults.scripts import SCENARIO
from sync.sandboxed import running_world

COMMITS, EXCHANGES = 4, 2


async def claim(place: Place) -> Claim:
    """In a thread: the workers' parent makes event loops of its own."""
    logging.disable(logging.CRITICAL)
    try:
        return await asyncio.to_thread(_claim, place)
    finally:
        logging.disable(logging.NOTSET)


def _claim(place: Place) -> Claim:
    postgres, home = place.postgres, place.folder / "home"
    with (
        running_world(SCENARIO, now=START, seed=2) as world,
        made_ground(postgres.run, postgres.url, world, TEMPLATE, home) as ground,
    ):
        counts, wanted = unkilled(ground)
        chance = random.Random(2)
        points = [Point("commit", chance.randint(1, counts["commit"])) for _ in range(COMMITS)]
        points += [
            Point("exchange", chance.randint(1, counts["exchange"] * 3 // 4), 0.001)
            for _ in range(EXCHANGES)
        ]
        ends = [killed(ground, point) for point in points]
    survived = sum(tables == wanted for _, tables in ends)
    died = sum(was_killed for was_killed, _ in ends)
    return Claim(
        "a worker killed anywhere loses nothing",
        f"{survived} of {len(points)} kill points survived, of {counts['commit']} commits and "
        f"{counts['exchange']} exchanges",
        "make kills RUNS=100 SEED=1",
        survived == died == len(points),
        {"points": len(points), "died": died, "survived": survived},
    )
