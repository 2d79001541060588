"""Completeness is learned from restatements, errs low, and knows what it does not know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aura.insights.completeness import (
    AGES,
    CAUTIOUS_PRIOR,
    MATURE_AGE,
    learn,
    learn_all,
    prior_curve,
)
from insights.worlds import Campaign, Event, World, lag


def world(**changes) -> World:
    campaigns = [
        Campaign("Quick", daily_spend=400, lag=(0.7, 3.0)),
        Campaign("Slow", daily_spend=400, lag=(0.15, 7.0)),
    ]
    return World(campaigns, seed=4, **changes)


def truth(prompt: float, mean_days: float) -> np.ndarray:
    return np.cumsum(lag(prompt, mean_days))


def test_the_prior_rises_from_nothing_to_everything() -> None:
    curve = prior_curve()
    assert curve.completeness(0) == 0.0
    assert curve.completeness(AGES + 5) == 1.0
    assert np.all(np.diff(curve.shares) >= 0)
    assert curve.shares == pytest.approx(CAUTIOUS_PRIOR)
    assert curve.first_judged_age == MATURE_AGE


def test_nothing_read_twice_teaches_nothing() -> None:
    history = world().history(200, nights=1)
    curve = learn(history.snapshots_of("meta"))
    assert curve.shares == pytest.approx(CAUTIOUS_PRIOR)
    assert curve.first_judged_age == MATURE_AGE


@pytest.mark.parametrize("nights", [1, 3, 4, 60])
def test_a_platform_is_new_on_its_first_three_mornings(nights: int) -> None:
    curve = learn(world().history(200, nights=nights).snapshots_of("meta"))
    assert curve.is_new == (nights < 4)


def test_a_platform_that_was_read_for_long_is_not_new_though_it_restated_nothing() -> None:
    """Read every second morning, no day is seen at two successive ages."""
    read = world().history(200).snapshots_of("meta")
    assert read is not None
    _, days, ages = read.values.shape
    is_even = (np.arange(days)[:, None] + np.arange(ages)) % 2 == 0
    curve = learn(replace(read, values=np.where(is_even, read.values, np.nan)))
    assert curve.first_judged_age == MATURE_AGE
    assert not curve.is_new


def test_a_month_of_restatements_teaches_the_curve() -> None:
    curve = learn(world().history(200, nights=31).snapshots_of("meta"))
    assert curve.first_judged_age == 1
    mixed = (truth(0.7, 3.0) + truth(0.15, 7.0)) / 2
    assert curve.shares[1:15] == pytest.approx(mixed[1:15], abs=0.06)


def test_a_learned_curve_errs_low() -> None:
    errors = []
    for seed in range(8):
        one = World([Campaign("One", daily_spend=300)], seed=seed)
        curve = learn(one.history(200, nights=20).snapshots_of("meta"))
        errors.append(curve.shares[1:8] - truth(0.6, 4.0)[1:8])
    assert np.mean(errors) < 0.0


def test_a_slow_campaign_gets_a_curve_of_its_own() -> None:
    history = world().history(200, nights=31)
    snapshots = history.snapshots_of("meta")
    ids = tuple(entity.entity_id for entity in history.entities)
    _, own = learn_all(snapshots, ids)
    quick, slow = own.shares
    assert slow[2] < 0.6 * quick[2]
    assert quick[1:8] == pytest.approx(truth(0.7, 3.0)[1:8], abs=0.12)
    assert np.all(slow[1:8] < truth(0.15, 7.0)[1:8] + 0.1)


def test_a_campaign_nobody_has_seen_is_judged_when_mature() -> None:
    history = world().history(200, nights=31)
    curve, own = learn_all(history.snapshots_of("meta"), ("new",))
    assert not own.is_learned[0, 1:MATURE_AGE].any()
    assert own.is_learned[0, MATURE_AGE:].all()
    assert np.all(own.shares[0] <= curve.shares + 1e-9)


def test_nights_of_an_outage_can_be_left_out() -> None:
    broken = world(events=[Event("outage", 185, 190, 0.0)])
    snapshots = broken.history(200, nights=31).snapshots_of("meta")
    calm = learn(world().history(200, nights=31).snapshots_of("meta"))
    left_out = [broken.day(offset) for offset in range(185, 191)]
    assert abs(learn(snapshots, left_out).shares[1] - calm.shares[1]) < abs(
        learn(snapshots).shares[1] - calm.shares[1]
    )


def test_downward_restatements_do_not_break_the_curve() -> None:
    history = world().history(200, nights=31)
    snapshots = history.snapshots_of("meta")
    falling = snapshots.values[:, :, ::-1].copy()
    curve = learn(type(snapshots)("meta", snapshots.entity_ids, snapshots.first_day, falling))
    assert np.all((curve.shares >= 0) & (curve.shares <= 1))
    assert np.all(np.isfinite(curve.deviations))
