"""Campaigns: each line from its own sums, the total from all of them, in the order asked for."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from aura.errors import InputError, NotFoundError
from aura.model import DayRange
from aura.reports.campaign import campaign_report
from aura.reports.campaigns import PAGE_SIZE, campaigns, question_of
from aura.store.reports import NO_RATES, range_parameters, rate_parameters
from aura.store.statements import statements
from measured_brand import NAMES, NOW, READ_AT, YESTERDAY, measure
from measured_campaigns import (
    BOTH,
    WEEK,
    campaign_day,
    write_campaigns,
    write_three_campaigns,
)
from plan_rows import rows_read

__all__ = ["measure"]


@pytest.fixture
async def made(measure):
    return await measure()


@pytest.fixture
def write(database, made):
    return partial(write_campaigns, database, made)


@pytest.fixture
def ask(database, made):
    async def ask(question=None, days=WEEK):
        return await campaigns(
            database,
            user_id=made.person,
            brand_id=made.brand,
            days=days,
            question=question or question_of({}),
            now=NOW,
        )

    return ask


@pytest.fixture
async def three(database, made):
    await write_three_campaigns(database, made)


def names(report):
    return [line.name for line in report.lines]


async def test_each_line_is_computed_from_its_own_sums(three, ask):
    report = await ask()
    assert names(report) == ["Prospecting", "Brand", "Retargeting"]
    figures = {figure.metric.key: figure for figure in report.lines[2].figures}
    assert figures["ad_spend"].value == Decimal("70.035")
    assert figures["ad_spend"].previous == 0
    assert figures["ad_spend"].change.kind == "new"
    assert figures["platform_cpa"].value == Decimal("70.035") / 35
    assert figures["platform_roas"].value == Decimal(1750) / Decimal("70.035")
    assert figures["ctr"].value == Decimal("0.04")
    assert report.lines[2].campaign.account_name == NAMES["meta"]
    brand = {figure.metric.key: figure for figure in report.lines[1].figures}
    assert brand["conversions"].value == Decimal("2.333331")


async def test_the_total_is_a_ratio_of_the_sums_of_all_that_was_found(three, ask):
    report = await ask()
    total = {figure.metric.key: figure.value for figure in report.total}
    spend = Decimal("30.10") * 7 + Decimal("70.035") + 140
    conversions = 14 + 35 + Decimal("2.333331")
    assert total["ad_spend"] == spend
    assert total["conversions"] == conversions
    assert total["platform_cpa"] == spend / conversions


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Prospecting", "Brand", "Retargeting"]),
        ({"order": "asc"}, ["Retargeting", "Brand", "Prospecting"]),
        ({"sort": "platform_cpa"}, ["Brand", "Prospecting", "Retargeting"]),
        ({"sort": "name"}, ["Brand", "Prospecting", "Retargeting"]),
        ({"sort": "name", "order": "desc"}, ["Retargeting", "Prospecting", "Brand"]),
        ({"platform": "google_ads"}, ["Brand"]),
        ({"search": "PECT"}, ["Prospecting"]),
        ({"search": "main"}, ["Prospecting", "Retargeting"]),
        ({"search": "id-brand"}, ["Brand"]),
        ({"search": "100%_\\"}, []),
    ],
)
async def test_an_address_searches_and_sorts(three, ask, query, expected):
    report = await ask(question_of(query))
    assert names(report) == expected
    assert report.found == len(expected)


async def test_what_is_unknown_stands_last_in_either_order(three, write, ask):
    await write(
        "google_ads",
        [campaign_day("Brand", day, "20", "1") for day in BOTH.days()]
        + [campaign_day("Silent", day, "5", "0") for day in BOTH.days()],
    )
    for order in ("asc", "desc"):
        report = await ask(question_of({"sort": "platform_cpa", "order": order}))
        assert names(report)[-1] == "Silent"
    silent = {figure.metric.key: figure for figure in report.lines[-1].figures}
    assert silent["platform_cpa"].value is None
    assert silent["platform_cpa"].reason == "No conversions in this range to divide by"


async def test_a_campaign_that_stopped_is_shown_with_zero_and_not_as_unknown(three, write, ask):
    await write("google_ads", [campaign_day("Brand", day, "20") for day in WEEK.previous().days()])
    report = await ask(question_of({"platform": "google_ads"}))
    figures = {figure.metric.key: figure for figure in report.lines[0].figures}
    assert figures["ad_spend"].value == 0
    assert figures["ad_spend"].previous == 140


async def test_campaigns_come_in_pages_that_hold_each_once(write, ask):
    count = 2 * PAGE_SIZE + 3
    days = [campaign_day(f"C{n:03}", YESTERDAY, n) for n in range(count)]
    await write("meta", days)
    seen = []
    for page in ("1", "2", "3"):
        report = await ask(question_of({"page": page}))
        assert (report.found, report.pages, report.question.page) == (count, 3, int(page))
        seen += names(report)
    assert seen == [f"C{n:03}" for n in reversed(range(count))]
    total = {figure.metric.key: figure.value for figure in report.total}
    assert total["ad_spend"] == sum(range(count))
    assert (await ask(question_of({"page": "9"}))).question.page == 3


async def test_money_of_two_currencies_is_added_in_the_brands(three, write, ask):
    await write(
        "google_ads",
        [campaign_day("Brand", day, "20", currency="EUR") for day in BOTH.days()],
        currency="EUR",
    )
    report = await ask()
    assert {figure.currency for line in report.lines for figure in line.figures} == {"USD"}
    assert report.total is not None
    spent = [line.figures[0].value for line in report.lines]
    assert report.total[0].value == sum(spent)
    brand = next(line for line in report.lines if line.name == "Brand")
    (converted,) = brand.figures[0].converted
    assert (converted.currency, converted.into) == ("EUR", "USD")
    assert converted.low * 20 * 7 <= brand.figures[0].value <= converted.high * 20 * 7


async def test_an_account_in_a_currency_without_a_rate_stays_in_it_and_has_no_sum(
    three, write, ask
):
    await write(
        "google_ads",
        [campaign_day("Brand", day, "20", currency="KWD") for day in BOTH.days()],
        currency="KWD",
    )
    report = await ask()
    assert report.total is None
    assert {line.figures[0].currency for line in report.lines} == {"USD", "KWD"}
    brand = next(line for line in report.lines if line.name == "Brand")
    assert brand.figures[0].value == 20 * 7
    assert brand.figures[0].converted == ()


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "revenue"},
        {"sort": "ad_spend; drop table"},
        {"order": "up"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"page": "²"},
        {"platform": "shopify"},
    ],
)
def test_a_question_that_has_no_answer_is_refused_in_words(query):
    with pytest.raises(InputError, match=r"\.$"):
        question_of(query)


async def test_a_campaign_states_its_days_and_what_was_restated(three, write, ask, database, made):
    later = READ_AT + timedelta(days=1)
    restated, vanished = YESTERDAY - timedelta(days=2), YESTERDAY - timedelta(days=4)
    await write(
        "google_ads",
        [
            campaign_day("Brand", day, "19.50" if day == restated else "20", "0.333333")
            for day in BOTH.days()
            if day != vanished
        ],
        observed_at=later,
    )
    (line,) = (await ask(question_of({"platform": "google_ads"}))).lines
    report = await campaign_report(
        database,
        user_id=made.person,
        brand_id=made.brand,
        entity_id=line.campaign.entity_id,
        days=WEEK,
        now=NOW + timedelta(days=1),
    )
    assert [row.date for row in report.series] == list(WEEK.days())
    spend = {row.date: row.sums["ad_spend"] for row in report.series}
    assert spend[restated] == Decimal("19.50")
    assert spend[vanished] == 0
    assert report.figures[0].value == line.figures[0].value == Decimal("119.50")
    changes = {(row.date, row.metric.key): (row.before, row.after) for row in report.restated}
    assert changes[restated, "ad_spend"] == (20, Decimal("19.50"))
    assert changes[vanished, "ad_spend"] == (20, None)
    assert changes[vanished, "clicks"] == (40, None)
    assert len(changes) == 1 + 5
    assert {row.seen_at for row in report.restated} == {later}


async def test_a_value_restated_twice_stands_twice(three, write, ask, database, made):
    for n, spend in ((1, "21"), (2, "22")):
        await write(
            "google_ads",
            [campaign_day("Brand", YESTERDAY, spend)],
            window=DayRange(YESTERDAY, YESTERDAY),
            observed_at=READ_AT + timedelta(hours=n),
        )
    (line,) = (await ask(question_of({"platform": "google_ads"}))).lines
    report = await campaign_report(
        database,
        user_id=made.person,
        brand_id=made.brand,
        entity_id=line.campaign.entity_id,
        days=WEEK,
        now=NOW,
    )
    spend = [(row.before, row.after) for row in report.restated if row.metric.key == "ad_spend"]
    assert spend == [(21, 22), (20, 21)]


async def test_anothers_campaign_is_as_if_it_did_not_exist(three, ask, database, made, make_person):
    (line, *_) = (await ask()).lines
    stranger = await make_person()
    for person, entity in ((stranger, line.campaign.entity_id), (made.person, 10**15)):
        with pytest.raises(NotFoundError):
            await campaign_report(
                database,
                user_id=person,
                brand_id=made.brand,
                entity_id=entity,
                days=WEEK,
                now=NOW,
            )


async def test_a_day_that_was_not_read_is_unknown(three, ask, database, made):
    future = DayRange(YESTERDAY, YESTERDAY + timedelta(days=2))
    (line, *_) = (await ask()).lines
    report = await campaign_report(
        database,
        user_id=made.person,
        brand_id=made.brand,
        entity_id=line.campaign.entity_id,
        days=future,
        now=NOW,
    )
    assert [row.sums["ad_spend"] for row in report.series][1:] == [None, None]
    assert report.series[1].date == date(2026, 11, 22)


async def test_five_thousand_campaigns_are_sorted_searched_and_paged_here(database, measure):
    made = await measure()
    days = [
        campaign_day(f"Campaign {n:04}", YESTERDAY, Decimal(n % 977) + Decimal("0.01"))
        for n in range(5_000)
    ]
    await write_campaigns(database, made, "meta", days)

    async def ask(**query):
        return await campaigns(
            database,
            user_id=made.person,
            brand_id=made.brand,
            days=WEEK,
            question=question_of(query),
            now=NOW,
        )

    first, last = await ask(), await ask(page="100")
    assert (first.found, first.pages, len(first.lines), len(last.lines)) == (5_000, 100, 50, 50)
    spent = sorted((day.ad_spend for day in days), reverse=True)
    assert [line.figures[0].value for line in first.lines] == spent[:50]
    assert [line.figures[0].value for line in last.lines] == spent[-50:]
    assert first.total[0].value == last.total[0].value == sum(spent)
    # a ratio of sums, not a mean of ratios
    roas = next(figure for figure in first.total if figure.metric.key == "platform_roas")
    assert roas.value == sum(day.conversion_value for day in days) / sum(spent)
    found = await ask(search="campaign 004", min_spend="45")
    assert [line.name for line in found.lines] == [f"Campaign 004{n}" for n in (9, 8, 7, 6, 5)]

    # the days are added up once, not for each campaign, also before the server has counted them
    asked = range_parameters(made.brand, WEEK, WEEK.previous()) | rate_parameters(NO_RATES)
    for name in ("totals", "totals_anew"):
        async with database.as_user(made.person) as connection:
            cursor = await connection.execute(
                f"explain (analyze, format json) {statements('campaigns')[name]}",
                asked | {"as_of": None},
            )
            plan = (await cursor.fetchone())["QUERY PLAN"][0]["Plan"]
        assert plan["Actual Rows"] == len(days)
        assert rows_read(plan, "entity_days") < 5 * len(days), name
