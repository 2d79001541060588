"""Laws of the engine: it does not see the future, currencies change nothing, chance is no news."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aura.insights.engine import evaluate
from aura.insights.series import History, StoreDays
from insights.worlds import Event, shop

RISEN = shop(seed=3, events=[Event("rate", 250, 299, 0.5, "meta", "Prospecting")])
MORNING = 265


def scaled(history: History, factor: float) -> History:
    return replace(
        history,
        entities=tuple(
            replace(entity, spend=entity.spend * factor, value=entity.value * factor)
            for entity in history.entities
        ),
    )


def with_future(history: History, days: int, seed: int) -> History:
    """The same morning's history with made-up later days and later reads."""
    random = np.random.default_rng(seed)

    def longer(values):
        return np.concatenate([values, random.uniform(0, 500, days)])

    return replace(
        history,
        days=history.days + days,
        entities=tuple(
            replace(
                entity,
                spend=longer(entity.spend),
                clicks=longer(entity.clicks),
                conversions=longer(entity.conversions),
                value=longer(entity.value),
            )
            for entity in history.entities
        ),
        sources=tuple(
            replace(
                source,
                observed_on=source.observed_on + timedelta(days=days),
                known_through=source.known_through + timedelta(days=days),
            )
            for source in history.sources
        ),
        snapshots=tuple(
            replace(
                found,
                values=np.where(np.isfinite(found.values), found.values, random.uniform(0, 50)),
            )
            for found in history.snapshots
        ),
        store=StoreDays(longer(history.store.orders)),
    )


@given(days=st.integers(1, 40), seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_later_days_and_later_reads_change_nothing(days: int, seed: int) -> None:
    history = RISEN.history(MORNING, nights=200)
    now = evaluate(history, RISEN.day(MORNING))
    assert now
    assert evaluate(with_future(history, days, seed), RISEN.day(MORNING)) == now


@given(factor=st.floats(0.01, 200))
@settings(max_examples=20, deadline=None)
def test_another_unit_of_money_changes_amounts_alone(factor: float) -> None:
    history = RISEN.history(MORNING)
    plain = evaluate(history, RISEN.day(MORNING))
    others = evaluate(scaled(history, factor), RISEN.day(MORNING))
    assert len(others) == len(plain) == 3
    assert {one.finding_type for one in plain} == {"high_cpa", "low_roas", "conversion_drop"}
    by_type = {one.finding_type: one for one in others}
    for one in plain:
        other = by_type[one.finding_type]
        assert (other.scope, other.window) == (one.scope, one.window)
        assert other.confidence == pytest.approx(one.confidence, rel=1e-6)
        assert other.effect.ratio == pytest.approx(one.effect.ratio, rel=1e-6)
        assert float(other.impact.amount) == pytest.approx(
            float(one.impact.amount) * factor, rel=1e-3, abs=0.02
        )


def test_a_campaign_without_delivery_changes_nothing() -> None:
    history = RISEN.history(MORNING)
    nothing = np.zeros(history.days)
    silent = replace(
        history.entities[0],
        entity_id="silent",
        name="Silent",
        spend=nothing,
        clicks=nothing,
        conversions=nothing,
        value=nothing,
    )
    with_it = replace(history, entities=(*history.entities, silent))
    plain = evaluate(history, RISEN.day(MORNING))
    other = evaluate(with_it, RISEN.day(MORNING))
    assert plain
    assert [(one.finding_type, one.scope, one.window) for one in other] == [
        (one.finding_type, one.scope, one.window) for one in plain
    ]
    for one, two in zip(plain, other, strict=True):
        assert two.confidence == pytest.approx(one.confidence, rel=1e-9)
        assert two.effect.ratio == pytest.approx(one.effect.ratio, rel=1e-9)


@pytest.mark.parametrize("noise", [0.06, 0.20])
def test_chance_alone_is_hardly_ever_news(noise: float) -> None:
    # 20 brands of 7 campaigns over 40 days: 27 brand months, at most two false insights
    alarms = {
        (seed, finding.finding_type, finding.scope)
        for seed in range(20)
        for world in (shop(seed=1000 + seed, day_noise=noise),)
        for morning in range(240, 280, 4)
        for finding in evaluate(world.history(morning, nights=45), world.day(morning))
    }
    assert len(alarms) <= 2


def test_a_promotion_and_the_days_after_it_are_no_rise() -> None:
    for seed in range(6):
        world = shop(seed=seed, events=[Event("promotion", 240, 245, 1.8)])
        for morning in range(241, 262, 2):
            assert evaluate(world.history(morning), world.day(morning)) == []


def test_an_empty_history_has_nothing_to_say() -> None:
    history = shop().history(200)
    assert evaluate(replace(history, entities=(), snapshots=()), shop().day(200)) == []
    assert evaluate(history, history.first_day) == []


def test_missing_days_are_not_days_without_sales() -> None:
    world = shop(seed=5)
    history = world.history(260)
    gap = slice(252, 256)
    entities = []
    for entity in history.entities:
        spend, conversions = entity.spend.copy(), entity.conversions.copy()
        if entity.platform == "meta":
            conversions[gap] = np.nan
            spend[gap] = np.nan
        entities.append(replace(entity, spend=spend, conversions=conversions))
    assert evaluate(replace(history, entities=tuple(entities)), world.day(260)) == []
