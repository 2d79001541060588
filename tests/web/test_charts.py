"""Drawing: where lines lie, where they break, what is dashed."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.web.charts import BOX, Series, date_ticks, draw, nice_step, spark

FIRST = date(2026, 11, 1)
VALUES = st.lists(
    st.none() | st.decimals(min_value=-(10**7), max_value=10**9, places=2), min_size=1, max_size=60
)
POINT = re.compile(r"[ML](-?\d+\.\d) (-?\d+\.\d)")


def days(count: int) -> list[date]:
    return [FIRST + timedelta(days=n) for n in range(count)]


def chart(values, settled=None):
    series = Series("revenue", "Revenue", values, settled or [True] * len(values))
    return draw(days(len(values)), [series], str)


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in POINT.findall(path)]


def decimals(*values) -> list[Decimal | None]:
    return [None if value is None else Decimal(value) for value in values]


def test_a_line_goes_from_day_to_day():
    line = chart(decimals(0, 50, 100)).lines[0]
    assert points(line.solid) == [(166.7, 1000.0), (500.0, 500.0), (833.3, 0.0)]
    assert line.dashed == ""
    assert line.end == (83.33, 5.0)


def test_a_stretch_is_dashed_if_either_of_its_ends_still_settles():
    line = chart(decimals(1, 2, 3, 4), [True, True, False, True]).lines[0]
    assert len(points(line.solid)) == 2
    assert len(points(line.dashed)) == 3


def test_a_missing_day_is_a_gap_and_no_zero():
    drawn = chart(decimals(10, 10, None, 10, 10))
    assert drawn.lines[0].solid.count("M") == 2
    assert drawn.lines[0].area.count("Z") == 2
    assert [(band.left, band.width) for band in drawn.missing] == [(40.0, 20.0)]
    assert all(y < BOX for _, y in points(drawn.lines[0].solid))


def test_a_day_alone_between_gaps_is_a_dot():
    line = chart(decimals(None, 10, None)).lines[0]
    assert line.solid == line.area == ""
    assert [x for x, _ in line.dots] == [50.0]


def test_a_day_with_more_returns_than_sales_lies_below_zero():
    drawn = chart(decimals(100, -50))
    assert drawn.zero < drawn.levels[0].place
    assert drawn.levels[0].text.startswith("-")


@given(VALUES)
def test_nothing_is_drawn_outside_of_the_box(values):
    settled = [n % 3 > 0 for n in range(len(values))]
    line = chart(values, settled).lines[0]
    for x, y in points(line.solid + line.dashed + line.area):
        assert 0 <= x <= BOX
        assert 0 <= y <= BOX


@given(VALUES)
def test_levels_are_few_rise_evenly_and_include_zero(values):
    drawn = chart(values)
    places = [level.place for level in drawn.levels]
    assert 2 <= len(places) <= 7
    assert places == sorted(places, reverse=True)
    assert any(abs(place - drawn.zero) < 0.02 for place in places)


@given(st.floats(min_value=0.01, max_value=1e12))
def test_a_step_is_round_and_gives_few_marks(span):
    step = nice_step(span)
    assert 0 < span / step <= 4.000001
    assert f"{step:e}"[:3] in {"1.0", "2.0", "2.5", "5.0"}


@pytest.mark.parametrize(("count", "marks"), [(1, 1), (7, 7), (28, 4), (91, 7), (365, 12)])
def test_dates_below_the_chart_are_few(count, marks):
    ticks = date_ticks(days(count))
    assert len(ticks) == marks
    assert sum(tick.always for tick in ticks) <= 7


@given(VALUES)
def test_a_small_line_fills_its_box(values):
    known = [value for value in values if value is not None]
    solid, dashed, _ = spark(values, [True] * len(values))
    assert dashed == ""
    if len(known) < 2:
        assert solid == ""
    for x, y in points(solid):
        assert 0 <= x <= BOX
        assert 0 <= y <= BOX
