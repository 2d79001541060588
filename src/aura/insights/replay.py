"""The engine day after day over a history that was observed over time, never looking ahead.

In goes a timeline and a range of mornings, out comes one change for each finding that opened, was
told anew or ended, as `lifecycle.plan` decides it for a brand that is evaluated every morning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Literal
from uuid import UUID

from aura.insights.engine import Examination, examine
from aura.insights.finding import Finding, Key
from aura.insights.lifecycle import (
    Closing,
    Opening,
    Standing,
    Update,
    is_budget_day,
    plan,
    stood_before,
)
from aura.insights.timeline import Mornings, Timeline
from aura.model import DayRange

Event = Literal["opened", "updated", "resolved"]
Look = Callable[..., Examination]


@dataclass(frozen=True, slots=True)
class Change:
    """What a morning did to one finding.

    Attributes:
        finding: as it was found that morning; when it ended, as it was last confirmed.
        dedup_key: that of its opening, the same in all of its changes.
        opened_on: the morning of its opening.
    """

    run_day: date
    event: Event
    finding: Finding
    dedup_key: str
    opened_on: date


@dataclass(slots=True)
class _Told:
    standing: Standing
    finding: Finding
    opened_on: date
    dedup_key: str


def replay(timeline: Timeline, days: DayRange, look: Look = examine) -> Iterator[Change]:
    """Every change of the mornings `days`, in their order.

    `look` examines a history on a morning, as `examine` does.
    """
    mornings = Mornings(timeline)
    told: dict[Key, _Told] = {}
    for run_day in days.days():
        history = mornings.history(run_day)
        if history is not None and history.days:
            standing = [one.standing for one in told.values()]
            with_budget = run_day == days.first or is_budget_day(standing, timeline.brand, run_day)
            before = stood_before(standing, run_day)
            seen = look(history, run_day, standing=before, with_budget=with_budget)
            yield from _morning(seen, run_day, told)


def _morning(seen: Examination, run_day: date, told: dict[Key, _Told]) -> Iterator[Change]:
    changes = plan(
        seen.findings,
        [one.standing for one in told.values()],
        judged=seen.judged,
        run_day=run_day,
        now=datetime.combine(run_day, time(), UTC),
    )
    for change in sorted(changes, key=lambda change: not isinstance(change, Closing)):
        if isinstance(change, Closing):
            one = told.pop(change.standing.key)
            yield Change(run_day, "resolved", one.finding, one.dedup_key, one.opened_on)
        elif isinstance(change, Update):
            one = told[change.standing.key]
            is_news = _said(change.finding) != _said(one.finding)
            one.finding = change.finding
            one.standing = replace(
                one.standing, updated_on=run_day, priority=change.finding.priority
            )
            if is_news:
                yield Change(run_day, "updated", one.finding, one.dedup_key, one.opened_on)
        else:
            one = _opened(change, run_day, len(told))
            told[one.standing.key] = one
            yield Change(run_day, "opened", one.finding, one.dedup_key, run_day)


def _opened(opening: Opening, run_day: date, number: int) -> _Told:
    finding = opening.finding
    standing = Standing(
        id=UUID(int=number),
        insight_id=None,
        finding_type=finding.finding_type,
        platform=finding.scope.platform,
        entity_id=finding.scope.entity_id,
        status="open",
        priority=finding.priority,
        updated_on=run_day,
        opened_on=run_day,
    )
    return _Told(standing, finding, run_day, finding.dedup_key)


def _said(finding: Finding) -> tuple[object, ...]:
    effect = finding.effect
    return (
        finding.window,
        round(finding.confidence, 3),
        round(effect.ratio, 3),
        finding.impact and finding.impact.per_day,
        finding.priority,
    )
