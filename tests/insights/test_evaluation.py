"""From stored numbers to rows of insights, on a real PostgreSQL, as the worker and as the owner."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from aura.errors import NotFoundError
from aura.model import Account, AdDay, DayRange
from aura.reports.history import HISTORY_DAYS, read_history
from aura.reports.insights import completeness_curves, list_health_findings, list_insights
from aura.store.windows import write_ad_window
from aura.sync.evaluation import evaluate_brand
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


@pytest.fixture
async def person(make_person):
    return await make_person()


@pytest.fixture
async def brand(person, make_brand):
    return await make_brand(person)


@pytest.fixture
async def reader(database, brand, make_integration):
    return Reader(database, brand, await make_integration(brand, "meta"))


@pytest.fixture
async def told(database, brand, reader):
    """The nights of a rise were read and looked at one by one; gives what each evaluation did."""
    await reader.read(RISEN, LAST - NIGHTS, days=LAST)
    results = {}
    for morning in range(LAST - NIGHTS + 1, LAST + 1):
        await reader.read(RISEN, morning)
        results[morning] = await evaluate_brand(database, brand_id=brand, now=morning_of(morning))
    return results


async def rows(database, statement, *parameters):
    async with database.as_owner() as connection:
        cursor = await connection.execute(statement, parameters)
        return await cursor.fetchall()


async def test_a_rise_becomes_one_row_that_is_updated_in_place(database, brand, told) -> None:
    opened = [morning for morning, result in told.items() if result.opened]
    assert len(opened) == 1
    assert START < opened[0] <= LAST
    (insight,) = await rows(database, "select * from public.insights")
    assert insight["insight_type"] == "high_cpa"
    assert insight["brand_id"] == brand
    assert "'Prospecting'" in insight["title"]
    assert insight["created_at"] == morning_of(opened[0])
    assert insight["related_data"]["as_of"].startswith(RISEN.day(LAST).isoformat())
    assert insight["expires_at"] == morning_of(LAST) + timedelta(days=7)
    (finding,) = await rows(database, "select * from aura.findings")
    assert (finding["status"], finding["insight_id"]) == ("open", insight["id"])
    assert finding["scope_level"] == "campaign"
    assert finding["updated_on"] == RISEN.day(LAST)


async def test_looking_again_changes_nothing(database, brand, told) -> None:
    before = await rows(database, "select * from public.insights")
    result = await evaluate_brand(database, brand_id=brand, now=morning_of(LAST))
    assert (result.opened, result.updated, result.closed) == (0, 1, 0)
    assert await rows(database, "select * from public.insights") == before


async def test_the_owner_sees_it_and_nobody_else(
    database, brand, told, person, make_person
) -> None:
    (row,) = await list_insights(database, user_id=person, brand_id=brand)
    assert row.related_data["money_at_stake"]["currency"] == "USD"
    assert 1 <= len(row.action_items) <= 3
    assert not row.is_read
    with pytest.raises(NotFoundError):
        await list_insights(database, user_id=await make_person(), brand_id=brand)


async def test_a_past_morning_is_seen_as_it_was(database, brand, told) -> None:
    morning = START + 4
    async with database.as_worker(brand) as connection:
        history, run_day = await read_history(connection, brand_id=brand, as_of=morning_of(morning))
    assert run_day == RISEN.day(morning)
    assert history.first_day == run_day - timedelta(days=HISTORY_DAYS)
    first = history.index(FIRST_DAY)
    known = {entity.name: entity for entity in history.entities if entity.level == "campaign"}
    expected = RISEN.history(morning)
    for entity in expected.entities:
        read = known[entity.name]
        assert np.isnan(read.spend[:first]).all()
        assert read.conversions[first:] == pytest.approx(entity.conversions)
        assert read.spend[first:] == pytest.approx(entity.spend)


async def test_completeness_is_learned_from_what_was_stored(database, brand, told, person) -> None:
    async with database.as_worker(brand) as connection:
        history, _ = await read_history(connection, brand_id=brand, as_of=morning_of(LAST))
    stored = history.snapshots_of("meta")
    drawn = RISEN.history(LAST, nights=NIGHTS + 1).snapshots_of("meta")
    order = [stored.entity_ids.index(entity) for entity in drawn.entity_ids]
    # only what a nightly window covers is read again: 28 days
    assert stored.values[order][:, :, 1:28] == pytest.approx(drawn.values[:, :, 1:28], nan_ok=True)
    curves = await completeness_curves(
        database, user_id=person, brand_id=brand, now=morning_of(LAST)
    )
    assert curves["meta"].first_judged_age == 1
    assert curves["meta"].completeness(1) == pytest.approx(0.69, abs=0.06)


async def test_a_rise_that_ends_is_resolved_and_says_so(database, brand, reader, told) -> None:
    healed = world(Event("rate", START, LAST - 20, 0.45, "meta", "Prospecting"))
    for morning in range(LAST + 1, LAST + 5):
        await reader.read(healed, morning, days=60)
        await evaluate_brand(database, brand_id=brand, now=morning_of(morning))
    (finding,) = await rows(database, "select * from aura.findings")
    assert (finding["status"], finding["closed_on"]) == ("resolved", RISEN.day(LAST + 3))
    (insight,) = await rows(database, "select * from public.insights")
    assert insight["related_data"]["status"] == "resolved"
    assert insight["expires_at"] == morning_of(LAST + 3)


async def test_an_insight_that_was_read_stays_read(database, brand, told, person) -> None:
    async with database.as_user(person) as connection:
        await connection.execute("update public.insights set is_read = true")
    await evaluate_brand(database, brand_id=brand, now=morning_of(LAST))
    (row,) = await list_insights(database, user_id=person, brand_id=brand)
    assert row.is_read


async def test_what_was_dismissed_stays_away(database, brand, reader, told, person) -> None:
    async with database.as_user(person) as connection:
        await connection.execute(
            "update aura.findings set status = 'dismissed', dismissed_reason = 'known'"
        )
    assert await list_insights(database, user_id=person, brand_id=brand) == []
    for morning in (LAST + 1, LAST + 2):
        await reader.read(RISEN, morning)
        await evaluate_brand(database, brand_id=brand, now=morning_of(morning))
    assert await list_insights(database, user_id=person, brand_id=brand) == []
    assert len(await rows(database, "select 1 from public.insights")) == 1


async def test_a_stale_source_says_nothing_and_closes_nothing(database, brand, told) -> None:
    result = await evaluate_brand(database, brand_id=brand, now=morning_of(LAST + 5))
    assert result.findings == ()
    assert result.silences[0].platform == "meta"
    assert (result.opened, result.updated, result.closed) == (0, 0, 0)
    result = await evaluate_brand(database, brand_id=brand, now=morning_of(LAST + 8))
    assert result.closed == 1
    (finding,) = await rows(database, "select status from aura.findings")
    assert finding["status"] == "expired"


async def test_an_outage_is_a_finding_about_the_data_and_no_insight(
    database, brand, reader, person
) -> None:
    broken = world(Event("outage", LAST - 4, 239, 0.0))
    await reader.read(broken, LAST - 12, days=LAST)
    for morning in range(LAST - 11, LAST + 1):
        await reader.read(broken, morning)
        await evaluate_brand(database, brand_id=brand, now=morning_of(morning))
    assert await list_insights(database, user_id=person, brand_id=brand) == []
    assert await rows(database, "select 1 from public.insights") == []
    (health,) = await list_health_findings(database, user_id=person, brand_id=brand)
    assert (health.finding_type, health.platform) == ("tracking_outage", "meta")
    assert health.description
    assert health.action_items[0]["code"] == "check_tracking"


async def test_a_brand_without_numbers_is_no_error(database, brand, make_integration) -> None:
    result = await evaluate_brand(database, brand_id=brand, now=morning_of(LAST))
    assert (result.findings, result.campaigns) == ((), 0)
    await make_integration(brand, "meta")
    result = await evaluate_brand(database, brand_id=brand, now=morning_of(LAST))
    assert result.findings == ()


async def test_an_unknown_brand_is_an_error(database, make_person) -> None:
    with pytest.raises(NotFoundError):
        await evaluate_brand(database, brand_id=await make_person(), now=morning_of(LAST))
