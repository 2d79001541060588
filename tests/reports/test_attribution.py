"""Attribution: what counts for whom, that nothing is lost, and what is claimed beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from aura.errors import NotFoundError
from aura.model import DayRange, OrderEvent, Sales, Visit
from aura.reports.attribution import attribution
from aura.reports.overview import overview
from aura.reports.visits import KINDS, Matcher, is_paid, plain
from aura.store.attribution import VisitRow
from aura.store.brand_entries import Entry, add_entries
from aura.store.campaigns import CampaignRow
from measured_brand import NOW, YESTERDAY, ZONE, measure, orders_of, write_shop_orders
from measured_campaigns import WEEK, write_three_campaigns

__all__ = ["measure"]

INTEGRATION = uuid4()
CAMPAIGNS = [
    CampaignRow(1, INTEGRATION, "meta", "120208614390550117", "Prospecting | Broad", "", ""),
    CampaignRow(2, INTEGRATION, "google_ads", "20814477231", "Brand | Search", "", ""),
    CampaignRow(3, INTEGRATION, "google_ads", "20814477232", "Spring Sale", "", ""),
    CampaignRow(4, INTEGRATION, "meta", "120208614390550119", "spring-sale", "", ""),
    CampaignRow(5, INTEGRATION, "meta", "120208614390550120", "Twins", "", ""),
    CampaignRow(6, INTEGRATION, "meta", "120208614390550121", "TWINS", "", ""),
]


def visit(source=None, medium=None, campaign=None, lacking=None):
    return VisitRow("last", source, medium, campaign, lacking, 1, Decimal(10))


@pytest.mark.parametrize(
    ("row", "kind", "platform", "campaign"),
    [
        (visit("facebook", "paid_social", "120208614390550117"), "campaign", "meta", 1),
        (visit("fb", "cpc", "prospecting+%7C+broad"), "campaign", "meta", 1),
        (visit("Instagram", None, "PROSPECTING_BROAD"), "campaign", "meta", 1),
        (visit("google", "cpc", "brand-search"), "campaign", "google_ads", 2),
        # an id is an id, whatever the source is called
        (visit("newsletter", "email", "20814477231"), "campaign", "google_ads", 2),
        # the source decides between two platforms' campaigns of the same name
        (visit("google", "cpc", "Spring Sale"), "campaign", "google_ads", 3),
        (visit("facebook", "paid", "Spring Sale"), "campaign", "meta", 4),
        (visit("ads", "cpc", "Spring Sale"), "ambiguous", None, None),
        (visit("facebook", "paid", "twins"), "ambiguous", "meta", None),
        # a newsletter may be called what a campaign is called
        (visit("newsletter", "email", "Spring Sale"), "other", None, None),
        (visit("google", "cpc", "an old one"), "platform", "google_ads", None),
        (visit("google", "cpc"), "platform", "google_ads", None),
        (visit("Google"), "untagged", "google_ads", None),
        (visit("google", "organic"), "untagged", "google_ads", None),
        (visit("direct"), "other", None, None),
        (visit(), "other", None, None),
        (visit(lacking="file"), "file", None, None),
        (visit(lacking="not_ready"), "not_ready", None, None),
        (visit(lacking="no_visit"), "no_visit", None, None),
    ],
)
def test_a_visit_belongs_to_whom_its_tags_name(row, kind, platform, campaign) -> None:
    origin = Matcher(CAMPAIGNS).origin(row)
    found = origin.campaign.entity_id if origin.campaign else None
    assert (origin.kind, origin.platform, found) == (kind, platform, campaign)
    assert origin.kind == "campaign" or origin.kind in KINDS


@given(st.text(max_size=40))
def test_what_is_plain_stays_plain_and_signs_do_not_matter(text) -> None:
    assert plain(plain(text)) == plain(text)
    if "%" not in text and "+" not in text:
        assert plain(f"  {text.upper()} ") == plain(text.upper())
        assert plain(text.replace(" ", "_")) == plain(text)


@pytest.mark.parametrize("medium", ["cpc", "paid_social", "Paid-Social", "display", "paidsearch"])
def test_paid_media_are_known(medium) -> None:
    assert is_paid(medium)


@pytest.mark.parametrize("medium", [None, "", "organic", "email", "social", "referral", "unpaid"])
def test_other_media_are_not_paid(medium) -> None:
    assert not is_paid(medium)


def noon(day):
    return datetime.combine(day, time(12), ZoneInfo(ZONE))


@pytest.fixture
async def made(database, keyring, measure):
    """Three campaigns; on each day of the week one order for each way to come, one goes back."""
    made = await measure()
    await write_three_campaigns(database, made)
    ways = [
        (Visit("facebook", "paid_social", "id-Prospecting"), Visit("google", "cpc", "brand")),
        (Visit("google", "cpc", "Brand"), Visit("instagram", "paid", "prospecting")),
        (Visit("Google"), Visit("direct")),
        (None, None),
    ]
    orders = [
        replace(
            order,
            first_visit=ways[n % 4][0],
            last_visit=ways[n % 4][1],
            events=(OrderEvent("back", "refund", noon(YESTERDAY), Sales(returns=Decimal("7.77"))),)
            if n % 9 == 0
            else (),
        )
        for n, order in enumerate(orders_of(DayRange(WEEK.previous().first, WEEK.last), "USD"))
    ]
    visited = [replace(order, order_id=f"v{order.order_id}") for order in orders]
    async with database.as_worker(made.brand) as connection:
        await write_shop_orders(connection, keyring, made, visited)
    return made


async def report_of(database, made, days=WEEK):
    return await attribution(database, user_id=made.person, brand_id=made.brand, days=days, now=NOW)


async def test_both_columns_add_up_to_the_overview(database, made):
    for days in (WEEK, DayRange(WEEK.last, WEEK.last), WEEK.previous()):
        report = await report_of(database, made, days)
        whole = await overview(
            database, user_id=made.person, brand_id=made.brand, days=days, now=NOW
        )
        figures = {figure.metric.key: figure.value for figure in whole.figures}
        for touch in (report.total.first, report.total.last):
            assert touch.revenue == figures["revenue"]
            assert touch.orders == figures["orders"]
        parts = [report.matched, *(one.seen for one in report.unmatched)]
        assert sum(part.last.orders for part in parts) == report.total.last.orders
        assert sum(part.first.revenue for part in parts) == report.total.first.revenue


async def test_campaigns_have_what_their_tags_brought_and_what_they_claim(database, made):
    report = await report_of(database, made)
    campaigns = {one.name: one.claim for one in report.campaigns}
    prospecting, retargeting = campaigns["Prospecting"], campaigns["Retargeting"]
    assert prospecting.conversions.value == 14
    assert prospecting.value.value == 700
    assert (prospecting.seen.last.orders, prospecting.seen.first.orders) == (7, 8)
    assert prospecting.overclaim == Decimal(14) / prospecting.seen.last.orders
    assert prospecting.value_overclaim == 700 / prospecting.seen.last.revenue
    assert (retargeting.overclaim, retargeting.seen.last.orders) == (None, 0)
    assert "No order of the range" in retargeting.reason
    brand = campaigns["Brand"]
    assert brand.seen.last.orders > 0
    # claims of the platform are its account's, not the sum of its campaigns
    meta, google = report.platforms
    assert meta.claim.conversions.value != prospecting.conversions.value
    assert google.untagged.first.orders > 0
    assert google.untagged.last.orders == 0
    kinds = {one.kind: one.seen.last.orders for one in report.unmatched}
    assert kinds.keys() == {"untagged", "other", "no_visit", "not_ready"}
    assert report.gap is None


async def test_an_order_of_the_last_hours_may_still_get_its_visit(database, made):
    report = await report_of(database, made, DayRange(YESTERDAY, YESTERDAY))
    kinds = {one.kind: one.seen.last.orders for one in report.unmatched}
    assert kinds.get("not_ready", 0) > 0
    assert kinds.get("no_visit", 0) == 0
    earlier = DayRange(YESTERDAY - timedelta(days=3), YESTERDAY - timedelta(days=2))
    kinds = {one.kind for one in (await report_of(database, made, earlier)).unmatched}
    assert "not_ready" not in kinds


async def test_without_a_store_or_an_ad_account_the_report_says_so(database, measure):
    made = await measure(platforms={"meta": "USD"})
    report = await report_of(database, made)
    assert report.gap.startswith("No store is connected")
    assert report.platforms[0].claim.overclaim is None
    made = await measure(platforms={"shopify": "USD"})
    report = await report_of(database, made)
    assert (report.platforms, report.campaigns) == ((), ())


async def test_a_shop_in_another_currency_adds_up_to_the_overview_too(database, measure):
    made = await measure(currency="USD", platforms={"shopify": "EUR", "meta": "USD"})
    rate = Entry("rate", "EUR", date(2026, 1, 1), amount=Decimal("1.25"), currency="USD")
    async with database.as_user(made.person) as connection:
        await add_entries(connection, brand_id=made.brand, entries=[rate])
    report = await report_of(database, made)
    whole = await overview(database, user_id=made.person, brand_id=made.brand, days=WEEK, now=NOW)
    assert report.currency == "USD"
    assert report.total.last.revenue == whole.figure("revenue").value > 0


async def test_money_without_a_rate_has_no_ratio_of_values(database, measure):
    made = await measure(platforms={"shopify": "USD", "meta": "XAU"})
    (meta,) = (await report_of(database, made)).platforms
    assert meta.claim.value.currency == "XAU"
    assert meta.claim.value_overclaim is None


async def test_claims_in_a_currency_without_a_rate_have_no_ratio_of_values(database, measure):
    made = await measure(platforms={"shopify": "USD", "meta": "KWD"})
    (meta,) = (await report_of(database, made)).platforms
    assert meta.claim.value.currency == "KWD"
    assert meta.claim.value_overclaim is None


async def test_claims_in_another_currency_are_converted_at_each_days_rate(database, measure):
    made = await measure(platforms={"shopify": "USD", "meta": "EUR"})
    (meta,) = (await report_of(database, made)).platforms
    assert meta.claim.value.currency == "USD"
    (converted,) = meta.claim.value.converted
    assert (converted.currency, converted.into) == ("EUR", "USD")
    same = await measure()
    stated = (await report_of(database, same)).platforms[0].claim.value.value
    assert converted.low * stated <= meta.claim.value.value <= converted.high * stated


async def test_a_brand_of_somebody_else_is_not_there(database, measure, made):
    other = await measure(name="Theirs")
    with pytest.raises(NotFoundError):
        await attribution(database, user_id=made.person, brand_id=other.brand, days=WEEK, now=NOW)


async def test_claims_over_days_that_the_store_lacks_are_no_overclaim(database, made):
    async with database.as_owner() as connection:
        await connection.execute(
            "update public.integrations set metadata = metadata || %s where id = %s",
            [Jsonb({"known_through": WEEK.first.isoformat()}), made.integrations["shopify"]],
        )
    report = await report_of(database, made)
    assert report.gap is not None
    for one in report.platforms:
        assert one.claim.conversions.value is not None
        assert one.claim.seen.last.orders > 0
        assert (one.claim.overclaim, one.claim.value_overclaim) == (None, None)
        assert one.claim.reason == report.gap


async def test_money_with_a_rate_for_some_of_the_days_is_not_added_to_the_rest(database, measure):
    made = await measure(currency="USD", platforms={"shopify": "KWD", "meta": "USD"})
    rate = Entry("rate", "KWD", WEEK.last, amount=Decimal("3.25"), currency="USD")
    before = (await report_of(database, made)).total
    async with database.as_user(made.person) as connection:
        await add_entries(connection, brand_id=made.brand, entries=[rate])
    report = await report_of(database, made)
    assert (report.currency, report.total) == ("KWD", before)
