"""What others would have said of the same worlds: usual rules, chance, and who knows the rates."""

from __future__ import annotations

import numpy as np
from scoring import FIRST_RUN, Alert
from truth import CLAIMS, Array, World

_LEAST = 10.0


def _reported(world: World, scope: tuple[str, str, str], run: int) -> dict[str, Array]:
    """A scope's KPIs by day as a dashboard shows them on a morning, NaN without delivery."""
    rows = world.rows(scope)
    days = np.arange(max(run - 36, 0), run)
    age = np.minimum(run - days, world.counts.shape[2] - 1)
    spend, clicks = (values[rows][:, days].sum(axis=0) for values in (world.spend, world.clicks))
    counts = world.counts[rows][:, days, age].sum(axis=0)
    value = world.amounts[rows][:, days, age].sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "cpa": np.where(spend > 0, spend / np.maximum(counts, 0.5), np.nan),
            "roas": np.where(spend > 0, value / spend, np.nan),
            "cvr": np.where(clicks > 0, counts / clicks, np.nan),
            "count": counts,
        }


def z_score(world: World) -> list[Alert]:
    """The newest day beyond 2.5 standard deviations of the 28 days before it."""
    found = []
    for scope in world.scopes():
        for run in range(FIRST_RUN, world.days + 1):
            shown = _reported(world, scope, run)
            for kind, (metric, direction, _) in CLAIMS.items():
                series = shown[metric]
                before, now = series[-29:-1], series[-1]
                if np.isfinite(before).sum() < 14 or not np.isfinite(now):
                    continue
                spread = float(np.nanstd(before))
                if spread > 0 and direction * (now - np.nanmean(before)) > 2.5 * spread:
                    found.append(Alert(run, kind, scope, run - 1, run - 1))
    return found


def week_over_week(world: World) -> list[Alert]:
    """The last 7 days 30 % or more from the 7 before them, with 10 conversions in either."""
    found = []
    for scope in world.scopes():
        for run in range(FIRST_RUN, world.days + 1):
            shown = _reported(world, scope, run)
            counts = shown["count"]
            if min(counts[-7:].sum(), counts[-14:-7].sum()) < _LEAST:
                continue
            for kind, (metric, direction, _) in CLAIMS.items():
                now, before = shown[metric][-7:], shown[metric][-14:-7]
                if not np.isfinite(now).any() or not np.isfinite(before).any():
                    continue
                change = np.nanmean(now) / max(np.nanmean(before), 1e-12) - 1
                if direction * change > 0.3:
                    found.append(Alert(run, kind, scope, run - 7, run - 1))
    return found


def chance(world: World, alerts: int, seed: int) -> list[Alert]:
    """As many alerts as the engine raised, anywhere at any time."""
    random = np.random.default_rng(seed)
    scopes, kinds = world.scopes(), list(CLAIMS)
    found = []
    for _ in range(alerts):
        run = int(random.integers(FIRST_RUN, world.days + 1))
        scope = scopes[int(random.integers(len(scopes)))]
        found.append(Alert(run, str(random.choice(kinds)), scope, run - 3, run - 1))
    return found


def oracle(world: World) -> list[Alert]:
    """Knows the hidden rates of every day: what an event did to each KPI, three days later."""
    found = []
    for event in world.events:
        scope = event.scope(world)
        for kind, (metric, direction, limit) in CLAIMS.items():
            part = world.injected(scope, metric)
            for run in range(max(event.first + 3, FIRST_RUN), event.last + 2):
                if direction * (part[run - 1] - limit) >= 0:
                    found.append(Alert(run, kind, scope, event.first, run - 1))
                    break
    return found
