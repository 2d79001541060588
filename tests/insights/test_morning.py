"""An earlier morning: what stood then is what the ledger says, and what became of it.

The brand of these tests was read on eighteen nights on which a rise began, was told and went on.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from aura.errors import NotFoundError
from aura.reports.morning import morning_of as seen_on
from aura.sync.evaluation import evaluate_brand
from insights.nights import LAST, NIGHTS, RISEN, Reader, morning_of

NOW = morning_of(LAST) + timedelta(hours=2)


@pytest.fixture
async def person(make_person):
    return await make_person()


@pytest.fixture
async def brand(database, person, make_brand, make_integration):
    brand_id = await make_brand(person, timezone="UTC")
    reader = Reader(database, brand_id, await make_integration(brand_id, "meta"))
    await reader.read(RISEN, LAST - NIGHTS, days=LAST)
    for morning in range(LAST - NIGHTS + 1, LAST + 1):
        await reader.read(RISEN, morning)
        await evaluate_brand(database, brand_id=brand_id, now=morning_of(morning))
    return brand_id


@pytest.fixture
async def opened(database, brand):
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select f.*, i.title as told from aura.findings f join public.insights i"
            " on i.id = f.insight_id where finding_type = 'high_cpa'"
        )
        (row,) = await cursor.fetchall()
    return row


@pytest.fixture
def as_of(database, person, brand):
    async def as_of(day, *, now=NOW):
        found = await seen_on(
            database, user_id=person, brand_id=brand, day=day.isoformat(), now=now
        )
        return found, [one for one in found.stood if one.insight.insight_type == "high_cpa"]

    return as_of


async def run(database, statement, *values):
    async with database.as_owner() as connection:
        await connection.execute(statement, values)


async def test_it_stands_from_the_morning_on_which_it_was_told_and_not_before(as_of, opened):
    first = opened["opened_on"]
    before, none = await as_of(first - timedelta(days=1))
    assert before.is_from_ledger
    assert none == []
    _, (one,) = await as_of(first)
    assert one.insight.id == opened["insight_id"]
    assert one.since == "still open"


async def test_its_words_are_those_of_that_morning(as_of, opened):
    _, (then,) = await as_of(opened["opened_on"])
    _, (now,) = await as_of(RISEN.day(LAST))
    assert now.wording == "stored"
    assert now.insight.title == opened["told"]
    # it was told anew since: what it said then is computed from what was known then
    assert then.wording == "computed"
    assert then.insight.related_data["run_day"] == opened["opened_on"].isoformat()
    assert then.insight.title != now.insight.title


async def test_what_is_over_stood_until_its_last_day(database, as_of, opened):
    over = opened["opened_on"] + timedelta(days=3)
    await run(
        database,
        "update aura.findings set status = 'resolved', closed_on = %s,"
        ' outcomes = \'{"14": {"state": "recovered"}}\'',
        over,
    )
    _, (one,) = await as_of(over - timedelta(days=1))
    assert one.since == f"over since {over.isoformat()}"
    assert one.insight.outcomes == {"14": {"state": "recovered"}}
    assert (await as_of(over))[1] == []


async def test_the_ledger_is_asked_and_not_the_engine(database, as_of, opened):
    """A finding that the engine would not say again stood nevertheless, and the other way round."""
    day = opened["opened_on"]
    await run(database, "update aura.findings set entity_external_id = 'meta-Lookalike'")
    _, (one,) = await as_of(day)
    assert (one.wording, one.insight.title) == ("later", opened["told"])
    await run(database, "delete from public.insights")
    found, none = await as_of(day)
    assert found.is_from_ledger
    assert none == []
    assert found.silence == "3 campaigns were looked at; nothing needed you."


async def test_one_that_was_put_off_or_dismissed_says_so(database, as_of, opened):
    day = RISEN.day(LAST)
    away = NOW + timedelta(days=3)
    await run(database, "update aura.findings set status = 'snoozed', snoozed_until = %s", away)
    assert (await as_of(day))[1][0].since == "put off since"
    await run(database, "update aura.findings set status = 'dismissed'")
    assert (await as_of(day))[1][0].since == "dismissed since"
    # it stood while it was confirmed: long after, it stands on no morning
    later = NOW + timedelta(days=40)
    assert (await as_of(day + timedelta(days=20), now=later))[1] == []


async def test_before_anything_was_read_nothing_is_known(as_of, opened):
    found, none = await as_of(RISEN.day(LAST - NIGHTS - 5))
    assert (found.is_from_ledger, none) == (False, [])
    assert found.silence == "Nothing had been read by then."


async def test_days_before_the_ledger_say_what_would_have_been_said(database, as_of, opened):
    """As where the history was brought by files: the days are known, and nobody looked yet."""
    await run(database, "delete from public.insights")
    await run(database, "delete from aura.findings")
    await run(database, "delete from aura.sync_runs")
    found, (one,) = await as_of(RISEN.day(LAST))
    assert not found.is_from_ledger
    assert one.insight.title == opened["told"]
    assert (one.since, one.is_linked, one.wording) == ("", False, "computed")


async def test_another_persons_morning_is_not_found(database, brand, make_person):
    with pytest.raises(NotFoundError):
        await seen_on(
            database,
            user_id=await make_person(),
            brand_id=brand,
            day=RISEN.day(LAST).isoformat(),
            now=NOW,
        )
