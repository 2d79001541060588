"""The overview against a real database: exact, agreed with the public tables, honest about gaps."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from aura.errors import NotFoundError
from aura.metrics import CATALOGUE
from aura.model import DayRange
from aura.reports.headline import headline
from aura.reports.overview import TILES, overview
from measured_brand import KNOWN, NOW, YESTERDAY, measure

__all__ = ["measure"]

DAYS = DayRange(YESTERDAY - timedelta(days=27), YESTERDAY)

# the account-level overview from the five public tables and nothing else
PUBLIC_SUMS = """
    select m.metric_type, sum(coalesce((m.metadata ->> 'exact')::numeric, m.value)) as value
    from public.metrics as m
    where m.brand_id = %(brand)s and m.date between %(first)s and %(last)s
    group by m.metric_type
"""
PUBLIC_PARTS = """
    select
        sum((m.metadata ->> 'gross_sales')::numeric) as gross_sales,
        sum((m.metadata ->> 'discounts')::numeric) as discounts
    from public.metrics as m
    where m.brand_id = %(brand)s and m.date between %(first)s and %(last)s
        and m.metric_type = 'revenue'
"""


@pytest.fixture
def report(database):
    async def report(made, days=DAYS, now=NOW):
        return await overview(
            database, user_id=made.person, brand_id=made.brand, days=days, now=now
        )

    return report


@pytest.fixture
def public_totals(database):
    async def public_totals(made, days):
        parameters = {"brand": made.brand, "first": days.first, "last": days.last}
        async with database.as_user(made.person) as connection:
            rows = await (await connection.execute(PUBLIC_SUMS, parameters)).fetchall()
            parts = await (await connection.execute(PUBLIC_PARTS, parameters)).fetchone()
        return {row["metric_type"]: row["value"] for row in rows} | dict(parts or {})

    return public_totals


def values(shown) -> dict[str, Decimal | None]:
    return {figure.metric.key: figure.value for figure in shown.figures}


async def test_the_five_public_tables_give_the_same_eight_figures(measure, report, public_totals):
    made = await measure()
    shown = await report(made)
    now, before = (
        await public_totals(made, DAYS),
        await public_totals(made, DAYS.previous()),
    )
    for figure in shown.figures:
        assert figure.value == _ratio(figure.metric.key, now), figure.metric.key
        assert figure.previous == _ratio(figure.metric.key, before), figure.metric.key


def _ratio(key, sums):
    """By hand, not by the catalogue: that is what the test is about."""
    return {
        "mer": lambda: sums["revenue"] / sums["ad_spend"],
        "cac": lambda: sums["ad_spend"] / sums["new_customers"],
        "cpa": lambda: sums["ad_spend"] / sums["orders"],
        "aov": lambda: (sums["gross_sales"] - sums["discounts"]) / sums["orders"],
    }.get(key, lambda: sums[key])()


async def test_cents_in_the_public_table_lose_no_more_than_their_rounding(
    measure, report, database
):
    made = await measure()
    shown = await report(made)
    async with database.as_user(made.person) as connection:
        cursor = await connection.execute(
            "select sum(value) as spend, count(*) as days from public.metrics"
            " where brand_id = %s and metric_type = 'ad_spend' and date between %s and %s",
            [made.brand, DAYS.first, DAYS.last],
        )
        row = await cursor.fetchone()
    assert row is not None
    exact = shown.figure("ad_spend").value
    assert exact is not None
    assert row["spend"] != exact
    assert abs(row["spend"] - exact) <= row["days"] * Decimal("0.005")


async def test_totals_are_the_sums_of_the_days_shown(measure, report):
    shown = await report(await measure())
    assert len(shown.series) == 28
    for key in ("revenue", "ad_spend", "orders", "new_customers"):
        daily = sum(row.value(CATALOGUE[key]) for row in shown.series)
        assert daily == shown.figure(key).value


async def test_eight_figures_in_the_order_of_the_page(measure, report):
    shown = await report(await measure())
    assert tuple(figure.metric.key for figure in shown.figures) == TILES
    assert all(figure.value is not None and figure.reason is None for figure in shown.figures)


async def test_another_person_sees_no_such_brand(measure, database, make_person):
    made = await measure()
    with pytest.raises(NotFoundError):
        await overview(
            database, user_id=await make_person(), brand_id=made.brand, days=DAYS, now=NOW
        )


async def test_a_source_that_lags_blanks_what_is_blended_and_says_why(measure, report):
    made = await measure(through={"google_ads": date(2026, 11, 12)})
    shown = await report(made)
    for key in ("ad_spend", "mer", "cac", "cpa"):
        figure = shown.figure(key)
        assert figure.value is None
        assert figure.reason == "Google Ads has data through Thu 12 Nov"
        assert figure.change.kind == "unknown"
    assert shown.figure("revenue").value is not None
    assert shown.figure("revenue").change.kind != "unknown"
    late = [row for row in shown.series if row.date > date(2026, 11, 12)]
    assert {row.ad_spend for row in late} == {None}


async def test_when_all_sources_end_on_one_day_the_part_is_shown_without_a_comparison(
    measure, report
):
    last = date(2026, 11, 18)
    shown = await report(await measure(through={"shopify": last, "meta": last, "google_ads": last}))
    mer = shown.figure("mer")
    assert mer.value is not None
    assert mer.note == "Shopify has data through Wed 18 Nov"
    assert mer.change.kind == "unknown"


async def test_a_range_before_the_first_day_read_is_unknown_and_not_zero(measure, report):
    made = await measure(complete_history=False)
    first = DayRange(KNOWN.first, KNOWN.first + timedelta(days=27))
    shown = await report(made, first)
    revenue = shown.figure("revenue")
    assert revenue.value is not None
    assert revenue.previous is None
    assert "27 Sep" in (revenue.previous_reason or "")
    blank = await report(made, DayRange(date(2026, 1, 1), date(2026, 1, 28)))
    assert blank.is_blank
    assert set(values(blank).values()) == {None}


async def test_before_the_first_order_ever_there_were_none(measure, report):
    made = await measure(complete_history=True)
    shown = await report(made, DayRange(KNOWN.first, KNOWN.first + timedelta(days=27)))
    assert shown.figure("revenue").previous == 0
    assert shown.figure("revenue").change.kind == "new"


async def test_new_customers_are_unknown_without_a_known_history(measure, report):
    shown = await report(await measure(complete_history=False))
    for key in ("new_customers", "cac"):
        figure = shown.figure(key)
        assert figure.value is None
        assert "New customers are known only" in (figure.reason or "")
    assert shown.figure("orders").value is not None


async def test_a_currency_without_a_rate_is_not_added_up(measure, report):
    made = await measure(platforms={"shopify": "USD", "meta": "USD", "google_ads": "KWD"})
    shown = await report(made)
    assert shown.figure("ad_spend").value is None
    assert shown.figure("ad_spend").reason == (
        "Google Ads is in KWD: KWD cannot be converted into USD: the European Central Bank "
        "publishes no rate of KWD; state a rate of your own in Settings"
    )
    assert shown.figure("revenue").value is not None
    assert all(row.ad_spend is None and row.revenue is not None for row in shown.series)
    google = next(line for line in shown.platforms if line.platform == "google_ads")
    assert google.figures[2] is not None
    assert google.figures[2].currency == "KWD"
    assert google.figures[2].value is not None


async def test_without_ads_the_store_still_speaks(measure, report):
    shown = await report(await measure(platforms={"shopify": "USD"}))
    assert shown.figure("aov").value is not None
    assert shown.figure("mer").reason == "No ad account is connected"
    assert shown.figure("ad_spend").reason == "No ad account is connected"
    assert [line.platform for line in shown.platforms] == ["shopify"]


async def test_a_brand_without_any_source_is_empty(database, make_person, make_brand):
    person = await make_person()
    brand = await make_brand(person)
    shown = await overview(database, user_id=person, brand_id=brand, days=DAYS, now=NOW)
    assert not shown.has_data
    assert {figure.reason for figure in shown.figures} == {
        "No store is connected",
        "No ad account is connected",
    }


async def test_young_ad_days_are_still_settling_and_store_days_are_not(measure, report):
    shown = await report(await measure())
    settling = [row.date for row in shown.series if not row.ads_are_settled]
    assert settling == [date(2026, 11, 16) + timedelta(days=n) for n in range(6)]
    assert all(row.store_is_settled for row in shown.series)
    assert not shown.figure("ad_spend").is_settled
    assert shown.figure("revenue").is_settled


async def test_a_lag_that_was_learned_decides_what_is_settled(measure, report, database):
    made = await measure()
    async with database.as_owner() as connection:
        await connection.execute(
            "update public.integrations set metadata = metadata || '{\"settles_in_days\": 3}'"
        )
    shown = await report(made)
    assert [row.date.day for row in shown.series if not row.ads_are_settled] == [20, 21]


async def test_platform_lines_hold_claims_and_the_last_one_what_both_give(measure, report):
    shown = await report(await measure())
    shopify, meta, google, together = shown.platforms
    assert (together.platform, together.name) == (None, "All together")
    spend = [line.figures[2].value for line in (meta, google) if line.figures[2]]
    assert together.figures[2] is not None
    assert together.figures[2].value == sum(spend)
    assert shopify.figures[0] is not None
    assert shopify.figures[0].value == shown.figure("revenue").value
    assert [one is None for one in shopify.figures] == [False, False, *[True] * 5]


async def test_the_sentence_says_what_the_chart_shows(measure, report):
    text = headline(await report(await measure()))
    assert text.startswith("Revenue $")
    assert "; ad spend $" in text
    assert text.endswith("the last 6 days are still settling.")
