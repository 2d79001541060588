"""`demo`: one brand over fourteen months, with the four moments at which dashboards lie.

Orders of about 45 a day; ads take 25 to 30 % of revenue. The events stand before the anchor day A:
late conversions (A-5 to A-1), a tracking outage (A-12 to A-9), a true rise of cost per conversion
(from A-16 on) and a wave of refunds (A-3 and A-2).
"""

from __future__ import annotations

from aura_sandbox.scenario import AdAccount, Campaign, Event, Lag, Promotion, Scenario, Shop

_META = Lag(prompt=0.60, soon=0.28, soon_days=2.0, late_days=6.0, longest_days=27.0)
_META_SLOW = Lag(prompt=0.12, soon=0.33, soon_days=3.5, late_days=8.0, longest_days=27.0)
_META_QUICK = Lag(prompt=0.74, soon=0.21, soon_days=1.5, late_days=5.0, longest_days=27.0)
_GOOGLE = Lag(prompt=0.66, soon=0.22, soon_days=2.5, late_days=8.0, longest_days=29.0)
_GOOGLE_SLOW = Lag(prompt=0.50, soon=0.30, soon_days=3.0, late_days=9.0, longest_days=29.0)
_GOOGLE_QUICK = Lag(prompt=0.82, soon=0.13, soon_days=1.5, late_days=6.0, longest_days=29.0)

_BROAD = "120208614390550117"
_STORY = "120209377201480117"

_META_CAMPAIGNS = (
    Campaign(_BROAD, "Prospecting | Broad US", 200, 1.05, 0.013, 0.0405, 84, _META),
    Campaign(
        "120208614391230117", "Prospecting | Lookalike 2%", 100, 1.15, 0.011, 0.034, 82, _META
    ),
    Campaign(
        "120208614392710117", "Retargeting | 30 days", 75, 0.95, 0.021, 0.060, 91, _META_QUICK
    ),
    Campaign("120208998100420117", "Advantage+ Shopping", 130, 0.90, 0.014, 0.036, 86, _META, -260),
    Campaign(_STORY, "Brand story | Video", 90, 0.70, 0.017, 0.026, 88, _META_SLOW, -150),
    Campaign(
        "120208614393880117",
        "Spring launch | Carousel",
        80,
        1.10,
        0.012,
        0.031,
        79,
        _META,
        -230,
        -170,
    ),
)

_GOOGLE_CAMPAIGNS = (
    Campaign("20814477231", "Brand | Search", 55, 0.55, 0.11, 0.058, 88, _GOOGLE_QUICK),
    Campaign("20814477655", "Performance Max | All products", 190, 0.82, 0.012, 0.032, 87, _GOOGLE),
    Campaign("20814478012", "Non-brand | Jackets", 105, 1.30, 0.034, 0.041, 112, _GOOGLE_SLOW),
    Campaign("20951180347", "Non-brand | Base layers", 70, 1.05, 0.031, 0.037, 74, _GOOGLE, -300),
    Campaign(
        "21377040902", "Demand Gen | Lifestyle", 45, 0.48, 0.009, 0.012, 80, _GOOGLE_SLOW, -95
    ),
)

SCENARIO = Scenario(
    name="demo",
    summary="Aurora Outfitters: about 45 orders a day, the four moments at which dashboards lie",
    history_days=430,
    shop=Shop(
        domain="aurora-outfitters.myshopify.com",
        name="Aurora Outfitters",
        currency="USD",
        timezone="America/New_York",
        orders_per_day=38.5,
        growth_per_year=0.17,
        repeat_share=0.29,
    ),
    ad_accounts=(
        AdAccount(
            "meta",
            "1047382910554321",
            "Aurora Outfitters",
            "USD",
            "America/New_York",
            _META_CAMPAIGNS,
        ),
        AdAccount(
            "google_ads",
            "4417730928",
            "Aurora Outfitters",
            "USD",
            "America/New_York",
            _GOOGLE_CAMPAIGNS,
        ),
    ),
    promotions=(
        Promotion("Spring sale", -214, -209, 1.55, 0.20),
        Promotion("Midsummer sale", -133, -129, 1.45, 0.15),
        Promotion("Back to trails", -81, -78, 1.35, 0.15),
    ),
    events=(
        Event(
            "late_conversions",
            "A slow campaign got 2.6 times its budget: its conversions are still to arrive, its "
            "final cost per conversion is as before.",
            -5,
            -1,
            "meta",
            _STORY,
            2.6,
        ),
        Event(
            "tracking_outage",
            "The conversion tag of Google Ads was off: clicks of these days, and purchases made on "
            "them, are never recorded. The store's orders hold.",
            -12,
            -9,
            "google_ads",
            None,
            0.02,
        ),
        Event(
            "conversion_rate",
            "The campaign's conversion rate halved: its cost per conversion really doubled.",
            -16,
            None,
            "meta",
            _BROAD,
            0.5,
        ),
        Event(
            "refund_wave",
            "A faulty batch: a tenth of the orders of the week before is refunded.",
            -3,
            -2,
            "shopify",
            None,
            0.10,
            (-10, -4),
        ),
    ),
)
