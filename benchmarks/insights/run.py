"""How good the insights are: the engine, usual rules, a forecasting tool, chance and an oracle.

`python benchmarks/insights/run.py [BRANDS] [SEED,…] [NOISE,…]`: brands for each generator, noise
and seed, all methods on the same worlds. The parameters were chosen on seeds over 1000, never on
these. The last line is JSON with a number for each row of the table of bars.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import bars
import budget
import cost
import engine_run
import forecaster
import lasting
import rivals
from scoring import Tally, rows, score
from worlds import GENERATORS, TUNED_BESIDE

# the forecasting tool takes 20 seconds for a brand
FORECAST_BRANDS = 1
# the real store's days are as noisy as they are
AS_RECORDED = 0.0
RULES = ("z-score 28 days", "week over week 30 %")
WAITING = 3
# of each kind and family, for each of the starts (`make bench-budget` takes more of them)
_BUDGET_WORLDS = 2
Task = tuple[str, int, int, float]
Key = tuple[str, str, float]


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    brands: int = 5
    seeds: tuple[int, ...] = (1, 2, 3)
    noises: tuple[float, ...] = bars.NOISES

    def tasks(self) -> Iterator[Task]:
        for name in GENERATORS:
            for noise in (AS_RECORDED,) if name == "real" else self.noises:
                for seed in self.seeds:
                    for number in range(self.brands):
                        yield name, seed, number, noise


def look(task: Task) -> tuple[Task, dict[str, Tally], float]:
    """What each method's claims about a world are worth; the engine's seconds of the processor."""
    name, seed, number, noise = task
    world = GENERATORS[name](seed, number, noise)
    started = time.process_time()
    own, stood = engine_run.told(world)
    said = {"Aura": own}
    spent = time.process_time() - started
    said["chance"] = rivals.chance(world, max(len(said["Aura"]), 1), number)
    said["oracle"] = rivals.oracle(world)
    if noise in {AS_RECORDED, bars.NOISES[0]}:
        for rule, judge in zip(RULES, (rivals.z_score, rivals.week_over_week), strict=True):
            said[rule] = judge(world)
            said[f"{rule}, waits {WAITING}"] = judge(world, WAITING)
        if number < FORECAST_BRANDS and forecaster.is_there():
            said[forecaster.NAME] = forecaster.alerts(world, task)
    tallies = {method: Tally() for method in said}
    for method, alerts in said.items():
        score(tallies[method], world, alerts)
    lasting.count(tallies["Aura"], world, stood)
    return task, tallies, spent


def measure(plan: Plan) -> tuple[dict[Key, Tally], float]:
    """Tallies by method, worlds and noise; seconds of the processor of the engine for a brand.

    Worlds are a generator's, `all` of those that stand for the bars, and `with forecast`: those of
    `all` that the forecasting tool saw too.
    """
    tasks = list(plan.tasks())
    tallies: dict[Key, Tally] = {}
    seconds = 0.0
    with ProcessPoolExecutor(2) as pool:
        for (name, seed, number, noise), said, spent in pool.map(look, tasks, chunksize=2):
            groups = [name]
            if name in TUNED_BESIDE:
                groups += ["all"] + ["with forecast"] * (forecaster.NAME in said)
            if name == "real" and number % 2:
                groups.append("real, no event")
            if number == plan.brands - 1:
                print(f"looked at: {name}, seed {seed}, noise {noise}", file=sys.stderr, flush=True)
            for method, tally in said.items():
                for group in groups:
                    tallies.setdefault((method, group, noise), Tally()).add(tally)
            seconds += spent
    return tallies, seconds / len(tasks)


def gap_closed(tallies: dict[Key, Tally]) -> dict[str, float]:
    """By rival, the share of the way from its F1 to the oracle's that the engine goes."""
    noise = bars.NOISES[0]
    closed = {}
    for method, group, at in tallies:
        alone = group == "all" and method not in {"Aura", "chance", "oracle", forecaster.NAME}
        if at == noise and (alone or (group == "with forecast" and method == forecaster.NAME)):
            own, top, rival = (
                rows(tallies[one, group, noise])["f1"] for one in ("Aura", "oracle", method)
            )
            closed[method] = round(float((own - rival) / max(top - rival, 1e-9)), 3)
    return closed


