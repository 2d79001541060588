"""Definitions of metrics: sums first, ratios after.

A base metric is a sum of stored values. A derived metric is the ratio of two sums, never a mean of
ratios, and null when its denominator is zero or a part of it is missing. Formulas are data, so
that page, API, shell and docs state the same one. Sources: Shopify's sales reports for the parts of
total sales; the platforms' reporting references for the ad metrics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from aura.model import Platform

Unit = Literal["money", "count", "ratio", "multiple"]
Direction = Literal["up", "down", "neither"]
# sums by base metric; None where a source is missing: unknown, not zero
Totals = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of the catalogue.

    Attributes:
        key: name in the API, the shell and exports.
        label: name on the page.
        unit: money (brand currency), count, ratio (shown in per cent) or multiple (shown as 3.42x).
        better: the direction that is good news.
        tooltip: one sentence for people.
        sources: platforms that state it; a derived metric needs all sources of its parts.
        numerator, denominator: for a derived metric, base metrics with their factors.
        version: raised whenever the formula changes.
    """

    key: str
    label: str
    unit: Unit
    better: Direction
    tooltip: str
    sources: tuple[Platform, ...]
    numerator: tuple[tuple[str, int], ...] = ()
    denominator: tuple[tuple[str, int], ...] = ()
    version: int = 1

    @property
    def is_derived(self) -> bool:
        """Whether it is a ratio of sums."""
        return bool(self.denominator)

    @property
    def is_additive(self) -> bool:
        """Whether values of days or platforms may be added; a ratio is computed from sums anew."""
        return not self.is_derived

    @property
    def formula(self) -> str:
        """The formula in words: `ad_spend ÷ orders`."""
        if not self.is_derived:
            return f"sum of {self.key}"
        return f"{_in_words(self.numerator)} ÷ {_in_words(self.denominator)}"

    @property
    def parts(self) -> tuple[str, ...]:
        """Base metrics it is made of."""
        return tuple(dict.fromkeys(key for key, _ in (*self.numerator, *self.denominator))) or (
            self.key,
        )


def _in_words(terms: tuple[tuple[str, int], ...]) -> str:
    text = ""
    for key, factor in terms:
        if text:
            text += " + " if factor > 0 else " − "  # noqa: RUF001 - people read a real minus
        text += key if abs(factor) == 1 else f"{abs(factor):,} × {key}"  # noqa: RUF001 - as above
    return f"({text})" if len(terms) > 1 else text


_STORE: tuple[Platform, ...] = ("shopify",)
_ADS: tuple[Platform, ...] = ("meta", "google_ads")
_ALL: tuple[Platform, ...] = ("shopify", "meta", "google_ads")

# the seven types of public.metrics
STORED_METRICS: tuple[str, ...] = (
    "revenue",
    "orders",
    "ad_spend",
    "impressions",
    "clicks",
    "conversions",
    "new_customers",
)

BASE_METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        Metric(
            "revenue",
            "Revenue",
            "money",
            "up",
            "Shopify's total sales: sales on the day of the order, returns on the day they happen.",
            _STORE,
        ),
        Metric(
            "gross_sales",
            "Gross sales",
            "money",
            "up",
            "Price times quantity before anything is taken off.",
            _STORE,
        ),
        Metric("discounts", "Discounts", "money", "neither", "Discounts given on the day.", _STORE),
        Metric(
            "returns",
            "Returns",
            "money",
            "down",
            "Goods taken back, on the day of the return.",
            _STORE,
        ),
        Metric("orders", "Orders", "count", "up", "Orders placed, test orders left out.", _STORE),
        Metric(
            "new_customers",
            "New customers",
            "count",
            "up",
            "Customers whose first order ever fell on the day.",
            _STORE,
        ),
        Metric("ad_spend", "Ad spend", "money", "neither", "What the ad platforms charged.", _ADS),
        Metric("impressions", "Impressions", "count", "neither", "Times an ad was shown.", _ADS),
        Metric(
            "clicks", "Clicks", "count", "up", "Link clicks at Meta, clicks at Google Ads.", _ADS
        ),
        Metric(
            "conversions",
            "Conversions",
            "count",
            "up",
            "Purchases the ad platforms claim, on the day of the click; recent days still grow.",
            _ADS,
        ),
        Metric(
            "conversion_value",
            "Conversion value",
            "money",
            "up",
            "Value of the purchases the ad platforms claim.",
            _ADS,
        ),
    )
}

