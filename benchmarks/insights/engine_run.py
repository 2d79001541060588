"""The engine on worlds, through its replay: alerts for the scorer."""

from __future__ import annotations

from datetime import timedelta

from ledger import timeline
from scoring import FIRST_RUN, Alert
from truth import World

from aura.insights.replay import replay
from aura.model import DayRange


def alerts(world: World) -> list[Alert]:
    first = world.first_day
    days = DayRange(first + timedelta(days=FIRST_RUN), first + timedelta(days=world.days))
    found = []
    for change in replay(timeline(world), days):
        if change.event != "opened":
            continue
        one = change.finding
        found.append(
            Alert(
                run=(change.run_day - first).days,
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
    return found
