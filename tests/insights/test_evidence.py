"""Laws of the evidence: what chance does, what strays slowly, and what few purchases can tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from aura.insights.baseline import WINDOWS
from aura.insights.burden import _COUNT_SURPRISE, Burden
from aura.insights.claims import find
from aura.insights.engine import RULES
from aura.insights.evidence import Evidence, ended_odds
from aura.insights.scopes import Scopes
from aura.insights.selection import choose
from aura.insights.situation import take_stock
from insights.worlds import Event, shop

CERTAIN = 1e-9
NOTHING = Burden(np.zeros(()), 0.5)


def surprise(observed: float, expected: float, variance: float, direction: str = "fell") -> float:
    one = Evidence(np.array([observed]), np.array([expected]), np.array([variance]))
    return float(one.surprise(direction)[0])


def of_days(parts: list[float], due: float = 40.0) -> Evidence:
    """Windows over days, the newest last, on which these parts of what was due were seen."""
    seen = np.array([due * sum(parts[-length:]) for length in WINDOWS])
    return Evidence(seen, due * np.array(WINDOWS, dtype=float), np.full(len(WINDOWS), 0.01))


def test_days_before_a_window_do_not_say_that_it_is_over() -> None:
    """What broke three days ago was held against the week before, and told days later."""
    ended = dict(zip(WINDOWS, ended_odds(of_days([1.0] * 11 + [0.3] * 3)), strict=True))
    assert ended[2] < 0.01
    assert ended[3] < 0.01
    passed = of_days([1.0] * 7 + [0.3] * 4 + [1.0] * 3)
    ended = dict(zip(WINDOWS, ended_odds(passed), strict=True))
    assert ended[7] > 1.0
    assert ended[10] > 1.0


@given(expected=st.floats(1.0, 3000.0), part=st.floats(0.0, 0.999))
def test_chance_is_never_likelier_than_the_evidence_says(expected: float, part: float) -> None:
    fewer = int(expected * part)
    assert poisson.cdf(fewer, expected) <= np.exp(-surprise(fewer, expected, CERTAIN)) * 1.001
    more = int(np.ceil(expected / max(part, 0.2)))
    told = surprise(more, expected, CERTAIN, "rose")
    assert poisson.sf(more - 1, expected) <= np.exp(-told) * 1.001


@given(ratio=st.floats(0.45, 0.99), variance=st.floats(0.001, 0.1))
def test_a_large_sum_is_judged_by_how_far_such_sums_stray(ratio: float, variance: float) -> None:
    due = 1e9
    told = surprise(due * ratio, due, variance)
    assert told == pytest.approx(np.log(ratio) ** 2 / (2 * variance), rel=1e-3, abs=1e-3)
    assert surprise(due / ratio, due, variance, "rose") == pytest.approx(told, rel=1e-3, abs=1e-3)


@given(
    observed=st.floats(0.0, 500.0),
    expected=st.floats(1.0, 500.0),
    variance=st.floats(0.0, 0.2),
    more=st.floats(0.0, 0.2),
)
def test_what_strays_more_must_show_more(
    observed: float, expected: float, variance: float, more: float
) -> None:
    for direction in ("fell", "rose"):
        told = surprise(observed, expected, variance, direction)
        assert np.isfinite(told)
        assert told >= 0.0
        if abs(np.log(max(observed, 0.25) / expected)) < 0.8:
            wider = surprise(observed, expected, variance + more, direction)
            assert wider <= told + 1e-6
    assert surprise(observed, expected, variance, "fell") == 0.0 or observed < expected


def test_none_of_a_few_purchases_says_less_than_none_of_many() -> None:
    few, some, many = (surprise(0.0, due, 0.02) for due in (6.0, 12.0, 40.0))
    assert few < 4.0
    assert few < some < many
    assert many > 10.0


def test_what_moved_in_one_measure_needs_less_evidence_in_the_others() -> None:
    helped = 0
    for seed in range(12):
        world = shop(seed=seed, events=[Event("rate", 240, 299, 0.62, "meta", "Prospecting")])
        for morning in range(242, 262, 2):
            situation = take_stock(world.history(morning), world.day(morning))
            alone = {
                (rule.finding_type, choice.level, tuple(choice.rows.tolist()))
                for rule in RULES
                for choice in choose(Scopes(situation), rule.claim)
            }
            together = {(one.finding_type, one.scope.name) for one in find(situation, RULES)}
            assert bool(together) <= bool(alone)
            helped += len(together) - len(alone)
    assert helped > 0


def test_loud_days_of_a_whole_brand_are_shared_noise_and_no_promotions() -> None:
    loud = np.exp(np.random.default_rng(5).normal(0, 0.35, 300))
    events = [Event("promotion", day, day, factor) for day, factor in enumerate(loud.tolist())]
    situation = take_stock(shop(seed=1, events=events).history(300), shop().day(300))
    spreads = situation.counts.spreads
    of_cost = situation.counts.names.index("cost")
    noise, shared = spreads.noise[of_cost], spreads.shared_noise[of_cost]
    assert situation.unusual.mean() < 0.2
    assert 0.25 < noise**0.5 < 0.45
    assert shared > 0.7 * noise
    calm = take_stock(shop(seed=1).history(300), shop().day(300)).comparisons["cost"].spread
    assert calm.noise < 0.15**2


def test_what_a_baseline_rests_on_is_restless_as_well() -> None:
    """A window and its baseline differ by the noise of both: however long, some is left."""
    counts = take_stock(shop(seed=1, day_noise=0.4).history(300), shop().day(300)).counts
    of_cost = counts.names.index("cost")
    window, noise = counts.spreads.own(counts.used_days)[of_cost], counts.own_noise[of_cost]
    assert (noise > 1.02 * window).all()
    assert (noise < 2.0 * window).all()


def test_a_whole_outweighs_a_part_as_loud_where_its_other_parts_show_it_surely() -> None:
    world = shop(seed=1, events=[Event("rate", 250, 299, 0.4)])
    situation = take_stock(world.history(262), world.day(262))
    claim = next(rule.claim for rule in RULES if rule.finding_type == "high_cpa")
    (brand,) = choose(Scopes(situation), claim)
    assert brand.level == "brand"
    assert brand.beside > 4.0
    assert brand.outweighs(0.99 * brand.surprise)
    assert not brand.outweighs(1.01 * brand.surprise)
    assert not replace(brand, beside=3.0).outweighs(0.99 * brand.surprise)


def test_the_first_look_asks_for_less() -> None:
    """It alone sees at once all that is the matter; nothing else tells it from a later one."""
    more = 0
    for seed in range(20):
        world = shop(seed=seed, events=[Event("rate", 250, 299, 0.5, "meta", "Prospecting")])
        situation = take_stock(world.history(268, nights=1), world.day(268))
        assert situation.panel.is_new.all()
        panel = situation.panel
        later = tuple((replace(curve, is_new=False), own) for curve, own in panel.learned)
        used = replace(situation, panel=replace(panel, learned=later))
        first, afterwards = (
            {
                (rule.finding_type, choice.rows.tobytes())
                for rule in RULES
                for choice in choose(Scopes(one), rule.claim)
            }
            for one in (situation, used)
        )
        assert set(afterwards) <= set(first)
        more += len(first) - len(afterwards)
    assert more > 0
    panel = take_stock(world.history(268, nights=60), world.day(268)).panel
    assert not panel.is_new.any()


def test_long_windows_of_restless_days_must_show_more() -> None:
    """Noise that lasts piles up in long windows; of calm days as much is asked in each."""
    asked = {}
    for noise in (0.02, 0.5):
        situation = take_stock(shop(seed=1, day_noise=noise).history(300), shop().day(300))
        leaves = Scopes(situation).leaves("cost")
        none = np.zeros_like(leaves.expected)
        asked[noise] = NOTHING.asked(leaves, none) - _COUNT_SURPRISE * leaves.chances[0]
    long, short = WINDOWS.index(14), WINDOWS.index(3)
    parts = {noise: (one[:, long] - one[:, short]).mean() for noise, one in asked.items()}
    assert parts[0.5] > 0.3
    assert abs(parts[0.02]) < 0.05


def test_what_a_click_brings_wanders_less_than_what_money_brings() -> None:
    """Money for a purchase wanders as the price of a click and what the click brings together."""
    spreads = {
        name: one.spread.drift
        for name, one in take_stock(shop(seed=1).history(300), shop().day(300)).comparisons.items()
    }
    assert spreads["price"] < spreads["rate"] < spreads["cost"]
