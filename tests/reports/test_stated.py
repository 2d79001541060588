"""What a brand states, by day: dated, spread, and unknown where nothing was stated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.model import DayRange
from aura.reports.currency import Conversion, Rate
from aura.reports.stated import amount_on, stated_of
from aura.store.brand_entries import Entry, SalesOfDay

START = date(2026, 1, 1)
FEBRUARY = DayRange(date(2026, 2, 1), date(2026, 2, 28))
MARCH = DayRange(date(2026, 3, 1), date(2026, 3, 31))
SOLD = SalesOfDay(Decimal(100), Decimal(120), Decimal(4), "EUR")
MARGIN = Entry("cost", "goods", START, amount=Decimal(60), details={"basis": "margin"})
SHIPPING = Entry("cost", "shipping", START, amount=Decimal("4.50"), currency="EUR")
FEES = Entry(
    "cost", "fees", START, amount=Decimal("0.25"), currency="EUR", details={"percent": "2.9"}
)
TIKTOK = Entry("spend", "TikTok", date(2026, 2, 10), None, "monthly", Decimal(310), "EUR")


def stated(*entries, sales=None, ranges=(FEBRUARY, MARCH)):
    sold = {day: SOLD for days in ranges for day in days.days()} if sales is None else sales
    return stated_of(entries, sold, currency="EUR", ranges=ranges)


def test_costs_follow_the_sales_of_each_day():
    found = stated(MARGIN, SHIPPING, FEES)
    assert found.on("cost_of_goods", MARCH.first) == 40
    assert found.on("shipping_costs", MARCH.first) == 18
    assert found.on("payment_fees", MARCH.first) == Decimal("4.48")
    assert found.over("cost_of_goods", MARCH).value == 31 * 40


def test_goods_may_cost_an_amount_for_each_order():
    goods = Entry("cost", "goods", START, amount=Decimal(9), currency="EUR")
    assert stated(goods).on("cost_of_goods", MARCH.first) == 36


def test_a_new_margin_in_march_rewrites_no_day_of_february():
    raised = replace(MARGIN, first_day=MARCH.first, amount=Decimal(70))
    before, after = stated(MARGIN), stated(MARGIN, raised)
    assert after.over("cost_of_goods", FEBRUARY) == before.over("cost_of_goods", FEBRUARY)
    assert after.over("cost_of_goods", MARCH).value == 31 * 30
    # withdrawn, the former holds again
    assert stated(MARGIN).over("cost_of_goods", MARCH).value == 31 * 40


def test_a_cost_that_was_not_stated_is_unknown_and_says_what_to_do():
    assert stated().on("cost_of_goods", MARCH.first) is None
    said = stated(replace(MARGIN, first_day=date(2026, 3, 3))).over("cost_of_goods", MARCH)
    assert (said.value, said.is_unstated) == (None, True)
    assert said.reason.startswith("The cost of goods is not stated for ")
    assert "state it, or 0 if there is none" in said.reason


def test_a_margin_may_already_be_after_shipping_and_fees():
    whole = replace(MARGIN, details={"basis": "margin", "includes": ["shipping", "fees"]})
    found = stated(whole, SHIPPING)
    assert found.over("shipping_costs", MARCH).value == 0
    assert found.over("payment_fees", MARCH).value == 0


def test_a_day_without_sales_costs_nothing_and_one_that_is_half_known_is_unknown():
    assert stated(MARGIN, sales={}).over("cost_of_goods", MARCH).value == 0
    half = {MARCH.first: SalesOfDay(None, Decimal(5), None, "EUR")}
    found = stated(MARGIN, SHIPPING, FEES, sales=half)
    assert [found.on(part, MARCH.first) for part in ("cost_of_goods", "shipping_costs")] == [
        None,
        None,
    ]
    assert found.over("cost_of_goods", MARCH).reason is not None


def test_other_spend_is_known_from_the_first_statement_on():
    found = stated(TIKTOK)
    assert found.on("other_spend", date(2026, 2, 9)) is None
    assert found.over("other_spend", FEBRUARY).is_unstated
    assert round(found.over("other_spend", MARCH).value, 12) == 310
    ended = stated(replace(TIKTOK, last_day=date(2026, 2, 20)))
    assert ended.over("other_spend", MARCH).value == 0


def test_a_newer_recurring_amount_takes_the_place_of_the_one_of_its_name():
    raised = replace(TIKTOK, name="tiktok", first_day=MARCH.first, amount=Decimal(620))
    agency = replace(TIKTOK, name="Agency", amount=Decimal(31))
    assert stated(TIKTOK, raised, agency).on("other_spend", MARCH.first) == 21


def test_a_single_amount_adds_to_what_recurs():
    fair = Entry("spend", "TikTok", date(2026, 3, 2), date(2026, 3, 3), "once", Decimal(100), "EUR")
    found = stated(TIKTOK, fair)
    assert found.on("other_spend", date(2026, 3, 1)) == 10
    assert found.on("other_spend", date(2026, 3, 2)) == 60


def test_other_costs_are_costs_that_follow_no_sales():
    rent = Entry("cost", "Rent", START, None, "monthly", Decimal(3100), "EUR")
    found = stated(rent, MARGIN)
    assert found.on("other_costs", MARCH.first) == 100
    assert found.on("other_spend", MARCH.first) is None


def test_an_amount_in_another_currency_is_never_added_as_it_is():
    said = stated(replace(TIKTOK, currency="USD")).over("other_spend", MARCH)
    assert (said.value, said.is_unstated) == (None, False)
    assert "USD" in said.reason


def test_an_amount_in_another_currency_converts_at_the_rate_of_its_own_day():
    first, second = MARCH.first, MARCH.first + timedelta(days=1)
    rates = tuple(
        Rate("USD", day, value, "published", day)
        for day, value in ((first, Decimal("0.9")), (second, Decimal("0.8")))
    )
    dollars = [
        replace(TIKTOK, currency="USD", cadence="daily", amount=Decimal(10)),
        replace(FEES, currency="USD", amount=Decimal(1)),
        MARGIN,
    ]
    sold = {first: SOLD, second: replace(SOLD, currency="USD")}
    found = stated_of(
        dollars,
        sold,
        currency="EUR",
        ranges=[DayRange(first, second)],
        conversion=Conversion("EUR", rates),
    )
    assert [found.on("other_spend", day) for day in (first, second)] == [9, 8]
    # four orders at 1 USD and 2.9 % of 120, in euros on the first day and in dollars on the second
    assert [found.on("payment_fees", day) for day in (first, second)] == [
        Decimal("3.6") + Decimal("3.48"),
        (4 + Decimal("3.48")) * Decimal("0.8"),
    ]
    assert [found.on("cost_of_goods", day) for day in (first, second)] == [40, 32]


@given(
    st.sampled_from(["once", "daily", "weekly", "monthly"]),
    st.decimals(0, 10**6, places=2),
    st.dates(date(2024, 1, 1), date(2027, 1, 1)),
    st.integers(0, 400),
)
def test_the_days_of_a_single_amount_add_up_to_it(cadence, amount, first, length):
    last = first + timedelta(days=length)
    entry = Entry("spend", "x", first, last, cadence, amount, "EUR")
    days = DayRange(first, last).days()
    total = sum(amount_on(entry, day) for day in days)
    expected = {
        "once": amount,
        "daily": amount * len(days),
        "weekly": amount * len(days) / 7,
        "monthly": total,
    }
    assert round(total, 10) == round(expected[cadence], 10)


@pytest.mark.parametrize("year", [2026, 2028])
def test_the_days_of_a_month_add_up_to_the_monthly_amount(year):
    first = date(year, 2, 1)
    days = DayRange(first, date(year, 3, 1) - timedelta(days=1)).days()
    entry = replace(TIKTOK, first_day=first, amount=Decimal("900.10"))
    assert round(sum(amount_on(entry, day) for day in days), 12) == Decimal("900.10")
