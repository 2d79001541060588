"""Golden texts: how each kind of figure is written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from babel.numbers import format_currency, get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from aura.metrics import CATALOGUE
from aura.model import DayRange
from aura.reports import present

GAP, MINUS = "\u00a0", "\u2212"


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("0", "USD", "$0.00"),
        ("999.994", "USD", "$999.99"),
        ("1000", "USD", "$1,000"),
        ("41210.49", "AUD", f"A${GAP}41,210"),
        ("-60.5", "AUD", f"{MINUS}A${GAP}60.50"),
        ("-0.004", "USD", "$0.00"),
        ("412.5", "JPY", "¥413"),
        ("12.3456", "KWD", f"KWD{GAP}12.346"),
        ("1234.5", "EUR", "€1,235"),
        ("60.5", "CHF", f"CHF{GAP}60.50"),
    ],
)
def test_money_in_a_table(amount, currency, text):
    assert present.money(Decimal(amount), currency) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("99999.99", "$100,000"),
        ("100000", "$100k"),
        ("411999", "$412k"),
        ("999499", "$999k"),
        ("999500", "$1.00M"),
        ("1239999", "$1.24M"),
        ("12400000", "$12.4M"),
        ("2000000000", "$2.00B"),
        ("2000000000000", "$2,000B"),
        ("-412000", f"{MINUS}$412k"),
    ],
)
def test_money_on_a_tile_has_three_digits_from_100_000_on(amount, text):
    assert present.money_short(Decimal(amount), "USD") == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0"),
        ("0.5", "$0.50"),
        ("750", "$750"),
        ("2500", "$2.5k"),
        ("-1000", f"{MINUS}$1k"),
        ("1250000", "$1.25M"),
    ],
)
def test_money_beside_an_axis(amount, text):
    assert present.money_axis(Decimal(amount), "USD") == text


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("orders", "1254", "1,254"),
        ("conversions", "12.34", "12.3"),
        ("conversions", "1544.5", "1,545"),
        ("mer", "3.4249", "3.42x"),
        ("aov", "77.689", "$77.69"),
        ("cac", "1234.5", "$1,234.50"),
        ("ctr", "0.012549", f"1.25{GAP}%"),
        ("cvr", "0.1249", f"12.5{GAP}%"),
        ("revenue", None, present.UNKNOWN),
    ],
)
def test_each_unit_in_a_table(key, value, text):
    amount = None if value is None else Decimal(value)
    assert present.present_value(CATALOGUE[key], amount, "USD") == text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("0.1243", f"+12.4{GAP}%"),
        ("-0.5", f"{MINUS}50.0{GAP}%"),
        ("-1", f"{MINUS}100.0{GAP}%"),
        ("9.99", f"+999.0{GAP}%"),
        ("10", f">999{GAP}%"),
        ("0.0004", f"0.0{GAP}%"),
    ],
)
def test_a_relative_change(change, text):
    assert present.percent_change(Decimal(change)) == text


def test_a_change_of_a_rate_is_in_points():
    assert present.points_change(Decimal("0.0041")) == f"+0.4{GAP}pp"
    assert present.points_change(Decimal("0.0004")) == f"+0.04{GAP}pp"
    assert present.points_change(Decimal("-0.02")) == f"{MINUS}2.0{GAP}pp"


@pytest.mark.parametrize(
    ("first", "last", "with_year", "text"),
    [
        ((2026, 10, 25), (2026, 11, 21), False, "25 Oct - 21 Nov"),
        ((2026, 10, 25), (2026, 11, 21), True, "25 Oct - 21 Nov 2026"),
        ((2025, 11, 22), (2026, 11, 21), False, "22 Nov 2025 - 21 Nov 2026"),
        ((2026, 11, 21), (2026, 11, 21), True, "21 Nov 2026"),
    ],
)
def test_a_range_of_days(first, last, with_year, text):
    shown = present.day_range(DayRange(date(*first), date(*last)), with_year=with_year)
    assert shown.replace("\u2013", "-") == text


def test_moments_of_today_are_clock_times():
    now = datetime(2026, 11, 22, 9, 20, tzinfo=UTC)
    assert present.moment(now - timedelta(hours=3), now=now) == "06:20"
    assert present.moment(now - timedelta(days=2), now=now) == "Fri 20 Nov 09:20"


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=4))
def test_a_tile_is_never_further_off_than_its_digits(value):
    text = present.money_short(value, "USD").replace("$", "").replace(MINUS, "-").replace(",", "")
    scale = {"k": 10**3, "M": 10**6, "B": 10**9}.get(text[-1], 1)
    shown = Decimal(text.rstrip("kMB")) * scale
    allowed = abs(value) / 200 if abs(value) >= 100_000 else Decimal("0.5")
    assert abs(shown - value) <= allowed


@given(st.decimals(min_value=0, max_value=10**15, places=4), st.sampled_from(["USD", "JPY", "KWD"]))
def test_digits_are_grouped_as_cldr_groups_them(value, currency):
    expected = format_currency(
        value.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), ROUND_HALF_UP),
        currency,
        locale="en",
    )
    assert present.money_exact(value, currency).replace(GAP, "") == expected.replace(GAP, "")


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3), st.sampled_from(["USD", "JPY"]))
def test_a_figure_never_breaks_across_lines_and_never_shows_a_hyphen(value, currency):
    for text in (present.money(value, currency), present.percent_change(value)):
        assert " " not in text
        assert "-" not in text
