"""The engine on worlds, through its replay: alerts for the scorer."""

from __future__ import annotations

from datetime import timedelta

from lasting import Span
from ledger import timeline
from scoring import FIRST_RUN, Alert
from truth import World

from aura.insights.replay import replay
from aura.model import DayRange


def alerts(world: World) -> list[Alert]:
    """What was said anew, morning by morning."""
    return told(world)[0]


def told(world: World) -> tuple[list[Alert], list[Span]]:
    """What was said anew, and on which mornings each of it stood."""
    first = world.first_day
    days = DayRange(first + timedelta(days=FIRST_RUN), first + timedelta(days=world.days))
    found: list[Alert] = []
    stood: list[Span] = []
    standing: dict[str, Alert] = {}
    for change in replay(timeline(world), days):
        morning = (change.run_day - first).days
        if change.event == "resolved":
            opened = standing.pop(change.dedup_key)
            stood.append(Span(opened.kind, opened.scope, opened.run, morning))
        if change.event != "opened":
            continue
        one = change.finding
        found.append(
            Alert(
                run=morning,
                kind=one.finding_type,
                scope=(one.scope.level, one.scope.platform, one.scope.entity_id),
                first=(one.window.first - first).days,
                last=(one.window.last - first).days,
                confidence=one.confidence,
                ratio=one.effect.ratio,
                low=one.effect.low,
                high=one.effect.high,
            )
        )
        standing[change.dedup_key] = found[-1]
    end = world.days + 1
    stood += [Span(one.kind, one.scope, one.run, end) for one in standing.values()]
    return found, stood
