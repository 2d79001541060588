"""A morning's changes become rows: findings open, are told anew, close.

In go the planned changes, out comes nothing: the rows of `public.insights` and `aura.findings` are
right when the transaction ends. What is over is closed first, for its scope may be that of one that
opens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from aura.insights.finding import Finding, Key
from aura.insights.lifecycle import (
    DISMISSED_DAYS,
    EXPIRY_DAYS,
    WEEKLY_NOTICES,
    Change,
    Closing,
    Opening,
    Standing,
    Update,
)
from aura.store import insights as stored
from aura.store.database import Connection
from aura.store.insight_answers import note_notified, notified_since
from aura.store.insights import FindingFacts, InsightText

_LONGEST_TITLE = 255


@dataclass(frozen=True, slots=True)
class Morning:
    """Whose findings, on which day of the brand, at which moment."""

    brand_id: UUID
    run_day: date
    now: datetime


async def standing_findings(connection: Connection, morning: Morning) -> list[Standing]:
    """Findings that are open or snoozed, and those dismissed lately."""
    rows = await stored.standing_rows(
        connection,
        brand_id=morning.brand_id,
        dismissed_since=morning.run_day - timedelta(days=DISMISSED_DAYS),
    )
    return [Standing(**row) for row in rows]


async def ended_findings(connection: Connection, morning: Morning) -> frozenset[Key]:
    """What an earlier look of this morning ended: a second one starts from the same."""
    rows = await stored.ended_rows(connection, brand_id=morning.brand_id, day=morning.run_day)
    return frozenset((row["finding_type"], row["platform"], row["entity_id"]) for row in rows)


async def write_changes(
    connection: Connection, morning: Morning, changes: Iterable[Change]
) -> None:
    """Open, update and close findings, and the insights that stand for them."""
    for change in sorted(changes, key=lambda change: not isinstance(change, Closing)):
        if isinstance(change, Closing):
            await stored.close_finding(
                connection,
                brand_id=morning.brand_id,
                finding_id=change.standing.id,
                insight_id=change.standing.insight_id,
                status=change.status,
                run_day=morning.run_day,
                now=morning.now,
                continued_by=change.continued_by,
            )
        elif isinstance(change, Update):
            await _update(connection, morning, change)
        else:
            await _open(connection, morning, change)


async def _open(connection: Connection, morning: Morning, change: Opening) -> None:
    finding = change.finding
    insight_id = None
    if not finding.is_health:
        insight_id = await stored.add_insight(
            connection, _text(finding, morning), brand_id=morning.brand_id, now=morning.now
        )
    await stored.add_finding(
        connection,
        _facts(finding),
        brand_id=morning.brand_id,
        insight_id=insight_id,
        run_day=morning.run_day,
    )
    # who was told of the story is not told again because its name is another one
    if insight_id is not None and change.continues is None:
        await _tell(connection, morning, insight_id)


async def _tell(connection: Connection, morning: Morning, insight_id: UUID) -> None:
    """People are told of it, unless they were told of enough this week."""
    since = morning.run_day - timedelta(days=7)
    told = await notified_since(connection, brand_id=morning.brand_id, day=since)
    if told < WEEKLY_NOTICES:
        await note_notified(
            connection, brand_id=morning.brand_id, insight_id=insight_id, day=morning.run_day
        )


async def _update(connection: Connection, morning: Morning, change: Update) -> None:
    if change.standing.insight_id is not None:
        await stored.update_insight(
            connection,
            _text(change.finding, morning),
            brand_id=morning.brand_id,
            insight_id=change.standing.insight_id,
            is_escalated=change.is_escalated,
        )
        if change.is_escalated:
            await _tell(connection, morning, change.standing.insight_id)
    await stored.update_finding(
        connection,
        _facts(change.finding),
        brand_id=morning.brand_id,
        finding_id=change.standing.id,
        status=change.status,
        run_day=morning.run_day,
    )


def _text(finding: Finding, morning: Morning) -> InsightText:
    return InsightText(
        insight_type=finding.finding_type,
        priority=finding.priority,
        title=finding.title[:_LONGEST_TITLE],
        description=finding.description,
        action_items=[step.as_json() for step in finding.action_items],
        related_data=finding.details,
        expires_at=morning.now + timedelta(days=EXPIRY_DAYS),
    )


def _facts(finding: Finding) -> FindingFacts:
    return FindingFacts(
        finding_type=finding.finding_type,
        scope_level=finding.scope.level,
        platform=finding.scope.platform,
        entity_id=finding.scope.entity_id,
        dedup_key=finding.dedup_key,
        title=finding.title,
        evidence=_evidence(finding),
    )


def _evidence(finding: Finding) -> dict[str, Any]:
    """For a finding about the data everything; for an insight what finds its own row again."""
    if finding.is_health:
        return finding.details | {
            "priority": finding.priority,
            "confidence": round(finding.confidence, 4),
            "description": finding.description,
            "action_items": [step.as_json() for step in finding.action_items],
        }
    return {
        "window": {
            "start": finding.window.first.isoformat(),
            "end": finding.window.last.isoformat(),
        },
        "confidence": round(finding.confidence, 4),
        "ratio": round(finding.effect.ratio, 4),
        "inputs_hash": finding.details.get("inputs_hash"),
    }
