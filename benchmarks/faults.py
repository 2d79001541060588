"""Fault scripts against a real sandbox and a real PostgreSQL: RUNS of them from SEED on.

A script that does not end as it must is printed with its seed; `make faults RUNS=1 SEED=n` plays
it again. Last line: JSON. `exact`: every number equals the truth; `error`: a grant ended for good,
Aura says so, and all else is exact; `silent_loss`: anything else. Ends with 1 when there is any.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

# as pytest does it: what tests share is found by its folder
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from claims.place import Place, made_place
from faults.playing import Verdict, play
from faults.scripts import FIRST_START, SCENARIO, script_of
from sync.sandboxed import World, running_world


async def played(
    place: Place, worlds: dict[int, World], stack: contextlib.ExitStack, seed: int
) -> Verdict:
    script = script_of(seed)
    number = script.world_seed
    if number not in worlds:
        started = running_world(SCENARIO, now=FIRST_START, seed=number)
        worlds[number] = stack.enter_context(started)
    async with place.database() as database:
        try:
            return await play(script, database, worlds[number], place.folder / "home")
        except Exception:  # noqa: BLE001 - one script must not hide the others
            return Verdict(seed, "silent_loss", [traceback.format_exc()])


def report(verdict: Verdict) -> None:
    if os.environ.get("VERBOSE"):
        rounds = f"{verdict.failed_rounds} of {verdict.rounds} rounds failed"
        print(f"seed {verdict.seed}: {verdict.outcome}, {rounds}", flush=True)
    for problem in verdict.problems:
        print(f"seed {verdict.seed}: {problem}", flush=True)
    if verdict.problems:
        print(f"replay: make faults RUNS=1 SEED={verdict.seed}", flush=True)


def main() -> int:
    runs, first = int(os.environ.get("RUNS", "200")), int(os.environ.get("SEED", "1"))
    logging.disable(logging.CRITICAL)
    outcomes: Counter[str] = Counter()
    rounds = failed = 0
    worlds: dict[int, World] = {}
    with (
        tempfile.TemporaryDirectory(prefix="aura-faults-") as name,
        contextlib.ExitStack() as stack,
    ):
        Path(name).chmod(0o711)
        place = stack.enter_context(made_place(Path(name)))
        for seed in range(first, first + runs):
            verdict = asyncio.run(played(place, worlds, stack, seed))
            outcomes[verdict.outcome] += 1
            rounds, failed = rounds + verdict.rounds, failed + verdict.failed_rounds
            report(verdict)
    print(f"{rounds} rounds of the worker, {failed} of them with a platform that failed")
    counts = {name: outcomes[name] for name in ("exact", "error", "silent_loss")}
    print(json.dumps({"runs": runs, **counts, "seed": first}))
    return 1 if outcomes["silent_loss"] else 0


if __name__ == "__main__":
    sys.exit(main())
