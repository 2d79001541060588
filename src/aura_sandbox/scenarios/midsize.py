"""`midsize`: a brand of 60,000 orders and 40 campaigns in two years, for measuring connectors.

Nothing is injected; the platforms lag and restate as ever. Campaigns are made in rows of products
and audiences, each with the rates of its kind; some have ended, some have begun lately.
"""

from __future__ import annotations

from aura_sandbox.scenario import AdAccount, Campaign, Lag, Scenario, Shop

_HISTORY_DAYS = 730
_META_LAG = Lag(prompt=0.60, soon=0.28, soon_days=2.0, late_days=6.0, longest_days=27.0)
_GOOGLE_LAG = Lag(prompt=0.66, soon=0.22, soon_days=2.5, late_days=8.0, longest_days=29.0)
_PRODUCTS = ("Coffee", "Tea", "Mugs", "Gifts")
# name, daily budget, cost per click, click-through rate, conversion rate
_AUDIENCES = (
    ("Prospecting | Broad", 60, 1.05, 0.013, 0.034),
    ("Prospecting | Lookalike", 40, 1.15, 0.011, 0.031),
    ("Retargeting | 30 days", 20, 0.95, 0.021, 0.055),
    ("Video", 15, 0.70, 0.017, 0.024),
    ("Advantage+", 50, 0.90, 0.014, 0.034),
    ("Carousel", 15, 1.10, 0.012, 0.030),
)
_SEARCHES = (
    ("Brand", 15, 0.55, 0.110, 0.058),
    ("Non-brand", 30, 1.20, 0.033, 0.038),
    ("Shopping", 40, 0.85, 0.013, 0.034),
    ("Performance Max", 45, 0.82, 0.012, 0.032),
)


def _campaigns(
    first_id: int, kinds: tuple[tuple[str, float, float, float, float], ...], lag: Lag
) -> tuple[Campaign, ...]:
    made: list[Campaign] = []
    for product in _PRODUCTS:
        for name, budget, price, click_rate, conversion_rate in kinds:
            place = len(made)
            # every fifth began or ended on the way
            first = -_HISTORY_DAYS + 25 * place if place % 5 == 1 else None
            last = -20 * place if place % 5 == 3 else None
            made.append(
                Campaign(
                    id=str(first_id + 1_000 * place),
                    name=f"{product} | {name}",
                    daily_budget=budget,
                    cost_per_click=price,
                    click_through_rate=click_rate,
                    conversion_rate=conversion_rate,
                    order_value=62,
                    lag=lag,
                    first=first,
                    last=last,
                )
            )
    return tuple(made)


SCENARIO = Scenario(
    name="midsize",
    summary="60,000 orders and 40 campaigns in two years, for measuring connectors",
    history_days=_HISTORY_DAYS,
    shop=Shop(
        domain="midsize-roasters.myshopify.com",
        name="Midsize Roasters",
        currency="USD",
        timezone="America/New_York",
        orders_per_day=70.1,
        growth_per_year=0.15,
        repeat_share=0.35,
    ),
    ad_accounts=(
        AdAccount(
            "meta",
            "3350981726644",
            "Midsize Roasters",
            "USD",
            "America/New_York",
            _campaigns(120310000000100117, _AUDIENCES, _META_LAG),
        ),
        AdAccount(
            "google_ads",
            "6042218835",
            "Midsize Roasters",
            "USD",
            "America/New_York",
            _campaigns(21500000000, _SEARCHES, _GOOGLE_LAG),
        ),
    ),
)
