"""A worker killed anywhere leaves what another one finishes. `make kills` tries every commit."""

from __future__ import annotations

import random

import pytest

from conftest import TEMPLATE
from faults.dying import Point
from faults.kills import START, killed, made_ground, unkilled
from faults.scripts import SCENARIO
from sync.sandboxed import running_world

COMMITS, EXCHANGES = 3, 2


@pytest.fixture(scope="module")
def ground(postgres, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with (
        running_world(SCENARIO, now=START, seed=2) as world,
        made_ground(postgres.run, postgres.url, world, TEMPLATE, home) as ground,
    ):
        yield ground


def test_a_worker_killed_anywhere_ends_with_the_tables_of_one_that_was_not(ground):
    counts, wanted = unkilled(ground)
    chance = random.Random(2)
    points = [Point("commit", chance.randint(1, counts["commit"])) for _ in range(COMMITS)]
    points += [
        Point("exchange", chance.randint(1, counts["exchange"] * 3 // 4), chance.uniform(0, 0.004))
        for _ in range(EXCHANGES)
    ]
    for point in points:
        died, tables = killed(ground, point)
        assert died, f"{point} was never reached"
        assert tables == wanted, point
    assert all(" rows, " in digest for name, digest in wanted.items() if name != "left over")
    assert wanted["left over"] == "(0, 0, 0)"
