"""A brand with eight weeks of numbers from all three platforms, written by the product's writers.

Amounts differ from day to day and have more digits than a cent where a platform gives more, so that
sums which are rounded at the wrong place are seen to differ.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from aura.model import Account, AdDay, DayRange, Order, Platform, Sales
from aura.store.database import Connection, Database
from aura.store.integrations import note_read
from aura.store.secrets import Keyring
from aura.store.windows import write_ad_window, write_orders

NOW = datetime(2026, 11, 22, 14, 20, tzinfo=UTC)
READ_AT = datetime(2026, 11, 22, 11, 10, tzinfo=UTC)
YESTERDAY = date(2026, 11, 21)
KNOWN = DayRange(date(2026, 9, 27), YESTERDAY)
ZONE = "America/New_York"
NAMES: dict[Platform, str] = {
    "shopify": "aurora.myshopify.com",
    "meta": "Aurora Main",
    "google_ads": "Aurora Search",
}


@dataclass
class MeasuredBrand:
    """Whose it is, which it is, and its connections."""

    person: UUID
    brand: UUID
    integrations: dict[Platform, UUID] = field(default_factory=dict)


def ad_days(platform: Platform, account: str, days: DayRange, currency: str) -> list[AdDay]:
    """Account-level days; Google's have fractions of a cent and of a conversion."""
    exact = Decimal("0.345678") if platform == "google_ads" else Decimal(0)
    return [
        AdDay(
            "account",
            account,
            day,
            currency,
            ad_spend=Decimal(40 + n % 9) + exact,
            impressions=1000 + n,
            clicks=50 + n % 7,
            conversions=Decimal(2 + n % 3) + (Decimal("0.333333") if exact else 0),
            conversion_value=Decimal(130 + n) + exact,
        )
        for n, day in enumerate(days.days())
    ]


def orders_of(days: DayRange, currency: str) -> list[Order]:
    """Three to six orders a day; every fifth customer comes back."""
    found = []
    number = 0
    for n, day in enumerate(days.days()):
        for position in range(3 + n % 4):
            number += 1
            noon = datetime.combine(day, time(12, position), ZoneInfo(ZONE))
            sales = Sales(
                gross_sales=Decimal(40 + n % 5) + Decimal("0.25"),
                discounts=Decimal("3.10"),
                shipping=Decimal("4.90"),
                taxes=Decimal("2.05"),
            )
            customer = number - 5 if number % 5 == 0 and number > 5 else number
            found.append(
                Order(
                    str(number), noon, currency, sales, customer_id=f"c{customer}", updated_at=noon
                )
            )
    return found


Measure = Callable[..., Awaitable[MeasuredBrand]]


@pytest.fixture
def measure(database: Database, keyring: Keyring, make_person, make_brand) -> Measure:
    """Makes a measured brand: of which platforms, read how far, in which currencies."""

    async def measure(
        *,
        person: UUID | None = None,
        name: str = "Aurora",
        currency: str = "USD",
        platforms: dict[Platform, str] | None = None,
        through: dict[Platform, date] | None = None,
        complete_history: bool = True,
    ) -> MeasuredBrand:
        owner = person or await make_person()
        brand = await make_brand(owner, name=name, currency=currency, timezone=ZONE)
        made = MeasuredBrand(owner, brand)
        chosen = platforms or dict.fromkeys(NAMES, currency)
        for platform, own_currency in chosen.items():
            days = DayRange(KNOWN.first, (through or {}).get(platform, KNOWN.last))
            account = Account(f"{platform}-1", NAMES[platform], own_currency, ZONE)
            made.integrations[platform] = await _connect(database, brand, platform, account, days)
            await _write(
                database, keyring, made, platform, account, days, complete_history=complete_history
            )
        return made

    return measure


async def _connect(
    database: Database, brand: UUID, platform: Platform, account: Account, days: DayRange
) -> UUID:
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "insert into public.integrations (brand_id, platform, status, platform_account_id,"
            " platform_account_name) values (%s, %s, 'connected', %s, %s) returning id",
            [brand, platform, account.external_id, account.name],
        )
        row = await cursor.fetchone()
        assert row is not None
        integration: UUID = row["id"]
        await connection.execute(
            "insert into aura.accounts (brand_id, integration_id, external_id, name, currency,"
            " timezone, is_selected) values (%s, %s, %s, %s, %s, %s, true)",
            [brand, integration, account.external_id, account.name, account.currency, ZONE],
        )
    read_at = min(READ_AT, datetime.combine(days.last, READ_AT.timetz()) + timedelta(days=1))
    async with database.as_worker(brand) as connection:
        await note_read(connection, integration, days, last_sync_at=read_at)
    return integration


async def _write(
    database: Database,
    keyring: Keyring,
    made: MeasuredBrand,
    platform: Platform,
    account: Account,
    days: DayRange,
    *,
    complete_history: bool,
) -> None:
    assert account.currency is not None
    integration = made.integrations[platform]
    async with database.as_worker(made.brand) as connection:
        if platform != "shopify":
            await write_ad_window(
                connection,
                brand_id=made.brand,
                integration_id=integration,
                account=account,
                window=days,
                days=ad_days(platform, account.external_id, days, account.currency),
                observed_at=READ_AT,
                run_id=None,
            )
            return
        orders = orders_of(days, account.currency)
        await write_shop_orders(
            connection, keyring, made, orders, complete_history=complete_history
        )


async def write_shop_orders(
    connection: Connection,
    keyring: Keyring,
    made: MeasuredBrand,
    orders: Sequence[Order],
    *,
    observed_at: datetime = READ_AT,
    complete_history: bool = False,
) -> None:
    """Write orders of the brand's shop as a sync does, through a connection of its worker's."""

    async def pages():
        yield list(orders)

    await write_orders(
        connection,
        keyring,
        brand_id=made.brand,
        integration_id=made.integrations["shopify"],
        timezone=ZONE,
        orders=pages(),
        observed_at=observed_at,
        run_id=None,
        complete_history=complete_history,
    )


async def note_run(database, made, at, days):
    """What a sync leaves behind of itself: when it ended and which days it read."""
    async with database.as_owner() as connection:
        for integration in made.integrations.values():
            await connection.execute(
                "insert into aura.sync_runs (id, brand_id, integration_id, kind, started_at,"
                " finished_at, first_day, last_day, outcome)"
                " values (gen_random_uuid(), %s, %s, 'sync', %s, %s, %s, %s, 'succeeded')",
                [made.brand, integration, at, at, days.first, days.last],
            )
