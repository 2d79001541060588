"""What connectors weigh beside ours: seconds to import them, megabytes to install them.

The peers are measured as `footprint` measures ours: the fastest import of fresh processes, by the
processor, and every installed file without compiled ones. A peer's share is its whole
environment without pip; ours is what comes on top of FastAPI and psycopg.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import footprint

MODULE = "aura.connectors.registry"
ROUNDS = 5


def of_aura() -> dict[str, float]:
    """Our connectors."""
    ((_, processor),) = footprint.fastest((MODULE,))
    names = footprint.with_needs(footprint.imported())
    beyond = names - footprint.with_needs(set(footprint.BESIDE))
    total = sum(map(footprint.installed_bytes, beyond))
    total += sum(path.stat().st_size for path in footprint.CONNECTORS.rglob("*.py"))
    return {"installed_mb": round(total / 1e6, 1), "import_seconds": round(processor, 2)}


def of_peer(python: Path, modules: str) -> dict[str, float]:
    """A peer's environment, and the import of what it takes to read and to write."""

    def once() -> float:
        command = [str(python), "-c", footprint.TIMED.format(modules)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return float(told.split()[-1])

    packages = next((python.parents[1] / "lib").glob("python*/site-packages"))
    total = sum(
        path.stat().st_size
        for place in packages.iterdir()
        if not place.name.startswith(("pip", "setuptools", "_distutils", "distutils-precedence"))
        for path in (place.rglob("*") if place.is_dir() else [place])
        if path.is_file() and path.suffix != ".pyc"
    )
    seconds = min(once() for _ in range(ROUNDS))
    return {"installed_mb": round(total / 1e6, 1), "import_seconds": round(seconds, 2)}
