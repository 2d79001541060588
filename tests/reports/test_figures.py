"""Changes and ratios: laws that hold for all numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aura.metrics import CATALOGUE
from aura.model import DayRange
from aura.reports.day_figures import DayFigures, batches, value_over
from aura.reports.figures import Side, change_of, figure
from aura.reports.freshness import Source
from aura.store.reports import MEASURES, PlatformTotals

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2)
SIGNED = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
DAYS = DayRange(date(2026, 11, 1), date(2026, 11, 7))
REVENUE, SPEND, CPA = CATALOGUE["revenue"], CATALOGUE["ad_spend"], CATALOGUE["cpa"]


def source(platform, *, last=date(2026, 11, 30), status="connected") -> Source:
    return Source(
        integration_id=UUID(int=1),
        platform=platform,
        status=status,
        account_name=None,
        problem=None,
        currencies=("USD",),
        first_day=date(2026, 1, 1),
        last_day=last,
        through=last,
        settled_through=last,
        read_at=None,
        from_file=False,
        knows_beginning=False,
    )


def totals(platform, days=7, **sums) -> PlatformTotals:
    found = {name: None if value is None else Decimal(value) for name, value in sums.items()}
    return PlatformTotals(
        platform,
        days,
        ("USD",),
        dict.fromkeys(MEASURES) | found,
        {name: days if found.get(name) is not None else 0 for name in MEASURES},
    )


@given(AMOUNTS, AMOUNTS)
def test_good_news_follows_the_metrics_direction_and_not_the_arrow(now, before):
    up, down = change_of(REVENUE, now, before), change_of(CPA, now, before)
    assert up.kind == down.kind
    if up.kind == "up":
        assert (up.tone, down.tone) == ("good", "bad")
    if up.kind == "down":
        assert (up.tone, down.tone) == ("bad", "good")
    assert change_of(SPEND, now, before).tone == "neutral"


@given(SIGNED, SIGNED)
def test_the_sign_of_a_change_is_that_of_the_difference(now, before):
    change = change_of(REVENUE, now, before)
    if change.kind == "up":
        assert now > before
    elif change.kind == "down":
        assert now < before
    elif change.kind == "new":
        assert before == 0
    else:
        assert change.kind == "flat"
        assert abs(now - before) < abs(before) * Decimal("0.005") or now == before == 0


@given(st.decimals(min_value="0.01", max_value=10**6, places=2))
def test_half_of_it_is_minus_50_per_cent_and_double_is_plus_100(before):
    assert change_of(REVENUE, before / 2, before).amount == Decimal("-0.5")
    assert change_of(REVENUE, before * 2, before).amount == 1


def test_what_is_unknown_has_no_change_and_zero_has_no_per_cent():
    assert change_of(REVENUE, None, Decimal(1)).text == "\u2013"
    assert change_of(REVENUE, Decimal(1), None).kind == "unknown"
    assert change_of(REVENUE, Decimal(5), Decimal(0)).text == "new"
    assert change_of(REVENUE, Decimal(0), Decimal(0)).text == "flat"
    assert change_of(REVENUE, Decimal(1004), Decimal(1000)).text == "flat"
    assert change_of(REVENUE, Decimal(1005), Decimal(1000)).text == "▲ +0.5\u00a0%"


@given(st.lists(st.tuples(AMOUNTS, st.integers(0, 500)), min_size=1, max_size=40))
def test_a_ratio_over_days_is_the_ratio_of_sums(days):
    rows = [
        DayFigures(
            DAYS.first,
            {"ad_spend": spend, "orders": Decimal(orders)},
            store_is_settled=True,
            ads_are_settled=True,
        )
        for spend, orders in days
    ]
    orders = sum(orders for _, orders in days)
    value = value_over(CPA, rows)
    if orders == 0:
        assert value is None
    else:
        assert value == sum((spend for spend, _ in days), Decimal(0)) / orders
        shares = [row.value(CPA) for row in rows if row.sums["orders"]]
        known = [share for share in shares if share is not None]
        assert min(known) <= value or any(not row.sums["orders"] for row in rows)


@given(st.lists(AMOUNTS, min_size=1, max_size=60), st.integers(1, 9))
def test_batches_hold_the_newest_days_whole(amounts, size):
    assume(len(amounts) >= size)
    rows = [
        DayFigures(DAYS.first, {"revenue": one}, store_is_settled=True, ads_are_settled=True)
        for one in amounts
    ]
    parts = batches(rows, size)
    assert {len(part) for part in parts} == {size}
    assert [row for part in parts for row in part] == rows[len(rows) % size :]


def test_no_orders_is_no_division():
    side = Side(
        DAYS, {"shopify": totals("shopify", orders=0), "meta": totals("meta", ad_spend="12.5")}
    )
    shown = figure(CPA, side, side, [source("shopify"), source("meta")], "USD")
    assert shown.value is None
    assert shown.reason == "No orders in this range to divide by"


def test_a_day_with_a_hole_in_it_is_not_summed_up():
    half = totals("meta", days=7, ad_spend="70")
    half = PlatformTotals("meta", 7, ("USD",), half.sums, {**half.known, "ad_spend": 5})
    side = Side(DAYS, {"meta": half})
    shown = figure(SPEND, side, side, [source("meta")], "USD")
    assert shown.value is None
    assert shown.reason.startswith(
        "Ad spend is not known on 2 of 7 days: accounts that bill in two"
    )


def test_days_that_were_read_without_a_row_are_zero():
    side = Side(DAYS, {})
    assert figure(SPEND, side, side, [source("meta")], "USD").value == 0


@pytest.mark.parametrize("status", ["connected", "error"])
def test_a_source_that_should_speak_and_does_not_blanks_the_sum(status):
    side = Side(DAYS, {"meta": totals("meta", ad_spend="70")})
    silent = source("google_ads", last=date(2026, 10, 1), status=status)
    shown = figure(SPEND, side, side, [source("meta"), silent], "USD")
    assert shown.value is None
    assert (shown.reason or "").startswith("Google Ads has no data in this range")


def test_a_source_that_was_given_up_is_not_missed():
    side = Side(DAYS, {"meta": totals("meta", ad_spend="70")})
    old = source("google_ads", last=date(2026, 10, 1), status="disconnected")
    assert figure(SPEND, side, side, [source("meta"), old], "USD").value == 70


def test_new_customers_of_a_limited_history_say_that_and_how_they_are_estimated():
    side = Side(DAYS, {"shopify": totals("shopify", new_customers="30", orders="50")})
    metric = CATALOGUE["new_customers"]
    shown = figure(metric, side, side, [source("shopify")], "USD")
    assert shown.value == 30
    assert "Estimated: orders before Thu 1 Jan 2026 are not known" in shown.estimate
    assert "365" in shown.estimate
    whole = replace(source("shopify"), has_all_orders=True)
    assert figure(metric, side, side, [whole], "USD").estimate is None
    missed = DayRange(date(2026, 3, 1), date(2026, 3, 9))
    hiding = replace(source("shopify"), gaps=(missed,), hidden=(missed,))
    assert "9 Mar 2026 are not known" in figure(metric, side, side, [hiding], "USD").estimate
    assert figure(CATALOGUE["orders"], side, side, [source("shopify")], "USD").estimate is None
    empty = Side(DAYS, {"shopify": totals("shopify", new_customers=None)})
    assert figure(metric, empty, empty, [source("shopify")], "USD").estimate is None
