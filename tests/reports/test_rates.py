"""Published rates: the package's file, weekends, the end of the file, and currencies that ended."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from currency_converter import CURRENCY_FILE
from hypothesis import given
from hypothesis import strategies as st

from aura.errors import InputError, NoRateError
from aura.model import DayRange
from aura.reports.currency import conversion, cross_rate
from aura.reports.rates import Published, kept_file, published_rates, read_rates
from aura.store.brand_entries import Entry

FRIDAY, SUNDAY = date(2026, 10, 16), date(2026, 10, 18)
SMALL = """Date,USD,JPY,GBP,RUB,
2026-11-06,1.1000,170.00,0.8400,N/A,
2026-11-05,1.1200,171.00,0.8300,N/A,
2022-03-01,1.1162,128.14,0.8345,117.2010,
"""


def published_in_the_package():
    with zipfile.ZipFile(CURRENCY_FILE) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    return {row["Date"]: row for row in csv.DictReader(io.StringIO(text))}


def test_every_rate_of_the_package_is_the_files_own(tmp_path):
    rates, rows = published_rates(tmp_path), published_in_the_package()
    assert rates.last_day == date.fromisoformat(max(rows))
    for currency in ("USD", "GBP", "JPY", "SEK"):
        for day in list(rows)[:600]:
            found = rates.per_euro(currency, date.fromisoformat(day))
            assert (found.value, found.day) == (
                Decimal(rows[day][currency]),
                date.fromisoformat(day),
            )


def test_a_weekend_has_the_rate_of_the_friday_before(tmp_path):
    rates = published_rates(tmp_path)
    assert FRIDAY.weekday() == 4
    for day in (FRIDAY, FRIDAY + timedelta(1), SUNDAY):
        assert rates.per_euro("USD", day) == rates.per_euro("USD", FRIDAY)
        assert rates.per_euro("USD", day).day == FRIDAY


def test_days_after_the_last_rate_use_it_and_say_so():
    rates = read_rates(SMALL.encode())
    late = rates.per_euro("USD", date(2026, 12, 24))
    assert (late.value, late.day) == (Decimal("1.1000"), date(2026, 11, 6))
    days = DayRange(date(2026, 11, 5), date(2026, 12, 24))
    found = conversion({"EUR"}, "USD", [days], published=rates)
    (used,) = found.used({"EUR"}, days)
    assert used.last_known == date(2026, 11, 6)
    assert used.sentence == (
        "1 EUR = 1.1 to 1.12 USD, the European Central Bank's rate of each day; days after "
        "Fri 6 Nov 2026 have that day's rate, the last one known"
    )
    (weekend,) = found.used({"EUR"}, DayRange(date(2026, 11, 5), date(2026, 11, 8)))
    assert weekend.last_known is None


@pytest.mark.parametrize(
    ("currency", "day", "words"),
    [
        ("KWD", FRIDAY, "publishes no rate of KWD"),
        ("XXX", FRIDAY, "publishes no rate of XXX"),
        ("usd", FRIDAY, "publishes no rate of usd"),
        ("RUB", FRIDAY, "published its last rate of RUB on Tue 1 Mar 2022"),
        ("HRK", FRIDAY, "published its last rate of HRK on"),
        ("USD", date(1998, 12, 31), "publishes rates of USD from Mon 4 Jan 1999 on"),
    ],
)
def test_a_currency_nobody_knows_a_rate_of_is_an_error_that_names_it(
    currency, day, words, tmp_path
):
    with pytest.raises(NoRateError, match=words):
        published_rates(tmp_path).per_euro(currency, day)


def test_a_currency_without_a_rate_is_never_one_to_one():
    days = DayRange(FRIDAY, SUNDAY)
    found = conversion({"KWD"}, "USD", [days])
    assert found.rates == ()
    assert found.used({"KWD"}, days) == ()
    assert found.reason("KWD").startswith("KWD cannot be converted into USD: ")


@given(
    st.decimals(min_value="0.0001", max_value=10**5, places=4),
    st.decimals(min_value="0.0001", max_value=10**5, places=4),
)
def test_a_cross_rate_is_the_ratio_to_twelve_digits(of, into):
    found = cross_rate(Published(of, FRIDAY), Published(into, FRIDAY))
    exact = Fraction(into) / Fraction(of)
    assert abs(Fraction(found) / exact - 1) <= Fraction(1, 10**11)


def test_a_brands_own_rate_goes_first_on_the_days_it_holds_for():
    days = DayRange(date(2026, 10, 14), date(2026, 10, 16))
    own = Entry("rate", "EUR", days.first, date(2026, 10, 15), amount=Decimal(2), currency="USD")
    found = conversion({"EUR"}, "USD", [days], [own])
    assert [(rate.value, rate.source) for rate in found.rates[:2]] == [(2, "own")] * 2
    assert found.rates[2].source == "published"
    (used,) = found.used({"EUR"}, days)
    assert used.sources == ("own", "published")


def test_a_brands_own_rate_leads_on_into_a_third_currency():
    own = Entry("rate", "KWD", date(2026, 1, 1), amount=Decimal("3.25"), currency="USD")
    day = DayRange(FRIDAY, FRIDAY)
    into_euro = conversion({"USD"}, "EUR", [day]).rates[0].value
    (rate,) = conversion({"KWD"}, "EUR", [day], [own]).rates
    assert rate.value == (Decimal("3.25") * into_euro).normalize() or abs(
        rate.value - Decimal("3.25") * into_euro
    ) < Decimal("1e-10")


def test_a_kept_file_is_used_when_it_is_newer_and_an_unreadable_one_is_not(tmp_path):
    kept = kept_file(tmp_path)
    kept.parent.mkdir()
    shipped = published_rates(tmp_path).last_day
    kept.write_bytes(b"half a file")
    assert published_rates(tmp_path).last_day == shipped
    newer = shipped + timedelta(days=3)
    kept.write_text(f"Date,USD,JPY,GBP,\n{newer},1.5,2,3,\n")
    assert published_rates(tmp_path).last_day == newer
    kept.write_text("Date,USD,JPY,GBP,\n2001-01-02,1.5,2,3,\n")
    assert published_rates(tmp_path).last_day == shipped


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>", b"Date,USD\n", b"\xff\xfe\x00"])
def test_another_file_is_refused_in_words(content):
    with pytest.raises(InputError, match="European Central Bank"):
        read_rates(content)
