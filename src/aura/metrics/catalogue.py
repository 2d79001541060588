"""Definitions of metrics: sums first, ratios after.

Formulas are data, so that page, API, shell, exports and docs state the same one. A new metric is
one entry here and its test. Where vendors disagree about a name, docs/costs-and-targets.md says
which definition this is.
"""

from __future__ import annotations

from aura.metrics.base import BASE_METRICS
from aura.metrics.metric import Direction, Metric, Terms, Unit, derived_metric

CATALOGUE: dict[str, Metric] = dict(BASE_METRICS)


def _add(
    key: str,
    label: str,
    unit: Unit,
    better: Direction,
    tooltip: str,
    above: Terms,
    below: Terms = (),
) -> None:
    CATALOGUE[key] = derived_metric(
        key, label, unit, better, tooltip, of=CATALOGUE, above=above, below=below
    )


_add(
    "net_sales",
    "Net sales",
    "money",
    "up",
    "Gross sales less discounts and returns: no shipping, no taxes.",
    (("gross_sales", 1), ("discounts", -1), ("returns", -1)),
)
_add(
    "contribution_before_ads",
    "Contribution before ads",
    "money",
    "up",
    "What sales leave over to pay for ads: net sales less goods, shipping and payment fees.",
    (("net_sales", 1), ("cost_of_goods", -1), ("shipping_costs", -1), ("payment_fees", -1)),
)
_add(
    "contribution_margin",
    "Contribution margin",
    "money",
    "up",
    "What sales leave over after goods, shipping, payment fees and ad spend.",
    (("contribution_before_ads", 1), ("ad_spend", -1)),
)
_add(
    "net_profit",
    "Net profit",
    "money",
    "up",
    "Contribution margin less other spend and other costs.",
    (("contribution_margin", 1), ("other_spend", -1), ("other_costs", -1)),
)
_add(
    "mer",
    "MER",
    "multiple",
    "up",
    "Marketing efficiency: revenue for each unit of ad spend, all platforms together.",
    (("revenue", 1),),
    (("ad_spend", 1),),
)
_add(
    "mer_all_spend",
    "MER, all spend",
    "multiple",
    "up",
    "Revenue for each unit of marketing spend: ads and what the brand states beside them.",
    (("revenue", 1),),
    (("ad_spend", 1), ("other_spend", 1)),
)
_add(
    "ad_cost_share",
    "Ad cost share",
    "ratio",
    "down",
    "Share of revenue that went into ads: the inverse of MER.",
    (("ad_spend", 1),),
    (("revenue", 1),),
)
_add(
    "break_even_roas",
    "Break-even ROAS",
    "multiple",
    "down",
    "The MER at which ads cost all that sales leave over: 1 ÷ the share left before ads.",
    (("revenue", 1),),
    (("contribution_before_ads", 1),),
)
_add(
    "poas",
    "POAS",
    "multiple",
    "up",
    "Profit on ad spend: what sales leave over before ads, for each unit of ad spend.",
    (("contribution_before_ads", 1),),
    (("ad_spend", 1),),
)
_add(
    "contribution_share",
    "Contribution share",
    "ratio",
    "up",
    "Contribution margin as a share of net sales.",
    (("contribution_margin", 1),),
    (("net_sales", 1),),
)
_add(
    "cac",
    "CAC",
    "money",
    "down",
    "Ad spend for each new customer.",
    (("ad_spend", 1),),
    (("new_customers", 1),),
)
_add(
    "cpa",
    "CPA",
    "money",
    "down",
    "Ad spend for each order.",
    (("ad_spend", 1),),
    (("orders", 1),),
)
_add(
    "aov",
    "AOV",
    "money",
    "up",
    "Average order value: gross sales after discounts, for each order.",
    (("gross_sales", 1), ("discounts", -1)),
    (("orders", 1),),
)
_add(
    "new_customer_share",
    "New customer share",
    "ratio",
    "up",
    "New customers for each order: how much of the business is won anew.",
    (("new_customers", 1),),
    (("orders", 1),),
)
_add(
    "discount_rate",
    "Discount rate",
    "ratio",
    "neither",
    "Share of gross sales that was given as discounts.",
    (("discounts", 1),),
    (("gross_sales", 1),),
)
_add(
    "return_rate",
    "Return rate",
    "ratio",
    "down",
    "Returns of the days for each unit of their gross sales; returns come later than sales.",
    (("returns", 1),),
    (("gross_sales", 1),),
)
_add(
    "click_to_order",
    "Click to order",
    "ratio",
    "up",
    "Orders of the store for each click on an ad; clicks are not sessions.",
    (("orders", 1),),
    (("clicks", 1),),
)
_add(
    "overclaim",
    "Overclaim",
    "multiple",
    "down",
    "Purchases that the ad platforms claim together for each order that the store took.",
    (("conversions", 1),),
    (("orders", 1),),
)
_add(
    "platform_cpa",
    "Platform CPA",
    "money",
    "down",
    "Ad spend for each purchase the platform claims.",
    (("ad_spend", 1),),
    (("conversions", 1),),
)
_add(
    "platform_roas",
    "Platform ROAS",
    "multiple",
    "up",
    "Value the platform claims for each unit of its spend.",
    (("conversion_value", 1),),
    (("ad_spend", 1),),
)
_add(
    "ctr",
    "CTR",
    "ratio",
    "up",
    "Clicks for each impression.",
    (("clicks", 1),),
    (("impressions", 1),),
)
_add(
    "cpc",
    "CPC",
    "money",
    "down",
    "Ad spend for each click.",
    (("ad_spend", 1),),
    (("clicks", 1),),
)
_add(
    "cpm",
    "CPM",
    "money",
    "down",
    "Ad spend for a thousand impressions.",
    (("ad_spend", 1000),),
    (("impressions", 1),),
)
_add(
    "cvr",
    "Conversion rate",
    "ratio",
    "up",
    "Purchases the platform claims for each click.",
    (("conversions", 1),),
    (("clicks", 1),),
)

DERIVED_METRICS: dict[str, Metric] = {
    key: metric for key, metric in CATALOGUE.items() if key not in BASE_METRICS
}
