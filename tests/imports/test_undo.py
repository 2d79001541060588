"""What undoing an import of a daily report does: its days as they were, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from aura.errors import ConflictError, NotFoundError
from aura.model import AdDay, DayRange
from imports.daily_reports import (
    HEADER,
    LATER,
    TWO_DAYS,
    api_days,
    bring,
    days_of,
    from_api,
    spend,
    undo,
)

__all__ = ["bring"]


async def test_undone_imports_leave_every_day_as_it_was(shop, bring):
    first = await bring(TWO_DAYS)
    before, metrics = await days_of(shop), await shop.metrics()
    more = TWO_DAYS.replace("7.00,70", "9.00,70") + "2026-06-03,New,13,USD,4.00,9,9,1.00,2.00\n"
    second = await bring(more, now=LATER)
    third = await bring(
        HEADER + "2026-06-03,New,13,USD,5.00,9,9,1.00,2.00\n", now=LATER + timedelta(hours=1)
    )
    after = LATER + timedelta(hours=2)
    with pytest.raises(ConflictError, match="undo it first"):
        await undo(shop, second, after)
    assert (await undo(shop, third, after)).days == (date(2026, 6, 3),)
    assert (await spend(shop))[date(2026, 6, 3)] == 4

    undone = await undo(shop, second, after + timedelta(hours=1))
    assert undone.days == (date(2026, 6, 2), date(2026, 6, 3))
    assert await days_of(shop) == before
    assert await shop.metrics() == metrics
    with pytest.raises(ConflictError, match="undone before"):
        await undo(shop, second, after)

    await undo(shop, first, after + timedelta(hours=2))
    assert await days_of(shop) == []
    assert await shop.metrics() == {}
    again = await bring(TWO_DAYS, now=after + timedelta(hours=3))
    assert not again.was_known
    assert await shop.metrics() == metrics


async def test_undoing_gives_back_what_a_filtered_file_had_removed(shop, bring):
    await bring(TWO_DAYS)
    before = await days_of(shop)
    less = HEADER + "2026-06-01,Brand,11,USD,10.10,100,10,1.33,20.50\n"
    filtered = await bring(less, now=LATER, may_shrink=True)
    await undo(shop, filtered, LATER + timedelta(hours=1))
    assert await days_of(shop) == before


async def test_what_the_platform_has_said_since_stays(shop, bring):
    result = await bring(TWO_DAYS, account="77")
    window = DayRange(date(2026, 6, 2), date(2026, 6, 2))
    await from_api(shop, result.integration_id, "77", api_days("77", 2, 2), window)
    await undo(shop, result, LATER + timedelta(hours=1))
    assert await spend(shop) == {date(2026, 6, 2): 100}


async def test_what_the_platform_has_confirmed_since_stays(shop, bring):
    """The same values from the platform are the platform's, whoever said them first."""
    header = HEADER.replace("\n", ",Conversions (by conv. time),Conv. value (by conv. time)\n")
    result = await bring(
        header + "2026-06-02,Brand,11,USD,7.00,70,7,2.00,31.00,2.00,31.00\n", account="77"
    )
    day = AdDay(
        "account",
        "77",
        date(2026, 6, 2),
        "USD",
        "Acme",
        ad_spend=Decimal(7),
        impressions=70,
        clicks=7,
        conversions=Decimal(2),
        conversion_value=Decimal(31),
        conversions_by_conversion_date=Decimal(2),
        conversion_value_by_conversion_date=Decimal(31),
    )
    campaign = replace(day, level="campaign", external_id="11", name="Brand")
    window = DayRange(day.date, day.date)
    await from_api(shop, result.integration_id, "77", [day, campaign], window)
    before = await shop.metrics()
    await undo(shop, result, LATER + timedelta(hours=1))
    assert await shop.metrics() == before
    assert await spend(shop) == {day.date: 7}


async def test_nobody_undoes_another_persons_import(shop, make_shop, bring):
    result = await bring(TWO_DAYS)
    before = await shop.contents()
    with pytest.raises(NotFoundError):
        await undo(await make_shop(), result, LATER)
    assert await shop.contents() == before
