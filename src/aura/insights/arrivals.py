"""What came in from one reading to the next: purchases by the day on which they were made.

A day's count keeps growing while those who clicked on it think it over, so a day without tracking
fills up afterwards and looks like a bad one. What a morning's reading adds was bought on the day
before, whatever was clicked when: that number never changes. In go snapshots and what each click
day should bring in the end, out come purchases per day and what was due.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray, Snapshots

# clicks older than this hardly bring purchases, but they bring restatements
REACH = 10


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Of the leaves of a platform by day of purchase, (K, T); `known` (T,) days that were read."""

    observed: FloatArray
    expected: FloatArray
    known: BoolArray


def find_arrivals(panel: Panel, number: int, settled: FloatArray) -> Arrivals | None:
    """The purchases of a platform's days; None when it was not read on mornings in succession.

    Args:
        panel: the brand's leaves by days.
        number: the platform's, in `panel.platforms`.
        settled: (K, T) what each click day of the platform's leaves should bring in the end.
    """
    snapshots = panel.history.snapshots_of(panel.platforms[number])
    if snapshots is None or min(snapshots.values.shape[1:]) <= REACH:
        return None
    position = {entity: row for row, entity in enumerate(snapshots.entity_ids)}
    leaves = [panel.leaves[row].entity_id for row in panel.rows(number)]
    present = np.array([leaf in position for leaf in leaves])
    if not present.any():
        return None
    rows = np.array([position[leaf] for leaf in leaves if leaf in position])
    morning, added, step = _steps(snapshots, rows, panel.curves[number].shares)
    start = panel.history.index(snapshots.first_day)
    click = morning[:, None] - np.arange(1, REACH + 1) + start
    inside = slice(*np.searchsorted(morning + start, (REACH, panel.days + 1)))
    place = np.ix_(present, morning[inside] + start - 1)
    found = np.zeros((2, len(leaves), panel.days))
    found[0][place] = added[:, inside].sum(axis=2)
    found[1][place] = (step[:, inside] * settled[present].take(click[inside], axis=1)).sum(axis=2)
    return Arrivals(found[0], found[1], found[1].sum(axis=0) > 0)


def _steps(
    snapshots: Snapshots, rows: np.ndarray[tuple[int], np.dtype[np.intp]], shares: FloatArray
) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], FloatArray, FloatArray]:
    """Mornings of readings, what each added to the days before it, and the share that was due.

    Mornings are elements after the first day, (M,); a morning without a reading is taken with the
    next one. What came, and the part of all purchases that should have, are (K, M, REACH), by age.
    """
    values = snapshots.values[rows]
    _, days, ages = values.shape
    # of days and ages in one row, which is picked from faster
    values = values.reshape(len(rows), -1)
    morning = np.arange(REACH, days + 1)
    age = np.arange(1, REACH + 1)
    now = values.take((morning[:, None] - age) * ages + age, axis=1)
    is_known = np.isfinite(now)
    was_read = is_known.any(axis=(0, 2))
    morning, now, is_known = morning[was_read], now[:, was_read], is_known[:, was_read]
    gap = np.diff(morning, prepend=morning[:1] - REACH)
    before = age - gap[:, None]
    is_new = before <= 0
    before = np.maximum(before, 0)
    then = np.where(is_new, 0.0, values.take((morning[:, None] - age) * ages + before, axis=1))
    both = is_known & np.isfinite(then)
    added = np.where(both, now - then, 0.0)
    step = np.where(both, shares[age] - np.where(is_new, 0.0, shares[before]), 0.0)
    # what the first reading found had come over many days
    return morning[1:], added[:, 1:], step[:, 1:]
