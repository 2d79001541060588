"""Workers killed by SIGKILL: before every commit in turn, and at RUNS random points from SEED.

Each is resumed once its lease has run out; in the end metrics, entity days, orders, refunds and
brand days must be those of a worker that nobody killed. Last line: JSON. Ends with 1 when a table
differs.
"""

from __future__ import annotations

import json
import logging
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

# as pytest does it: what tests share is found by its folder
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from claims.place import made_place
from conftest import TEMPLATE
from faults.dying import Point
from faults.kills import START, killed, made_ground, unkilled
from faults.scripts import SCENARIO
from sync.sandboxed import running_world


def points(counts: dict[str, int], runs: int, seed: int) -> Iterator[Point]:
    for number in range(1, counts["commit"] + 1):
        yield Point("commit", number)
    chance = random.Random(f"kills {seed}")
    for _ in range(runs):
        number = chance.randint(1, counts["exchange"])
        yield Point("exchange", number, chance.uniform(0, 0.004))


def main() -> int:
    runs, seed = int(os.environ.get("RUNS", "100")), int(os.environ.get("SEED", "1"))
    logging.disable(logging.CRITICAL)
    done = survived = dead = 0
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="aura-kills-"))
        Path(name).chmod(0o711)
        postgres = stack.enter_context(made_place(Path(name))).postgres
        world = stack.enter_context(running_world(SCENARIO, now=START, seed=1 + seed % 3))
        home = Path(name) / "home"
        ground = stack.enter_context(made_ground(postgres.run, postgres.url, world, TEMPLATE, home))
        counts, wanted = unkilled(ground)
        print(f"a sync has {counts['commit']} commits and {counts['exchange']} exchanges")
        for point in points(counts, runs, seed):
            died, tables = killed(ground, point)
            done, dead, survived = done + 1, dead + died, survived + (tables == wanted)
            for table in wanted:
                if tables[table] != wanted[table]:
                    print(f"{point}: {table} has {tables[table]}, not {wanted[table]}", flush=True)
    print(f"{dead} workers died of {done}")
    print(
        json.dumps({"runs": done, "survived": survived, "different": done - survived, "seed": seed})
    )
    return 0 if survived == done else 1


if __name__ == "__main__":
    sys.exit(main())
