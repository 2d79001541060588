"""A brand with rows in most tables: facts of a shop and an ad account, restated once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from aura.model import Account, AdDay, DayRange
from aura.store.windows import write_ad_window, write_orders
from store.made_orders import order, pages, refund

ACCOUNT = Account("act_1", "Main", "USD", "UTC")
WINDOW = DayRange(date(2026, 11, 1), date(2026, 11, 3))
MONDAY = datetime(2026, 11, 4, 3, tzinfo=UTC)


async def fill_brand(database, keyring, make_integration, brand_id) -> None:
    shop = await make_integration(brand_id, "shopify", account_id="a.myshopify.com")
    meta = await make_integration(brand_id, "meta")
    for night, spend in enumerate(("10.005", "11")):
        async with database.as_worker(brand_id) as connection:
            await write_ad_window(
                connection,
                brand_id=brand_id,
                integration_id=meta,
                account=ACCOUNT,
                window=WINDOW,
                days=[
                    AdDay(level, name, day, "USD", ad_spend=Decimal(spend))
                    for day in WINDOW.days()
                    for level, name in (("account", "act_1"), ("campaign", "c1"))
                ],
                observed_at=MONDAY + timedelta(days=night),
                run_id=None,
            )
    async with database.as_worker(brand_id) as connection:
        await write_orders(
            connection,
            keyring,
            brand_id=brand_id,
            integration_id=shop,
            timezone="UTC",
            orders=pages([order(1), order(2, day=1, events=(refund("3", day=2),))]),
            observed_at=MONDAY,
            run_id=None,
        )
