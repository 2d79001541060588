"""The evidence on every scope of one morning, each reckoned once however many rules ask.

All measures are reckoned at once: most rules ask for several.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from aura.insights.case import Rows
from aura.insights.evidence import (
    Direction,
    Evidence,
    Siblings,
    beside,
    of_leaves,
    of_siblings,
    of_total,
)
from aura.insights.measure import MeasureName
from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray
from aura.insights.situation import Situation

# days without delivery after which a campaign is over
_IDLE_DAYS = 3
_LEAST_BASELINE = 15.0
_LEAST_BASELINE_DAYS = 21


@dataclass(frozen=True, eq=False)
class Scopes:
    """A situation, and what was asked about its scopes so far."""

    situation: Situation
    _totals: dict[bytes, Evidence] = field(default_factory=dict)
    _outside: dict[bytes, FloatArray] = field(default_factory=dict)
    _most: dict[tuple[bytes, Direction], FloatArray] = field(default_factory=dict)
    _most_of_leaves: dict[Direction, FloatArray] = field(default_factory=dict)

    @cached_property
    def spending(self) -> BoolArray:
        """Leaves that have spent on one of the newest days that are known, (K,)."""
        return _spending(self.situation.panel)

    @cached_property
    def _is_active(self) -> BoolArray:
        counts = self.situation.counts
        knows_counts = counts.baseline_count[..., 0] >= _LEAST_BASELINE
        return self.spending & knows_counts & (counts.baseline_days[..., 0] >= _LEAST_BASELINE_DAYS)

    def active(self, name: MeasureName) -> BoolArray:
        """Leaves that still spend and know their own past, (K,)."""
        return np.asarray(self._is_active[self._place(name)])

    def total(self, name: MeasureName, rows: Rows) -> Evidence:
        """The evidence on leaves taken together, (W,)."""
        if len(rows) == 1:
            return self.leaves(name).of(int(rows[0]))
        return self._total(rows).of(self._place(name))

    def most(self, name: MeasureName, rows: Rows, direction: Direction) -> FloatArray:
        """What leaves taken together can surprise at most, (W,)."""
        key = rows.tobytes(), direction
        if key not in self._most:
            self._most[key] = self._total(rows).most_surprise(direction)
        return np.asarray(self._most[key][self._place(name)])

    def outside(self, name: MeasureName, rows: Rows) -> FloatArray:
        """What happened to the leaves that are not among `rows`, shrunk to 1: (W,)."""
        key = rows.tobytes()
        if key not in self._outside:
            rest = np.setdiff1d(np.arange(len(self.situation.panel.leaves)), rows)
            counts = self.situation.counts
            self._outside[key] = (
                self._total(rest).mean() if rest.size else np.ones_like(counts.expected[:, 0])
            )
        return np.asarray(self._outside[key][self._place(name)])

    def leaves(self, name: MeasureName) -> Evidence:
        """The evidence on every leaf by itself, (K, W)."""
        return self._leaves.of(self._place(name))

    def most_of_leaves(self, name: MeasureName, direction: Direction) -> FloatArray:
        """What a leaf can surprise at most, (K,): siblings exclude no more than what all share."""
        if direction not in self._most_of_leaves:
            at_most = beside(self._leaves, self.situation.counts.shared_noise)
            self._most_of_leaves[direction] = at_most.most_surprise(direction).max(axis=-1)
        return np.asarray(self._most_of_leaves[direction][self._place(name)])

    def sibling_multipliers(self, name: MeasureName) -> FloatArray:
        """What happened to the other campaigns, by leaf, (K, W)."""
        return np.asarray(self._siblings.multipliers[self._place(name)])

    def beside_siblings(self, name: MeasureName) -> Evidence:
        """The evidence on every leaf but for what siblings show not to have happened, (K, W)."""
        return self._beside_siblings.of(self._place(name))

    @cached_property
    def _leaves(self) -> Evidence:
        return of_leaves(self.situation.counts)

    @cached_property
    def _siblings(self) -> Siblings:
        return of_siblings(self.situation.panel, self.situation.counts)

    @cached_property
    def _beside_siblings(self) -> Evidence:
        return beside(self._leaves, self._siblings.relief)

    def _total(self, rows: Rows) -> Evidence:
        """Of all measures, (M, W)."""
        key = rows.tobytes()
        if key not in self._totals:
            self._totals[key] = of_total(self.situation.counts, rows)
        return self._totals[key]

    def _place(self, name: MeasureName) -> int:
        return self.situation.counts.names.index(name)


def _spending(panel: Panel) -> BoolArray:
    spends = np.zeros(len(panel.leaves), dtype=np.bool_)
    for number in range(len(panel.platforms)):
        rows = panel.rows(number)
        known = np.flatnonzero((panel.known[rows] & (panel.share[rows] > 0)).any(axis=0))
        if known.size:
            recent = panel.spend[rows, max(known[-1] - _IDLE_DAYS + 1, 0) : known[-1] + 1]
            spends[rows] = recent.sum(axis=1) > 0
    return spends
