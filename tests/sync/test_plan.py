"""What is read next: pure, so every law can be tried on many days."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.model import Account
from aura.sync import plan

TODAY = date(2026, 11, 22)
ID = UUID(int=17)


META, GOOGLE = plan.Restatement(28, 28), plan.Restatement(30, 90)


def test_a_daily_sync_reads_what_is_restated_and_today():
    (window,) = plan.Daily(date(2026, 11, 21), None).windows(TODAY, META)

    # the 21st was read when it was not over, and 28 days before it were not final
    assert (window.first, window.last) == (date(2026, 10, 24), TODAY)


def test_the_first_daily_sync_reads_one_restatement_window():
    (window,) = plan.Daily(None, None).windows(TODAY, META)

    assert (window.first, window.last) == (date(2026, 10, 25), TODAY)


def test_google_is_read_thirty_days_back_daily_and_ninety_weekly_never_in_more_than_one_question():
    daily, lengths = plan.Daily(None, None), []
    for number in range(22):
        today = TODAY + timedelta(days=number)
        (window,) = daily.windows(today, GOOGLE)
        daily = daily.after(today, was_weekly=daily.is_weekly(today, GOOGLE))
        assert plan.resume_daily(daily.cursor()) == daily
        lengths.append((today - window.first).days)

    # the week that has passed since and the day before, which was not over when it was read
    assert lengths == [90, *[31] * 6, 97, *[31] * 6, 97, *[31] * 6, 97]


def test_a_cursor_of_daily_reads_alone_is_followed_by_a_weekly_one():
    daily = plan.resume_daily({"read_through": "2026-11-20"})

    (window,) = daily.windows(TODAY, GOOGLE)
    assert window.first == date(2026, 11, 20) - timedelta(days=90)


@given(
    gaps=st.lists(st.integers(0, 120), min_size=1, max_size=40),
    daily_days=st.integers(0, 40),
    more=st.integers(1, 60),
)
def test_however_often_it_is_read_every_day_is_read_after_it_has_become_final(
    gaps, daily_days, more
):
    restatement = plan.Restatement(daily_days, daily_days + more)
    daily, today = plan.Daily(None, None), TODAY
    last_read: dict[date, date] = {}
    for gap in gaps:
        today += timedelta(days=gap)
        for window in daily.windows(today, restatement):
            last_read |= dict.fromkeys(window.days(), today)
        daily = daily.after(today, was_weekly=daily.is_weekly(today, restatement))
        for day, read_on in last_read.items():
            # a week may pass until what came late is read
            if (today - day).days >= restatement.weekly_days + 7:
                assert (read_on - day).days >= restatement.weekly_days
            if (today - day).days <= daily_days:
                assert read_on == today


@given(absent=st.integers(0, 500), restatement=st.integers(0, 90))
def test_after_any_absence_every_day_that_was_not_final_is_read_without_a_gap(absent, restatement):
    read_through = TODAY - timedelta(days=absent)
    daily = plan.Daily(read_through, None)
    windows = daily.windows(TODAY, plan.Restatement(restatement, restatement))

    days = [day for window in windows for day in window.days()]
    assert days[0] == read_through - timedelta(days=restatement)
    assert days[-1] == TODAY
    assert all(later - earlier == timedelta(days=1) for earlier, later in itertools.pairwise(days))
    assert max(len(window) for window in windows) <= plan.LONGEST_DAILY


@given(
    days=st.integers(1, 1126),
    span=st.sampled_from([plan.FIRST_SHOP_DAYS, plan.FIRST_AD_DAYS]),
    rows=st.lists(st.integers(0, 30_000), min_size=1, max_size=20),
)
def test_a_backfill_reads_every_day_once_newest_first_wherever_it_is_interrupted(days, span, rows):
    backfill = plan.start_backfill(TODAY, days=days, span=span)
    read: list[date] = []
    count = 0
    while not backfill.is_done:
        window = backfill.window()
        read = window.days() + read
        backfill = backfill.after(window, rows[count % len(rows)])
        count += 1
        step = backfill.step()
        assert step.days_done == len(read)
        assert plan.resume_backfill(step.cursor) == backfill

    assert len(read) == step.days_total == days
    assert (read[0], read[-1]) == (TODAY - timedelta(days=days - 1), TODAY)
    assert read == sorted(set(read))


def test_windows_shrink_when_they_are_full_and_grow_when_they_are_thin():
    backfill = plan.start_backfill(TODAY, days=1000, span=8)
    window = backfill.window()

    assert backfill.after(window, plan.FULL_WINDOW + 1).span == 4
    assert backfill.after(window, plan.THIN_WINDOW - 1).span == 16
    assert backfill.after(window, plan.FULL_WINDOW).span == 8


@given(
    minutes=st.integers(0, 60 * 24 * 730),
    zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
)
def test_the_next_daily_sync_is_within_a_day_at_night_where_the_account_is(minutes, zone):
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    due = plan.next_daily(moment, timezone=zone, integration_id=ID)

    assert moment < due <= moment + timedelta(hours=25)
    assert (due.astimezone(ZoneInfo(zone)).hour, due.minute % 30) == (plan.DAILY_HOUR, ID.int % 30)


def test_retries_double_up_to_a_limit_and_never_come_before_the_platform_said():
    now = datetime(2026, 11, 22, tzinfo=UTC)
    waits = [plan.retry_at(now, attempts=n) - now for n in (0, 1, 2, 3, 30)]

    assert waits == [timedelta(minutes=m) for m in (1, 1, 2, 4, 360)]
    assert plan.retry_at(now, attempts=1, retry_after=7200) - now == timedelta(hours=2)
    assert plan.retry_at(now, attempts=1, retry_after=1e9) - now == timedelta(days=1)


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        (["UTC"], (22, 22)),
        (["America/New_York", "UTC"], (21, 22)),
        (["Pacific/Auckland", "America/New_York", None], (21, 22)),
    ],
)
def test_today_is_a_matter_of_the_accounts_time_zones(zones, expected):
    now = datetime(2026, 11, 22, 2, tzinfo=UTC)
    accounts = [Account(str(n), "", "USD", zone) for n, zone in enumerate(zones)]

    assert tuple(day.day for day in plan.local_days(accounts, now)) == expected
