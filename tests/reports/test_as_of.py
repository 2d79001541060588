"""Seen as of an earlier day: what a store without anything that was read later gives."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aura.errors import InputError, NotFoundError
from aura.model import AdDay, DayRange
from aura.reports.as_of import changed_since
from aura.reports.campaign import campaign_report
from aura.reports.campaigns import campaigns, question_of
from aura.reports.overview import overview
from aura.reports.periods import period_in
from aura.store.integrations import note_read
from measured_brand import (
    KNOWN,
    NOW,
    READ_AT,
    YESTERDAY,
    ZONE,
    measure,
    note_run,
    orders_of,
    write_shop_orders,
)
from measured_campaigns import campaign_day, write_campaigns, write_three_campaigns

__all__ = ["measure"]

DAYS = DayRange(YESTERDAY - timedelta(days=27), YESTERDAY)
THEN = READ_AT + timedelta(hours=1)
LATER = READ_AT + timedelta(days=1)
NIGHT = DayRange(YESTERDAY - timedelta(days=6), YESTERDAY + timedelta(days=1))
QUESTION = question_of({})


def account_day(platform: str, day: date, spend: int, purchases: int) -> AdDay:
    return AdDay(
        "account",
        f"{platform}-1",
        day,
        "USD",
        ad_spend=Decimal(spend) + Decimal("0.12"),
        impressions=1000,
        clicks=50,
        conversions=Decimal(purchases),
        conversion_value=Decimal(50 * purchases),
    )


@pytest.fixture
def seen(database):
    """The reports of a brand, from now or as of a moment: with each campaign's own."""

    async def seen(made, *, now=NOW, as_of=None):
        whose = {"user_id": made.person, "brand_id": made.brand}
        asked = {"days": DAYS, "now": now, "as_of": as_of}
        listed = await campaigns(database, **whose, **asked, question=QUESTION)
        own = [
            await campaign_report(database, **whose, **asked, entity_id=line.campaign.entity_id)
            for line in sorted(listed.lines, key=lambda line: line.name)
        ]
        return (await overview(database, **whose, **asked), listed, *own)

    return seen


async def restate(database, keyring, made, at, night):
    """A later night: the ad platforms restate a week and add a day, the store sells more.

    Where a day is gone the ad platforms no longer state it; fewer orders are voided ones.
    """
    spend, purchases, is_gone = night
    kept = list(NIGHT.days())[1 if is_gone else 0 :]
    for platform in ("meta", "google_ads"):
        days = [account_day(platform, day, spend, purchases) for day in kept]
        days += [campaign_day("Prospecting", day, spend, str(purchases)) for day in kept]
        await write_campaigns(database, made, platform, days, window=NIGHT, observed_at=at)

    orders = orders_of(DayRange(KNOWN.first, NIGHT.last), "USD")[: -1 - purchases]
    async with database.as_worker(made.brand) as connection:
        await write_shop_orders(connection, keyring, made, orders, observed_at=at)
        for integration in made.integrations.values():
            await note_read(connection, integration, NIGHT, last_sync_at=at)
    await note_run(database, made, at, NIGHT)


NIGHTS = st.lists(
    st.tuples(st.integers(1, 90), st.integers(0, 9), st.booleans()), min_size=1, max_size=3
)


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=NIGHTS)
async def test_an_earlier_day_is_what_a_store_without_the_later_nights_gives(
    nights, measure, database, keyring, seen
):
    """The law, over nights that restate, add and remove: report by report, figure by figure."""
    made = await measure()
    await note_run(database, made, READ_AT, KNOWN)
    await write_three_campaigns(database, made)
    told = {THEN: await seen(made, now=THEN)}
    for number, night in enumerate(nights):
        at = LATER + timedelta(days=number)
        await restate(database, keyring, made, at, night)
        told[at] = await seen(made, now=at)
    for moment, report in told.items():
        again = await seen(made, now=NOW + timedelta(days=30), as_of=moment)
        for one, other in zip(again, report, strict=True):
            for name in one.__dataclass_fields__:
                assert getattr(one, name) == getattr(other, name), name


async def test_nothing_was_known_before_the_first_reading(measure, seen):
    made = await measure()
    shown, listed, *_ = await seen(made, as_of=READ_AT - timedelta(days=3))
    assert not shown.has_data
    assert {figure.value for figure in shown.figures} == {None}
    assert all((figure.reason or "").endswith("not been read yet") for figure in shown.figures)
    assert listed.found == 0


async def test_what_changed_since_is_told_by_platform(measure, database, keyring):
    made = await measure()
    whose = {"user_id": made.person, "brand_id": made.brand, "days": DAYS}
    await restate(database, keyring, made, LATER, (77, 1, False))
    found = await changed_since(database, **whose, as_of=THEN, now=LATER)
    assert [(one.platform, one.metric.key) for one in found] == [
        ("shopify", "revenue"),
        ("shopify", "orders"),
        *(
            (platform, metric)
            for platform in ("meta", "google_ads")
            for metric in ("ad_spend", "conversion_value", "conversions", "clicks")
        ),
    ]
    spend = next(one for one in found if one.platform == "meta")
    restated = 6 * (Decimal("77.12")) + Decimal("77.12")
    before = sum((Decimal(40 + n % 9) for n in range(len(KNOWN) - 7, len(KNOWN))), Decimal(0))
    assert spend.now.value - spend.then.value == restated - before
    assert spend.change.startswith("▲")
    again = await changed_since(database, **whose, as_of=LATER, now=LATER)
    assert {one.change for one in again} == {"unchanged"}


async def test_an_earlier_day_of_another_brand_is_not_found(measure, make_person, database):
    made, stranger = await measure(), await make_person()
    for ask in (
        overview(database, user_id=stranger, brand_id=made.brand, days=DAYS, now=NOW, as_of=THEN),
        changed_since(
            database, user_id=stranger, brand_id=made.brand, days=DAYS, now=NOW, as_of=THEN
        ),
    ):
        with pytest.raises(NotFoundError):
            await ask


async def test_another_brands_nights_do_not_reach_an_earlier_day(measure, database, keyring, seen):
    made = await measure()
    told = await seen(made, now=THEN)
    other = await measure(person=made.person, name="Borealis")
    await restate(database, keyring, other, LATER, (5, 5, True))
    assert await seen(made, as_of=THEN) == told


def test_an_address_names_the_earlier_day():
    period = period_in({"days": "7", "as_of": "2026-11-20"}, timezone=ZONE, now=NOW)
    assert period.days == DayRange(date(2026, 11, 13), date(2026, 11, 19))
    assert period.as_of is not None
    assert period.as_of.isoformat() == "2026-11-20T23:59:59-05:00"
    assert period.query == "days=7&as_of=2026-11-20"
    assert period_in({"days": "7"}, timezone=ZONE, now=NOW).as_of is None


@pytest.mark.parametrize("text", ["2026-11-23", "yesterday", "0001-01-01"])
def test_a_day_that_cannot_be_seen_says_so(text):
    with pytest.raises(InputError):
        period_in({"as_of": text}, timezone=ZONE, now=NOW)
