"""The evidence on every scope of one morning, each reckoned once however many rules ask."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from aura.insights.case import Rows
from aura.insights.evidence import (
    Evidence,
    Siblings,
    beside,
    of_leaves,
    of_siblings,
    of_total,
    outside_multipliers,
)
from aura.insights.measure import MeasureName
from aura.insights.panel import Panel
from aura.insights.series import BoolArray, FloatArray
from aura.insights.situation import Situation

_Place = tuple[MeasureName, bytes]
# days without delivery after which a campaign is over
_IDLE_DAYS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Scopes:
    """A situation, and what was asked about its scopes so far."""

    situation: Situation
    _totals: dict[_Place, Evidence] = field(default_factory=dict)
    _outside: dict[_Place, FloatArray] = field(default_factory=dict)
    _leaves: dict[MeasureName, Evidence] = field(default_factory=dict)
    _siblings: dict[MeasureName, Siblings] = field(default_factory=dict)
    # leaves that have spent on one of the newest days that are known, (K,)
    spending: BoolArray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spending", _spending(self.situation.panel))

    def total(self, name: MeasureName, rows: Rows) -> Evidence:
        """The evidence on leaves taken together, (W,)."""
        place = name, rows.tobytes()
        if place not in self._totals:
            self._totals[place] = (
                self.leaves(name).of(int(rows[0]))
                if len(rows) == 1
                else of_total(self.situation.comparisons[name], rows)
            )
        return self._totals[place]

    def outside(self, name: MeasureName, rows: Rows) -> FloatArray:
        """What happened to the leaves that are not among `rows`, shrunk to 1: (W,)."""
        place = name, rows.tobytes()
        if place not in self._outside:
            comparison = self.situation.comparisons[name]
            self._outside[place] = outside_multipliers(comparison, rows, self.situation.panel)
        return self._outside[place]

    def leaves(self, name: MeasureName) -> Evidence:
        """The evidence on every leaf by itself, (K, W)."""
        if name not in self._leaves:
            self._leaves[name] = of_leaves(self.situation.comparisons[name])
        return self._leaves[name]

    def siblings(self, name: MeasureName) -> Siblings:
        """What the other campaigns say of each."""
        if name not in self._siblings:
            comparison = self.situation.comparisons[name]
            self._siblings[name] = of_siblings(self.situation.panel, comparison)
        return self._siblings[name]

    def beside_siblings(self, name: MeasureName) -> Evidence:
        """The evidence on every leaf but for what siblings show not to have happened, (K, W)."""
        return beside(self.leaves(name), self.siblings(name).relief)


def _spending(panel: Panel) -> BoolArray:
    spends = np.zeros(len(panel.leaves), dtype=np.bool_)
    for number in range(len(panel.platforms)):
        rows = panel.rows(number)
        known = np.flatnonzero((panel.known[rows] & (panel.share[rows] > 0)).any(axis=0))
        if known.size:
            recent = panel.spend[rows, max(known[-1] - _IDLE_DAYS + 1, 0) : known[-1] + 1]
            spends[rows] = recent.sum(axis=1) > 0
    return spends
