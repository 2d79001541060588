"""Nights of a brand that are stored as a sync would, for tests and claims of the evaluation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from aura.model import Account, AdDay, DayRange
from aura.store.windows import write_ad_window
from insights.worlds import FIRST_DAY, Campaign, Event, World

ACCOUNT = Account("1", "Main", "USD", "UTC")
NIGHTS = 18
LAST = 229
START = 214


def world(*events: Event) -> World:
    campaigns = [
        Campaign("Prospecting", daily_spend=400),
        Campaign("Lookalike", daily_spend=200),
        Campaign("Retargeting", daily_spend=150),
    ]
    return World(campaigns, seed=6, days=240, events=list(events), with_store=False)


RISEN = world(Event("rate", START, 239, 0.45, "meta", "Prospecting"))


def morning_of(morning: int) -> datetime:
    day = FIRST_DAY + timedelta(days=morning)
    return datetime(day.year, day.month, day.day, 6, tzinfo=UTC)


def days_read(one: World, morning: int, days: int) -> list[AdDay]:
    known = one.known(morning)
    return [
        AdDay(
            "campaign",
            f"meta-{campaign.name}",
            one.day(day),
            "USD",
            name=campaign.name,
            ad_spend=Decimal(str(one.spend[row, day])),
            clicks=int(one.clicks[row, day]),
            conversions=Decimal(int(known[row, day])),
            conversion_value=Decimal(int(known[row, day]) * 80),
        )
        for row, campaign in enumerate(one.campaigns)
        for day in range(max(morning - days, 0), morning)
    ]


class Reader:
    """Stores what a nightly sync would have read."""

    def __init__(self, database, brand_id, integration_id) -> None:
        self._database, self._brand, self._integration = database, brand_id, integration_id

    async def read(self, one: World, morning: int, *, days: int = 28) -> None:
        async with self._database.as_worker(self._brand) as connection:
            await write_ad_window(
                connection,
                brand_id=self._brand,
                integration_id=self._integration,
                account=ACCOUNT,
                window=DayRange(one.day(max(morning - days, 0)), one.day(morning - 1)),
                days=days_read(one, morning, days),
                observed_at=morning_of(morning),
                run_id=None,
            )
        async with self._database.as_owner() as connection:
            await connection.execute(
                "update public.integrations set last_sync_at = %s where id = %s",
                [morning_of(morning), self._integration],
            )
            await connection.execute(
                "insert into aura.sync_runs (id, brand_id, integration_id, kind, started_at,"
                " finished_at, outcome) values (gen_random_uuid(), %s, %s, 'daily', %s, %s,"
                " 'succeeded')",
                [self._brand, self._integration, morning_of(morning), morning_of(morning)],
            )
