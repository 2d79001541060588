"""`late`: what changes when everybody thinks it is final. Conversions that take eleven weeks.

A quarter of Google's conversions are reported after their first month, some of them are taken back
weeks later, and days vanish when they are six weeks old (Google) or three (Meta).
"""

from __future__ import annotations

from aura_sandbox.scenario import AdAccount, Campaign, Event, Lag, Scenario, Shop

_META = Lag(prompt=0.50, soon=0.25, soon_days=3.0, late_days=10.0, longest_days=27.0)
_GOOGLE = Lag(
    prompt=0.30,
    soon=0.20,
    soon_days=4.0,
    late_days=40.0,
    longest_days=89.0,
    taken_back=0.1,
    taken_back_days=50,
)
_META_VANISHING, _GOOGLE_VANISHING = "120500000000020117", "70000000002"

SCENARIO = Scenario(
    name="late",
    summary="conversions that take eleven weeks, days that shrink and vanish when they are old",
    history_days=130,
    shop=Shop(
        domain="late-bloomers.myshopify.com",
        name="Late Bloomers",
        currency="EUR",
        timezone="Europe/Berlin",
        orders_per_day=2.0,
        growth_per_year=0.0,
        repeat_share=0.2,
    ),
    ad_accounts=(
        AdAccount(
            "meta",
            "4400000000001",
            "Late Bloomers",
            "EUR",
            "Europe/Berlin",
            (
                Campaign("120500000000010117", "Seeds", 40, 0.8, 0.012, 0.05, 60, _META),
                Campaign(_META_VANISHING, "Vanishing", 12, 0.7, 0.01, 0.03, 60, _META),
            ),
        ),
        AdAccount(
            "google_ads",
            "6600000001",
            "Late Bloomers",
            "EUR",
            "Europe/Berlin",
            (
                Campaign("70000000001", "Bulbs", 60, 0.5, 0.05, 0.08, 64, _GOOGLE),
                Campaign(_GOOGLE_VANISHING, "Vanishing", 9, 0.7, 0.01, 0.03, 60, _GOOGLE),
            ),
            cost_step=1,
        ),
    ),
    events=(
        Event(
            "vanished_day",
            "The campaign's traffic of these days is found invalid and taken back three weeks "
            "later: the days disappear.",
            -18,
            -17,
            "meta",
            _META_VANISHING,
            days_later=20,
        ),
        Event(
            "vanished_day",
            "As above, at the other platform, six weeks later.",
            -38,
            -36,
            "google_ads",
            _GOOGLE_VANISHING,
            days_later=42,
        ),
    ),
    black_friday=False,
)
