"""CSV export of a brand's campaign days against psql's COPY TO of the same rows, in one run.

ROWS (200,000) made-up days of campaigns in a database of its own. The export runs under row level
security, guards formulas and goes through Python to a file; COPY TO is the server's bare one of the
same query, by psql, as the owner, without any of that. `export_to_copy` compares stream with
stream: the export inside a process that has already started, as the page and the API send it, psql
with its own start of some milliseconds. The two take turns, five times each, and the best of each
counts. `whole_command_to_copy` is `aura export` with the start of its process and of the embedded
server's check. Peak memory of the command at a tenth of the rows and at all of them. Last line:
JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psutil

from aura.accounts.brands import create_brand
from aura.accounts.owner import ensure_local_owner
from aura.cli.installation import opened
from aura.config import Settings
from aura.reports.export import export
from aura.store.database import Database

ROWS = int(os.environ.get("ROWS", "200000"))
DAYS = 400
TURNS = 5
FILL = """
with place as (
    insert into public.integrations (brand_id, platform, status)
    values (%(brand)s, 'meta', 'disconnected') returning id
), account as (
    insert into aura.entities (brand_id, integration_id, platform, level, external_id, name)
    select %(brand)s, id, 'meta', 'account', '1', 'Account' from place returning id, integration_id
), campaigns as (
    insert into aura.entities
        (brand_id, integration_id, platform, level, external_id, parent_id, name)
    select %(brand)s, a.integration_id, 'meta', 'campaign', n::text, a.id, 'Campaign ' || n
    from account as a cross join generate_series(1, %(campaigns)s) as n returning id
)
insert into aura.entity_days
    (brand_id, entity_id, date, currency, observed_at, ad_spend, impressions, clicks, conversions,
     conversion_value, source)
select %(brand)s, c.id, '2025-01-01'::date + d, 'EUR', now(), random() * 100, 1000, 10, 1.5,
    random() * 300, 'api'
from campaigns as c cross join generate_series(0, %(days)s - 1) as d
"""


def seconds(command: list[str], environment: dict[str, str]) -> tuple[float, int]:
    """Wall seconds and peak resident megabytes of a command."""
    began = time.perf_counter()
    process = psutil.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.Error:
            break
        time.sleep(0.01)
    if process.wait() != 0:
        raise SystemExit(f"{command[0]} failed")
    return time.perf_counter() - began, round(peak / 1e6)


async def measure(folder: Path) -> dict[str, float | int]:
    home = folder / "aura"
    environment = {**os.environ, "AURA_HOME": str(home)}
    aura = str(Path(sys.executable).parent / "aura")
    async with opened(Settings(home=home)) as installation:
        owner = await ensure_local_owner(installation.database)
        brand = await create_brand(
            installation.database,
            user_id=owner.person.id,
            name="Bench",
            currency="EUR",
            timezone="UTC",
        )
        async with installation.database.as_owner() as connection:
            await connection.execute(
                FILL, {"brand": brand, "campaigns": ROWS // DAYS, "days": DAYS}
            )
        async with installation.database.as_owner() as connection:
            await connection.execute("analyze aura.entity_days, aura.entities")
        query = (
            "select d.date, e.platform, p.external_id, p.name, e.external_id, e.name, e.status,"
            " d.currency, d.ad_spend, d.impressions, d.clicks, d.all_clicks, d.conversions,"
            " d.conversion_value, d.conversions_by_conversion_date,"
            " d.conversion_value_by_conversion_date, d.source from aura.entity_days as d"
            " join aura.entities as e on e.id = d.entity_id join aura.entities as p"
            " on p.id = e.parent_id"
            " order by d.date, e.platform, p.external_id, e.external_id"
        )
        copy = f"\\copy ({query}) to '{folder / 'copy.csv'}' with (format csv, header)"
        psql = [str(find_psql()), installation.database_url, "-q", "-c", copy]
        out = ["--out", str(folder / "export.csv")]
        command = [aura, "export", "entities", "--brand", "Bench"]
        few = [*command, "--to", "2025-02-09", *out]
        small = (await asyncio.to_thread(seconds, few, environment))[1]
        turns = [
            (
                await streamed(
                    installation.database, owner.person.id, brand, folder / "export.csv"
                ),
                (await asyncio.to_thread(seconds, psql, environment))[0],
            )
            for _ in range(TURNS)
        ]
        whole = [await asyncio.to_thread(seconds, [*command, *out], environment) for _ in range(3)]
    with (folder / "export.csv").open() as one, (folder / "copy.csv").open() as other:
        lines = (sum(1 for _ in one), sum(1 for _ in other))
    if lines[0] != lines[1]:
        raise SystemExit(f"the two wrote different numbers of rows: {lines}")
    stream, bare = (min(turn[which] for turn in turns) for which in (0, 1))
    quickest = min(wall for wall, _ in whole)
    return {
        "rows": lines[0] - 1,
        "export_seconds": round(stream, 2),
        "copy_seconds": round(bare, 2),
        "export_to_copy": round(bare / stream, 2),
        "whole_command_seconds": round(quickest, 2),
        "whole_command_to_copy": round(bare / quickest, 2),
        "peak_mb_tenth": small,
        "peak_mb": max(peak for _, peak in whole),
    }


async def streamed(database: Database, user_id: UUID, brand_id: UUID, out: Path) -> float:
    """Wall seconds of one export into a file, in this process."""
    began = time.perf_counter()
    made = await export(
        database, user_id=user_id, brand_id=brand_id, dataset="entities", now=datetime.now(UTC)
    )
    with out.open("wb") as file:
        async for piece in made.pieces:
            file.write(piece)
    return time.perf_counter() - began


def find_psql() -> Path:
    """psql beside the server's own programs, or on the path."""

    beside = shutil.which("psql")
    if beside is None:
        raise SystemExit("psql is absent: install postgresql-client")
    return Path(beside)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="aura-exports-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        figures = asyncio.run(measure(folder))
    for key, value in figures.items():
        print(f"{key:28} {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
