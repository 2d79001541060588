"""Cohorts over 70,000 orders and campaigns of 5,000, each against a bare scan of the same rows.

Makes a database of its own, writes made-up rows with the columns that the reports read, and asks
each report several times; a bare scan reads the same rows and adds up one column, as the same
person under the same policies. Last line: JSON.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from aura.accounts.brands import create_brand
from aura.accounts.owner import ensure_local_owner
from aura.model import DayRange
from aura.reports.attribution import Wanted, attribution
from aura.reports.campaigns import campaigns, question_of
from aura.reports.cohorts import cohorts
from aura.store import embedded
from aura.store.binaries import find_binaries
from aura.store.database import Database
from aura.store.migrate import migrate

ORDERS, CUSTOMERS, CAMPAIGNS, DAYS = 70_000, 24_000, 5_000, 28
NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
MONTH = DayRange(
    datetime(2026, 10, 25, tzinfo=UTC).date(), datetime(2026, 11, 21, tzinfo=UTC).date()
)
REPEATS = 7
MAKE = (
    """
    insert into public.integrations (id, brand_id, platform, status, last_sync_at, metadata)
    select gen_random_uuid(), %(brand)s, p, 'connected', '2026-11-22 11:00+00',
        '{"known_from": "2025-01-01", "known_through": "2026-11-22", "currency": "USD"}'
    from unnest(array['shopify', 'meta']) as p
    """,
    """
    insert into aura.brand_settings (brand_id, history_complete_from) values
    (%(brand)s, '2025-01-01')
    on conflict (brand_id) do update set history_complete_from = '2025-01-01'
    """,
    """
    insert into aura.orders (brand_id, integration_id, order_id, processed_at, date, customer_key,
        email_key, currency, gross_sales, discounts, shipping, taxes, duties, total_sales,
        first_visit, last_visit)
    select %(brand)s, i.id, n::text, at, at::date, sha256(('c' || c)::bytea),
        sha256(('e' || c)::bytea), 'USD', 50 + n %% 70, 0, 0, 0, 0, 50 + n %% 70, v, v
    from (
        select n, '2025-01-01 12:00+00'::timestamptz + n * interval '14 minutes' as at,
            (n * 7919) %% %(customers)s as c,
            jsonb_build_object('source', 'facebook', 'medium', 'cpc', 'campaign', n %% 5000) as v
        from generate_series(1, %(orders)s) as n
    ) as made
    cross join public.integrations as i
    where i.brand_id = %(brand)s and i.platform = 'shopify'
    """,
    """
    insert into aura.entities (brand_id, integration_id, platform, level, external_id, name)
    select %(brand)s, i.id, 'meta', 'campaign', n::text, 'Campaign ' || n
    from generate_series(0, %(campaigns)s - 1) as n
    cross join public.integrations as i
    where i.brand_id = %(brand)s and i.platform = 'meta'
    """,
    """
    insert into aura.entity_days (brand_id, entity_id, date, currency, observed_at, ad_spend,
        impressions, clicks, conversions, conversion_value)
    select %(brand)s, e.id, d::date, 'USD', now(), 1 + e.id %% 97, 1000, 40, 2, 90
    from aura.entities as e
    cross join generate_series('2026-10-25'::timestamp, '2026-11-21', interval '1 day') as d
    where e.brand_id = %(brand)s
    """,
)
SCANS = {
    "cohorts": "select count(*), sum(total_sales) from aura.orders where brand_id = %(brand)s"
    " and is_counted",
    "campaigns": "select count(*), sum(ad_spend) from aura.entity_days where brand_id = %(brand)s"
    " and date between '2026-10-25' and '2026-11-21'",
}


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    taken = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


async def measure(url: str) -> dict[str, float]:
    await migrate(url)
    database = await Database.open(url)
    person = (await ensure_local_owner(database)).person.id
    brand = await create_brand(
        database, user_id=person, name="Measured", currency="USD", timezone="UTC"
    )
    parameters = {
        "brand": brand,
        "orders": ORDERS,
        "customers": CUSTOMERS,
        "campaigns": CAMPAIGNS,
    }
    async with database.as_owner() as connection:
        for statement in MAKE:
            await connection.execute(statement, parameters)
        for table in ("orders", "entities", "entity_days"):
            await connection.execute(f"analyze aura.{table}")
    figures = await compared(database, person, brand)
    await database.close()
    return figures


async def compared(database: Database, person: UUID, brand: UUID) -> dict[str, float]:
    whose = {"user_id": person, "brand_id": brand, "now": NOW}
    reports: dict[str, Callable[[], Awaitable[object]]] = {
        "cohorts": lambda: cohorts(database, months=24, **whose),
        "campaigns": lambda: campaigns(database, days=MONTH, question=question_of({}), **whose),
        "attribution": lambda: attribution(database, days=MONTH, wanted=Wanted(most=50), **whose),
    }
    scans: dict[str, float] = {}
    for name, statement in SCANS.items():

        async def scan(statement: str = statement) -> None:
            async with database.as_user(person) as connection:
                await (await connection.execute(statement, {"brand": brand})).fetchall()

        scans[name] = await seconds(scan)
    found: dict[str, float] = {}
    for name, work in reports.items():
        taken = await seconds(work)
        found[f"{name}_ms"] = round(1000 * taken, 1)
        if name in scans:
            found[f"{name}_scan_ms"] = round(1000 * scans[name], 1)
            found[f"{name}_to_scan"] = round(taken / scans[name], 1)
    return found


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="aura-reports-") as folder:
        place = Path(folder)
        place.chmod(0o711)
        server = embedded.start(place, binaries=find_binaries(place))
        try:
            figures = asyncio.run(measure(server.url))
        finally:
            server.release()
    for name, value in figures.items():
        print(f"{name:24} {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
