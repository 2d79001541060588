"""The world is the same for the same seed, and later days never change earlier ones."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from aura_sandbox import truth
from aura_sandbox.scenarios import SCENARIOS
from aura_sandbox.world.advertising import CampaignBook, counted
from aura_sandbox.world.days import day_of, midnight
from aura_sandbox.world.world import World

ANCHOR = date(2026, 11, 20)
WEEK_AGO = ANCHOR - timedelta(days=7)


def world(scenario: str = "plain", seed: int = 1) -> World:
    return World(seed, SCENARIOS[scenario], ANCHOR)


def final(made: World, first: date, last: date) -> dict:
    return truth.daily(made, first, last, None)


def book_of(made: World, platform: str, campaign_id: str) -> CampaignBook:
    return next(
        book
        for account in made.scenario.ad_accounts
        if account.platform == platform
        for book in made.campaigns(account)
        if book.campaign.id == campaign_id
    )


def cost_per_conversion(book: CampaignBook, first: date, days: int, at: int | None) -> float:
    spend = credit = 0
    for offset in range(days):
        day = book.day(first + timedelta(days=offset))
        if day is None or (delivery := day.delivered(at)) is None:
            continue
        spend += delivery.spend
        credit += sum(
            one.credit for one in day.conversions if counted(one, at) and one.window != "28d_click"
        )
    return spend / credit


@pytest.mark.parametrize("scenario", ["plain", "edges"])
def test_the_same_seed_makes_the_same_world(scenario: str) -> None:
    first, last = ANCHOR - timedelta(days=60), ANCHOR
    assert final(world(scenario), first, last) == final(world(scenario), first, last)


def test_another_seed_makes_another_world() -> None:
    first = ANCHOR - timedelta(days=20)
    assert final(world(seed=1), first, ANCHOR) != final(world(seed=2), first, ANCHOR)


@pytest.mark.parametrize("scenario", ["plain", "edges"])
def test_a_world_extends_to_later_days_without_changing_earlier_ones(scenario: str) -> None:
    first = ANCHOR - timedelta(days=30)
    short, long = world(scenario), world(scenario)
    before = final(short, first, WEEK_AGO)
    final(long, first, ANCHOR + timedelta(days=90))
    assert final(long, first, WEEK_AGO) == before
    # ... and when one world is extended after it was read
    final(short, first, ANCHOR + timedelta(days=90))
    assert final(short, first, WEEK_AGO) == before


def test_orders_are_sorted_and_numbered_without_gaps() -> None:
    orders = world("edges").order_book.through(ANCHOR)
    assert [order.number for order in orders] == list(range(1001, 1001 + len(orders)))
    moments = [order.processed_at for order in orders]
    assert moments == sorted(moments)
    assert all(order.changes[0] == order.created_at for order in orders)
    assert all(list(order.changes) == sorted(set(order.changes)) for order in orders)


def test_nothing_comes_back_twice() -> None:
    for scenario in ("demo", "edges"):
        for order in world(scenario).order_book.through(ANCHOR):
            left: Counter[tuple[str, int | None]] = Counter()
            for agreement in order.agreements:
                for sale in agreement.sales:
                    left[sale.line_type, sale.line] += sale.quantity or 0
            assert all(count >= 0 for count in left.values()), order.number


def test_a_cancelled_order_is_worth_nothing_in_the_end() -> None:
    cancelled = [
        order
        for order in world("demo").order_book.through(ANCHOR)
        if order.cancelled_at is not None
    ]
    assert len(cancelled) > 50
    for order in cancelled:
        assert sum(sale.total for made in order.agreements for sale in made.sales) == 0


def test_the_demo_looks_like_a_brand() -> None:
    made = world("demo")
    days = final(made, ANCHOR - timedelta(days=365), ANCHOR - timedelta(days=1))
    shop = days["shopify"].values()
    orders = sum(day["orders"] for day in shop) / len(shop)
    revenue = sum(float(day["revenue"]) for day in shop)
    spend = sum(
        float(day["ad_spend"])
        for platform in ("meta", "google_ads")
        for day in days[platform]["account"].values()
    )
    new = sum(day["new_customers"] for day in shop) / sum(day["orders"] for day in shop)
    assert 40 <= orders <= 50
    assert 0.22 <= spend / revenue <= 0.30
    assert 0.66 <= new <= 0.76
    assert days["shopify"]["2025-11-28"]["orders"] > 2 * orders  # Black Friday


def test_a_campaign_that_only_waits_for_conversions_is_as_good_as_before_in_the_end() -> None:
    made = world("demo")
    event = next(one for one in made.scenario.events if one.kind == "late_conversions")
    assert event.campaign
    book = book_of(made, "meta", event.campaign)
    raised, usual = ANCHOR + timedelta(days=event.first), ANCHOR - timedelta(days=65)
    morning = midnight(ANCHOR, "America/New_York") + 4 * 3600
    in_the_end = cost_per_conversion(book, raised, 5, None)
    before = cost_per_conversion(book, usual, 60, None)
    assert cost_per_conversion(book, raised, 5, morning) > 1.9 * before
    assert 0.7 < in_the_end / before < 1.4


def test_a_real_rise_of_cost_per_conversion_stays() -> None:
    made = world("demo")
    event = next(one for one in made.scenario.events if one.kind == "conversion_rate")
    assert event.campaign
    book = book_of(made, "meta", event.campaign)
    before = cost_per_conversion(book, ANCHOR - timedelta(days=46), 30, None)
    after = cost_per_conversion(book, ANCHOR - timedelta(days=16), 16, None)
    assert 1.6 < after / before < 2.6


def test_a_tracking_outage_takes_conversions_and_leaves_orders() -> None:
    made = world("demo")
    days = final(made, ANCHOR - timedelta(days=40), ANCHOR)
    broken = [(ANCHOR - timedelta(days=n)).isoformat() for n in (12, 11, 10, 9)]
    google, shop = days["google_ads"]["account"], days["shopify"]
    claimed = [float(google[day]["conversions"]) for day in google]
    assert sum(float(google[day]["conversions"]) for day in broken) < 0.1 * 4 * max(claimed)
    assert min(float(google[day]["ad_spend"]) for day in broken) > 200
    usual = sum(day["orders"] for day in shop.values()) / len(shop)
    assert sum(shop[day]["orders"] for day in broken) > 0.75 * 4 * usual


def test_a_wave_of_refunds_stands_on_its_own_days() -> None:
    days = final(world("demo"), ANCHOR - timedelta(days=40), ANCHOR)["shopify"]
    wave = [(ANCHOR - timedelta(days=n)).isoformat() for n in (3, 2)]
    others = [float(figures["returns"]) for day, figures in days.items() if day not in wave]
    assert min(float(days[day]["returns"]) for day in wave) > 2 * sum(others) / len(others)


def test_paid_visits_carry_the_tags_of_campaigns_that_ran_on_their_day() -> None:
    made = world("demo")
    scenario = made.scenario
    orders = made.order_book.through(ANCHOR)
    campaigns = {one.id: one for account in scenario.ad_accounts for one in account.campaigns}
    visits = [
        visit
        for order in orders
        for visit in (order.first_visit, order.last_visit)
        if visit is not None
    ]
    by_id = [visit for visit in visits if visit.utm_campaign in campaigns]
    for visit in by_id:
        campaign = campaigns[visit.utm_campaign]
        offset = (day_of(visit.at, scenario.shop.timezone) - ANCHOR).days
        assert campaign.first is None or campaign.first <= offset
        assert campaign.last is None or offset <= campaign.last
    names = {one.name for one in campaigns.values()}
    by_name = [visit for visit in visits if visit.utm_campaign in names]
    untagged = [visit for visit in visits if visit.utm_campaign is None]
    stale = [visit for visit in visits if visit.utm_campaign in {"pmax", "broad", "advantage"}]
    for some in (by_id, by_name, untagged, stale):
        assert len(some) > len(visits) / 100
