"""Every public claim with its figure: one line each, then JSON; ends with 1 when a claim fails.

The probes, worlds and comparisons are those of tests/, against a PostgreSQL and a sandbox that are
started for it. The command at the end of a line shows that claim in detail.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

# as pytest does it: what tests share is found by its folder
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from claims import CLAIMS
from claims.place import Claim, Place, made_place


async def prove(place: Place) -> bool:
    """Try every claim and say what was measured; False when one does not hold."""
    figures: dict[str, Any] = {}
    for name, claim in CLAIMS.items():
        began = time.monotonic()
        try:
            made = await claim(place)
        except Exception:  # noqa: BLE001 - a claim that cannot be tried must not hide the others
            traceback.print_exc()
            made = Claim(name, "could not be tried", "see above", holds=False)
        verdict = "holds" if made.holds else "FAILS"
        print(f"{verdict}  {made.name}: {made.figure}  [{made.command}]", flush=True)
        figures[name] = {"holds": made.holds, **made.figures}
        figures[name]["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(figures))
    return all(figure["holds"] for figure in figures.values())


def main() -> int:
    """In a folder that goes away again."""
    with tempfile.TemporaryDirectory(prefix="aura-prove-") as name:
        # PostgreSQL does not run as root: its own user passes through
        Path(name).chmod(0o711)
        with made_place(Path(name)) as place:
            return 0 if asyncio.run(prove(place)) else 1


if __name__ == "__main__":
    sys.exit(main())
