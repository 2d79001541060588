"""What the connectors weigh: seconds to import them, megabytes to install them. Last line: JSON.

Each import is timed in fresh processes, `import httpx` in turn with the connectors, by the clock
and by the processor; the fastest of each counts. The bar holds for the processor's seconds, which
a busy machine leaves as they are. Installed is every file of the packages that the connectors
import and those need, without what FastAPI and psycopg bring along anyway. Ends with 1 past a bar.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement

CONNECTORS = Path(__file__).parents[1] / "src" / "aura" / "connectors"
BESIDE = ("fastapi", "psycopg", "psycopg-binary", "psycopg-pool")
ROUNDS = 9
MOST_SECONDS, MOST_BYTES = 0.3, 25_000_000
TIMED = """
from time import perf_counter, process_time
clock, processor = perf_counter(), process_time()
import {}
print(perf_counter() - clock, process_time() - processor)
"""


def seconds(module: str) -> tuple[float, float]:
    """How long a fresh process takes to import a module: by the clock, by the processor."""
    command = [sys.executable, "-c", TIMED.format(module)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    clock, processor = map(float, told.split())
    return clock, processor


def fastest(modules: tuple[str, ...]) -> list[tuple[float, float]]:
    """The least of both, of modules that are imported in turn."""
    rounds = [[seconds(module) for module in modules] for _ in range(ROUNDS)]
    return [
        (min(clock for clock, _ in measured), min(processor for _, processor in measured))
        for measured in zip(*rounds, strict=True)
    ]


def imported() -> set[str]:
    """The packages that the connectors' own modules import, by the name of their installation."""
    found: set[str] = set()
    for path in CONNECTORS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {one.name.partition(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    known = packages_distributions()
    return {name for one in found - {"aura"} for name in known.get(one, ())}


def with_needs(names: set[str]) -> set[str]:
    """Some installed packages and everything that they need on this machine."""
    found: set[str] = set()
    waiting = [name.lower() for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        needs = [Requirement(text) for text in distribution(name).requires or ()]
        # an extra that nobody asked for is not installed
        waiting += [
            need.name.lower()
            for need in needs
            if need.marker is None or need.marker.evaluate({"extra": ""})
        ]
    return found


def installed_bytes(name: str) -> int:
    """What the files of a package take, compiled ones left out."""
    files = distribution(name).files or ()
    places = (Path(str(one.locate())) for one in files if one.suffix != ".pyc")
    return sum(place.stat().st_size for place in places if place.exists())


def main() -> int:
    (_, alone), (clock, processor) = fastest(("httpx", "aura.connectors.registry"))
    more = with_needs(imported()) - with_needs(set(BESIDE))
    sizes = {name: installed_bytes(name) for name in sorted(more)}
    own = sum(path.stat().st_size for path in CONNECTORS.rglob("*.py"))
    for name, size in sizes.items():
        print(f"{name:24} {size / 1e6:6.2f} MB")
    total = sum(sizes.values()) + own
    print(f"{'the connectors':24} {own / 1e6:6.2f} MB")
    figures = {
        "import_seconds": round(processor, 3),
        "import_seconds_by_the_clock": round(clock, 3),
        "import_to_httpx": round(processor / alone, 2),
        "installed_megabytes": round(total / 1e6, 2),
        "packages": len(sizes),
    }
    print(json.dumps(figures))
    return 1 if processor > MOST_SECONDS or total > MOST_BYTES else 0


if __name__ == "__main__":
    sys.exit(main())
