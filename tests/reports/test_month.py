"""The month against its targets on a real database: the overview's figures, an honest outlook."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from aura.errors import NotFoundError
from aura.model import DayRange
from aura.reports.month import Outlook, Pace, month_report, target_on
from aura.reports.overview import overview
from aura.store.brand_entries import Entry, add_entries
from measured_brand import NOW, YESTERDAY, measure

__all__ = ["measure"]

NOVEMBER = date(2026, 11, 1)
EVERY = Entry("target", "revenue", date(2026, 6, 1), None, "monthly", Decimal(9000), "USD")
OWN = Entry("target", "revenue", NOVEMBER, date(2026, 11, 30), "monthly", Decimal(6000), "USD")
MER = Entry("target", "mer", NOVEMBER, None, "monthly", Decimal(2))


@pytest.fixture
def month(database):
    async def month(made, *targets, now=NOW):
        async with database.as_user(made.person) as connection:
            await add_entries(connection, brand_id=made.brand, entries=targets)
        return await month_report(database, user_id=made.person, brand_id=made.brand, now=now)

    return month


def paces(report) -> dict[str, Pace]:
    return {pace.metric.key: pace for pace in report.paces}


def test_the_months_own_target_comes_first_then_the_latest_begun():
    newer = Entry("target", "revenue", date(2026, 10, 1), None, "monthly", Decimal(1))
    assert target_on([EVERY, newer, OWN], "revenue", YESTERDAY) is OWN
    assert target_on([EVERY, newer], "revenue", YESTERDAY) is newer
    assert target_on([EVERY, newer], "revenue", date(2026, 9, 30)) is EVERY
    assert target_on([OWN], "revenue", date(2026, 12, 1)) is None


async def test_the_month_shows_the_overviews_figures_against_an_even_pace(measure, month, database):
    made = await measure()
    report = await month(made, EVERY, OWN, MER)
    assert (report.first, len(report.days), report.days_left) == (NOVEMBER, 21, 9)
    shown = await overview(
        database,
        user_id=made.person,
        brand_id=made.brand,
        days=DayRange(NOVEMBER, YESTERDAY),
        now=NOW,
    )
    found = paces(report)
    assert set(found) == {"revenue", "orders", "ad_spend", "mer"}
    for key in ("revenue", "orders", "ad_spend", "mer"):
        assert found[key].figure.value == shown.figure(key).value
    assert found["revenue"].due == Decimal(6000) * 21 / 30
    assert found["mer"].due == 2
    assert found["mer"].forecast is None
    assert "not ratios" in found["mer"].no_forecast


async def test_the_forecast_adds_the_days_left_to_what_was_sold(measure, month):
    report = await month(await measure())
    for pace in report.paces:
        assert pace.figure.value < pace.forecast_low <= pace.forecast <= pace.forecast_high
        a_day = pace.figure.value / 21
        assert abs(pace.forecast / (a_day * 30) - 1) < Decimal("0.1")


@pytest.mark.parametrize(("target", "outlook"), [("1", "likely above"), ("999999", "likely below")])
async def test_the_outlook_says_where_the_months_end_lies(
    measure, month, target: str, outlook: Outlook
):
    stated = Entry("target", "revenue", NOVEMBER, None, "monthly", Decimal(target), "USD")
    assert paces(await month(await measure(), stated))["revenue"].outlook == outlook


async def test_a_target_in_another_currency_is_no_target(measure, month):
    euros = Entry("target", "revenue", NOVEMBER, None, "monthly", Decimal(1), "EUR")
    pace = paces(await month(await measure(), euros))["revenue"]
    assert (pace.target, pace.outlook) == (None, "unknown")


async def test_on_the_first_of_a_month_the_month_before_is_shown_whole(measure, month):
    report = await month(await measure(), now=datetime(2026, 11, 1, 14, tzinfo=UTC))
    assert (report.first, len(report.days), report.days_left) == (date(2026, 10, 1), 31, 0)
    for pace in report.paces:
        assert pace.forecast_low == pace.forecast_high


async def test_claims_are_not_forecast_and_a_store_of_days_is_too_young(measure, month):
    made = await measure()
    claims = Entry("target", "conversions", NOVEMBER, None, "monthly", Decimal(9))
    found = paces(await month(made, claims))
    assert "still grows" in found["conversions"].no_forecast
    young = await month(made, now=datetime(2026, 10, 20, 14, tzinfo=UTC))
    assert "56 days in a row" in paces(young)["revenue"].no_forecast


async def test_another_persons_month_does_not_exist(measure, database, make_person):
    made = await measure()
    with pytest.raises(NotFoundError):
        await month_report(database, user_id=await make_person(), brand_id=made.brand, now=NOW)
