"""Notices: the right one at the right moment, with what to do, and none without a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.model import DayRange
from aura.reports.connection_notices import notices, severity_at
from aura.store.permissions import Permission

END = datetime(2026, 12, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ID = UUID(int=1)


@pytest.mark.parametrize(
    ("left", "severity"),
    [
        (timedelta(days=14, seconds=1), None),
        (timedelta(days=14), "info"),
        (timedelta(days=7, seconds=1), "info"),
        (timedelta(days=7), "warning"),
        (timedelta(days=1, seconds=1), "warning"),
        (timedelta(days=1), "problem"),
        (timedelta(0), "problem"),
        (timedelta(days=-30), "problem"),
    ],
)
def test_an_end_is_told_14_7_and_1_days_before(left, severity):
    assert severity_at(END, END - left) == severity


@given(st.integers(-(10**7), 10**7), st.integers(0, 10**7))
def test_an_end_never_becomes_less_urgent(seconds, later):
    order = [None, "info", "warning", "problem"]
    now = END + timedelta(seconds=seconds)
    before, after = severity_at(END, now), severity_at(END, now + timedelta(seconds=later))
    assert order.index(before) <= order.index(after)


def test_meta_tells_the_first_of_its_two_ends():
    permission = Permission(
        ID, "meta", "connected", access_ends_at=END, data_ends_at=END + 30 * DAY
    )
    (notice,) = notices(permission, END - 5 * DAY)
    assert notice.severity == "warning"
    assert "ends on Sun 20 Dec at 09:00" in notice.sentence
    assert "Reconnect" in notice.action
    (notice,) = notices(permission, END + DAY)
    assert "ended on Sun 20 Dec" in notice.sentence
    assert notices(permission, END - 15 * DAY) == ()


def test_an_access_token_that_a_refresh_renews_is_no_end():
    for platform in ("shopify", "google_ads"):
        permission = Permission(ID, platform, "connected", access_ends_at=END)
        assert notices(permission, END) == ()


def test_google_in_testing_is_told_with_the_reason_and_the_fix():
    permission = Permission(ID, "google_ads", "connected", refresh_ends_at=END)
    (notice,) = notices(permission, END - 6 * DAY)
    assert "testing" in notice.sentence
    assert "Publish" in notice.action
    assert "reconnect" in notice.action


def test_a_system_user_token_asks_for_a_new_token_and_not_for_a_consent():
    permission = Permission(ID, "meta", "connected", grant_kind="system_user", access_ends_at=END)
    (notice,) = notices(permission, END - DAY)
    assert "Reconnect" not in notice.action
    assert "System users" in notice.action


def test_shopify_without_a_worker_is_told_before_its_refresh_token_ends():
    permission = Permission(ID, "shopify", "connected", refresh_ends_at=END)
    (notice,) = notices(permission, END - 3 * DAY)
    assert "worker" in notice.action


def test_missing_scopes_are_told_with_what_will_be_missing():
    permission = Permission(ID, "shopify", "connected", missing_scopes=("read_all_orders",))
    (notice,) = notices(permission, END)
    assert notice.kind == "scope"
    assert "60 days" in notice.sentence
    assert "reconnect" in notice.action


def test_a_scope_that_nobody_described_is_still_told():
    permission = Permission(ID, "meta", "connected", missing_scopes=("pages_show_list",))
    (notice,) = notices(permission, END)
    assert "pages_show_list" in notice.sentence


def test_the_most_urgent_comes_first():
    permission = Permission(
        ID,
        "shopify",
        "connected",
        refresh_ends_at=END,
        missing_scopes=("read_reports", "read_all_orders"),
    )
    found = notices(permission, END - timedelta(hours=1))
    assert [one.severity for one in found] == ["problem", "warning", "info"]


def test_what_is_disconnected_says_nothing():
    permission = Permission(
        ID, "meta", "disconnected", access_ends_at=END, missing_scopes=("ads_read",)
    )
    assert notices(permission, END) == ()


def test_days_that_were_missed_are_named_with_two_ways_to_have_them():
    missed = DayRange(date(2026, 9, 1), date(2026, 9, 20))
    permission = Permission(ID, "shopify", "connected", hidden_days=(missed,))
    (notice,) = notices(permission, END)
    assert "1 Sep" in notice.sentence
    assert "20 Sep 2026" in notice.sentence
    assert "read_all_orders" in notice.action
    assert "import" in notice.action
