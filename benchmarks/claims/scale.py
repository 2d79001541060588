"""Reads of the reports against their floors, on a small store of its own."""

from __future__ import annotations

import sys
from pathlib import Path

# the store and the reads of `make bench-store`
sys.path.append(str(Path(__file__).parents[1] / "scale"))

from loading import fill, prepared
from reading import Store, all_reads

from aura.store.database import Database
from claims.place import Claim, Place

BRANDS = 4
# of the times over the floor that `make bench-store` asks for; p95 of all time is in milliseconds
BARS = {
    "daily_90d": 6,
    "totals_30d": 5,
    "totals_90d": 5,
    "totals_365d": 5,
    "campaigns_90d": 6,
    "brands_100": 8,
}
# beside other work one read may wait where its floor did not
ALLOWANCE = 2


async def claim(place: Place) -> Claim:
    """Each read beside one index range count over the same rows, as the person whose they are."""
    with place.database_url() as url:
        superuser = f"{place.postgres.superuser_url.rpartition('/')[0]}/{url.rpartition('/')[2]}"
        person = await prepared(url)
        store = Store(url, superuser, person, fill(superuser, person, BRANDS))
        database = await Database.open(url, pool_size=2)
        try:
            timings = await all_reads(database, store)
        finally:
            await database.close()
    ratios = {name: round(timings[name].ratio, 1) for name in BARS}
    worst = max(ratios, key=lambda name: ratios[name] / BARS[name])
    return Claim(
        "reports read near the floor",
        f"{ratios[worst]} times one index count at worst ({worst}), 90 days and those before in "
        f"{timings['daily_90d'].median:.1f} ms",
        "make bench-store",
        all(ratios[name] <= ALLOWANCE * bar for name, bar in BARS.items()),
        ratios,
    )
