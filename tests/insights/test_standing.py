"""What stands needs less to go on than to be said, and ends when the newest days say so."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.imports.observed_history import read_timelines
from aura.insights.baseline import WINDOWS
from aura.insights.burden import Burden
from aura.insights.engine import examine
from aura.insights.evidence import Evidence, ended_odds
from aura.insights.finding import Finding, Key
from aura.insights.replay import replay
from aura.insights.trial import trial_of
from aura.model import DayRange
from insights.replayed import write_history
from insights.worlds import FIRST_DAY, Event, World, shop

START, END = 240, 262
PROSPECTING = ("high_cpa", "meta", "meta-Prospecting")


@cache
def restless(seed: int, factor: float = 0.62) -> World:
    """Days so restless that the evidence on the event comes and goes while it lasts."""
    event = Event("rate", START, END, factor, "meta", "Prospecting")
    return shop(seed=seed, day_noise=0.15, events=[event])


def looked(world: World, morning: int, standing: set[Key] | frozenset[Key]) -> dict[Key, Finding]:
    history = world.history(morning, nights=30)
    return {
        one.key: one for one in examine(history, world.day(morning), standing=standing).findings
    }


class Held(NamedTuple):
    """A morning on which an event is not said anew but goes on."""

    world: World
    morning: int
    stood: frozenset[Key]
    found: Finding


def held() -> Held:
    """The first such morning."""
    for seed in range(20):
        world, stood = restless(seed), set[Key]()
        for morning in range(START + 4, END):
            anew = looked(world, morning, frozenset())
            if PROSPECTING in stood and not anew:
                going_on = looked(world, morning, stood)
                if PROSPECTING in going_on:
                    return Held(world, morning, frozenset(stood), going_on[PROSPECTING])
            stood |= set(anew)
    raise AssertionError("evidence never came and went")


def test_what_stands_goes_on_with_less_and_says_so() -> None:
    one = held().found
    assert one.only_goes_on
    assert list(PROSPECTING) in one.details["standing"]
    assert "would not be enough to say so anew" in one.description


@pytest.mark.parametrize("seed", range(6))
def test_what_is_over_ends_though_it_stood(seed: int) -> None:
    world = restless(seed, 0.45)
    for morning in range(END + 12, END + 18):
        assert PROSPECTING not in looked(world, morning, frozenset({PROSPECTING}))


@pytest.mark.parametrize(("seed", "morning"), [(1, 264), (4, 266), (7, 264)])
def test_the_newest_days_are_heard_though_the_window_is_loud(seed: int, morning: int) -> None:
    """Two to four days after the end the days before it alone would be enough to go on."""
    assert PROSPECTING not in looked(restless(seed, 0.45), morning, frozenset({PROSPECTING}))


@pytest.mark.parametrize(("seed", "morning"), [(2, 246), (5, 249), (7, 255)])
def test_what_only_goes_on_says_nothing_of_other_measures(seed: int, morning: int) -> None:
    """What moved is evidence that the cost moved too; what merely stands is not."""
    found = looked(restless(seed), morning, frozenset({PROSPECTING}))
    assert {key: one.only_goes_on for key, one in found.items()} == {PROSPECTING: True}


@pytest.mark.parametrize(("seed", "morning"), [(3, 249), (4, 251), (9, 259)])
def test_a_wide_insight_does_not_narrow_down_by_chance(seed: int, morning: int) -> None:
    """One of the campaigns that all fell is louder that morning, but hardly."""
    names = ("Prospecting", "Lookalike", "Retargeting", "Story")
    events = [Event("rate", START, END, 0.6, "meta", name) for name in names]
    world = shop(seed=seed, day_noise=0.15, events=events)
    platform = ("high_cpa", "meta", "")
    assert looked(world, morning, frozenset({platform}))[platform].only_goes_on
    assert platform not in looked(world, morning, frozenset())


def test_a_trial_asks_less_of_what_stands_as_the_engine_does() -> None:
    world, morning, stood, _ = held()
    history, day = world.history(morning, nights=30), world.day(morning)
    trial = trial_of(["confidence=0.97"])
    assert PROSPECTING in {one.key for one in trial.look(history, day, standing=stood).findings}
    assert not trial.look(history, day).findings


@pytest.mark.parametrize("seed", range(5))
def test_what_would_be_said_anew_also_goes_on(seed: int) -> None:
    said = 0
    for morning in range(START + 4, END, 3):
        anew = looked(restless(seed, 0.4), morning, frozenset())
        going_on = looked(restless(seed, 0.4), morning, set(anew))
        assert {(key, one.title) for key, one in anew.items()} <= {
            (key, one.title) for key, one in going_on.items()
        }
        assert not any(one.only_goes_on for one in anew.values())
        said += len(anew)
    assert said > 0


def test_what_stands_elsewhere_is_no_evidence() -> None:
    """Nothing new is said because something else goes on."""
    elsewhere = frozenset(
        (kind, "google_ads", "google_ads-Brand")
        for kind in ("high_cpa", "low_roas", "conversion_drop", "high_performer")
    )
    for seed in range(4):
        for morning in range(START + 4, END, 3):
            alone = looked(restless(seed), morning, frozenset())
            beside = looked(restless(seed), morning, elsewhere)
            assert set(beside) - elsewhere == set(alone)


def test_an_event_is_told_once(tmp_path) -> None:
    """It was told, ended for want of confirmation and was told anew while its cause went on."""
    worlds = {f"brand {seed}": restless(seed, 0.5) for seed in range(6)} | {
        "brand 8": restless(8, 0.55),
        "brand 12": restless(12, 0.55),
    }
    write_history(tmp_path / "all", worlds, seen_from=200, until=END)
    days = DayRange(*(FIRST_DAY + timedelta(days=day) for day in (START, END)))
    told = 0
    for timeline in read_timelines(tmp_path / "all"):
        opened = [
            change.finding.key for change in replay(timeline, days) if change.event == "opened"
        ]
        campaign = [key for key in opened if key[:2] == ("high_cpa", "meta")]
        assert len(campaign) <= 1
        told += len(campaign)
    assert told >= 5


@given(
    st.floats(0.0, 0.5),
    st.floats(0.0, 3.0),
    st.floats(0.0, 1.0),
    st.lists(st.floats(5.0, 200.0), min_size=len(WINDOWS), max_size=len(WINDOWS)),
)
def test_never_more_is_asked_of_what_stands(
    daily: float, least: float, holiday: float, expected: list[float]
) -> None:
    due = np.array(expected)
    evidence = Evidence(due, due, np.full(len(due), daily + 0.01), daily=daily)
    near = np.full(len(due), holiday)
    new = Burden(np.array(least), 0.86)
    stands = Burden(np.array(least), 0.86, np.array(True))
    assert (stands.asked(evidence, near) <= new.asked(evidence, near)).all()
    assert (stands.is_likely(due / 200.0) >= new.is_likely(due / 200.0)).all()
    assert stands.anew.asked(evidence, near) == pytest.approx(new.asked(evidence, near))


def of_days(parts: list[float], due: float) -> Evidence:
    """Windows over days, the newest last, on which these parts of what was due were seen."""
    seen = np.array([due * sum(parts[-length:]) for length in WINDOWS])
    return Evidence(seen, due * np.array(WINDOWS, dtype=float), np.full(len(WINDOWS), 0.01))


def test_days_as_before_end_what_goes_on_and_days_nearly_as_bad_do_not() -> None:
    broken = [0.4] * 11
    longest = len(WINDOWS) - 1
    assert ended_odds(of_days([*broken, 0.4, 0.4, 0.4], 40.0))[longest] < 0.01
    assert ended_odds(of_days([*broken, 1.0, 1.0, 1.0], 40.0))[longest] > 1.0
    assert ended_odds(of_days([*broken, 0.6, 0.6, 0.6], 8.0))[longest] < 0.2
    assert ended_odds(of_days([*broken, 1.0, 1.0, 1.0], 8.0))[longest] > 0.2
