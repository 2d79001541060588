"""What is true, by day, added up from the world's events and never through an endpoint.

Definitions. Revenue is Shopify's total sales: gross sales - discounts - returns + shipping + taxes
+ duties. The sale of an order belongs to the local day of `processedAt`; an edit, return, refund
or cancellation to the day it happened. Gift cards sold are no sales. Discounts on shipping lower
shipping, not discounts. Test orders are left out of everything. `orders` counts every other order,
cancelled ones too. A new customer is a person (same customer id, or same e-mail without regard to
case) whose first order that is neither a test nor voided falls on the day; orders without customer
and e-mail are nobody's. Ad figures are by the day of the click in the account's time zone; Meta's
conversions are those of the default attribution setting (7-day click, 1-day view).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from aura_sandbox.scenario import AdAccount, AdPlatform
from aura_sandbox.world.advertising import CampaignBook, Conversion, counted
from aura_sandbox.world.days import day_of, days_between
from aura_sandbox.world.orders import Order, Sale
from aura_sandbox.world.world import World

Figures = dict[str, Any]
_MONEY = ("revenue", "gross_sales", "discounts", "returns", "shipping", "taxes", "duties")
_COUNTS = ("ad_spend", "impressions", "clicks", "all_clicks", "conversions", "conversion_value")
_BY_DATE = ("conversions_by_conversion_date", "conversion_value_by_conversion_date")
_MICRO_FIELDS = frozenset({"ad_spend", "conversions", "conversion_value", *_BY_DATE})


def text_of(value: int, digits: int) -> str:
    """An integer of the smallest units as a plain decimal."""
    text = format(Decimal(value).scaleb(-digits), "f")
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(2, "0")
    return f"{whole}.{fraction}"


def _book(day: dict[str, int], sale: Sale) -> None:
    """Add one sale to the components of its day."""
    net = sale.total - sale.tax
    if sale.line_type == "GIFT_CARD":
        return
    day["taxes"] += sale.tax
    if sale.line_type == "SHIPPING":
        day["shipping"] += net
    elif sale.line_type == "DUTY":
        day["duties"] += net
    elif sale.line_type == "ADJUSTMENT" or sale.action == "RETURN":
        day["returns"] -= net
    else:
        day["gross_sales"] += net + sale.discount
        day["discounts"] += sale.discount


def shop_days(world: World, first: date, last: date, at: int | None) -> dict[str, Figures]:
    """The shop's days by ISO date, as known at a moment; days that have not begun are left out."""
    timezone = world.scenario.shop.timezone
    wanted = {
        day: dict.fromkeys((*_MONEY, "orders", "new_customers"), 0)
        for day in days_between(first, last)
    }
    orders = [
        order
        for order in world.order_book.through(last)
        if not order.test and (at is None or order.exists(at))
    ]
    for order in orders:
        sold_on = day_of(order.processed_at, timezone)
        if sold_on in wanted:
            wanted[sold_on]["orders"] += 1
        for agreement in order.agreements:
            if at is not None and agreement.at > at:
                continue
            own = agreement.reason == "ORDER"
            booked = wanted.get(sold_on if own else day_of(agreement.at, timezone))
            if booked is not None:
                for sale in agreement.sales:
                    _book(booked, sale)
    for day in _first_days(orders, timezone, at):
        if day in wanted:
            wanted[day]["new_customers"] += 1
    limit = None if at is None else day_of(at, timezone)
    return {
        day.isoformat(): _shop_figures(figures)
        for day, figures in wanted.items()
        if limit is None or day <= limit
    }


def _first_days(orders: Iterable[Order], timezone: str, at: int | None) -> list[date]:
    first: dict[int, int] = {}
    for order in orders:
        cancelled = order.cancelled_at is not None and (at is None or order.cancelled_at <= at)
        if order.person is None or (order.voided and cancelled):
            continue
        number = order.person.number
        first[number] = min(first.get(number, order.processed_at), order.processed_at)
    return [day_of(moment, timezone) for moment in first.values()]


def _shop_figures(day: dict[str, int]) -> Figures:
    day["revenue"] = (
        day["gross_sales"]
        - day["discounts"]
        - day["returns"]
        + day["shipping"]
        + day["taxes"]
        + day["duties"]
    )
    money: Figures = {name: text_of(day[name], 2) for name in _MONEY}
    return {**money, "orders": day["orders"], "new_customers": day["new_customers"]}


def _claimed(conversions: Iterable[Conversion], at: int | None) -> list[Conversion]:
    return [one for one in conversions if counted(one, at) and one.window != "28d_click"]


