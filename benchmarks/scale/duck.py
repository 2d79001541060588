"""DuckDB's part, run in its own environment: an order as JSON comes in, measurements go out."""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import duckdb


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Fill the file, open it again as a page would, ask each question several times."""
    began = time.perf_counter()
    with duckdb.connect(order["file"]) as connection:
        for statement in order["fill"]:
            connection.execute(statement)
    seconds = time.perf_counter() - began
    milliseconds = {}
    with duckdb.connect(order["file"], read_only=True) as connection:
        for name, query in order["questions"].items():
            taken = []
            for _ in range(order["repeats"]):
                asked = time.perf_counter()
                connection.execute(query).fetchall()
                taken.append((time.perf_counter() - asked) * 1000)
            milliseconds[name] = statistics.median(taken)
        [[check]] = connection.execute(order["check"]).fetchall()
    return {
        "milliseconds": milliseconds,
        "load_seconds": seconds,
        "bytes": Path(order["file"]).stat().st_size,
        "check": check,
    }


if __name__ == "__main__":
    print(json.dumps(answer(json.load(sys.stdin))))
