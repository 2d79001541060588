"""A brand whose sources are in three currencies: each row at its own day's rate, everywhere."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from aura.metrics import CATALOGUE
from aura.model import DayRange
from aura.reports.overview import overview
from aura.reports.portfolio import brands_question, portfolio
from aura.reports.rates import published_rates
from aura.store.brand_entries import Entry, add_entries
from measured_brand import NOW, YESTERDAY, measure

__all__ = ["measure"]

DAYS = DayRange(YESTERDAY - timedelta(days=27), YESTERDAY)
ROWS = """
    select d.date, d.currency, d.ad_spend, d.revenue from aura.brand_days as d
    where d.brand_id = %(brand)s and d.date between %(first)s and %(last)s
"""
THREE = {"shopify": "EUR", "meta": "GBP", "google_ads": "JPY"}


@pytest.fixture
def rows(database):
    async def rows(made, days=DAYS):
        parameters = {"brand": made.brand, "first": days.first, "last": days.last}
        async with database.as_user(made.person) as connection:
            return await (await connection.execute(ROWS, parameters)).fetchall()

    return rows


def independently(found, name, into):
    """Each row times its own day's cross rate, added up here and not by the database."""
    rates = published_rates()
    total = Decimal(0)
    for row in found:
        if row[name] is not None:
            into_euro = row[name] / rates.per_euro(row["currency"], row["date"]).value
            total += into_euro * rates.per_euro(into, row["date"]).value
    return total


async def test_each_row_is_converted_at_its_own_days_rate(measure, database, rows):
    made = await measure(currency="USD", platforms=THREE)
    shown = await overview(database, user_id=made.person, brand_id=made.brand, days=DAYS, now=NOW)
    found = await rows(made)
    for key in ("revenue", "ad_spend"):
        value = shown.figure(key).value
        assert value is not None
        assert abs(value - independently(found, key, "USD")) < Decimal("0.000001")
        assert value == sum(row.value(CATALOGUE[key]) for row in shown.series)
    for day in (DAYS.first, date(2026, 11, 1), DAYS.last):
        row = next(one for one in shown.series if one.date == day)
        expected = independently([r for r in found if r["date"] == day], "ad_spend", "USD")
        assert abs(row.ad_spend - expected) < Decimal("0.0000001")
    assert (
        shown.figure("mer").value == shown.figure("revenue").value / shown.figure("ad_spend").value
    )
    assert shown.figure("orders").converted == ()
    used = {one.currency: one for one in shown.figure("mer").converted}
    assert used.keys() == {"EUR", "GBP", "JPY"}
    assert used["GBP"].last_known == date(2026, 10, 30)
    assert {line.figures[0].currency for line in shown.platforms} == {"USD"}


async def test_the_days_before_are_converted_at_their_own_rates(measure, database, rows):
    made = await measure(currency="USD", platforms=THREE)
    shown = await overview(database, user_id=made.person, brand_id=made.brand, days=DAYS, now=NOW)
    before = shown.figure("revenue").previous
    expected = independently(await rows(made, DAYS.previous()), "revenue", "USD")
    assert before is not None
    assert abs(before - expected) < Decimal("0.000001")


async def test_a_stated_rate_makes_a_blank_figure_known(measure, database):
    made = await measure(currency="USD", platforms={"shopify": "USD", "meta": "KWD"})
    asked = {"user_id": made.person, "brand_id": made.brand, "days": DAYS, "now": NOW}
    assert (await overview(database, **asked)).figure("ad_spend").value is None
    own = Entry("rate", "KWD", date(2026, 1, 1), amount=Decimal("3.25"), currency="USD")
    async with database.as_user(made.person) as connection:
        await add_entries(connection, brand_id=made.brand, entries=[own])
    figure = (await overview(database, **asked)).figure("ad_spend")
    assert figure.value == Decimal("3.25") * sum(40 + (28 + n) % 9 for n in range(28))
    assert figure.converted[0].sources == ("own",)


async def test_all_brands_are_added_up_in_the_currency_asked_for(measure, database, rows):
    first = await measure(name="Aurora", currency="USD", platforms=THREE)
    second = await measure(person=first.person, name="Boreal", currency="SEK")
    report = await portfolio(
        database,
        user_id=first.person,
        days=28,
        question=brands_question({}),
        now=NOW,
        currency="GBP",
    )
    assert {line.figures[0].currency for line in report.lines} == {"USD", "SEK"}
    assert report.together is not None
    revenue = next(one for one in report.together.sums if one.metric.key == "revenue")
    expected = sum(
        [independently(await rows(made), "revenue", "GBP") for made in (first, second)], Decimal(0)
    )
    assert revenue.value is not None
    assert abs(revenue.value - expected) < Decimal("0.000001")
    assert (revenue.brands, revenue.note) == (2, None)
    assert {one.currency for one in report.together.converted} == {"EUR", "JPY", "SEK"}


async def test_a_brand_that_cannot_be_added_is_left_out_by_name(measure, database):
    first = await measure(name="Aurora", currency="USD")
    await measure(person=first.person, name="Gulf", currency="KWD")
    report = await portfolio(
        database,
        user_id=first.person,
        days=28,
        question=brands_question({}),
        now=NOW,
        currency="USD",
    )
    assert report.together is not None
    revenue = report.together.sums[0]
    own = next(line for line in report.lines if line.brand.name == "Aurora")
    assert (revenue.value, revenue.brands) == (own.value("revenue"), 1)
    assert revenue.note is not None
    assert revenue.note.startswith("without Gulf (Shopify is in KWD: KWD cannot be converted")
