"""How good the insights are: the engine, usual rules, chance and an oracle on the same worlds.

`python benchmarks/insights/run.py [BRANDS] [SEED,…] [NOISE,…]`: brands for each generator, noise
and seed. The parameters were chosen on seeds over 1000, never on these. The last line is JSON.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import budget
import engine_run
import market
import rivals
import rough
import steady
from scoring import Alert, Tally, rows, score

GENERATORS = {"steady": steady.make, "rough": rough.make, "market": market.make}
NOISES = (0.06, 0.20, 0.40)
RIVALS = {"z-score 28 days": rivals.z_score, "week over week 30 %": rivals.week_over_week}
# of each kind and family, for each of the starts (`make bench-budget` takes more of them)
_BUDGET_WORLDS = 2
Task = tuple[str, int, int, float]


def look(task: Task) -> tuple[Task, dict[str, list[Alert]], float]:
    name, seed, number, noise = task
    world = GENERATORS[name](seed, number, noise)
    started = time.process_time()
    said = {"aura": engine_run.alerts(world)}
    spent = time.process_time() - started
    said["chance"] = rivals.chance(world, max(len(said["aura"]), 1), number)
    said["oracle"] = rivals.oracle(world)
    if noise == NOISES[0]:
        said |= {name: rival(world) for name, rival in RIVALS.items()}
    return task, said, spent


def measure(
    brands: int, seeds: list[int], noises: tuple[float, ...] = NOISES
) -> tuple[dict[Any, Tally], float]:
    """Tallies by method, generator and noise; seconds of CPU of the engine for a brand."""
    tasks = [
        (name, seed, number, noise)
        for noise in noises
        for name in GENERATORS
        for seed in seeds
        for number in range(brands)
    ]
    tallies: dict[Any, Tally] = {}
    seconds = 0.0
    with ProcessPoolExecutor(2) as pool:
        for task, said, spent in pool.map(look, tasks, chunksize=2):
            name, seed, number, noise = task
            world = GENERATORS[name](seed, number, noise)
            for method, alerts in said.items():
                for key in ((method, name, noise), (method, "all", noise)):
                    score(tallies.setdefault(key, Tally()), world, alerts)
            seconds += spent
    return tallies, seconds / len(tasks)


def main() -> None:
    brands = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    seeds = [int(seed) for seed in (sys.argv[2] if len(sys.argv) > 2 else "1,2,3").split(",")]
    noises = tuple(map(float, sys.argv[3].split(","))) if len(sys.argv) > 3 else NOISES
    tallies, seconds = measure(brands, seeds, noises)
    figures: dict[str, Any] = {"brands": brands, "seeds": seeds}
    for (method, name, noise), tally in sorted(tallies.items(), key=lambda item: str(item[0])):
        found = rows(tally)
        figures[f"{method}, {name}, {noise}"] = {
            key: round(value, 3) if isinstance(value, float) else value
            for key, value in found.items()
        }
        print(
            f"{method:20s} {name:7s} noise {noise:.2f}: F1 {found['f1']:.2f}, claim precision "
            f"{found['claim_precision']:.2f}, recall {found['recall']:.2f}, strict "
            f"{found['strict_precision']:.2f}, false {found['false_per_brand_month']:.3f} a "
            f"brand-month ({found['false_near_holidays']:.3f} near holidays), by money "
            f"{found['money_recall']:.2f}, {found['delay_median']:.0f} days (p90 "
            f"{found['delay_p90']:.0f}), calibration {found['calibration_error']:.2f}, coverage "
            f"{found['coverage']:.2f}, {found['alerts']} claims, {found['detectable']} events; of "
            f"{found['outages']} outages {found['outage_recognised']:.2f} recognised, "
            f"{found['outage_wrong']:.2f} wrong",
            flush=True,
        )
    best = max(rows(tallies[rival, "all", NOISES[0]])["f1"] for rival in RIVALS)
    own, top = (rows(tallies[one, "all", NOISES[0]])["f1"] for one in ("aura", "oracle"))
    figures["gap_closed"] = round((own - best) / max(top - best, 1e-9), 3)
    figures["seconds_per_brand"] = round(seconds, 2)
    figures["budget"] = budget.measure(_BUDGET_WORLDS)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
