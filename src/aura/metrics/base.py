"""What Aura adds up: sums that a platform states, and what the brand states about itself.

Sources: Shopify's sales reports for the parts of total sales; the platforms' reporting references
for the ad metrics; docs/costs-and-targets.md for what a brand states.
"""

from __future__ import annotations

from aura.metrics.metric import Metric, MetricSource, base_metric

_STORE: tuple[MetricSource, ...] = ("shopify",)
_ADS: tuple[MetricSource, ...] = ("meta", "google_ads")
# a cost that follows the sales of the day
_STATED_OF_SALES: tuple[MetricSource, ...] = ("shopify", "brand")
_STATED: tuple[MetricSource, ...] = ("brand",)

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
        base_metric(
            "revenue",
            "Revenue",
            "money",
            "up",
            "Sales on the day of the order, returns on the day they happen: Shopify's total sales, "
            "or net sales where the brand chose them.",
            _STORE,
        ),
        base_metric(
            "total_sales",
            "Total sales",
            "money",
            "up",
            "Net sales with shipping, taxes and duties: what customers paid, less what went back.",
            _STORE,
        ),
        base_metric(
            "gross_sales",
            "Gross sales",
            "money",
            "up",
            "Price times quantity before anything is taken off.",
            _STORE,
        ),
        base_metric(
            "discounts", "Discounts", "money", "neither", "Discounts given on the day.", _STORE
        ),
        base_metric(
            "returns",
            "Returns",
            "money",
            "down",
            "Goods taken back, on the day of the return.",
            _STORE,
        ),
        base_metric(
            "shipping",
            "Shipping charged",
            "money",
            "neither",
            "What customers paid for shipping, less what was given back.",
            _STORE,
        ),
        base_metric(
            "taxes",
            "Taxes",
            "money",
            "neither",
            "Taxes on the day's sales, less those on returns.",
            _STORE,
        ),
        base_metric(
            "duties",
            "Duties",
            "money",
            "neither",
            "Duties charged, less what was given back.",
            _STORE,
        ),
        base_metric(
            "orders", "Orders", "count", "up", "Orders placed, test orders left out.", _STORE
        ),
        base_metric(
            "new_customers",
            "New customers",
            "count",
            "up",
            "Customers whose first order ever fell on the day.",
            _STORE,
        ),
        base_metric(
            "ad_spend", "Ad spend", "money", "neither", "What the ad platforms charged.", _ADS
        ),
        base_metric(
            "impressions", "Impressions", "count", "neither", "Times an ad was shown.", _ADS
        ),
        base_metric(
            "clicks", "Clicks", "count", "up", "Link clicks at Meta, clicks at Google Ads.", _ADS
        ),
        base_metric(
            "conversions",
            "Conversions",
            "count",
            "up",
            "Purchases the ad platforms claim, on the day of the click; recent days still grow.",
            _ADS,
        ),
        base_metric(
            "conversion_value",
            "Conversion value",
            "money",
            "up",
            "Value of the purchases the ad platforms claim.",
            _ADS,
        ),
        base_metric(
            "cost_of_goods",
            "Cost of goods",
            "money",
            "neither",
            "What the goods sold cost, from the margin or the cost an order that the brand stated.",
            _STATED_OF_SALES,
        ),
        base_metric(
            "shipping_costs",
            "Shipping costs",
            "money",
            "neither",
            "What the brand pays to ship its orders, as stated for each order.",
            _STATED_OF_SALES,
        ),
        base_metric(
            "payment_fees",
            "Payment fees",
            "money",
            "neither",
            "What payments cost, as stated: a share of total sales and an amount for each order.",
            _STATED_OF_SALES,
        ),
        base_metric(
            "other_spend",
            "Other spend",
            "money",
            "neither",
            "Marketing outside the connected platforms, as stated: TikTok, influencers, agencies.",
            _STATED,
        ),
        base_metric(
            "other_costs",
            "Other costs",
            "money",
            "neither",
            "What the business costs beside its sales and its marketing, as stated.",
            _STATED,
        ),
    )
}
