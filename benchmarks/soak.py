"""Ten workers on some brands, one killed every half second, for MINUTES=10 from SEED=1.

Round after round must leave the tables of one worker that nobody disturbed. Last line: JSON, with
the longest time in seconds that a worker took to stop when it was told to. Ends with 1 when a table
differs or a worker that was told to stop did not end well.
"""

from __future__ import annotations

import json
import logging
import os
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

# as pytest does it: what tests share is found by its folder
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from claims.place import made_place
from conftest import TEMPLATE
from faults.kills import START
from faults.scripts import SCENARIO
from faults.soak import WORKERS, Field, disturbed, undisturbed
from sync.sandboxed import running_world


def main() -> int:
    minutes, seed = float(os.environ.get("MINUTES", "10")), int(os.environ.get("SEED", "1"))
    logging.disable(logging.CRITICAL)
    chance = random.Random(f"soak {seed}")
    rounds = same = killed = ended_well = 0
    slowest = 0.0
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="aura-soak-"))
        Path(name).chmod(0o711)
        postgres = stack.enter_context(made_place(Path(name))).postgres
        world = stack.enter_context(running_world(SCENARIO, now=START, seed=1 + seed % 3))
        field = Field(postgres.run, postgres.url, world, TEMPLATE, Path(name) / "home")
        wanted = undisturbed(field)
        ends_at = time.monotonic() + 60 * minutes
        while time.monotonic() < ends_at:
            found = disturbed(field, chance)
            rounds, killed = rounds + 1, killed + found.killed
            same += found.tables == wanted
            ended_well += found.exit_codes == {0}
            slowest = max(slowest, *found.stopped_in)
            for table, digest in wanted.items():
                if found.tables[table] != digest:
                    print(f"round {rounds}: {table} has {found.tables[table]}, not {digest}")
            print(f"round {rounds}: {found.killed} killed, {WORKERS} at work", flush=True)
    figures = {"minutes": minutes, "rounds": rounds, "killed": killed, "different": rounds - same}
    figures |= {"ended_badly": rounds - ended_well, "stop_seconds": round(slowest, 1)}
    figures["seed"] = seed
    print(json.dumps(figures))
    return 0 if same == ended_well == rounds else 1


if __name__ == "__main__":
    sys.exit(main())
