"""Golden days: both changes of the clock, and a shop and a brand that change their time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from aura.accounts.brand_settings import change_settings
from aura.model import DayRange, Order, Sales
from aura.reports.overview import overview
from aura.reports.periods import today_in
from aura.store.integrations import note_read
from aura.store.windows import write_orders

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
YEAR = DayRange(date(2026, 1, 1), date(2026, 11, 22))


class Shop:
    """A shop whose orders are written as a sync does, each worth another power of two."""

    def __init__(self, database, keyring, person, brand, integration, zone):
        self.database = database
        self.keyring = keyring
        self.person = person
        self.brand = brand
        self.integration = integration
        self.zone = zone

    async def sells(self, *moments: str, read_at: datetime = NOW) -> None:
        """Orders at these moments (UTC), the first worth 1, the second 2, the third 4 and so on."""
        orders = [
            Order(
                f"{n}",
                datetime.fromisoformat(moment).replace(tzinfo=UTC),
                "EUR",
                Sales(gross_sales=Decimal(2**n)),
                customer_id=f"c{n}",
                updated_at=read_at,
            )
            for n, moment in enumerate(moments)
            if moment
        ]

        async def pages():
            yield orders

        async with self.database.as_worker(self.brand) as connection:
            await write_orders(
                connection,
                self.keyring,
                brand_id=self.brand,
                integration_id=self.integration,
                timezone=self.zone,
                orders=pages(),
                observed_at=read_at,
                run_id=None,
                complete_history=True,
            )
            await note_read(connection, self.integration, YEAR, last_sync_at=NOW)

    async def days(self, first: str, last: str) -> dict[str, tuple[int, int]]:
        """Revenue and orders of each day, as the reports state them."""
        days = DayRange(date.fromisoformat(first), date.fromisoformat(last))
        report = await overview(
            self.database,
            user_id=self.person,
            brand_id=self.brand,
            days=days,
            now=NOW,
            metrics=("revenue", "orders"),
        )
        found = {f"{row.date}": (row.sums["revenue"], row.sums["orders"]) for row in report.series}
        assert report.figure("revenue").value == sum(revenue for revenue, _ in found.values())
        return {day: (int(revenue), int(orders)) for day, (revenue, orders) in found.items()}


@pytest.fixture
def make_shop(database, keyring, make_person, make_brand):
    async def make_shop(zone: str) -> Shop:
        person = await make_person()
        brand = await make_brand(person, currency="EUR", timezone=zone)
        async with database.as_owner() as connection:
            cursor = await connection.execute(
                "insert into public.integrations (brand_id, platform, status) values"
                " (%s, 'shopify', 'connected') returning id",
                [brand],
            )
            row = await cursor.fetchone()
        integration: UUID = row["id"]
        return Shop(database, keyring, person, brand, integration, zone)

    return make_shop


@pytest.mark.parametrize(
    ("moments", "days"),
    [
        # midnight to midnight there is 22:00 to 23:00 UTC of the next day
        pytest.param(
            (
                "2026-10-24T21:59:59",
                "2026-10-24T22:00:00",
                "2026-10-25T00:30:00",
                "2026-10-25T01:30:00",
                "2026-10-25T22:59:59",
                "2026-10-25T23:00:00",
            ),
            ("2026-10-24", "2026-10-25", "2026-10-26"),
            id="25 hours, both from two to three",
        ),
        pytest.param(
            (
                "2026-03-28T22:59:59",
                "2026-03-28T23:00:00",
                "2026-03-29T00:59:59",
                "2026-03-29T01:00:00",
                "2026-03-29T21:59:59",
                "2026-03-29T22:00:00",
            ),
            ("2026-03-28", "2026-03-29", "2026-03-30"),
            id="23 hours, it ends an hour earlier",
        ),
    ],
)
async def test_the_day_on_which_the_clock_changes_holds_what_was_sold_from_midnight_to_midnight(
    make_shop, moments, days
):
    shop = await make_shop("Europe/Berlin")
    await shop.sells(*moments)
    before, changed, after = days
    assert await shop.days(before, after) == {
        before: (1, 1),
        changed: (2 + 4 + 8 + 16, 4),
        after: (32, 1),
    }


async def test_where_summer_is_in_january_the_clock_changes_the_other_way(make_shop):
    shop = await make_shop("Australia/Sydney")
    # 5 April has 25 hours, 4 October has 23
    await shop.sells(
        "2026-04-04T12:59:59",
        "2026-04-04T13:00:00",
        "2026-04-05T13:59:59",
        "2026-04-05T14:00:00",
        "2026-10-03T14:00:00",
        "2026-10-04T12:59:59",
        "2026-10-04T13:00:00",
    )
    april = await shop.days("2026-04-04", "2026-04-06")
    october = await shop.days("2026-10-03", "2026-10-05")
    assert list(april.values()) == [(1, 1), (2 + 4, 2), (8, 1)]
    assert list(october.values()) == [(0, 0), (16 + 32, 2), (64, 1)]


async def test_a_shop_that_changes_its_zone_has_the_new_zones_days_once_it_is_read_anew(make_shop):
    """What Settings says of it; what was not read anew yet keeps its day, and is counted once."""
    shop = await make_shop("Europe/Berlin")
    moments = ["2026-11-10T22:30:00", "2026-11-10T23:30:00", "2026-11-11T03:00:00"]
    await shop.sells(*moments)
    assert list((await shop.days("2026-11-10", "2026-11-11")).values()) == [(1, 1), (2 + 4, 2)]

    # the second order is changed afterwards, a fourth comes in: both have the new zone's days
    shop.zone = "America/New_York"
    later = NOW + timedelta(hours=1)
    await shop.sells("", moments[1], "", "2026-11-12T03:00:00", read_at=later)
    assert await shop.days("2026-11-10", "2026-11-12") == {
        "2026-11-10": (1 + 2, 2),
        "2026-11-11": (4 + 8, 2),
        "2026-11-12": (0, 0),
    }
    await shop.sells(*moments, "2026-11-12T03:00:00", read_at=later + timedelta(hours=1))
    assert await shop.days("2026-11-10", "2026-11-12") == {
        "2026-11-10": (1 + 2 + 4, 3),
        "2026-11-11": (8, 1),
        "2026-11-12": (0, 0),
    }


async def test_a_brand_that_changes_its_zone_changes_what_yesterday_is_and_no_day(
    make_shop, database
):
    shop = await make_shop("Europe/Berlin")
    await shop.sells("2026-11-10T22:30:00", "2026-11-10T23:30:00")
    before = await shop.days("2026-11-10", "2026-11-11")
    await change_settings(
        database,
        user_id=shop.person,
        brand_id=shop.brand,
        currency="EUR",
        timezone="Pacific/Auckland",
        revenue_basis="total_sales",
    )
    assert await shop.days("2026-11-10", "2026-11-11") == before
    assert [today_in(zone, NOW) for zone in ("Europe/Berlin", "Pacific/Auckland")] == [
        date(2026, 11, 22),
        date(2026, 11, 23),
    ]
