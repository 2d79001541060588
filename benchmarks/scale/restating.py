"""What a year of nights leaves in `aura.revisions`, for a brand of 40 campaigns on two platforms.

Every night at three the last 28 days are read again, today included, of which three hours have
passed. Spend, impressions and clicks of a day still move a little in its first nights; conversions
go on arriving: 70 % of them on the day itself, the rest with a half-life of 3.5 days.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from loading import CAMPAIGNS, LAST

from account_days import account_day
from aura.model import Account, AdDay, DayRange
from aura.store.database import Database
from aura.store.windows import write_ad_window

LOOKBACK = 28
HALF_LIFE, ON_THE_DAY = 3.5, 0.70
MEDIAN_CONVERSIONS = 2.0
PLATFORMS = ("meta", "google_ads")


@dataclass
class Day:
    """The truth of a campaign's day: what it cost, and at what age each conversion arrives."""

    spend: int
    clicks: int
    arrives: list[int]
    restated_until: int
    values: list[int] = field(default_factory=list)

    def seen(self, campaign: str, day: object, age: int) -> AdDay:
        """As the platform states it that many nights after the day began."""
        part = 8 if age == 0 else 100 - (self.restated_until > age)
        known = sum(value for at, value in zip(self.arrives, self.values, strict=True) if at < age)
        return AdDay(
            "campaign",
            campaign,
            day,  # type: ignore[arg-type]
            "USD",
            name=f"Campaign {campaign}",
            status="active",
            ad_spend=Decimal(self.spend * part) / 10_000,
            impressions=self.clicks * 80 * part // 100,
            clicks=self.clicks * part // 100,
            all_clicks=self.clicks * 110 * part // 10_000,
            conversions=Decimal(sum(at < age for at in self.arrives)),
            conversion_value=Decimal(known) / 100,
            action_type="purchase",
        )


def day_of(chance: random.Random, mean: float) -> Day:
    """A day whose conversions are Poisson around the campaign's mean."""
    count, waited = 0, chance.expovariate(1)
    while waited < mean:
        count, waited = count + 1, waited + chance.expovariate(1)
    late = [1 + int(chance.expovariate(0.693 / HALF_LIFE)) for _ in range(count)]
    return Day(
        spend=int(4_000 * mean * chance.uniform(0.7, 1.3)),
        clicks=int(40 * mean * chance.uniform(0.7, 1.3)) + 1,
        arrives=[0 if chance.random() < ON_THE_DAY else age for age in late],
        restated_until=chance.choice((0, 2, 2, 3)),
        values=[int(6_000 * chance.lognormvariate(0, 0.5)) for _ in range(count)],
    )


def account_of(account: str, days: list[AdDay]) -> list[AdDay]:
    """The account's own days: what its campaigns come to."""
    return [
        account_day(account, [day for day in days if day.date == date])
        for date in sorted({day.date for day in days})
    ]


async def play(database: Database, brand: UUID, places: dict[str, UUID], nights: int) -> None:
    """The nights, one after another, through the writer; a full look-back comes before them."""
    chance = random.Random(28)
    means = {
        (platform, f"{platform}-{n}"): MEDIAN_CONVERSIONS * chance.lognormvariate(0, 1)
        for platform in PLATFORMS
        for n in range(CAMPAIGNS // len(PLATFORMS))
    }
    span = nights + LOOKBACK
    start = LAST - timedelta(days=span - 1)
    truth = {key: [day_of(chance, mean) for _ in range(span)] for key, mean in means.items()}
    for night in range(LOOKBACK - 1, span):
        window = DayRange(
            start + timedelta(days=night - LOOKBACK + 1), start + timedelta(days=night)
        )
        for platform, integration in places.items():
            days = [
                truth[key][night - age].seen(key[1], window.last - timedelta(days=age), age)
                for key in means
                if key[0] == platform
                for age in range(LOOKBACK)
            ]
            account = Account(f"{platform}-account", "Account", "USD", "UTC")
            async with database.as_worker(brand) as connection:
                await write_ad_window(
                    connection,
                    brand_id=brand,
                    integration_id=integration,
                    account=account,
                    window=window,
                    days=[*account_of(account.external_id, days), *days],
                    observed_at=datetime.combine(window.last, time(3), UTC),
                    run_id=brand,
                )


async def revision_bytes(database: Database, nights: int) -> dict[str, float]:
    """Bytes of revisions, indexes included, of a brand-year, in a store without any other."""
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "with person as (insert into public.users (email, password_hash)"
            " values ('restated@scale.example', '!') returning id)"
            " insert into public.brands (user_id, name) select id, 'Restated' from person"
            " returning id"
        )
        [brand] = [row["id"] for row in await cursor.fetchall()]
        cursor = await connection.execute(
            "insert into public.integrations (brand_id, platform, status)"
            " select %s, p, 'connected' from unnest(%s::text[]) as p returning id, platform",
            [brand, list(PLATFORMS)],
        )
        places = {row["platform"]: row["id"] for row in await cursor.fetchall()}
    await play(database, brand, places, nights)
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select pg_total_relation_size('aura.revisions') as bytes,"
            " (select count(*) from aura.revisions) as rows,"
            " (select count(*) from aura.entity_days) as days"
        )
        [found] = await cursor.fetchall()
    years = nights / 365
    return {
        "revision_bytes": found["bytes"] / years,
        "revisions": found["rows"] / years,
        "revisions_a_day_of_an_entity": found["rows"] / found["days"],
        "revision_row_bytes": found["bytes"] / max(found["rows"], 1),
    }
