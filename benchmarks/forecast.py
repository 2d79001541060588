"""How often a month ends within the forecast's 80 % interval: sandbox worlds and a real store.

On every third day that the history allows, the rest of the month is forecast from the days
before it alone, and compared with what came. Worlds are of seeds that nothing was tuned on. The
real store is CDNOW (daily totals in the folder of shared data; left out when it is absent). Last
line: JSON.
"""

from __future__ import annotations

import calendar
import csv
import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from aura.reports.forecast import forecast
from aura_sandbox.scenarios import SCENARIOS
from aura_sandbox.truth import daily
from aura_sandbox.world.world import World

REAL = Path(__file__).parents[2] / "shared/data/cdnow_daily_totals.csv"
WORLDS = ("demo", "plain", "late")
SEEDS = range(11, 15)
ANCHOR = date(2026, 11, 22)
DAYS = 429
# days before the first forecast: fewer give wider intervals, measured apart
BEGINS = 120
# neighbouring days say nearly the same
STEP = 3


@dataclass(frozen=True)
class Trial:
    """One forecast against what came: within its interval, relative error, relative width."""

    is_inside: bool
    error: float
    width: float


def trials(first: date, values: Sequence[float]) -> Iterator[Trial]:
    for known in range(BEGINS, len(values), STEP):
        last_day = first + timedelta(days=known - 1)
        begins = last_day + timedelta(days=1)
        ahead = calendar.monthrange(begins.year, begins.month)[1] - begins.day + 1
        so_far = sum(values[known - begins.day + 1 : known])
        came = so_far + sum(values[known : known + ahead])
        if known + ahead > len(values):
            return
        made = forecast(values[:known], last_day=last_day, ahead=ahead, so_far=so_far)
        if made is not None and came > 0:
            yield Trial(
                made.low <= came <= made.high,
                abs(made.value / came - 1),
                (made.high - made.low) / came,
            )


def of_worlds() -> Iterator[tuple[str, list[Trial]]]:
    first = ANCHOR - timedelta(days=DAYS)
    dates = [(first + timedelta(days=n)).isoformat() for n in range(DAYS)]
    for name in WORLDS:
        for seed in SEEDS:
            world = World(seed, replace(SCENARIOS[name], history_days=DAYS), ANCHOR)
            truth = daily(world, first, ANCHOR - timedelta(days=1), None)
            series: dict[str, list[float]] = {
                metric: [float(truth["shopify"][day][metric]) for day in dates]
                for metric in ("revenue", "orders")
            }
            series["ad_spend"] = [
                sum(
                    float(truth[platform]["account"].get(day, {}).get("ad_spend", 0))
                    for platform in ("meta", "google_ads")
                )
                for day in dates
            ]
            for metric, values in series.items():
                yield metric, list(trials(first, values))


def of_real_store() -> Iterator[tuple[str, list[Trial]]]:
    if not REAL.exists():
        print(f"The real store is left out: {REAL.name} is not there.")
        return
    rows = list(csv.DictReader(REAL.open(encoding="utf-8")))
    for metric in ("orders", "revenue"):
        values = [float(row[metric]) for row in rows]
        yield metric, list(trials(date.fromisoformat(rows[0]["date"]), values))


def coverage(tried: Sequence[Trial]) -> float:
    return round(statistics.fmean(one.is_inside for one in tried), 3)


def main() -> None:
    figures: dict[str, float | int] = {}
    for label, found in (("worlds", of_worlds()), ("real", of_real_store())):
        by_metric: dict[str, list[Trial]] = {}
        for metric, tried in found:
            by_metric.setdefault(metric, []).extend(tried)
        for metric, tried in by_metric.items():
            figures[f"{label}_{metric}_inside"] = coverage(tried)
        together = [one for tried in by_metric.values() for one in tried]
        if together:
            figures[f"{label}_forecasts"] = len(together)
            figures[f"{label}_inside"] = coverage(together)
            figures[f"{label}_median_error"] = round(
                statistics.median(one.error for one in together), 3
            )
            figures[f"{label}_median_width"] = round(
                statistics.median(one.width for one in together), 3
            )
    for name, value in figures.items():
        print(f"{name:28} {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
