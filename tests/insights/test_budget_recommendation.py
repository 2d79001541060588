"""Budget advice: firm where spend moved, a test where it did not, always the same total."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aura.insights.allocation import BOX, divide
from aura.insights.budget import LEAST_GAIN
from aura.insights.elasticity import Response, fit_response
from aura.insights.finding import Finding
from aura.insights.rules import budget_recommendation
from aura.insights.situation import take_stock
from insights.worlds import Campaign, World

DAYS = 200


def world(moves: float, seed: int = 3, better: float = 1.0) -> World:
    """Two sated campaigns and two hungry ones, `better` times as good; spend moves by `moves`."""
    random = np.random.default_rng(seed)
    cast = [
        Campaign("Full", daily_spend=400, conversion_rate=0.05),
        Campaign("Sated", "google_ads", 300, conversion_rate=0.05),
        Campaign("Hungry", daily_spend=250, conversion_rate=0.06 * better),
        Campaign("Starved", "google_ads", 200, conversion_rate=0.07 * better),
    ]
    powers = np.array([[0.25], [0.3], [0.85], [0.9]])
    made = World(cast, seed=seed, days=DAYS)
    usual = np.array([[one.daily_spend] for one in cast])
    made.spend = np.round(usual * np.exp(random.normal(0, moves, made.spend.shape)), 2)
    made.clicks = random.poisson(made.spend)
    mean = (
        usual * np.array([[one.conversion_rate] for one in cast]) * (made.spend / usual) ** powers
    )
    made.arrivals = np.zeros_like(made.arrivals)
    made.arrivals[:, :, 1] = random.poisson(mean)
    return made


def advice(made: World) -> list[Finding]:
    history = made.history(DAYS)
    return budget_recommendation.find(take_stock(history, made.day(DAYS)))


@pytest.fixture(scope="module")
def firm() -> Finding:
    (found,) = advice(world(0.3))
    return found


def test_moves_money_from_the_sated_to_the_hungry(firm):
    budget = firm.details["budget"]
    assert budget["mode"] == "shift"
    change = {row["name"]: row["change"] for row in budget["rows"]}
    assert change["Hungry"] > 0.2
    assert change["Starved"] > 0.2
    assert change["Full"] < 0
    assert change["Sated"] < 0


def test_keeps_the_total_and_the_box(firm):
    rows = firm.details["budget"]["rows"]
    before, after = (
        [round(100 * float(row[column])) for row in rows] for column in ("from_daily", "to_daily")
    )
    assert sum(before) == sum(after)
    assert all(abs(row["change"]) <= BOX + 0.001 for row in rows)


def test_promises_what_comes_true(firm):
    powers = {"Full": 0.25, "Sated": 0.3, "Hungry": 0.85, "Starved": 0.9}
    rate = {"Full": 0.05, "Sated": 0.05, "Hungry": 0.06, "Starved": 0.07}
    spend = {"Full": 400, "Sated": 300, "Hungry": 250, "Starved": 200}
    now = sum(spend[name] * rate[name] for name in spend)
    then = sum(
        spend[row["name"]] * rate[row["name"]] * (1 + row["change"]) ** powers[row["name"]]
        for row in firm.details["budget"]["rows"]
    )
    promised = firm.details["budget"]["predicted_uplift"]
    assert 0.5 * promised["low"] <= then / now - 1 <= 1.5 * promised["high"]
    assert promised["share"] <= 1.2 * (then / now - 1)
    assert promised["share"] >= LEAST_GAIN * 0.9


def test_proposes_a_test_where_spend_never_moved():
    (found,) = advice(world(0.01, seed=8, better=2.5))
    budget = found.details["budget"]
    assert budget["mode"] == "test"
    moved = [row for row in budget["rows"] if row["change"] != 0]
    assert len(moved) == 2
    assert found.priority == "low"
    assert "test" in found.title


def test_says_nothing_about_a_single_campaign_or_a_small_one():
    made = world(0.3)
    history = made.history(DAYS)
    alone = replace(history, entities=history.entities[:1])
    assert budget_recommendation.find(take_stock(alone, made.day(DAYS))) == []
    tiny = replace(
        history,
        entities=tuple(
            replace(one, conversions=np.minimum(one.conversions, 1.0) * (np.arange(DAYS) % 40 == 0))
            for one in history.entities
        ),
    )
    assert budget_recommendation.find(take_stock(tiny, made.day(DAYS))) == []


def test_a_common_good_day_is_not_credited_to_the_money_spent_on_it():
    random = np.random.default_rng(4)
    count, days = 5, 180
    demand = np.exp(random.normal(0, 0.4, days))
    spend = 100 * demand * np.exp(random.normal(0, 0.2, (count, days)))
    bought = random.poisson(40 * (spend / 100) ** 0.4 * demand).astype(float)
    every = np.ones_like(spend)
    found = fit_response(spend, bought, every, every, np.full(count, 100.0))
    # without the common days the answer would be about 1.2
    assert found.elasticity.mean() == pytest.approx(0.4, abs=0.1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.06, 0.95), st.floats(0.5, 400), st.floats(1, 5000)),
        min_size=2,
        max_size=7,
    )
)
def test_any_division_keeps_total_and_box_and_loses_nothing(campaigns):
    elasticity, conversions, present = (np.array(column) for column in zip(*campaigns, strict=True))
    count = len(present)
    sure = np.eye(2 * count) * 1e-8
    response = Response(np.log(conversions), elasticity, sure, np.ones(count))
    found = divide(response, np.ones(count), present, np.full(count, BOX))
    assert found.money.sum() == pytest.approx(present.sum(), rel=1e-3)
    assert (found.money >= present * (1 - BOX) - 1e-6).all()
    assert (found.money <= present * (1 + BOX) + 1e-6).all()
    assert found.gain >= -1e-3
