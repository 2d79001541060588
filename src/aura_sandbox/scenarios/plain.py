"""`plain`: a small quiet shop for tests. Nothing is injected; the platforms lag as ever."""

from __future__ import annotations

from aura_sandbox.scenario import AdAccount, Campaign, Lag, Scenario, Shop

_META = Lag(prompt=0.60, soon=0.28, soon_days=2.0, late_days=6.0, longest_days=27.0)
_GOOGLE = Lag(prompt=0.66, soon=0.22, soon_days=2.5, late_days=8.0, longest_days=29.0)

SCENARIO = Scenario(
    name="plain",
    summary="a small quiet shop, about 8 orders a day, nothing injected",
    history_days=120,
    shop=Shop(
        domain="plain-goods.myshopify.com",
        name="Plain Goods",
        currency="USD",
        timezone="America/New_York",
        orders_per_day=8.0,
        growth_per_year=0.05,
        repeat_share=0.25,
    ),
    ad_accounts=(
        AdAccount(
            "meta",
            "2093847561120",
            "Plain Goods",
            "USD",
            "America/New_York",
            (
                Campaign("120300000000010117", "Prospecting", 60, 1.0, 0.012, 0.040, 80, _META),
                Campaign("120300000000020117", "Retargeting", 25, 0.9, 0.020, 0.055, 85, _META),
            ),
        ),
        AdAccount(
            "google_ads",
            "1234567890",
            "Plain Goods",
            "USD",
            "America/New_York",
            (
                Campaign("30000000001", "Brand", 18, 0.6, 0.10, 0.060, 82, _GOOGLE),
                Campaign("30000000002", "Shopping", 45, 0.9, 0.014, 0.035, 84, _GOOGLE),
            ),
        ),
    ),
    black_friday=False,
)
