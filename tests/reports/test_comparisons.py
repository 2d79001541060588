"""What a range is compared with, and its days by week and month."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.errors import InputError
from aura.metrics import CATALOGUE
from aura.model import DayRange
from aura.reports.comparisons import compared
from aura.reports.overview import overview
from aura.reports.periods import NAMED, named_days, period_of
from aura.reports.series import buckets, series_question
from measured_brand import NOW, YESTERDAY, measure

__all__ = ["measure"]

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
MONTH = {"from": "2026-11-01", "to": "2026-11-21"}


@given(DAYS, st.integers(1, 500))
def test_matched_days_fall_on_the_same_weekdays(first, count):
    days = DayRange(first, first + timedelta(days=count - 1))
    for kind in ("previous", "year"):
        other = compared(kind, days).days
        assert other is not None
        assert len(other) == len(days)
        assert other.first.weekday() == days.first.weekday()
    before = compared("previous", days).days
    assert before is not None
    assert before.last < days.first


def test_dates_are_kept_where_weekdays_are_not_wanted():
    year = period_of(MONTH | {"compare": "year", "dow": "0"}, today=TODAY).comparison
    assert year.days == DayRange(date(2025, 11, 1), date(2025, 11, 21))
    before = period_of(MONTH | {"dow": "0"}, today=TODAY).comparison
    assert before.days == DayRange(date(2026, 10, 11), date(2026, 10, 31))
    leap = {"from": "2024-02-29", "to": "2024-02-29", "compare": "year", "dow": "0"}
    assert period_of(leap, today=TODAY).comparison.days == DayRange(
        date(2023, 2, 28), date(2023, 2, 28)
    )


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"compare": "year"},
        {"compare": "off"},
        {"dow": "0"},
        {"compare": "custom", "compare_from": "2026-01-05", "compare_to": "2026-01-25"},
    ],
)
def test_an_address_names_the_comparison_it_was_made_from(query):
    period = period_of(MONTH | query, today=TODAY)
    again = period_of(dict(parse_qsl(period.query)), today=TODAY)
    assert again == period
    earlier = period.shifted(-1)
    assert earlier is not None
    assert earlier.comparison.kind == period.comparison.kind


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"compare": "week"}, "one of previous, year, custom, off"),
        ({"compare": "custom"}, "both a first and a last day"),
        ({"compare": "custom", "compare_from": "x", "compare_to": "2026-01-01"}, "not a day"),
        (
            {"compare": "custom", "compare_from": "2026-02-01", "compare_to": "2026-01-01"},
            "swap them",
        ),
        ({"range": "fortnight"}, "one of yesterday"),
    ],
)
def test_a_comparison_that_makes_no_sense_says_why(query, words):
    with pytest.raises(InputError, match=words):
        period_of(query, today=TODAY)


@pytest.mark.parametrize(
    ("name", "today", "first", "last"),
    [
        ("yesterday", "2026-11-22", "2026-11-21", "2026-11-21"),
        ("month", "2026-11-22", "2026-11-01", "2026-11-21"),
        ("month", "2026-11-01", "2026-11-01", "2026-11-01"),
        ("last-month", "2026-03-15", "2026-02-01", "2026-02-28"),
        ("last-month", "2026-01-01", "2025-12-01", "2025-12-31"),
        ("quarter", "2026-11-22", "2026-10-01", "2026-11-21"),
        ("year", "2026-11-22", "2026-01-01", "2026-11-21"),
    ],
)
def test_ranges_with_a_name(name, today, first, last):
    found = named_days(name, date.fromisoformat(today))
    assert found.days == DayRange(date.fromisoformat(first), date.fromisoformat(last))
    assert found.query == f"range={name}"
    assert name in NAMED


@pytest.fixture
def ask(measure, database):
    async def ask(**query):
        made = await measure()
        period = period_of(query, today=TODAY)
        return await overview(
            database,
            user_id=made.person,
            brand_id=made.brand,
            days=period.days,
            comparison=period.comparison,
            now=NOW,
        )

    return ask


async def test_weeks_are_iso_weeks_and_cut_ones_are_marked(ask):
    report = await ask(days="28")
    found = buckets(report, CATALOGUE["revenue"], "week")
    assert [one.days.first.weekday() for one in found[1:]] == [0] * (len(found) - 1)
    assert [one.is_partial for one in found] == [True, False, False, False, True]
    assert sum(one.value for one in found) == report.figure("revenue").value
    assert sum(one.previous for one in found) == report.figure("revenue").previous
    assert YESTERDAY.weekday() == 5


async def test_a_ratio_by_month_is_the_ratio_of_the_months_sums(ask):
    report = await ask(days="28")
    october, november = buckets(report, CATALOGUE["mer"], "month")
    for one in (october, november):
        rows = [row for row in report.series if row.date.month == one.days.first.month]
        revenue, spend = (
            sum((row.sums[key] for row in rows), Decimal(0)) for key in ("revenue", "ad_spend")
        )
        assert one.value == revenue / spend
    assert october.is_partial
    assert november.is_partial


async def test_nothing_is_compared_when_nothing_was_asked_for(ask):
    report = await ask(compare="off")
    assert report.previous is None
    figure = report.figure("revenue")
    assert (figure.previous, figure.change.kind) == (None, "unknown")
    assert {one.previous for one in buckets(report, CATALOGUE["revenue"], "day")} == {None}


async def test_sums_of_ranges_of_different_lengths_are_not_compared_but_ratios_are(ask):
    report = await ask(
        days="28", compare="custom", compare_from="2026-10-01", compare_to="2026-10-14"
    )
    revenue, aov = report.figure("revenue"), report.figure("aov")
    assert revenue.previous is not None
    assert (revenue.change.kind, revenue.previous_reason) == (
        "unknown",
        "not comparable: 28 days against 14",
    )
    assert aov.change.kind != "unknown"


async def test_days_compared_with_may_overlap_the_range(ask):
    report = await ask(
        days="7", compare="custom", compare_from="2026-11-12", compare_to="2026-11-18"
    )
    previous = report.figure("orders").previous
    both = {row.date: row for row in (*report.previous_series, *report.series)}
    assert previous == sum(
        both[day].sums["orders"] for day in DayRange(date(2026, 11, 12), date(2026, 11, 18)).days()
    )


@pytest.mark.parametrize("query", [{"metric": "magic"}, {"by": "hour"}])
def test_a_series_that_does_not_exist_is_refused_in_words(query):
    with pytest.raises(InputError, match=r"one of|grouped by"):
        series_question(query)
