"""Charts as shapes: figures by day in, positions in per cent and SVG path data out.

The decision: lines live in a square box that stretches to any width while strokes keep their
weight, and all text stands outside of it at percentages; so one drawing serves a phone, a wide
screen and a printer without a script. A stretch is dashed if either of its ends still settles; a
day that was not read is a gap and never a zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

BOX = 1000
# the part of the drawing's height that lines may use; dates stand below it
TOP, BOTTOM = 5.0, 88.0

Values = Sequence[Decimal | None]


@dataclass(frozen=True, slots=True)
class Line:
    """A series, as paths in the box.

    Attributes:
        solid, dashed, area: path data, empty where there is nothing to draw.
        dots: days that stand alone between gaps, as x and y in per cent of the drawing.
        end: where the last known day lies, in per cent of the drawing.
    """

    key: str
    label: str
    solid: str
    dashed: str
    area: str
    dots: tuple[tuple[float, float], ...]
    end: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: its place in per cent, its text, and whether a narrow screen shows it."""

    place: float
    text: str
    anchor: str = "middle"
    always: bool = True


@dataclass(frozen=True, slots=True)
class Band:
    """Days side by side, as left edge and width in per cent."""

    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything a template writes down."""

    lines: tuple[Line, ...]
    levels: tuple[Tick, ...]
    dates: tuple[Tick, ...]
    settling: tuple[Band, ...]
    missing: tuple[Band, ...]
    marked: tuple[Band, ...]
    zero: float
    between: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """What to draw: one value a day, None where the day was not read."""

    key: str
    label: str
    values: Values
    is_settled: Sequence[bool]


def nice_step(span: float, marks: int = 4) -> float:
    """A round distance (1, 2, 2.5 or 5 times a power of ten) that gives about so many marks."""
    if span <= 0:
        return 1.0
    power = 10.0 ** (len(str(int(span / marks))) - 1) if span / marks >= 1 else 1.0
    while span / marks / power < 1:
        power /= 10
    for factor in (1, 2, 2.5, 5, 10):
        if span / (factor * power) <= marks:
            return factor * power
    return 10 * power


def draw(
    days: Sequence[date],
    series: Sequence[Series],
    level_text: Callable[[Decimal], str],
    *,
    marked: Sequence[bool] = (),
    behind: Sequence[Series] = (),
    between: tuple[Values, Values] = ((), ()),
) -> Chart:
    """The chart of some series over the same days.

    `marked` days are shaded, and so is what lies between the two rows of `between`. Those of
    `behind` are drawn behind the series and say nothing of which days are missing or still settle.
    """
    every = (*series, *behind)
    known = [float(value) for one in every for value in one.values if value is not None]
    known += [float(value) for value in between[1] if value is not None]
    lowest, highest = min([0.0, *known]), max([0.0, *known])
    step = nice_step(highest - lowest)
    floor = step * math.floor(lowest / step)
    roof = max(step * math.ceil(highest / step), floor + step)
    scale = _Scale(len(days), floor, roof)
    levels = [floor + step * n for n in range(round((roof - floor) / step) + 1)]
    return Chart(
        lines=tuple(scale.line(one) for one in every),
        levels=tuple(
            Tick(scale.y_percent(level), level_text(Decimal(repr(level)))) for level in levels
        ),
        dates=date_ticks(days),
        settling=_bands([_is_settling(series, n) for n in range(len(days))]),
        missing=_bands([_is_missing(series, n) for n in range(len(days))]),
        marked=_bands(marked),
        zero=scale.y_percent(0.0),
        between=scale.between(*between),
    )


def _is_settling(series: Sequence[Series], n: int) -> bool:
    return any(one.values[n] is not None and not one.is_settled[n] for one in series)


def _is_missing(series: Sequence[Series], n: int) -> bool:
    return all(one.values[n] is None for one in series)


@dataclass(frozen=True, slots=True)
class _Scale:
    days: int
    floor: float
    roof: float

    def x(self, n: int) -> float:
        return (n + 0.5) / self.days * BOX

    def y(self, value: float) -> float:
        return BOX * (1 - (value - self.floor) / (self.roof - self.floor))

    def x_percent(self, n: int) -> float:
        return round(self.x(n) / BOX * 100, 2)

    def y_percent(self, value: float) -> float:
        return round(TOP + (BOTTOM - TOP) * self.y(value) / BOX, 2)

    def between(self, lows: Values, highs: Values) -> str:
        """Path data of the surface between two rows, one piece for each unbroken stretch."""
        pieces: list[str] = []
        stretch: list[tuple[int, float, float]] = []
        for n, (low, high) in enumerate(zip([*lows, None], [*highs, None], strict=True)):
            if low is not None and high is not None:
                stretch.append((n, float(low), float(high)))
                continue
            if len(stretch) > 1:
                there = [_at((self.x(at), self.y(top))) for at, _, top in stretch]
                back = [_at((self.x(at), self.y(bottom))) for at, bottom, _ in stretch[::-1]]
                pieces.append("M" + "L".join([*there, *back]) + "Z")
            stretch = []
        return "".join(pieces)

    def line(self, series: Series) -> Line:
        points = [
            None if value is None else (self.x(n), self.y(float(value)))
            for n, value in enumerate(series.values)
        ]
        solid, dashed = _strokes(points, series.is_settled)
        known = [(n, float(value)) for n, value in enumerate(series.values) if value is not None]
        alone = [
            (n, value)
            for n, value in known
            if (n == 0 or points[n - 1] is None) and (n == len(points) - 1 or points[n + 1] is None)
        ]
        end = known[-1] if known else None
        return Line(
            key=series.key,
            label=series.label,
            solid=solid,
            dashed=dashed,
            area=_area(points, self.y(max(0.0, self.floor))),
            dots=tuple((self.x_percent(n), self.y_percent(value)) for n, value in alone),
            end=(self.x_percent(end[0]), self.y_percent(end[1])) if end else None,
        )


_Points = Sequence[tuple[float, float] | None]


def _at(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _strokes(points: _Points, is_settled: Sequence[bool]) -> tuple[str, str]:
    """Path data of the settled stretches and of those that still settle."""
    solid: list[str] = []
    dashed: list[str] = []
    pen: tuple[bool, int] | None = None
    for (n, left), (m, right) in pairwise(enumerate(points)):
        if left is None or right is None:
            continue
        settled = is_settled[n] and is_settled[m]
        path = solid if settled else dashed
        # a move is needed unless the pen of this very path rests on the left point
        path.append(f"L{_at(right)}" if pen == (settled, n) else f"M{_at(left)}L{_at(right)}")
        pen = (settled, m)
    return "".join(solid), "".join(dashed)


def _area(points: _Points, base: float) -> str:
    """Path data of the surface between the line and zero, one piece for each unbroken stretch."""
    pieces: list[str] = []
    stretch: list[tuple[float, float]] = []
    for point in (*points, None):
        if point is not None:
            stretch.append(point)
            continue
        if len(stretch) > 1:
            pieces.append(
                f"M{stretch[0][0]:.1f} {base:.1f}"
                + "".join(f"L{_at(at)}" for at in stretch)
                + f"L{stretch[-1][0]:.1f} {base:.1f}Z"
            )
        stretch = []
    return "".join(pieces)


def _bands(marked: Sequence[bool]) -> tuple[Band, ...]:
    """Runs of marked days."""
    bands: list[Band] = []
    start: int | None = None
    for n, is_marked in enumerate((*marked, False)):
        if is_marked and start is None:
            start = n
        elif not is_marked and start is not None:
            width = 100 / len(marked)
            bands.append(Band(round(start * width, 2), round((n - start) * width, 2)))
            start = None
    return tuple(bands)


def date_ticks(days: Sequence[date]) -> tuple[Tick, ...]:
    """Dates below the chart: days of a week, weeks of a month, or first days of months."""
    count = len(days)
    if count > 120:
        shown = [n for n, value in enumerate(days) if value.day == 1]
        shown = shown[:: max(1, round(len(shown) / 12))]
    else:
        stride = 1 if count <= 8 else 7 * max(1, round(count / 7 / 7))
        shown = list(range(count - 1, -1, -stride))[::-1]
    keep_every = 2 if len(shown) > 3 else 1
    ticks = []
    for position, n in enumerate(shown):
        place = round((n + 0.5) / count * 100, 2)
        anchor = "start" if place < 5 else "end" if place > 95 else "middle"
        text = f"{days[n]:%b}" if count > 120 else f"{days[n].day} {days[n]:%b}"
        if count > 120 and days[n].month == 1:
            text = str(days[n].year)
        always = (len(shown) - 1 - position) % keep_every == 0
        ticks.append(Tick(place, text, anchor, always))
    return tuple(ticks)


def spark(values: Values, is_settled: Sequence[bool], past: Values = ()) -> tuple[str, str, str]:
    """Path data of a small line without axes: settled, still settling, and the line of the past.

    Both lines fill one box, from the lowest to the highest value of either.
    """
    known = [float(value) for value in (*values, *past) if value is not None]
    if sum(value is not None for value in values) < 2:
        return "", "", ""
    low, high = min(known), max(known)
    solid, dashed = _strokes(_small(values, low, high), is_settled)
    ghost, _ = _strokes(_small(past, low, high), [True] * len(past))
    return solid, dashed, ghost


def _small(values: Values, low: float, high: float) -> _Points:
    span = (high - low) or 1.0
    width = max(1, len(values) - 1)
    return [
        None
        if value is None
        else (n / width * BOX, BOX * (1 - (float(value) - low) / span) if high > low else BOX / 2)
        for n, value in enumerate(values)
    ]
