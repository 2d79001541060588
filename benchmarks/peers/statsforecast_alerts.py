"""What statsforecast's AutoETS would have said of a world: a day beyond its 99 % interval.

Runs in its own environment (requirements/peers-statsforecast.txt). For every scope and KPI it reads
what the usual rules read, each day at the age it has that morning, and waits three days as the
better of their two forms does. A weekly AutoETS is chosen and fitted anew every 28 mornings on
all days so far; between two fits it is carried forward over the newest days. The world (generator,
seed, number, noise) comes as JSON on standard input. Last line: JSON, with the world's count of
conversions by which the caller knows that both saw the same.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from statsforecast.models import AutoETS

sys.path.append(str(Path(__file__).parents[1] / "insights"))

from rivals import reported
from scoring import FIRST_RUN
from truth import CLAIMS, Array, World
from worlds import GENERATORS

WAIT = 3
REFIT = 28
WEEK = 7
LEAST = 4 * WEEK


def filled(series: Array) -> Array | None:
    """Without the days before the first delivery; a day without delivery is like the one before."""
    known = np.flatnonzero(np.isfinite(series))
    if len(known) < LEAST:
        return None
    series = series[known[0] :]
    place = np.where(np.isfinite(series), np.arange(len(series)), 0)
    return np.asarray(series[np.maximum.accumulate(place)], dtype=float)


def bounds(mornings: Array) -> list[tuple[int, float, float, float]]:
    """(morning, newest day, low, high) of each of (mornings, days) with enough days before."""
    found = []
    model = None
    for run, series in enumerate(mornings, FIRST_RUN):
        before, now = filled(series[:-1]), float(series[-1])
        if before is None:
            continue
        if model is None or (run - FIRST_RUN) % REFIT == 0:
            model = AutoETS(season_length=WEEK).fit(before) if np.ptp(before) > 0 else None
        if model is not None and np.isfinite(now):
            said = model.forward(before, 1, level=[99])
            found.append((run, now, float(said["lo-99"][0]), float(said["hi-99"][0])))
    return found


def alerts(world: World) -> list[list[Any]]:
    """(morning, type, scope, day) of every claim."""
    found: list[list[Any]] = []
    for scope in world.scopes():
        shown = reported(world, scope, wait=WAIT, back=world.days)
        seen = {metric: bounds(shown[metric]) for metric in ("cpa", "roas", "cvr")}
        for kind, (metric, direction, _) in CLAIMS.items():
            for run, now, low, high in seen[metric]:
                if (now > high) if direction > 0 else (now < low):
                    found.append([run, kind, scope, run - WAIT - 1])
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    name, seed, number, noise = json.load(sys.stdin)
    world = GENERATORS[name](seed, number, noise)
    started = time.process_time()
    said = alerts(world)
    spent = time.process_time() - started
    print(json.dumps({"conversions": float(world.counts.sum()), "seconds": spent, "alerts": said}))


if __name__ == "__main__":
    main()
