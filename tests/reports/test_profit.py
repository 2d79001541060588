"""Profit on a real database: what the brand states meets what its platforms state, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from aura.metrics import CATALOGUE
from aura.model import DayRange
from aura.reports.overview import overview
from aura.store.brand_entries import Entry, add_entries
from measured_brand import NOW, YESTERDAY, measure

__all__ = ["measure"]

DAYS = DayRange(YESTERDAY - timedelta(days=27), YESTERDAY)
START = date(2000, 1, 1)
MARGIN = Entry("cost", "goods", START, amount=Decimal(60), details={"basis": "margin"})
ALL = [
    MARGIN,
    Entry("cost", "shipping", START, amount=Decimal("4.50"), currency="USD"),
    Entry("cost", "fees", START, amount=Decimal("0.30"), details={"percent": "2.9"}),
    Entry("cost", "Rent", START, None, "daily", Decimal(10), "USD"),
    Entry("spend", "TikTok", START, None, "weekly", Decimal(70), "USD"),
]
PROFIT = ("contribution_margin", "net_profit", "poas", "break_even_roas", "mer_all_spend")


@pytest.fixture
def state(database):
    async def state(made, *entries):
        async with database.as_user(made.person) as connection:
            await add_entries(connection, brand_id=made.brand, entries=entries)

    return state


@pytest.fixture
def report(database):
    async def report(made, metrics=tuple(CATALOGUE), days=DAYS):
        return await overview(
            database,
            user_id=made.person,
            brand_id=made.brand,
            days=days,
            now=NOW,
            metrics=metrics,
        )

    return report


async def test_without_statements_profit_is_blank_and_says_what_to_state(measure, report):
    shown = await report(await measure(), metrics=PROFIT)
    assert all(figure.value is None and figure.is_unstated for figure in shown.figures)
    assert "cost of goods is not stated" in shown.figure("contribution_margin").reason
    assert "Other spend is not stated" in shown.figure("mer_all_spend").reason


async def test_profit_is_what_is_left_by_hand(measure, report, state):
    made = await measure()
    await state(made, *ALL)
    shown = await report(made)
    got = {figure.metric.key: figure.value for figure in shown.figures}
    net = got["gross_sales"] - got["discounts"] - got["returns"]
    fees = got["total_sales"] * Decimal("0.029") + got["orders"] * Decimal("0.30")
    before_ads = net * Decimal("0.6") - got["orders"] * Decimal("4.50") - fees
    assert round(got["contribution_margin"] - (before_ads - got["ad_spend"]), 12) == 0
    assert round(got["net_profit"] - (got["contribution_margin"] - 28 * 20), 12) == 0
    assert round(got["mer_all_spend"] - got["revenue"] / (got["ad_spend"] + 280), 12) == 0
    # the range before has its own sales and the same statements
    assert shown.figure("net_profit").previous is not None


async def test_the_days_of_profit_add_up_to_it(measure, report, state):
    made = await measure()
    await state(made, *ALL, replace(MARGIN, first_day=DAYS.first + timedelta(days=9)))
    shown = await report(made)
    for key, metric in CATALOGUE.items():
        if metric.is_additive:
            daily = sum(row.value(metric) for row in shown.series)
            assert round(daily - shown.figure(key).value, 12) == 0, key


async def test_a_days_profit_needs_the_sales_of_that_day(measure, report, state):
    made = await measure()
    await state(made, *ALL)
    ahead = DayRange(YESTERDAY, YESTERDAY + timedelta(days=2))
    shown = await report(made, days=ahead)
    assert [row.value(CATALOGUE["other_spend"]) for row in shown.series] == [10, 10, 10]
    assert [row.value(CATALOGUE["cost_of_goods"]) is None for row in shown.series] == [
        False,
        True,
        True,
    ]


async def test_revenue_follows_the_basis_that_the_brand_chose(measure, report, database):
    made = await measure()
    before = await report(made)
    async with database.as_user(made.person) as connection:
        await connection.execute(
            "insert into aura.brand_settings (brand_id, revenue_basis) values (%s, 'net_sales')"
            " on conflict (brand_id) do update set revenue_basis = excluded.revenue_basis",
            [made.brand],
        )
    after = await report(made)
    assert after.figure("revenue").value == before.figure("net_sales").value
    assert after.figure("total_sales").value == before.figure("revenue").value
    assert after.figure("mer").value < before.figure("mer").value
    assert [row.value(CATALOGUE["revenue"]) for row in after.series] == [
        row.value(CATALOGUE["net_sales"]) for row in before.series
    ]