def line(key: Key, found: dict[str, Any]) -> str:
    method, group, noise = key
    return (
        f"{method:30s} {group:14s} noise {noise:.2f}: F1 {found['f1']:.2f}, claims true "
        f"{found['claim_precision']:.2f}, recall {found['recall']:.2f}, strict "
        f"{found['strict_precision']:.2f}, false {found['false_per_brand_month']:.3f} a "
        f"brand-month ({found['false_near_holidays']:.3f} near holidays), by money "
        f"{found['money_recall']:.2f}, {found['delay_median']:.1f} days (p90 "
        f"{found['delay_p90']:.1f}), calibration {found['calibration_error']:.2f}, coverage "
        f"{found['coverage']:.2f}, {found['alerts']} claims, {found['detectable']} events; of "
        f"{found['outages']} outages {found['outage_recognised']:.2f} recognised, "
        f"{found['outage_wrong']:.2f} wrong; strict by type {found['strict_by_type']}; recall by "
        f"level {found['recall_by_level']}"
    )


def lasted(key: Key, tally: Tally) -> str:
    """How the engine's insights last, in words."""
    _, group, noise = key
    found = lasting.rows(tally)
    return (
        f"{group}, noise {noise:.2f}: of the mornings of insights that stood "
        f"{found['standing_true']:.3f} true; of the mornings of told events that went on "
        f"{found['going_on_said']:.3f} said; told anew {found['told_anew']:.2f} times an event, "
        f"standing {found['days_after_the_end']:.1f} days after its end"
    )


def others() -> dict[str, float]:
    """What is measured without the worlds: budgets, time and memory, looking ahead."""
    found = budget.measure(_BUDGET_WORLDS)
    print(f"budget, {found['worlds']} worlds: {json.dumps(found)}", flush=True)
    night = cost.night()
    print(
        f"a morning of a brand of {cost.NIGHT_CAMPAIGNS} campaigns: "
        f"{night['morning_milliseconds']:.1f} ms of the processor, "
        f"{night['look_milliseconds']:.1f} of them the look itself",
        flush=True,
    )
    return {
        **{f"budget_{name}": value for name, value in found.items() if isinstance(value, float)},
        **night,
        "look_ahead_changes": cost.look_ahead(),
        "backtest_seconds_60_brands": cost.backtest(),
    }


def table(tallies: dict[Key, Tally], without: dict[str, float]) -> dict[str, float | None]:
    """Print each row with its bar, chance and the oracle beside it."""
    of_worlds = {
        method: {
            noise: rows(tally)
            for (one, group, noise), tally in tallies.items()
            if (one, group) == (method, "all")
        }
        for method in ("Aura", "chance", "oracle")
    }
    found = {method: bars.measured(figures, {}) for method, figures in of_worlds.items()}
    own = bars.measured(of_worlds["Aura"], without)
    for bar in bars.BARS:
        number = own[bar.key]
        print(
            f"{bar.key:38s} {number} (bar {bar.words}) "
            f"{'met' if bar.holds(number) else 'not met' if number is not None else 'not measured'}"
            + (f"; chance {found['chance'][bar.key]}, oracle {found['oracle'][bar.key]}")
            * (bar.noise is not None)
        )
    return own


def main() -> None:
    given = dict(enumerate(sys.argv[1:]))
    plan = Plan(
        brands=int(given.get(0, Plan.brands)),
        seeds=tuple(map(int, given[1].split(","))) if 1 in given else Plan.seeds,
        noises=tuple(map(float, given[2].split(","))) if 2 in given else Plan.noises,
    )
    present = {forecaster.NAME: forecaster.is_there(), "the real series": "real" in GENERATORS}
    for name in (name for name, is_there in present.items() if not is_there):
        print(f"skipped: {name} (docs/insight-benchmark.md says what it needs)")
    tallies, seconds = measure(plan)
    for key in sorted(tallies, key=lambda key: (key[2], key[1], key[0])):
        print(line(key, rows(tallies[key])), flush=True)
        if key[0] == "Aura":
            print(lasted(key, tallies[key]), flush=True)
    print(f"share of the gap to the oracle that is closed, by rival: {gap_closed(tallies)}")
    print(f"{seconds:.2f} s of the processor a brand, {plan}", flush=True)
    print(json.dumps(table(tallies, others())))


if __name__ == "__main__":
    main()
