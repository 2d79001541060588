"""From stored numbers to rows of insights, on a real PostgreSQL, as the worker and as the owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from aura.errors import NotFoundError
from aura.insights.finding import Effect, Finding, Impact, Scope
from aura.insights.lifecycle import Opening
from aura.insights.wording import day_words
from aura.model import DayRange
from aura.reports.history import HISTORY_DAYS, read_history
from aura.reports.insights import completeness_curves, list_health_findings, list_insights
from aura.reports.verification import verify_insight
from aura.sync.evaluation import evaluate_brand
from aura.sync.findings import Morning, ended_findings, write_changes
from insights.nights import (
    LAST,
    NIGHTS,
    RISEN,
    START,
    Reader,
    morning_of,
    world,
)
from insights.worlds import FIRST_DAY, Event, World


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
    # a second look of that morning would start from what stood when it began
    morning = Morning(brand, RISEN.day(LAST + 3), morning_of(LAST + 3))
    async with database.as_worker(brand) as connection:
        ended = await ended_findings(connection, morning)
        assert ended == {(finding["finding_type"], "meta", finding["entity_external_id"])}
        later = replace(morning, run_day=RISEN.day(LAST + 4))
        assert await ended_findings(connection, later) == frozenset()


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
    assert [finding.finding_type for finding in result.findings] == ["sync_issue"]
    assert result.silences[0].platform == "meta"
    assert (result.opened, result.updated, result.closed) == (1, 0, 0)
    result = await evaluate_brand(database, brand_id=brand, now=morning_of(LAST + 8))
    assert (result.opened, result.updated, result.closed) == (0, 1, 1)
    (finding,) = await rows(
        database, "select status from aura.findings where finding_type = 'high_cpa'"
    )
    assert finding["status"] == "expired"


async def test_a_source_that_is_not_read_is_told_first_and_over_once_it_is(
    database, brand, reader, told, person
) -> None:
    whose = {"user_id": person, "brand_id": brand}
    await evaluate_brand(database, brand_id=brand, now=morning_of(LAST + 4))
    (issue,) = await list_health_findings(database, **whose)
    assert (issue.finding_type, issue.platform) == ("sync_issue", "meta")
    assert (
        issue.title
        == f"Meta Ads: no numbers since {day_words(RISEN.day(LAST - 1))}, 4 days are missing"
    )
    assert issue.action_items[0]["code"] == "check_connection"
    # a row about the data is none of public.insights
    kinds = await rows(database, "select distinct insight_type from public.insights")
    assert [row["insight_type"] for row in kinds] == ["high_cpa"]
    await reader.read(RISEN, LAST + 5)
    await evaluate_brand(database, brand_id=brand, now=morning_of(LAST + 5))
    assert await list_health_findings(database, **whose) == []
    (row,) = await rows(
        database, "select status, closed_on from aura.findings where finding_type = 'sync_issue'"
    )
    assert (row["status"], row["closed_on"]) == ("resolved", RISEN.day(LAST + 5))


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


async def test_an_insight_is_verified_to_the_digit_and_a_changed_one_is_caught(
    database, person, brand, told
) -> None:
    (insight,) = await rows(database, "select id from public.insights")
    whose = {
        "user_id": person,
        "brand_id": brand,
        "insight_id": insight["id"],
        "now": morning_of(LAST),
    }
    found = await verify_insight(database, **whose)
    assert found.differing == ()
    assert len(found.checks) > 200
    async with database.as_owner() as connection:
        await connection.execute(
            "update public.insights set related_data ="
            " jsonb_set(related_data, '{observed,spend}', '\"1.00\"')"
        )
    (wrong,) = (await verify_insight(database, **whose)).differing
    assert (wrong.path, wrong.stored) == ("observed.spend", "1.00")
    # a column of the chart that another version draws is no difference, a number in one is
    async with database.as_owner() as connection:
        await connection.execute(
            "update public.insights set related_data ="
            " jsonb_set(related_data #- '{series,cpa_low}', '{series,cpa,0}', '9.99')"
        )
    paths = [check.path for check in (await verify_insight(database, **whose)).differing]
    assert sorted(paths) == ["observed.spend", "series.cpa.0"]


async def test_what_only_goes_on_says_so_and_is_verified_with_what_stood(
    database, person, brand, reader
) -> None:
    event = Event("rate", START, 239, 0.6, "meta", "Prospecting")
    wavers = World(
        RISEN.campaigns, seed=11, days=240, day_noise=0.15, events=[event], with_store=False
    )
    await reader.read(wavers, LAST - NIGHTS, days=LAST)
    for morning in range(LAST - NIGHTS + 1, LAST + 1):
        await reader.read(wavers, morning)
        await evaluate_brand(database, brand_id=brand, now=morning_of(morning))
    (insight,) = await rows(database, "select * from public.insights")
    assert insight["related_data"]["method"]["only_goes_on"] is True
    assert "not be enough to say so anew" in insight["description"]
    (finding,) = await rows(database, "select * from aura.findings")
    assert (finding["status"], finding["updated_on"]) == ("open", RISEN.day(LAST))
    whose = {
        "user_id": person,
        "brand_id": brand,
        "insight_id": insight["id"],
        "now": morning_of(LAST),
    }
    assert (await verify_insight(database, **whose)).is_equal
    # a second look on the same morning says the same
    await evaluate_brand(database, brand_id=brand, now=morning_of(LAST))
    assert await rows(database, "select * from public.insights") == [insight]
    async with database.as_owner() as connection:
        await connection.execute(
            "update public.insights set related_data = related_data - 'standing'"
        )
    assert not (await verify_insight(database, **whose)).is_equal


async def test_restatements_after_an_insight_do_not_change_what_it_is_verified_against(
    database, person, brand, reader, told
) -> None:
    (insight,) = await rows(database, "select id from public.insights")
    later = LAST + 3
    await reader.read(RISEN, later)
    found = await verify_insight(
        database,
        user_id=person,
        brand_id=brand,
        insight_id=insight["id"],
        now=morning_of(later),
    )
    assert found.is_equal, [check.path for check in found.differing]


async def test_people_are_told_of_a_few_a_week(database, brand, told) -> None:
    (finding,) = await rows(database, "select * from aura.findings")
    # on its opening, and again when it became more pressing
    assert finding["opened_on"] <= finding["notified_on"] <= finding["updated_on"]


async def test_two_weeks_later_it_is_judged_against_its_siblings(
    database, brand, told, person
) -> None:
    async with database.as_owner() as connection:
        await connection.execute(
            "update aura.findings set opened_on = opened_on - 20, notified_on = null"
        )
    await evaluate_brand(database, brand_id=brand, now=morning_of(LAST))
    (finding,) = await rows(database, "select outcomes from aura.findings")
    assert set(finding["outcomes"]) == {"14"}
    assert finding["outcomes"]["14"]["state"] in {"persisted", "recovered", "unclear"}
    assert finding["outcomes"]["14"]["judged_on"] == RISEN.day(LAST).isoformat()
    # the row for people says it too, and goes on saying it when it is told anew
    await evaluate_brand(database, brand_id=brand, now=morning_of(LAST))
    (insight,) = await rows(database, "select id, related_data from public.insights")
    assert insight["related_data"]["outcomes"] == finding["outcomes"]
    whose = {"user_id": person, "brand_id": brand, "insight_id": insight["id"]}
    assert (await verify_insight(database, **whose, now=morning_of(LAST))).is_equal


async def test_of_more_than_five_new_insights_a_week_nobody_is_told(
    database, brand, make_integration
) -> None:
    await make_integration(brand, "meta")
    days = DayRange(RISEN.day(LAST - 7), RISEN.day(LAST - 1))

    def opening(number: int) -> Opening:
        scope = Scope("campaign", f"C{number}", "meta", f"c{number}")
        money = Decimal(100 - number)
        return Opening(
            Finding(
                finding_type="high_cpa",
                scope=scope,
                window=days,
                confidence=0.97,
                effect=Effect(1.5, 1.2, 1.8),
                impact=Impact(money, money, money, "USD", 7),
                priority="medium",
                title=f"Number {number}",
                description="It costs more.",
                dedup_key=f"key {number}",
            )
        )

    async def write(run_day, *numbers: int) -> None:
        morning = Morning(brand, run_day, morning_of(LAST))
        async with database.as_worker(brand) as connection:
            await write_changes(connection, morning, [opening(number) for number in numbers])

    first = RISEN.day(LAST)
    await write(first, *range(4))
    await write(first + timedelta(days=3), *range(4, 8))
    # a week after the first four, there is room again
    await write(first + timedelta(days=7), 8)
    told = await rows(database, "select title from aura.findings where notified_on is not null")
    assert {row["title"] for row in told} == {f"Number {number}" for number in (0, 1, 2, 3, 4, 8)}
    # the others stand on the page all the same
    assert len(await rows(database, "select 1 from public.insights")) == 9
