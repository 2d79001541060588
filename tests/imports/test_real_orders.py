"""69,659 real orders of one store against the totals that come with them."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from requirements import require

DATA = Path(__file__).parents[2].parent / "shared" / "data"
ORDERS = DATA / "cdnow_orders.csv.gz"
# what the process may use at its peak, in MiB
MOST_MEMORY = 300
IMPORT = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path

from aura.accounts.brands import create_brand
from aura.accounts.owner import ensure_local_owner
from aura.imports.orders import import_orders
from aura.store.database import Database
from aura.store.secrets import Keyring


async def main(url: str, path: str) -> None:
    database = await Database.open(url)
    owner = (await ensure_local_owner(database)).person.id
    brand = await create_brand(
        database, user_id=owner, name="CDNOW", currency="USD", timezone="America/New_York"
    )
    result = await import_orders(
        database,
        Keyring.generate(),
        path=Path(path),
        brand_id=brand,
        now=datetime.now(UTC),
        complete_history=True,
        created_by=owner,
    )
    await database.close()
    status = Path("/proc/self/status").read_text()
    [peak] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    print(result.orders, int(peak.split()[1]) // 1024)


asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def totals():
    require("the real orders (../shared/data)", ORDERS.exists())
    with (DATA / "cdnow_daily_totals.csv").open() as file:
        return {date.fromisoformat(row["date"]): row for row in csv.DictReader(file)}


async def test_real_orders_equal_their_totals_on_every_day(shop, totals):
    told = []
    result = await shop.bring(
        ORDERS, complete_history=True, progress=lambda *figures: told.append(figures)
    )

    metrics = await shop.metrics()
    assert len(totals) == 546
    for metric, digits in (("orders", "1"), ("revenue", "0.01"), ("new_customers", "1")):
        expected = {day: Decimal(row[metric]) for day, row in totals.items()}
        assert {d: v.quantize(Decimal(digits)) for d, v in metrics[metric].items()} == expected
    assert (result.orders, result.revenue) == (69_659, Decimal("2500315.63"))
    assert sum(metrics["new_customers"].values()) == 23_570
    assert told == sorted(told, key=lambda figures: figures[1])
    assert told[-1][0] == 69_659

    before = await shop.contents()
    again = await shop.bring(ORDERS, complete_history=True)
    assert again.rows_changed == 0
    assert again.was_known
    assert await shop.contents() == before


async def test_the_first_year_of_an_incomplete_history_has_no_new_customers(shop, totals):
    result = await shop.bring(ORDERS)

    known = (await shop.metrics())["new_customers"]
    first = min(totals)
    assert min(known) == first + timedelta(days=365)
    assert any("New customers are unknown before 1998-01-01" in note for note in result.notes)
    for day, value in known.items():
        assert value == Decimal(totals[day]["new_customers"])

    completed = await shop.bring(ORDERS, complete_history=True)
    known = (await shop.metrics())["new_customers"]
    assert completed.rows_changed > 0
    assert sum(known.values()) == 23_570


def test_the_import_streams(owner_url, totals):
    # a process inherits the peak that getrusage tells from the one that started it; this one not
    require("the memory figures of Linux", Path("/proc/self/status").exists())
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, owner_url, str(ORDERS)],
        capture_output=True,
        text=True,
        check=True,
    )
    orders, mebibytes = map(int, done.stdout.split())
    assert orders == 69_659
    assert mebibytes < MOST_MEMORY, f"{mebibytes} MiB at the peak"
