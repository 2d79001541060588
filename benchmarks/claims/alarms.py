"""False alarms of the insights beside those of usual rules, on a small world of known truth."""

from __future__ import annotations

import sys
from pathlib import Path

# the worlds and the scorer of `make bench-insights`
sys.path.append(str(Path(__file__).parents[1] / "insights"))

import engine_run
import rivals
import steady
from scoring import Tally, rows, score

from claims.place import Claim, Place

BRANDS = 4
SEED = 4
NOISE = 0.06


async def claim(place: Place) -> Claim:
    """Aura at most a tenth of the quieter rule's false alarms."""
    _ = place
    tallies = {name: Tally() for name in ("aura", "z", "week")}
    for number in range(BRANDS):
        world = steady.make(SEED, number, NOISE)
        score(tallies["aura"], world, engine_run.alerts(world))
        score(tallies["z"], world, rivals.z_score(world))
        score(tallies["week"], world, rivals.week_over_week(world))
    false = {name: rows(tally)["false_per_brand_month"] for name, tally in tallies.items()}
    return Claim(
        "Insights do not flood",
        f"{false['aura']:.2f} false claims a brand and month; z-score rule {false['z']:.1f}, "
        f"week over week {false['week']:.1f}",
        "make bench-insights",
        holds=10 * false["aura"] <= min(false["z"], false["week"]),
        figures={name: round(value, 3) for name, value in false.items()},
    )