class _CampaignTruth:
    """Days of one campaign in millionths, empty days left out."""

    def __init__(self, account: AdAccount, book: CampaignBook, at: int | None) -> None:
        self._account, self._book, self._at = account, book, at
        self._by_date: dict[date, list[int]] = defaultdict(lambda: [0, 0])

    def days(self, first: date, last: date) -> dict[date, dict[str, int]]:
        """Figures of the days that have any."""
        made = {}
        google = self._account.platform == "google_ads"
        # a purchase may follow a click of up to a quarter before
        start = first - timedelta(days=100) if google else first
        for day in days_between(max(start, self._book.first_day), last):
            figures = self._day(day)
            if day >= first and figures is not None:
                made[day] = figures
        if google:
            self._add_by_date(made, first, last)
        return {day: figures for day, figures in made.items() if any(figures.values())}

    def _day(self, day: date) -> dict[str, int] | None:
        one = self._book.day(day)
        if one is None:
            return None
        delivery = one.delivered(self._at)
        if delivery is None:
            return None
        claimed = _claimed(one.conversions, self._at)
        for conversion in claimed:
            converted = day_of(conversion.happened_at, self._account.timezone)
            self._by_date[converted][0] += conversion.credit
            self._by_date[converted][1] += conversion.value
        figures = (
            delivery.spend,
            delivery.impressions,
            delivery.clicks,
            delivery.all_clicks,
            sum(conversion.credit for conversion in claimed),
            sum(conversion.value for conversion in claimed),
        )
        return dict(zip(_COUNTS, figures, strict=True))

    def _add_by_date(self, made: dict[date, dict[str, int]], first: date, last: date) -> None:
        for day, figures in made.items():
            figures.update(dict(zip(_BY_DATE, self._by_date.get(day, (0, 0)), strict=True)))
        for day, pair in self._by_date.items():
            if first <= day <= last and day not in made:
                made[day] = {**dict.fromkeys(_COUNTS, 0), **dict(zip(_BY_DATE, pair, strict=True))}


def _ad_figures(figures: dict[str, int]) -> Figures:
    return {
        name: text_of(value, 6) if name in _MICRO_FIELDS else value
        for name, value in figures.items()
    }


def _account_truth(
    world: World, account: AdAccount, first: date, last: date, at: int | None
) -> Figures:
    total: dict[date, dict[str, int]] = {}
    campaigns: Figures = {}
    for book in world.campaigns(account):
        days = _CampaignTruth(account, book, at).days(first, last)
        for day, figures in days.items():
            sums = total.setdefault(day, dict.fromkeys(figures, 0))
            for name, value in figures.items():
                sums[name] += value
        if book.campaign.listed:
            campaigns[book.campaign.id] = {
                "name": book.campaign.name,
                "days": {day.isoformat(): _ad_figures(days[day]) for day in sorted(days)},
            }
    return {
        "name": account.name,
        "currency": account.currency,
        "timezone": account.timezone,
        "account": {day.isoformat(): _ad_figures(total[day]) for day in sorted(total)},
        "campaigns": campaigns,
    }


def _platform_truth(
    world: World, platform: AdPlatform, first: date, last: date, at: int | None
) -> Figures:
    """Every account by number; `account` and `campaigns` are the first one that has campaigns."""
    accounts = {
        account.id: _account_truth(world, account, first, last, at)
        for account in world.scenario.accounts_of(platform)
    }
    main = next(account.id for account in world.scenario.accounts_of(platform) if account.campaigns)
    return {
        "account_id": main,
        "account": accounts[main]["account"],
        "campaigns": accounts[main]["campaigns"],
        "accounts": accounts,
    }


def daily(world: World, first: date, last: date, at: int | None) -> Figures:
    """The truth of a range of days at a moment; `at` None is the last word."""
    return {
        "shop": {
            "domain": world.scenario.shop.domain,
            "name": world.scenario.shop.name,
            "currency": world.scenario.shop.currency,
            "timezone": world.scenario.shop.timezone,
        },
        "shopify": shop_days(world, first, last, at),
        "meta": _platform_truth(world, "meta", first, last, at),
        "google_ads": _platform_truth(world, "google_ads", first, last, at),
    }


def events(world: World) -> list[Figures]:
    """The injected events with their dates."""

    def on(offset: int | None) -> str | None:
        return None if offset is None else (world.anchor + timedelta(days=offset)).isoformat()

    names = {
        campaign.id: campaign.name
        for account in world.scenario.ad_accounts
        for campaign in account.campaigns
    }
    return [
        {
            "kind": event.kind,
            "platform": event.platform,
            "campaign_id": event.campaign,
            "campaign_name": names.get(event.campaign) if event.campaign else None,
            "first_day": on(event.first),
            "last_day": on(event.last),
            "factor": event.factor,
            "orders_from": on(event.orders[0]) if event.orders else None,
            "orders_to": on(event.orders[1]) if event.orders else None,
            "description": event.description,
        }
        for event in world.scenario.events
    ]
