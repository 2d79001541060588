"""Import of orders against a bare COPY of the same rows, in one run; peak memory of the import.

Uses the real store's orders beside the checkout when they are there, else 70,000 made-up ones. The
import parses, hashes, finds first orders and writes ledger, metrics, rollup and indexes; the bare
COPY sends the same lines into a table without any index. Beside it, the import of a daily report of
75,000 made-up rows: 200 campaigns over 375 days. Last line: JSON.
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


REPORT_ROWS = 75_000
REPORT_COLUMNS = (
    "Day,Campaign,Campaign ID,Campaign type,Currency code,Cost,Impr.,Clicks,CTR,Avg. CPC,"
    "Conversions,Conv. value,Cost / conv."
)


def made_up_report(path: Path) -> Path:
    chance = random.Random(2)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(REPORT_COLUMNS.split(","))
        for number in range(REPORT_ROWS):
            day = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number // 200)
            writer.writerow(
                (
                    *(f"{day:%Y-%m-%d}", f"Campaign, {number % 200}", 10**9 + number % 200),
                    *("Search", "USD", f"{chance.uniform(0, 2000):.2f}"),
                    *(f"{chance.randrange(90_000):,}", chance.randrange(900), "3.20%", "0.91"),
                    *(f"{chance.uniform(0, 90):.2f}", f"{chance.uniform(0, 9000):.2f}", " --"),
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
    aura = str(Path(sys.executable).parent / "aura")
    terms = ["--brand", "Bench", "--timezone", "America/New_York"]
    orders = [aura, "import", "orders", str(path), *terms, "--complete-history"]
    report = [aura, "import", "report", str(made_up_report(folder / "report.csv")), *terms]
    async with running_database(settings) as url:
        await migrate(url)
        memory, importing = await asyncio.to_thread(peak_memory_and_seconds, orders, environment)
        report_memory, reporting = await asyncio.to_thread(
            peak_memory_and_seconds, report, environment
        )
        copying, rows = await copy_seconds(url, lines)
    return {
        "rows": rows,
        "import_seconds": round(importing, 2),
        "import_rows_per_second": round(rows / importing),
        "bare_copy_rows_per_second": round(rows / copying),
        "import_to_copy": round(copying / importing, 3),
        "import_peak_mb": memory,
        "report_rows": REPORT_ROWS,
        "report_seconds": round(reporting, 2),
        "report_rows_per_second": round(REPORT_ROWS / reporting),
        "report_peak_mb": report_memory,
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
