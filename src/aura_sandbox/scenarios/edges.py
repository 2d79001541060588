"""`edges`: what breaks connectors. A euro shop in Berlin whose history always holds a clock change.

Taxes inside prices, orders paid in other currencies (one without decimals), duties, orders imported
days after they happened, edits days later; ad accounts in other currencies and time zones, a
disabled and an empty one, a manager with a client, campaign names that try to be something else,
conversions that take two months, an ad day that vanishes, accounts that spend more than the
campaigns they list. The shop is on the plan with the
smallest bucket.
"""

from __future__ import annotations

from aura_sandbox.scenario import AdAccount, Campaign, Event, Lag, Scenario, Shop

_META = Lag(prompt=0.55, soon=0.28, soon_days=2.0, late_days=7.0, longest_days=27.0)
_GOOGLE = Lag(prompt=0.45, soon=0.25, soon_days=3.0, late_days=20.0, longest_days=60.0)

_HOSTILE = '=HYPERLINK("http://x") <script>alert(1)</script> \'; drop table metrics; --'
_UNICODE = "Zażółć 🧦 | \u202eevil\u202c | Ünïcödé\t“Sale” 100%"
_VANISHING = "120400000000030117"

SCENARIO = Scenario(
    name="edges",
    summary="clock changes, currencies, hostile names, manager, disabled and empty accounts",
    history_days=240,
    shop=Shop(
        domain="edge-cases.myshopify.com",
        name="Edge & Cases <GmbH>",
        currency="EUR",
        timezone="Europe/Berlin",
        orders_per_day=7.0,
        growth_per_year=0.0,
        repeat_share=0.30,
        taxes_included=True,
        foreign_share=0.35,
        presentment=(("USD", 1.0873), ("GBP", 0.8541), ("JPY", 162.37), ("KWD", 0.3341)),
        duties=True,
        imported_orders=True,
        bucket=(2_000.0, 100.0),
    ),
    ad_accounts=(
        AdAccount(
            "meta",
            "3300000000001",
            "Edge Cases EU",
            "EUR",
            "Europe/Berlin",
            (
                Campaign("120400000000010117", _HOSTILE, 40, 0.8, 0.012, 0.040, 70, _META),
                Campaign("120400000000020117", _UNICODE, 30, 0.9, 0.015, 0.035, 70, _META),
                Campaign(_VANISHING, "Vanishing", 12, 0.7, 0.01, 0.03, 60, _META, -40),
                Campaign(
                    "120400000000060117", "Deleted", 18, 0.8, 0.01, 0.03, 60, _META, listed=False
                ),
            ),
        ),
        AdAccount(
            "meta",
            "3300000000002",
            "Edge Cases US",
            "USD",
            "America/Los_Angeles",
            (Campaign("120400000000040117", "West", 22, 1.1, 0.012, 0.036, 75, _META),),
        ),
        AdAccount(
            "meta",
            "3300000000003",
            "Edge Cases (disabled)",
            "USD",
            "America/New_York",
            (Campaign("120400000000050117", "Old", 15, 1.0, 0.012, 0.03, 70, _META, None, -90),),
            enabled=False,
        ),
        AdAccount("meta", "3300000000004", "Edge Cases (empty)", "JPY", "Asia/Tokyo"),
        AdAccount(
            "google_ads", "5500000001", "Edge Manager", "USD", "America/New_York", manager=True
        ),
        AdAccount(
            "google_ads",
            "5500000002",
            "Edge Cases DE",
            "EUR",
            "Europe/Berlin",
            (
                Campaign("50000000001", _HOSTILE, 35, 0.7, 0.05, 0.045, 72, _GOOGLE),
                Campaign("50000000002", _UNICODE, 25, 0.9, 0.03, 0.03, 72, _GOOGLE, None, -30),
                Campaign("50000000004", "Removed", 14, 0.7, 0.04, 0.03, 70, _META, listed=False),
            ),
            parent="5500000001",
            cost_step=1,
        ),
        AdAccount(
            "google_ads",
            "5500000003",
            "Edge Cases UK",
            "GBP",
            "Europe/London",
            (Campaign("50000000003", "UK search", 20, 0.8, 0.04, 0.04, 65, _GOOGLE),),
            cost_step=1,
        ),
        AdAccount(
            "google_ads",
            "5500000004",
            "Edge Cases (cancelled)",
            "EUR",
            "Europe/Berlin",
            enabled=False,
            parent="5500000001",
        ),
        AdAccount(
            "google_ads",
            "5500000005",
            "Edge Cases (empty)",
            "EUR",
            "Europe/Berlin",
            parent="5500000001",
        ),
    ),
    events=(
        Event(
            "vanished_day",
            "All traffic of the campaign on these days was found invalid and taken back three days "
            "later: the days disappear.",
            -20,
            -19,
            "meta",
            _VANISHING,
        ),
        Event(
            "vanished_day",
            "As above, at the other platform, for the whole account.",
            -25,
            -25,
            "google_ads",
            "50000000003",
        ),
    ),
    black_friday=False,
)
