"""Fresh clone to ready, and restart to ready, as a stranger does it: `make demo`.

Package caches are warm (pip's own), HOME and AURA_HOME are empty. Needs only the standard library.
Last line: JSON with seconds, and their ratio.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pip_cache() -> str:
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "cache", "dir"], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()


def until_ready(clone: Path, environment: dict[str, str]) -> float:
    """Seconds from `make demo` to its ready line; stops it with Ctrl-C afterwards."""
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "demo"],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        print("   ", line.rstrip())
        if line.startswith("Aura is ready"):
            seconds = time.monotonic() - began
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=30)
            return seconds
    raise SystemExit(f"the demo did not become ready (exit code {process.wait()})")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="aura-start-") as folder:
        clone, home = Path(folder) / "clone", Path(folder) / "home"
        home.mkdir()
        Path(folder).chmod(0o755)
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        environment = {
            **os.environ,
            "HOME": str(home),
            "AURA_HOME": str(home / "aura"),
            "AURA_PORT": str(free_port()),
            "PIP_CACHE_DIR": pip_cache(),
        }
        fresh = until_ready(clone, environment)
        restart = until_ready(clone, environment)
    figures = {
        "fresh_clone_to_ready_seconds": round(fresh, 1),
        "restart_to_ready_seconds": round(restart, 1),
        "restart_to_fresh": round(restart / fresh, 3),
    }
    for name, value in figures.items():
        print(f"{name:32} {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
