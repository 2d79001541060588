"""`abroad`: one brand over three currencies and four time zones, refunds and edits included.

A euro shop in Berlin that advertises from dollar accounts on both coasts of the United States and
from a sterling account in London. Every conversion is reported within five days of its click, so
that the last word on a day is soon known.
"""

from __future__ import annotations

from aura_sandbox.scenario import AdAccount, Campaign, Event, Lag, Scenario, Shop

_LAG = Lag(prompt=0.6, soon=0.3, soon_days=1.5, late_days=3.0, longest_days=5.0)

SCENARIO = Scenario(
    name="abroad",
    summary="three currencies, four time zones, a wave of refunds",
    history_days=150,
    shop=Shop(
        domain="far-and-wide.myshopify.com",
        name="Far & Wide",
        currency="EUR",
        timezone="Europe/Berlin",
        orders_per_day=4.0,
        growth_per_year=0.0,
        repeat_share=0.3,
        taxes_included=True,
        foreign_share=0.3,
        presentment=(("USD", 1.0873), ("GBP", 0.8541)),
    ),
    ad_accounts=(
        AdAccount(
            "meta",
            "3400000000001",
            "Far & Wide West",
            "USD",
            "America/Los_Angeles",
            (Campaign("120600000000010117", "West", 40, 0.9, 0.012, 0.04, 70, _LAG),),
        ),
        AdAccount(
            "meta",
            "3400000000002",
            "Far & Wide East",
            "USD",
            "America/New_York",
            (Campaign("120600000000020117", "East", 25, 0.8, 0.014, 0.04, 65, _LAG),),
        ),
        AdAccount(
            "google_ads",
            "5600000001",
            "Far & Wide UK",
            "GBP",
            "Europe/London",
            (Campaign("60000000001", "UK search", 30, 0.7, 0.05, 0.045, 60, _LAG),),
            cost_step=1,
        ),
    ),
    events=(
        Event(
            "refund_wave",
            "A batch turns out faulty: two in five of its orders are refunded on these days.",
            -24,
            -21,
            "shopify",
            factor=0.4,
            orders=(-45, -30),
        ),
    ),
    black_friday=False,
)
