"""Import of orders against a bare COPY of the same rows, in one run; peak memory of the import.

Uses the real store's orders beside the checkout when they are there, else 70,000 made-up ones. The
import parses, hashes, finds first orders and writes ledger, metrics, rollup and indexes; the bare
COPY sends the same lines into a table without any index. Last line: JSON.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from aura.config import Settings
from aura.store.database import Database
from aura.store.locate import running_database
from aura.store.migrate import migrate

REAL = Path(__file__).parents[2] / "shared" / "data" / "cdnow_orders.csv.gz"
COLUMNS = (
    "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Refunded Amount,Id"
)


def made_up(path: Path) -> Path:
    chance = random.Random(1)
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS.split(","))
        for number in range(70_000):
            moment += timedelta(seconds=chance.expovariate(1 / 450))
            price = f"{chance.uniform(5, 200):.2f}"
            writer.writerow(
                (
                    *(f"#{number}", f"c{chance.randrange(23_000)}@example.com", "paid", "USD"),
                    *(price, "0.00", "0.00", price, f"{moment:%Y-%m-%d %H:%M:%S} +0000"),
                    *(1, "CD", price, "0.00", number),
                )
            )
    return path


async def copy_seconds(url: str, rows: list[list[str]]) -> tuple[float, int]:
    width = len(rows[0])
    database = await Database.open(url, pool_size=1)
    async with database.as_owner() as connection:
        columns = ", ".join(f"c{n} text" for n in range(width))
        await connection.execute(f"create temporary table bare ({columns})")  # type: ignore[arg-type]
        began = time.perf_counter()
        async with connection.cursor().copy("copy bare from stdin") as copy:
            for row in rows[1:]:
                await copy.write_row(row)
        seconds = time.perf_counter() - began
    await database.close()
    return seconds, len(rows) - 1


def peak_memory_and_seconds(command: list[str], environment: dict[str, str]) -> tuple[int, float]:
    """Peak resident megabytes of the command itself, and its wall time."""
    began = time.perf_counter()
    process = psutil.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.Error:
            break
        time.sleep(0.02)
    if process.wait() != 0:
        raise SystemExit("the import failed")
    return round(peak / 1e6), time.perf_counter() - began


async def measure(folder: Path, path: Path, lines: list[list[str]]) -> dict[str, float | int]:
    settings = Settings(home=folder / "aura")
    environment = {**os.environ, "AURA_HOME": str(folder / "aura")}
    command = [str(Path(sys.executable).parent / "aura"), "import", "orders", str(path)]
    command += ["--brand", "Bench", "--complete-history", "--timezone", "America/New_York"]
    async with running_database(settings) as url:
        await migrate(url)
        memory, importing = await asyncio.to_thread(peak_memory_and_seconds, command, environment)
        copying, rows = await copy_seconds(url, lines)
    return {
        "rows": rows,
        "import_seconds": round(importing, 2),
        "import_rows_per_second": round(rows / importing),
        "bare_copy_rows_per_second": round(rows / copying),
        "import_to_copy": round(copying / importing, 3),
        "import_peak_mb": memory,
    }


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="aura-orders-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        path = REAL if REAL.exists() else made_up(folder / "orders.csv.gz")
        lines = list(csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
        figures = asyncio.run(measure(folder, path, lines))
    for key, value in figures.items():
        print(f"{key:28} {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
