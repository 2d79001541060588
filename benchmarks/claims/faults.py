"""A handful of fault scripts: no digit is wrong while platforms fail, nor once they stop."""

from __future__ import annotations

import logging

from claims.place import Claim, Place
from faults.playing import play
from faults.scripts import FIRST_START, SCENARIO, WORLDS, script_of
from sync.sandboxed import running_world

# all of one world; 15 loses a grant, 138 and 336 get answers that end in an error
SEEDS = (3, 9, 15, 117, 138, 336)


async def claim(place: Place) -> Claim:
    """Play the scripts; every round compares what is stored with what was true when it was read."""
    world_seed = 1 + SEEDS[0] % WORLDS
    verdicts = []
    # failing platforms are what is wanted here
    logging.disable(logging.CRITICAL)
    try:
        with running_world(SCENARIO, now=FIRST_START, seed=world_seed) as world:
            for seed in SEEDS:
                async with place.database() as database:
                    verdicts.append(
                        await play(script_of(seed), database, world, place.folder / "home")
                    )
    finally:
        logging.disable(logging.NOTSET)
    problems = [problem for verdict in verdicts for problem in verdict.problems]
    rounds = sum(verdict.rounds for verdict in verdicts)
    failed = sum(verdict.failed_rounds for verdict in verdicts)
    told = sum(verdict.outcome == "error" for verdict in verdicts)
    return Claim(
        "failing platforms cost no digit",
        f"{len(problems)} wrong after {len(SEEDS)} scripts of faults: {failed} of {rounds} rounds "
        f"met a platform that failed, {told} lost its permission and says so",
        "make faults RUNS=200 SEED=1",
        not problems,
        {"scripts": len(SEEDS), "rounds": rounds, "failed_rounds": failed, "wrong": len(problems)},
    )
