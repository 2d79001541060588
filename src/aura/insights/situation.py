"""What every rule sees of one morning: the panel, what was expected, and which days say nothing.

In goes a history, out comes a situation. Health comes before business: outages of tracking are
found first, then completeness is learned without their days, and only then are expectations formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from aura.insights.baseline import Comparison, Counts, compare
from aura.insights.daily import (
    announced_days,
    fitted,
    holiday_days,
    promotion_days,
    with_hangover,
)
from aura.insights.demand import demand_multipliers, other_orders
from aura.insights.health import Outage, affected_days, find_outages
from aura.insights.measure import MeasureName, flattened_spend, take_measures, weekly
from aura.insights.panel import (
    Panel,
    Silence,
    build_panel,
    readable_platforms,
    without_arrivals,
)
from aura.insights.series import BoolArray, FloatArray, History
from aura.model import Platform

# days that anything is learned from: 28 weeks
LOOK_BACK = 196


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """One morning.

    Attributes:
        run_day: the morning's date in the brand's time zone; only days before it are used.
        usable: (P, T), days a window may rest on; normal: (P, T), days a baseline may rest on.
        comparisons: observed against expected, by what is compared; counts: all of them at once.
        demand: (W,) what happened to the store's other orders in each window.
        ad_platforms: those the brand advertises on, read or not.
        unusual: (T,), days around holidays and promotions.
        silences: platforms about which nothing can be said, and why.
    """

    run_day: date
    panel: Panel
    comparisons: dict[MeasureName, Comparison]
    counts: Counts
    demand: FloatArray
    ad_platforms: tuple[Platform, ...]
    outages: tuple[Outage, ...]
    usable: BoolArray
    normal: BoolArray
    unusual: BoolArray
    silences: tuple[Silence, ...]


def take_stock(history: History, run_day: date) -> Situation:
    """Everything the rules need, from what could be known on the morning of `run_day`."""
    history = history.until(run_day).recent(LOOK_BACK)
    platforms, silences = readable_platforms(history, run_day)
    panel = build_panel(history, platforms)
    every = np.ones((len(platforms), history.days), dtype=np.bool_)
    flat = flattened_spend(panel)
    exposure = weekly(panel, flat, every, panel.conversions, panel.share)
    due = fitted(panel, exposure)
    outages = find_outages(panel, due)
    if outages:
        panel = without_arrivals(panel, _lost_days(panel, outages))
        due = fitted(panel, exposure)
    affected = affected_days(panel, outages)
    others = other_orders(panel)
    promotions = promotion_days(panel, due, others)
    promotions |= announced_days(history)
    holidays = holiday_days(history.first_day, history.days)
    unusual = with_hangover(promotions) | holidays
    normal = ~affected & ~(promotions | holidays)
    usable = ~affected
    measures = take_measures(panel, flat, normal)
    comparisons, counts = compare(panel, measures, usable, normal, unusual)
    return Situation(
        run_day=run_day,
        panel=panel,
        comparisons=comparisons,
        counts=counts,
        demand=demand_multipliers(panel, others, ~unusual),
        ad_platforms=tuple(dict.fromkeys(entity.platform for entity in history.entities)),
        outages=outages,
        usable=usable,
        normal=normal,
        unusual=unusual,
        silences=silences,
    )


def _lost_days(panel: Panel, outages: tuple[Outage, ...]) -> dict[Platform, set[date]]:
    lost: dict[Platform, set[date]] = {}
    for outage in outages:
        days = {panel.history.day(index) for index in range(outage.first, outage.last + 1)}
        lost.setdefault(panel.platforms[outage.platform], set()).update(days)
    return lost
