"""What a forecasting tool would have said, in an environment of its own (benchmarks/peers)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from scoring import Alert
from truth import World

ROOT = Path(__file__).parents[2]
PLACE = ROOT / ".venv-peers" / "statsforecast"
SCRIPT = ROOT / "benchmarks" / "peers" / "statsforecast_alerts.py"
NAME = "AutoETS 99 %, waits 3"


def is_there() -> bool:
    return (PLACE / ".ready").exists()


def alerts(world: World, task: tuple[str, int, int, float]) -> list[Alert]:
    """Of the world that the task makes; both processes must have made the same."""
    done = subprocess.run(
        [PLACE / "bin" / "python", SCRIPT],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["conversions"] == float(world.counts.sum()), task
    return [Alert(run, kind, tuple(scope), day, day) for run, kind, scope, day in said["alerts"]]
