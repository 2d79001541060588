"""The platforms' own clients, in an environment of their own: see `make contracts`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from requirements import require

PLACE = Path(__file__).parents[2] / ".venv-contracts"
CLIENTS = Path(__file__).parent / "clients"


def ask(script: str, request: Any, *arguments: str) -> dict[str, Any]:
    """Run a client's script there: a JSON document in, a JSON document out."""
    require("google-ads and facebook-business (make contracts)", (PLACE / ".ready").exists())
    done = subprocess.run(
        [str(PLACE / "bin/python"), str(CLIENTS / script), *arguments],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
