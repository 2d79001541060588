"""Promotions: an announced one silences what would rest on it, an unannounced one is no alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from aura.accounts.statements import state
from aura.insights.engine import evaluate
from aura.insights.situation import take_stock
from aura.reports.history import read_history
from aura.store.brand_entries import Entry
from insights.nights import LAST, NIGHTS, RISEN, START, Reader, morning_of
from insights.worlds import Event, World, shop

FIRST, END = 250, 255
HANGOVER = Event("rate", END + 1, END + 5, 0.8)
PROBLEMS = {"high_cpa", "low_roas", "conversion_drop"}


def said(world: World, mornings: range, announced: range | None = None) -> set[str]:
    """The types of what is said on these mornings."""
    found: set[str] = set()
    for morning in mornings:
        history = world.history(morning)
        if announced is not None:
            days = frozenset(world.day(day) for day in announced)
            history = replace(history, promotions=days)
        found |= {one.finding_type for one in evaluate(history, world.day(morning))}
    return found


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("announced", [None, range(FIRST, END + 1)])
def test_a_promotion_and_the_days_after_it_are_no_alarm(seed, announced) -> None:
    world = shop(seed=seed, events=[Event("promotion", FIRST, END, 1.8), HANGOVER])
    assert said(world, range(FIRST + 1, END + 12), announced) == set()


def test_what_an_announced_promotion_explains_is_not_said() -> None:
    """One campaign carries the offer: unannounced it is news, announced it is what was planned."""
    world = shop(seed=3, events=[Event("rate", FIRST, FIRST + 13, 1.8, "meta", "Prospecting")])
    mornings = range(FIRST + 5, FIRST + 14)
    assert "high_performer" in said(world, mornings)
    assert said(world, mornings, range(FIRST, FIRST + 14)) == set()


def test_a_promotion_far_from_a_true_fall_hides_nothing() -> None:
    world = shop(seed=3, events=[Event("rate", FIRST, 299, 0.5, "meta", "Prospecting")])
    mornings = range(FIRST + 8, FIRST + 16)
    assert said(world, mornings, range(FIRST - 60, FIRST - 54)) & PROBLEMS
    assert said(world, mornings) & PROBLEMS


RICHER = Event("rate", FIRST, FIRST + 13, 1.9)


def unusual_days(event: Event, seed: int, **changes) -> int:
    """How many days of the event are taken for days around a promotion."""
    world = shop(seed=seed, events=[event], **changes)
    morning = event.last + 4
    situation = take_stock(world.history(morning), world.day(morning))
    return int(situation.unusual[event.first - morning : event.last + 1 - morning].sum())


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_ads_that_bring_more_are_no_promotion_while_other_orders_are_as_ever(seed) -> None:
    """Of fourteen such days at most the five after a day that happened to sell well are doubted."""
    assert unusual_days(RICHER, seed, organic_orders=60.0) <= 6
    assert unusual_days(Event("promotion", FIRST, END, 1.9), seed, organic_orders=60.0) == 6


def test_without_other_orders_nothing_refutes_a_promotion() -> None:
    assert unusual_days(RICHER, 0, with_store=False) >= 10
    assert unusual_days(RICHER, 0, organic_orders=0.0) >= 10


def test_a_brand_that_sells_more_by_its_ads_alone_is_praised() -> None:
    world = shop(seed=1, events=[RICHER], organic_orders=60.0)
    findings = [
        one
        for morning in range(FIRST + 8, FIRST + 15)
        for one in evaluate(world.history(morning), world.day(morning))
    ]
    assert {(one.finding_type, one.scope.level) for one in findings} == {
        ("high_performer", "brand")
    }


def test_claims_that_are_still_to_arrive_are_no_orders_of_others() -> None:
    """On quiet mornings nothing happened to the other orders, in the newest windows either."""
    found = []
    for seed in range(12):
        world = shop(seed=seed)
        for morning in range(200, 300, 20):
            situation = take_stock(world.history(morning), world.day(morning))
            found.append(situation.demand)
    assert abs(np.mean(found, axis=0) - 1.0).max() < 0.08


async def test_an_announcement_reaches_the_evaluation_from_the_moment_it_is_stated(
    database, make_person, make_brand, make_integration
) -> None:
    person = await make_person()
    brand = await make_brand(person, timezone="UTC")
    reader = Reader(database, brand, await make_integration(brand, "meta"))
    await reader.read(RISEN, LAST - NIGHTS, days=LAST)
    entry = Entry("promotion", "Autumn sale", RISEN.day(START), RISEN.day(START + 5))
    await state(database, entry, user_id=person, brand_id=brand)
    async with database.as_owner() as connection:
        await connection.execute(
            "update aura.brand_entries set created_at = %s", [morning_of(LAST - 2)]
        )
    for morning, days in ((LAST - 3, 0), (LAST - 1, 6)):
        async with database.as_worker(brand) as connection:
            history, _ = await read_history(
                connection, brand_id=brand, as_of=morning_of(morning) + timedelta(hours=1)
            )
        assert len(history.promotions) == days
    assert history.promotions == {RISEN.day(START + n) for n in range(6)}
