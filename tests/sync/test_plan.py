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


def test_a_daily_sync_reads_what_is_restated_and_today():
    (window,) = plan.daily_windows(TODAY, read_through=date(2026, 11, 21), restatement_days=28)

    # the 21st was read when it was not over, and 28 days before it were not final
    assert (window.first, window.last) == (date(2026, 10, 24), TODAY)


def test_the_first_daily_sync_reads_one_restatement_window():
    (window,) = plan.daily_windows(TODAY, read_through=None, restatement_days=28)

    assert (window.first, window.last) == (date(2026, 10, 25), TODAY)


@given(absent=st.integers(0, 500), restatement=st.integers(0, 90))
def test_after_any_absence_every_day_that_was_not_final_is_read_without_a_gap(absent, restatement):
    read_through = TODAY - timedelta(days=absent)
    windows = plan.daily_windows(TODAY, read_through=read_through, restatement_days=restatement)

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
