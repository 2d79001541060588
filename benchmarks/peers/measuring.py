"""A peer as a process of its own: what it was given, what it took, what it said."""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil


@dataclass(frozen=True)
class Run:
    """What a process took: wall and CPU seconds (its children's included), peak resident MB."""

    wall: float
    cpu: float
    peak_mb: float
    requests: dict[str, int]
    # of the shop's GraphQL bucket
    points: float
    said: Any


class TooSlowError(Exception):
    """The process was ended because its time was over."""


def _followed(process_id: int, limit: float | None) -> tuple[int, int, resource.struct_rusage]:
    """Wait for a process of ours: the most memory it had, its status, what it spent.

    One that is not done after `limit` seconds is ended; TooSlowError then.
    """
    watched, peak, until = psutil.Process(process_id), 0, time.monotonic() + (limit or math.inf)
    while True:
        if time.monotonic() > until:
            watched.kill()
            os.wait4(process_id, 0)
            raise TooSlowError
        ended, status, spent = os.wait4(process_id, os.WNOHANG)
        if ended:
            return peak, status, spent
        with contextlib.suppress(psutil.Error):
            peak = max(peak, watched.memory_info().rss)
        time.sleep(0.05)


def measured(
    command: list[str | Path], job: dict[str, Any], *, usage: Any, limit: float | None = None
) -> Run:
    """Run a command with a job on its standard input; `usage` asks the sandbox what it counted.

    Raises TooSlowError when it takes more than `limit` seconds.
    """
    before = usage()
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as words, tempfile.TemporaryFile("w+") as output:
        json.dump(job, words)
        words.seek(0)
        process = subprocess.Popen(
            [str(word) for word in command], stdin=words, stdout=output, text=True
        )
        try:
            peak, status, spent = _followed(process.pid, limit)
        except TooSlowError:
            process.returncode = -9
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if process.returncode:
        raise SystemExit(f"{command[1]} ended with {process.returncode}:\n{said[-2000:]}")
    after = usage()
    counts = {
        name: count - before["requests"].get(name, 0) for name, count in after["requests"].items()
    }
    return Run(
        wall=time.perf_counter() - began,
        cpu=spent.ru_utime + spent.ru_stime,
        peak_mb=peak / 1e6,
        requests={name: count for name, count in counts.items() if count},
        points=after["shopify_points"]["spent"] - before["shopify_points"]["spent"],
        said=json.loads(said.strip().splitlines()[-1]),
    )