DERIVED_METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        Metric(
            "mer",
            "MER",
            "multiple",
            "up",
            "Marketing efficiency: revenue for each unit of ad spend, all platforms together.",
            _ALL,
            (("revenue", 1),),
            (("ad_spend", 1),),
        ),
        Metric(
            "ad_cost_share",
            "Ad cost share",
            "ratio",
            "down",
            "Share of revenue that went into ads: the inverse of MER.",
            _ALL,
            (("ad_spend", 1),),
            (("revenue", 1),),
        ),
        Metric(
            "cac",
            "CAC",
            "money",
            "down",
            "Ad spend for each new customer.",
            _ALL,
            (("ad_spend", 1),),
            (("new_customers", 1),),
        ),
        Metric(
            "cpa",
            "CPA",
            "money",
            "down",
            "Ad spend for each order.",
            _ALL,
            (("ad_spend", 1),),
            (("orders", 1),),
        ),
        Metric(
            "aov",
            "AOV",
            "money",
            "up",
            "Average order value: gross sales after discounts, for each order.",
            _STORE,
            (("gross_sales", 1), ("discounts", -1)),
            (("orders", 1),),
        ),
        Metric(
            "new_customer_share",
            "New customer share",
            "ratio",
            "up",
            "New customers for each order: how much of the business is won anew.",
            _STORE,
            (("new_customers", 1),),
            (("orders", 1),),
        ),
        Metric(
            "click_to_order",
            "Click to order",
            "ratio",
            "up",
            "Orders of the store for each click on an ad; clicks are not sessions.",
            _ALL,
            (("orders", 1),),
            (("clicks", 1),),
        ),
        Metric(
            "overclaim",
            "Overclaim",
            "multiple",
            "down",
            "Purchases that the ad platforms claim together for each order that the store took.",
            _ALL,
            (("conversions", 1),),
            (("orders", 1),),
        ),
        Metric(
            "platform_cpa",
            "Platform CPA",
            "money",
            "down",
            "Ad spend for each purchase the platform claims.",
            _ADS,
            (("ad_spend", 1),),
            (("conversions", 1),),
        ),
        Metric(
            "platform_roas",
            "Platform ROAS",
            "multiple",
            "up",
            "Value the platform claims for each unit of its spend.",
            _ADS,
            (("conversion_value", 1),),
            (("ad_spend", 1),),
        ),
        Metric(
            "ctr",
            "CTR",
            "ratio",
            "up",
            "Clicks for each impression.",
            _ADS,
            (("clicks", 1),),
            (("impressions", 1),),
        ),
        Metric(
            "cpc",
            "CPC",
            "money",
            "down",
            "Ad spend for each click.",
            _ADS,
            (("ad_spend", 1),),
            (("clicks", 1),),
        ),
        Metric(
            "cpm",
            "CPM",
            "money",
            "down",
            "Ad spend for a thousand impressions.",
            _ADS,
            (("ad_spend", 1000),),
            (("impressions", 1),),
        ),
        Metric(
            "cvr",
            "Conversion rate",
            "ratio",
            "up",
            "Purchases the platform claims for each click.",
            _ADS,
            (("conversions", 1),),
            (("clicks", 1),),
        ),
    )
}

CATALOGUE: dict[str, Metric] = BASE_METRICS | DERIVED_METRICS


def _sum(terms: tuple[tuple[str, int], ...], totals: Totals) -> Decimal | None:
    total = Decimal(0)
    for key, factor in terms:
        value = totals.get(key)
        if value is None:
            return None
        total += factor * value
    return total


def compute(metric: Metric, totals: Totals) -> Decimal | None:
    """The metric's value from sums, or None when a part is missing or the denominator is zero."""
    if not metric.is_derived:
        return totals.get(metric.key)
    numerator = _sum(metric.numerator, totals)
    denominator = _sum(metric.denominator, totals)
    if numerator is None or denominator is None or denominator == 0:
        return None
    return numerator / denominator
