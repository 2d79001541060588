"""Two brands larger than most, written through the product's own writers.

One has three years of a store and of 200 campaigns on each ad platform, one has 5,000 campaigns
over eight weeks. Amounts are made up, of the size and with the fractions that platforms give.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from account_days import account_day
from aura.accounts.brands import create_brand
from aura.model import Account, AdDay, DayRange, Order, Platform, Sales
from aura.store.database import Database
from aura.store.integrations import note_read
from aura.store.secrets import Keyring
from aura.store.windows import write_ad_window, write_orders

ORDERS_A_DAY = 10
# as a backfill reads them
WINDOW_DAYS = 92


@dataclass(frozen=True)
class Size:
    """How many campaigns on each ad platform, over how many days."""

    name: str
    campaigns: int
    days: int


LONG = Size("Three years", campaigns=200, days=1095)
WIDE = Size("Five thousand campaigns", campaigns=2500, days=56)


async def make_brand(
    database: Database, keyring: Keyring, person: UUID, size: Size, now: datetime
) -> UUID:
    """The brand, whole up to yesterday (UTC)."""
    brand = await create_brand(
        database, user_id=person, name=size.name, currency="USD", timezone="UTC"
    )
    last = now.date() - timedelta(days=1)
    whole = DayRange(last - timedelta(days=size.days - 1), last)
    for platform in ("shopify", "meta", "google_ads"):
        integration = await _integration(database, brand, platform)
        account = Account(f"{platform}-1", f"Account of {size.name}", "USD", "UTC")
        async with database.as_worker(brand) as connection:
            if platform == "shopify":
                await write_orders(
                    connection,
                    keyring,
                    brand_id=brand,
                    integration_id=integration,
                    timezone="UTC",
                    orders=_orders(whole),
                    observed_at=now,
                    run_id=None,
                    complete_history=True,
                )
            else:
                for window in _windows(whole):
                    await write_ad_window(
                        connection,
                        brand_id=brand,
                        integration_id=integration,
                        account=account,
                        window=window,
                        days=_ad_days(account.external_id, size.campaigns, window),
                        observed_at=now,
                        run_id=None,
                    )
            await note_read(connection, integration, whole, last_sync_at=now)
    async with database.as_owner() as connection:
        for table in ("orders", "entities", "entity_days", "brand_days"):
            await connection.execute(f"analyze aura.{table}")
    return brand


async def _integration(database: Database, brand: UUID, platform: Platform) -> UUID:
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "insert into public.integrations (brand_id, platform, status) values"
            " (%s, %s, 'connected') returning id",
            [brand, platform],
        )
        row = await cursor.fetchone()
        assert row is not None
        await connection.execute(
            "insert into aura.accounts (brand_id, integration_id, external_id, name, currency,"
            " timezone, is_selected) values (%s, %s, %s, 'Measured', 'USD', 'UTC', true)",
            [brand, row["id"], f"{platform}-1"],
        )
        made: UUID = row["id"]
        return made


def _windows(days: DayRange) -> Iterator[DayRange]:
    first = days.first
    while first <= days.last:
        last = min(first + timedelta(days=WINDOW_DAYS - 1), days.last)
        yield DayRange(first, last)
        first = last + timedelta(days=1)


def _ad_days(account: str, campaigns: int, window: DayRange) -> list[AdDay]:
    """Each campaign on each day, and the account as their sum."""
    found = []
    for day in window.days():
        rows = [_campaign_day(number, day) for number in range(campaigns)]
        found.extend(rows)
        found.append(account_day(account, rows))
    return found


def _campaign_day(number: int, day: date) -> AdDay:
    n = number + day.toordinal()
    return AdDay(
        "campaign",
        f"{1200000000 + number}",
        day,
        "USD",
        name=f"Prospecting {number:04} broad audience",
        ad_spend=Decimal(3000 + 37 * (n % 89)) / 100,
        impressions=900 + n % 700,
        clicks=20 + n % 31,
        conversions=Decimal(n % 5) + Decimal("0.333333"),
        conversion_value=Decimal(4000 + 61 * (n % 101)) / 100,
    )


async def _orders(days: DayRange) -> AsyncIterator[list[Order]]:
    for at, day in enumerate(days.days()):
        found = []
        for position in range(ORDERS_A_DAY):
            number = at * ORDERS_A_DAY + position
            moment = datetime.combine(day, time(8 + position, 30)).astimezone()
            sales = Sales(
                gross_sales=Decimal(4000 + 7 * (number % 997)) / 100,
                discounts=Decimal(number % 9),
                shipping=Decimal("4.90"),
                taxes=Decimal("2.05"),
            )
            customer = number // 3 if number % 4 == 0 else number
            found.append(
                Order(
                    str(number),
                    moment,
                    "USD",
                    sales,
                    customer_id=f"c{customer}",
                    updated_at=moment,
                )
            )
        yield found
