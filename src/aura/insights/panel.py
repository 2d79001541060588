"""The histories of all campaigns side by side: rows are leaves, columns are days.

A leaf is a campaign, or an account whose campaigns are not known. Platforms that have not been read
lately are left out, with the reason. Unknown days are zeros that `known` marks as such, so that
sums are plain matrix products.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from aura.insights.completeness import AGES, CampaignCurves, Curve, learn_all
from aura.insights.series import BoolArray, EntityDays, FloatArray, History
from aura.model import Platform

# a source that is more days behind than this says nothing
STALE_DAYS = 2


@dataclass(frozen=True, slots=True)
class Silence:
    """Why nothing can be said about a platform, or about the brand (platform None)."""

    platform: Platform | None
    reason: str


@dataclass(frozen=True, eq=False)
class Panel:
    """Leaves by days.

    Attributes:
        leaves: K of them, ordered by platform.
        platforms: those present; `platform_of` (K,) indexes them.
        spend, clicks, conversions, value: (K, T), zero where not known.
        known: (K, T).
        share, deviation: (K, T), completeness of each day and its relative uncertainty; 0 where
            the day was not read.
        judged: (K, T), days old enough to be judged.
        last: (P,) index of the last day that may be judged; -1 when there is none.
        learned: (P,) each platform's own completeness and that of its leaves.
        rows_of: (P,) a platform's leaves.
    """

    history: History
    leaves: tuple[EntityDays, ...]
    platforms: tuple[Platform, ...]
    platform_of: np.ndarray[tuple[int], np.dtype[np.intp]]
    spend: FloatArray
    clicks: FloatArray
    conversions: FloatArray
    value: FloatArray
    known: BoolArray
    share: FloatArray
    deviation: FloatArray
    judged: BoolArray
    last: tuple[int, ...]
    learned: tuple[tuple[Curve, CampaignCurves], ...]
    rows_of: tuple[np.ndarray[tuple[int], np.dtype[np.intp]], ...]

    @cached_property
    def curves(self) -> tuple[Curve, ...]:
        """Each platform's own completeness, (P,)."""
        return tuple(curve for curve, _ in self.learned)

    @cached_property
    def is_new(self) -> BoolArray:
        """Leaves of platforms that were read on few mornings so far, (K,)."""
        is_new = np.array([curve.is_new for curve in self.curves], dtype=np.bool_)
        return np.asarray(is_new[self.platform_of])

    @cached_property
    def is_same_platform(self) -> FloatArray:
        """1 where two leaves are of one platform, (K, K): times figures of leaves, its sums."""
        return np.equal.outer(self.platform_of, self.platform_of).astype(np.float64)

    @property
    def days(self) -> int:
        """How many days there are."""
        return self.history.days

    def rows(self, platform: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """The leaves of a platform."""
        return self.rows_of[platform]


def readable_platforms(
    history: History, run_day: date
) -> tuple[tuple[Platform, ...], tuple[Silence, ...]]:
    """Ad platforms whose days are fresh enough, and why the others are not."""
    readable: list[Platform] = []
    silences: list[Silence] = []
    present = dict.fromkeys(entity.platform for entity in history.entities)
    for platform in present:
        source = history.source(platform)
        if source is None or source.known_through is None or source.observed_on is None:
            silences.append(Silence(platform, "it has not been read yet"))
        elif not source.is_connected:
            silences.append(Silence(platform, "it is not connected"))
        elif (run_day - source.known_through).days > STALE_DAYS:
            silences.append(
                Silence(platform, f"its numbers end on {source.known_through.isoformat()}")
            )
        else:
            readable.append(platform)
    return tuple(readable), tuple(silences)


def leaves_of(history: History, platform: Platform) -> tuple[EntityDays, ...]:
    """A platform's campaigns, and those of its accounts that have none."""
    own = [entity for entity in history.entities if entity.platform == platform]
    campaigns = [entity for entity in own if entity.level == "campaign"]
    split = {campaign.account_id for campaign in campaigns}
    accounts = [
        entity for entity in own if entity.level == "account" and entity.entity_id not in split
    ]
    return tuple(campaigns + accounts)


def build_panel(history: History, platforms: tuple[Platform, ...]) -> Panel:
    """Set the leaves of `platforms`, which have been read, side by side."""
    own = [leaves_of(history, platform) for platform in platforms]
    leaves = tuple(leaf for found in own for leaf in found)
    place = np.repeat(np.arange(len(platforms)), [len(found) for found in own])
    learned = tuple(
        _learned(history, platform, found) for platform, found in zip(platforms, own, strict=True)
    )
    shape = (len(leaves), history.days)
    spend, clicks, conversions, value = (
        np.array([getattr(leaf, name) for leaf in leaves], dtype=np.float64).reshape(shape)
        for name in ("spend", "clicks", "conversions", "value")
    )
    known = np.isfinite(spend) & np.isfinite(conversions)
    share, deviation, judged, last = _maturity(history, platforms, learned)
    return Panel(
        history,
        leaves,
        platforms,
        place,
        np.where(known, spend, 0.0),
        np.where(known & np.isfinite(clicks), clicks, 0.0),
        np.where(known, conversions, 0.0),
        np.where(known & np.isfinite(value), value, 0.0),
        known,
        share,
        deviation,
        judged,
        last,
        learned,
        tuple(np.flatnonzero(place == number) for number in range(len(platforms))),
    )


def without_arrivals(panel: Panel, left_out: Mapping[Platform, Collection[date]]) -> Panel:
    """The same where what arrived on some days of a platform teaches nothing of completeness."""
    learned = tuple(
        _learned(panel.history, platform, [panel.leaves[row] for row in rows], left_out[platform])
        if platform in left_out
        else known
        for platform, rows, known in zip(panel.platforms, panel.rows_of, panel.learned, strict=True)
    )
    share, deviation, judged, last = _maturity(panel.history, panel.platforms, learned)
    return replace(
        panel, share=share, deviation=deviation, judged=judged, last=last, learned=learned
    )


def _learned(
    history: History,
    platform: Platform,
    leaves: Sequence[EntityDays],
    left_out: Collection[date] = (),
) -> tuple[Curve, CampaignCurves]:
    ids = tuple(leaf.entity_id for leaf in leaves)
    return learn_all(history.snapshots_of(platform), ids, left_out)


def _maturity(
    history: History,
    platforms: tuple[Platform, ...],
    learned: tuple[tuple[Curve, CampaignCurves], ...],
) -> tuple[FloatArray, FloatArray, BoolArray, tuple[int, ...]]:
    shares: list[FloatArray] = []
    deviations: list[FloatArray] = []
    judged: list[BoolArray] = []
    last: list[int] = []
    day = np.arange(history.days)
    for platform, (curve, own) in zip(platforms, learned, strict=True):
        source = history.source(platform)
        if source is None or source.observed_on is None or source.known_through is None:
            raise ValueError(f"{platform} has not been read")
        ages = history.index(source.observed_on) - day
        position = np.minimum(np.maximum(ages, 0), AGES - 1)
        covered = day <= history.index(source.known_through)
        shares.append(np.where(covered, own.shares.take(position, axis=1), 0.0))
        deviations.append(own.deviations.take(position, axis=1))
        judged.append(covered & own.is_learned.take(position, axis=1))
        days = np.flatnonzero(covered & (ages >= curve.first_judged_age))
        last.append(int(days[-1]) if days.size else -1)
    empty = np.zeros((0, history.days))
    return (
        np.concatenate([empty, *shares]),
        np.concatenate([empty, *deviations]),
        np.concatenate([empty > 0, *judged]),
        tuple(last),
    )
