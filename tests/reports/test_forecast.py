"""The forecast's laws; how often it is right is measured by `make bench-forecast`."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.reports.forecast import FEWEST_DAYS, forecast

SUNDAY = date(2026, 11, 22)
WEEK = [10.0, 10.0, 10.0, 10.0, 20.0, 40.0, 40.0]


def made(history, ahead=9, so_far=0.0, last_day=SUNDAY):
    return forecast(history, last_day=last_day, ahead=ahead, so_far=so_far)


def test_a_store_with_the_same_week_every_week_is_known_by_weekday():
    found = made(WEEK * 20, ahead=5)
    # Monday to Friday come next; each weekday leans a little on the others
    assert found.value == pytest.approx(60, rel=0.12)
    weekend = made((WEEK * 20)[:-2], ahead=2, last_day=SUNDAY - timedelta(days=2))
    assert weekend.value == pytest.approx(80, rel=0.2)


def test_what_is_over_is_certain():
    found = made(WEEK * 20, ahead=0, so_far=123.0)
    assert (found.low, found.value, found.high) == (123, 123, 123)


def test_the_bounds_hold_the_value_and_never_undo_what_was_sold():
    generator = np.random.default_rng(7)
    restless = generator.poisson(4, 200) * generator.lognormal(3, 1, 200)
    found = made(list(restless), so_far=500.0)
    assert 500 <= found.low <= found.value <= found.high


def test_a_restless_store_gets_wider_bounds_than_a_calm_one():
    generator = np.random.default_rng(7)
    calm = list(100 + generator.normal(0, 3, 200))
    wild = list(np.maximum(0, 100 + generator.normal(0, 60, 200)))
    widths = [(f.high - f.low) / f.value for f in (made(calm), made(wild))]
    assert widths[1] > 3 * widths[0]


def test_a_short_or_an_empty_history_gets_none():
    assert made(WEEK * 20) is not None
    assert made([10.0] * (FEWEST_DAYS - 1)) is None
    assert made([0.0] * 100) is None


@given(
    st.lists(st.floats(0, 1e7), min_size=FEWEST_DAYS, max_size=120),
    st.integers(0, 31),
    st.floats(0, 1e8),
)
def test_any_history_gives_ordered_bounds_or_none(history, ahead, so_far):
    found = made(history, ahead=ahead, so_far=so_far)
    assert found is None or so_far <= found.low <= found.value <= found.high


def test_what_comes_later_changes_no_forecast():
    generator = np.random.default_rng(3)
    values = list(generator.gamma(5, 20, 260))
    early = made(values[:200])
    assert made(values[:200] + [1e9] * 0) == early
    # a level that doubled is followed within weeks
    doubled = values[:200] + [2 * value for value in values[200:]]
    assert made(doubled).value > 1.7 * early.value
