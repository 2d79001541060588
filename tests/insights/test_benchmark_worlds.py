"""The benchmark's worlds are what they say they are, and its judges look at nothing from later."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks" / "insights"))

import bars
import real
import reference
import rivals
from scoring import Tally, rows, score
from truth import CLAIMS
from worlds import GENERATORS

NOISE = 0.06
needs_the_store = pytest.mark.skipif(
    "real" not in GENERATORS, reason="the real store's orders are not beside the repository"
)


@pytest.fixture(scope="module")
def described():
    return [reference.make(3, number, NOISE) for number in range(60)]


@pytest.fixture(scope="module")
def recorded():
    return [real.make(3, number) for number in range(6)]


def settled_share(worlds, rows_and_days) -> float:
    """Conversions of the chosen (campaign, day) pairs over what the hidden rates give."""
    seen = hidden = 0.0
    for world in worlds:
        chosen = rows_and_days(world)
        seen += world.counts[:, :, -1][chosen].sum()
        hidden += (world.clicks * world.cvr)[chosen].sum()
    return seen / hidden


def in_events(world):
    chosen = np.zeros(world.spend.shape, dtype=bool)
    for event in world.events:
        chosen[list(event.rows), event.first : event.last + 1] = True
    for outage in world.outages:
        chosen[:, outage.first - 30 : outage.last + 1] = False
    chosen[:, -40:] = False
    return chosen


def test_reference_holds_what_its_description_says(described) -> None:
    events = sum(len(world.events) for world in described)
    clean = sum(not world.events for world in described)
    assert events / len(described) == pytest.approx(530 / 200, rel=0.25)
    assert clean / len(described) == pytest.approx(0.25, abs=0.1)
    told = Tally()
    for world in described:
        score(told, world, [])
    detectable = sum(one["z"] >= 4 for one in told.events) / len(told.events)
    assert detectable == pytest.approx(0.35, abs=0.08)
    counts = sum(world.counts.sum(axis=(0, 1)) for world in described)
    assert counts[1:9] / counts[-1] == pytest.approx(reference.ARRIVED, abs=0.005)


def test_reference_buys_as_its_hidden_rates_say(described) -> None:
    quiet = settled_share(described, lambda w: ~in_events(w) & ~w.unusual)
    eventful = settled_share(described, lambda w: in_events(w) & ~w.unusual)
    # the week of a brand leaves a percent or two
    assert quiet == pytest.approx(1.0, abs=0.04)
    assert eventful == pytest.approx(quiet, abs=0.06)


@needs_the_store
def test_every_order_of_the_real_series_was_recorded(recorded) -> None:
    store = real.store()
    for world in recorded:
        start = (world.first_day - real.FIRST).days
        whole = np.bincount(store.day - start + real.STARTS)[real.STARTS :][: world.days]
        assert (world.orders <= whole).all()
        # day by day the brand is as the store was
        assert np.corrcoef(world.orders, whole)[0, 1] > 0.6
        attributed = world.counts[:, :, -1].sum()
        assert 0.1 < attributed / world.orders.sum() < 0.9


@needs_the_store
def test_what_happens_in_the_real_series_happens_to_its_orders(recorded) -> None:
    assert all(not world.events and not world.outages for world in recorded[1::2])
    assert any(world.events for world in recorded[::2])
    quiet = settled_share(recorded[1::2], lambda w: ~in_events(w) & (np.arange(w.days) < 360))
    eventful = settled_share(recorded[::2], in_events)
    assert quiet == pytest.approx(1.0, abs=0.04)
    assert eventful == pytest.approx(1.0, abs=0.12)


@pytest.mark.parametrize("name", GENERATORS)
def test_who_knows_the_rates_is_right(name) -> None:
    told = Tally()
    for number in range(0, 8, 2):
        world = GENERATORS[name](3, number, NOISE)
        score(told, world, rivals.oracle(world))
    assert told.alerts
    assert rows(told)["claim_precision"] == 1.0
    assert rows(told)["recall"] > 0.95


@pytest.mark.parametrize("wait", [0, 3])
def test_no_rule_sees_what_was_read_later(wait) -> None:
    world = reference.make(3, 1, NOISE)
    morning = 200
    age = np.arange(world.counts.shape[2])
    later = np.arange(world.days)[:, None] + age > morning
    changed = replace(
        world,
        counts=np.where(later, 9 * world.counts, world.counts),
        amounts=np.where(later, 9 * world.amounts, world.amounts),
    )
    for rule in (rivals.z_score, rivals.week_over_week):
        before, after = rule(world, wait), rule(changed, wait)
        assert before != after
        assert [one for one in before if one.run <= morning] == [
            one for one in after if one.run <= morning
        ]


def test_a_rule_that_waits_knows_nothing_of_the_days_it_waits_for() -> None:
    world = reference.make(3, 1, NOISE)
    scope = world.scopes()[0]
    newest = rivals.reported(world, scope, wait=0, back=10)
    waits = rivals.reported(world, scope, wait=3, back=7)
    for metric, _, _ in CLAIMS.values():
        assert waits[metric] == pytest.approx(newest[metric][:, :-3])


def test_every_row_has_a_number_or_says_that_it_has_none() -> None:
    found = bars.measured({0.06: {"f1": 0.9, "coverage": float("nan")}}, {"budget_slope": 1.0})
    assert list(found) == [bar.key for bar in bars.BARS]
    assert len(set(found)) == len(bars.BARS)
    assert {key for key, number in found.items() if number is not None} == {
        "f1_at_06",
        "budget_slope",
    }
    held = {bar.key: bar.holds(found[bar.key]) for bar in bars.BARS}
    assert held["f1_at_06"]
    assert not held["coverage_at_06"]
