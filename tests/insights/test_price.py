"""What the price of a click shows about cost and return, and when it is not believed alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.insights.claim import Claim
from aura.insights.engine import evaluate
from aura.insights.evidence import Evidence
from aura.insights.price import shown_by_price
from insights.worlds import Event, World, shop

START = 250
CAMPAIGN = "Prospecting"
CLAIM = Claim("cost", "fell", 1 / 1.18)
NO_OTHERS = np.ones(1), np.ones(1)


def counts(observed: float, expected: float, variance: float = 0.01) -> Evidence:
    return Evidence(np.array([observed]), np.array([expected]), np.array([variance]), daily=0.001)


def said(world: World, mornings: range) -> dict[tuple[str, str], tuple[int, str]]:
    """When each type was first said of each scope, and by which measure it was shown."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for morning in mornings:
        for finding in evaluate(world.history(morning), world.day(morning)):
            shown = finding.details.get("method", {}).get("shown_by", "")
            found.setdefault((finding.finding_type, finding.scope.name), (morning, shown))
    return found


def dearer(
    factor: float, *, restless: float, rate: float = 1.0, seed: int = 1, spend: float | None = None
) -> World:
    """A shop whose days are restless; one campaign's clicks cost more from START on."""
    events = [
        Event("click_price", START, 299, factor, "meta", CAMPAIGN),
        Event("rate", START, 299, rate, "meta", CAMPAIGN),
    ]
    world = shop(seed=seed, events=events)
    campaigns = [
        replace(one, daily_spend=spend) if spend and one.name == CAMPAIGN else one
        for one in world.campaigns
    ]
    return replace(world, campaigns=campaigns, day_noise=restless)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_dearer_clicks_are_said_within_days_where_purchases_are_restless(seed: int) -> None:
    found = said(dearer(1.6, restless=0.3, seed=seed), range(START - 20, START + 8))
    morning, shown = found["high_cpa", CAMPAIGN]
    assert morning > START
    assert shown == "cpc"
    assert not {kind for kind, _ in found} & {"conversion_drop", "high_performer"}


def test_the_insight_says_that_clicks_showed_it() -> None:
    world = dearer(1.6, restless=0.3)
    morning, _ = said(world, range(START + 1, START + 8))["high_cpa", CAMPAIGN]
    [finding] = [
        one
        for one in evaluate(world.history(morning), world.day(morning))
        if (one.finding_type, one.scope.name) == ("high_cpa", CAMPAIGN)
    ]
    assert "It shows in what a click costs (+" in finding.description
    # what is stated must be seen in the purchases as well
    assert finding.effect.ratio >= 1.15


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_dearer_clicks_that_buy_as_much_more_are_no_dearer_purchases(seed: int) -> None:
    # a campaign with so many purchases that they say so at once
    world = dearer(1.6, restless=0.06, rate=1.6, seed=seed, spend=2000.0)
    assert not {kind for kind, name in said(world, range(START, START + 30)) if name == CAMPAIGN}


def test_cheaper_clicks_are_praised() -> None:
    found = said(dearer(1 / 1.8, restless=0.2), range(START - 20, START + 12))
    morning, shown = found["high_performer", CAMPAIGN]
    assert morning > START + 3
    assert shown == "cpc"


@pytest.mark.parametrize("unknown", [np.nan, 0.0])
@pytest.mark.parametrize("days", [slice(None, START), slice(START, None)])
def test_clicks_that_nobody_stated_show_nothing(days: slice, unknown: float) -> None:
    world = replace(shop(seed=4), day_noise=0.1)
    for morning in range(START + 1, START + 14, 2):
        history = world.history(morning)
        entities = []
        for entity in history.entities:
            clicks = entity.clicks.copy()
            clicks[days] = unknown
            entities.append(replace(entity, clicks=clicks))
        cut = replace(history, entities=tuple(entities))
        assert evaluate(cut, world.day(morning)) == []


@given(clicks=st.floats(0.4, 2.5), bought=st.floats(0.3, 3.0), purchases=st.floats(1.0, 3000.0))
def test_the_more_purchases_the_more_they_count(
    clicks: float, bought: float, purchases: float
) -> None:
    # between believing that clicks buy as ever and what their purchases say
    price = counts(clicks * 5000, 5000)
    rate = counts(bought * purchases, purchases, 0.0)
    shown = shown_by_price(price, rate, NO_OTHERS, CLAIM)
    alone, both = np.log(clicks), np.log(clicks * bought)
    assert min(alone, both) - 1e-9 <= shown.moved[0] <= max(alone, both) + 1e-9
    more = shown_by_price(
        price, counts(bought * 2 * purchases, 2 * purchases, 0.0), NO_OTHERS, CLAIM
    )
    assert abs(more.moved[0] - both) <= abs(shown.moved[0] - both) + 1e-9
    assert more.deviation[0] <= shown.deviation[0]


@given(st.floats(0.4, 2.5))
def test_what_happened_to_others_as_well_is_no_matter_of_ones_own(factor: float) -> None:
    price, rate = counts(factor * 5000, 5000), counts(500, 500)
    shown = shown_by_price(price, rate, (np.array([factor]), np.ones(1)), CLAIM)
    assert shown.moved[0] == pytest.approx(0.0, abs=1e-9)
    assert shown.surprise[0] == pytest.approx(0.0, abs=0.1)
    assert shown.probability(CLAIM.limit, "fell")[0] < 0.2


@given(st.floats(0.02, 3.0), st.floats(2.0, 3000.0), st.floats(0.0001, 0.3))
def test_a_bound_of_surprise_is_one(ratio: float, expected: float, variance: float) -> None:
    evidence = counts(ratio * expected, expected, variance)
    for direction in ("fell", "rose"):
        surprise = evidence.surprise(direction) * (1 - 1e-6) - 1e-9
        assert (evidence.most_surprise(direction) > surprise).all()
