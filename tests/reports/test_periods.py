"""Ranges in an address."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.errors import InputError
from aura.model import DayRange
from aura.reports.periods import LONGEST_RANGE, PRESETS, last_days, period_of, today_in

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


def test_the_last_28_days_ending_yesterday_are_the_default():
    period = period_of({}, today=TODAY)
    assert period.days == DayRange(date(2026, 10, 25), date(2026, 11, 21))
    assert period.preset == 28
    assert period.comparison.days == DayRange(date(2026, 9, 27), date(2026, 10, 24))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"days": "0"}, "1 to 1,126 days"),
        ({"days": "1127"}, "1 to 1,126 days"),
        ({"days": "-7"}, "1 to 1,126 days"),
        ({"days": "\u0667"}, "1 to 1,126 days"),
        ({"days": "9" * 400}, "1 to 1,126 days"),
        ({"days": "000001999999999"}, "1 to 1,126 days"),
        ({"from": "2026-11-01"}, "both a first and a last day"),
        ({"from": "2026-11-10", "to": "2026-11-01"}, "ends before it starts"),
        ({"from": "2026-11-01", "to": "2026-11-23"}, "in the future"),
        ({"from": "01.11.2026", "to": "2026-11-02"}, "is not a day"),
        ({"from": "2020-01-01", "to": "2026-11-02"}, "at most 1,126 days"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "too early"),
    ],
)
def test_a_range_that_makes_no_sense_says_why(query, words):
    with pytest.raises(InputError) as refused:
        period_of(query, today=TODAY)
    assert words in refused.value.message


def test_two_dates_that_are_a_preset_are_recognised():
    period = period_of({"from": "2026-11-15", "to": "2026-11-21"}, today=TODAY)
    assert period.preset == 7


@given(DAYS, st.integers(1, LONGEST_RANGE))
def test_an_address_names_the_period_it_was_made_from(today, count):
    period = last_days(count, today)
    assert period_of(dict(parse_qsl(period.query)), today=today) == period


@given(DAYS, st.integers(1, LONGEST_RANGE))
def test_the_previous_range_is_as_long_and_as_near_as_weekdays_allow(today, count):
    period = last_days(count, today)
    previous = period.comparison.days
    assert previous is not None
    assert len(previous) == len(period.days) == count
    assert previous.first.weekday() == period.days.first.weekday()
    assert timedelta(1) <= period.days.first - previous.last <= timedelta(7)
    assert (period.preset is not None) == (count in PRESETS)


@given(DAYS, st.integers(1, 400), st.integers(1, 5))
def test_stepping_back_and_forth_ends_where_it_began(today, count, steps):
    period = last_days(count, today)
    earlier = period.shifted(-steps)
    assert earlier is not None
    assert len(earlier.days) == count
    back = earlier.shifted(steps)
    assert back is not None
    assert back.days == period.days
    assert period.shifted(1) is None or count == 1


def test_today_is_the_brands_today():
    late = datetime(2026, 11, 22, 2, tzinfo=UTC)
    assert today_in("America/New_York", late) == date(2026, 11, 21)
    assert today_in("Asia/Tokyo", late) == date(2026, 11, 22)
    assert today_in("Nowhere/Land", late) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("query", "days", "other"),
    [
        ({"days": "7"}, ("2026-11-15", "2026-11-21"), "days=7&today=1"),
        ({"days": "7", "today": "1"}, ("2026-11-16", "2026-11-22"), "days=7"),
        ({"range": "month", "today": "1"}, ("2026-11-01", "2026-11-22"), "range=month"),
        ({"range": "yesterday", "today": "1"}, ("2026-11-21", "2026-11-21"), None),
        ({"range": "last-month", "today": "1"}, ("2026-10-01", "2026-10-31"), None),
        (
            {"from": "2026-11-02", "to": "2026-11-04", "today": "1"},
            ("2026-11-02", "2026-11-04"),
            None,
        ),
    ],
)
def test_ranges_that_go_on_end_today_where_that_is_asked_for(query, days, other):
    period = period_of(query, today=TODAY)
    assert (str(period.days.first), str(period.days.last)) == days
    assert period.other_today == other
    assert period_of(dict(parse_qsl(period.query)), today=TODAY) == period
