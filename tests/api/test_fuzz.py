"""A sample of what `make fuzz` asks: no answer is a 5xx, none is undocumented."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from requirements import require

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-fuzz" / "bin" / "python"


def test_no_answer_breaks_the_description():
    require("schemathesis in .venv-fuzz (make fuzz installs it)", PYTHON.exists())
    ran = subprocess.run(
        [str(PYTHON), "benchmarks/fuzz.py"],
        cwd=ROOT,
        env=os.environ | {"RUNS": "2", "SEED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    judged = json.loads(ran.stdout.splitlines()[-1])
    assert judged["answers"] > 100
    assert {"200", "404", "422"} <= set(judged["statuses"])
