"""An order history, day by day, against totals that were computed without Aura."""

from __future__ import annotations

import csv
import gzip
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aura.imports.orders import import_orders
from aura.store.database import Database
from aura.store.secrets import Keyring
from claims.place import SHARED, Claim, Place, made_brand

REAL = SHARED / "data" / "cdnow_orders.csv.gz"
REAL_TOTALS = SHARED / "data" / "cdnow_daily_totals.csv"
ZONE = ZoneInfo("America/New_York")
TYPES = ("revenue", "orders", "new_customers")
COLUMNS = (
    "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Refunded Amount,Id"
)
Totals = dict[str, dict[str, Decimal]]


def real_totals() -> Totals:
    """The totals that come with the real orders: day -> type -> value."""
    with REAL_TOTALS.open(encoding="utf-8") as file:
        return {row["date"]: {t: Decimal(row[t]) for t in TYPES} for row in csv.DictReader(file)}


def made_up(path: Path) -> Totals:
    """Write a seeded export; its totals are added up as it is written."""
    chance = random.Random(1)
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    totals: Totals = defaultdict(lambda: dict.fromkeys(TYPES, Decimal(0)))
    known = set()
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS.split(","))
        for number in range(1, 20_001):
            moment += timedelta(seconds=round(chance.expovariate(1 / 1500)))
            price, discount, shipping, taxes = (
                Decimal(chance.randrange(low, high)) / 100
                for low, high in ((2000, 20000), (0, 900), (0, 1200), (0, 1500))
            )
            subtotal = price - discount
            total = subtotal + shipping + taxes
            customer = f"c{chance.randrange(7_000)}@example.com"
            writer.writerow(
                (
                    *(f"#{number}", customer, "paid", "USD", subtotal, shipping, taxes, total),
                    *(discount, f"{moment:%Y-%m-%d %H:%M:%S} +0000", 1, "Candle", price),
                    *("0.00", number),
                )
            )
            day = totals[moment.astimezone(ZONE).date().isoformat()]
            day["revenue"] += total
            day["orders"] += 1
            day["new_customers"] += customer not in known
            known.add(customer)
    return totals


async def stored(database: Database, user_id: Any) -> Totals:
    """public.metrics as their owner reads them."""
    days: Totals = defaultdict(dict)
    async with database.as_user(user_id) as connection:
        cursor = await connection.execute("select date, metric_type, value from public.metrics")
        async for row in cursor:
            days[row["date"].isoformat()][row["metric_type"]] = row["value"]
    return days


async def claim(place: Place) -> Claim:
    """The real store's orders when they are there, else made-up ones."""
    is_real = REAL.exists()
    path = REAL if is_real else place.folder / "orders.csv.gz"
    totals = real_totals() if is_real else made_up(path)
    async with place.database() as database:
        user_id, brand_id = await made_brand(database)
        result = await import_orders(
            database,
            Keyring.generate(),
            path=path,
            brand_id=brand_id,
            now=datetime.now(UTC),
            complete_history=True,
            created_by=user_id,
        )
        days = await stored(database, user_id)
    pairs = [
        (totals.get(day, {}).get(kind, 0), days.get(day, {}).get(kind, 0))
        for day in sorted(totals.keys() | days.keys())
        for kind in TYPES
    ]
    wrong = sum(true != kept for true, kept in pairs)
    cents = 100 * sum(abs(Decimal(true) - kept) for true, kept in pairs[::3])
    kind = "real" if is_real else "made-up"
    return Claim(
        "an order history loads to the cent",
        f"{cents:.0f} cents off, {wrong} of {len(pairs):,} daily values: "
        f"{result.orders:,} {kind} orders on {len(totals)} days",
        f"make test ARGS=tests/imports/test_{'real_orders' if is_real else 'import'}.py",
        wrong == 0,
        {"orders": result.orders, "days": len(totals), "cents": float(cents), "is_real": is_real},
    )
