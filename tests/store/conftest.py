"""What the store's tests share: a connected shop, writing its orders, reading what is stored."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest

from aura.store.windows import write_orders
from integrations import make_integration
from store.made_orders import FIRST, WRITTEN, pages

__all__ = ["make_integration"]


@pytest.fixture
async def shop(make_person, make_brand, make_integration):
    brand_id = await make_brand(await make_person())
    return brand_id, await make_integration(brand_id, "shopify", account_id="a.myshopify.com")


@pytest.fixture
def write(database, keyring, shop):
    brand_id, integration_id = shop

    async def write(orders, *, nights=0, timezone="UTC", **options):
        async with database.as_worker(brand_id) as connection:
            return await write_orders(
                connection,
                keyring,
                brand_id=brand_id,
                integration_id=integration_id,
                timezone=timezone,
                orders=pages(orders),
                observed_at=WRITTEN + timedelta(days=nights),
                run_id=None,
                **options,
            )

    return write


@pytest.fixture
def read(database):
    async def read(query, **parameters):
        async with database.as_owner() as connection:
            cursor = await connection.execute(query, parameters)
            return [tuple(row.values()) for row in await cursor.fetchall()]

    return read


@pytest.fixture
def daily(read):
    """Revenue, orders and new customers by day number, from public.metrics."""

    async def daily():
        days: dict[int, dict[str, Decimal]] = defaultdict(dict)
        for day, name, value in await read("select date, metric_type, value from public.metrics"):
            days[(day - FIRST).days][name] = value
        return {
            number: tuple(days[number].get(n) for n in ("revenue", "orders", "new_customers"))
            for number in sorted(days)
        }

    return daily


@pytest.fixture
def know(database, shop):
    """Says that the shop was read from the first to the given day."""

    async def know(last: int, *, backfill_done: bool | None = None):
        brand_id, integration_id = shop
        async with database.as_owner() as connection:
            await connection.execute(
                "update public.integrations set metadata = jsonb_build_object("
                "'known_from', %s::date, 'known_through', %s::date)",
                (FIRST, FIRST + timedelta(days=last)),
            )
            if backfill_done is not None:
                await connection.execute(
                    "insert into aura.sync_state (integration_id, kind, brand_id, cursor) values"
                    " (%s, 'backfill', %s, jsonb_build_object('done', %s::boolean))"
                    " on conflict (integration_id, kind) do update set cursor = excluded.cursor",
                    (integration_id, brand_id, backfill_done),
                )

    return know
