"""An account's own total against its campaigns: the difference is exact, and nothing hides it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aura.model import Account, AdDay, DayRange
from aura.reports.account_totals import differing_accounts
from aura.reports.freshness import sources_of_brand
from aura.store.windows import write_ad_window
from measured_brand import NOW, READ_AT, YESTERDAY, measure

__all__ = ["measure"]

ACCOUNT = Account("meta-1", "Aurora Main", "USD", "America/New_York")
LAST = YESTERDAY - timedelta(days=20)
WINDOW = DayRange(LAST - timedelta(days=5), LAST)
METRICS = ("ad_spend", "clicks", "conversions", "conversion_value")

amounts = st.decimals(0, 10_000, places=6)
figures = st.fixed_dictionaries(
    {
        "ad_spend": amounts,
        "clicks": st.integers(0, 10**6),
        "conversions": amounts,
        "conversion_value": amounts,
    }
)
rows = st.dictionaries(st.tuples(st.sampled_from(["", "a", "b"]), st.integers(0, 5)), figures)


@pytest.fixture
def stated(database):
    """Makes the brand's days what the given rows say, all others empty; gives what is reported."""

    async def stated(made, given_rows):
        days = [
            AdDay(
                "campaign" if campaign else "account",
                campaign or ACCOUNT.external_id,
                WINDOW.first + timedelta(days=offset),
                "USD",
                **values,
            )
            for (campaign, offset), values in given_rows.items()
        ]
        async with database.as_worker(made.brand) as connection:
            await write_ad_window(
                connection,
                brand_id=made.brand,
                integration_id=made.integrations["meta"],
                account=ACCOUNT,
                window=DayRange(YESTERDAY - timedelta(days=60), YESTERDAY),
                days=days,
                observed_at=READ_AT + timedelta(minutes=1),
                run_id=None,
            )
        whose = {"user_id": made.person, "brand_id": made.brand}
        sources = await sources_of_brand(database, **whose, now=NOW)
        async with database.as_user(made.person) as connection:
            return await differing_accounts(connection, made.brand, sources)

    return stated


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(given_rows=rows)
async def test_the_difference_is_exact_and_shown_whenever_there_is_one(given_rows, measure, stated):
    made = await measure(platforms={"meta": "USD"})
    true = {
        metric: sum(
            (Decimal(one[metric]) * (-1 if campaign else 1))
            for (campaign, _), one in given_rows.items()
        )
        for metric in METRICS
    }
    found = await stated(made, given_rows)
    shown = {one.metric.key: one.amount for totals in found for one in totals.differences}
    assert shown == {metric: amount for metric, amount in true.items() if amount}


async def test_a_difference_is_told_with_its_days_its_reason_and_what_counts(measure, stated):
    made = await measure(platforms={"meta": "USD"})
    day = {"clicks": 10, "conversions": Decimal(1), "conversion_value": Decimal(50)}
    (totals,) = await stated(
        made,
        {
            ("", 0): day | {"ad_spend": Decimal("1304.10")},
            ("a", 0): day | {"ad_spend": Decimal(100)},
        },
    )
    assert totals.days == DayRange(LAST - timedelta(days=13), LAST + timedelta(days=14))
    assert totals.sentence == (
        "Campaigns sum to $1,204.10 less ad spend than the account Aurora Main "
        "(19 Oct – 15 Nov). The platform counts what no campaign report lists, such as deleted "  # noqa: RUF001
        "campaigns and corrections, in the account alone. Aura's totals are the account's."
    )
    assert totals.lines == (("Ad spend", "$1,304.10", "$100.00", "$1,204.10"),)


async def test_campaigns_that_claim_more_than_their_account_are_told_too(measure, stated):
    made = await measure(platforms={"meta": "USD"})
    day = {"ad_spend": Decimal(5), "conversions": Decimal(1), "conversion_value": Decimal(50)}
    (totals,) = await stated(made, {("", 0): day | {"clicks": 10}, ("a", 0): day | {"clicks": 12}})
    assert totals.sentence.startswith("Campaigns sum to 2 more clicks than the account Aurora Main")
    assert totals.lines == (("Clicks", "10", "12", "\u22122"),)


async def test_accounts_that_agree_say_nothing(measure, stated):
    made = await measure(platforms={"meta": "USD"})
    day = {
        "ad_spend": Decimal(5),
        "clicks": 1,
        "conversions": Decimal(1),
        "conversion_value": Decimal(50),
    }
    assert await stated(made, {("", 0): day, ("a", 0): day}) == ()
