"""What others would have said of the same worlds: usual rules, chance, and who knows the rates.

A rule judges the newest day, or waits: with `wait` it does as if the last so many days were not
there yet, because few of their purchases are.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scoring import FIRST_RUN, Alert
from truth import CLAIMS, Array, World

_LEAST = 10.0


def reported(
    world: World, scope: tuple[str, str, str], *, wait: int, back: int
) -> dict[str, Array]:
    """A scope's KPIs as a dashboard shows them each judged morning: (mornings, days).

    The last column is the newest day that is not waited for; NaN without delivery.
    """
    rows = world.rows(scope)
    run = np.arange(FIRST_RUN, world.days + 1)[:, None]
    day = run - wait - back + np.arange(back)
    days = np.maximum(day, 0)
    age = np.minimum(run - days, world.counts.shape[2] - 1)
    spend, clicks = (values[rows].sum(axis=0)[days] for values in (world.spend, world.clicks))
    counts = world.counts[rows].sum(axis=0)[days, age]
    value = world.amounts[rows].sum(axis=0)[days, age]
    with np.errstate(divide="ignore", invalid="ignore"):
        shown = {
            "cpa": np.where(spend > 0, spend / np.maximum(counts, 0.5), np.nan),
            "roas": np.where(spend > 0, value / spend, np.nan),
            "cvr": np.where(clicks > 0, counts / clicks, np.nan),
        }
    shown = {metric: np.where(day >= 0, values, np.nan) for metric, values in shown.items()}
    return shown | {"count": np.where(day >= 0, counts, 0)}


def z_score(world: World, wait: int = 0) -> list[Alert]:
    """The newest day beyond 2.5 standard deviations of the 28 days before it."""
    found = []
    for scope in world.scopes():
        shown = reported(world, scope, wait=wait, back=29)
        for kind, (metric, direction, _) in CLAIMS.items():
            before, now = shown[metric][:, :-1], shown[metric][:, -1]
            enough = np.isfinite(before).sum(axis=1) >= 14
            mean = _mean(before)
            spread = np.sqrt(_mean((before - mean[:, None]) ** 2))
            said = enough & (spread > 0) & (direction * (now - mean) > 2.5 * spread)
            found.extend(_said(said, kind, scope, wait, 1))
    return found


def week_over_week(world: World, wait: int = 0) -> list[Alert]:
    """The last 7 days 30 % or more from the 7 before them, with 10 conversions in either."""
    found = []
    for scope in world.scopes():
        shown = reported(world, scope, wait=wait, back=14)
        count = shown["count"].reshape(-1, 2, 7).sum(axis=2)
        for kind, (metric, direction, _) in CLAIMS.items():
            weeks = shown[metric].reshape(-1, 2, 7)
            said = (count.min(axis=1) >= _LEAST) & np.isfinite(weeks).any(axis=2).all(axis=1)
            before, now = (_mean(weeks[:, week]) for week in (0, 1))
            said &= direction * (now / np.maximum(before, 1e-12) - 1) > 0.3
            found.extend(_said(said, kind, scope, wait, 7))
    return found


def _mean(values: Array) -> Array:
    """Of each row without NaN, zero where there is nothing."""
    return np.asarray(np.nansum(values, axis=1) / np.maximum(np.isfinite(values).sum(axis=1), 1))


def _said(
    said: Array, kind: str, scope: tuple[str, str, str], wait: int, length: int
) -> Iterator[Alert]:
    for run in (FIRST_RUN + np.flatnonzero(said)).tolist():
        yield Alert(run, kind, scope, run - wait - length, run - wait - 1)


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
