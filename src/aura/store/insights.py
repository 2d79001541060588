"""Rows behind insights: series as known at a moment come out, insights and their state go in.

An insight is a row of `public.insights` that suffices for its page; its state (open, snoozed,
dismissed, resolved, expired) is a row of `aura.findings`. A finding about the data has only the
latter. Writers run as aura_worker under a lock of the brand, so two evaluations cannot open the
same finding twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from aura.model import DayRange
from aura.store.database import Connection
from aura.store.statements import statements

Row = Mapping[str, Any]
ClosedStatus = Literal["resolved", "expired"]


@dataclass(frozen=True, slots=True)
class InsightText:
    """What a row of public.insights tells; `title` has at most 255 characters."""

    insight_type: str
    priority: str
    title: str
    description: str
    action_items: list[dict[str, Any]]
    related_data: dict[str, Any]
    expires_at: datetime

    @property
    def parameters(self) -> dict[str, Any]:
        """Bind parameters."""
        return {
            "insight_type": self.insight_type,
            "priority": self.priority,
            "title": self.title,
            "description": self.description,
            "action_items": Jsonb(self.action_items),
            "related_data": Jsonb(self.related_data),
            "expires_at": self.expires_at,
        }


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """What the row of a new finding says beside its state."""

    finding_type: str
    scope_level: str
    platform: str
    entity_id: str
    dedup_key: str
    title: str
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredInsight:
    """A row of public.insights that stands."""

    id: UUID
    insight_type: str
    priority: str
    title: str
    description: str
    action_items: list[dict[str, Any]]
    related_data: dict[str, Any]
    is_read: bool
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredHealthFinding:
    """A finding about the data that stands; `evidence` holds its description and steps."""

    id: UUID
    finding_type: str
    platform: str
    title: str
    opened_on: date
    updated_on: date
    evidence: dict[str, Any]


async def brand_facts(connection: Connection, *, brand_id: UUID) -> Row | None:
    """Currency and time zone of the brand that the transaction speaks for."""
    cursor = await connection.execute(statements("insights")["brand"], {"brand_id": brand_id})
    return await cursor.fetchone()


async def source_rows(connection: Connection, *, brand_id: UUID, as_of: datetime) -> list[Row]:
    """By platform: status, when it had last been read, the days vouched for, its time zones."""
    return await _rows(connection, "sources", {"brand_id": brand_id, "as_of": as_of})


async def series_rows(
    connection: Connection, *, brand_id: UUID, as_of: datetime, days: DayRange
) -> list[Row]:
    """One row an account or campaign: arrays over its days (counted from the first) and values."""
    return await _rows(connection, "series", _ranged(brand_id, as_of, days))


async def observation_rows(
    connection: Connection, *, brand_id: UUID, as_of: datetime, days: DayRange
) -> list[Row]:
    """One row an ad account or campaign: every count of a day, from and until when it held."""
    return await _rows(connection, "observations", _ranged(brand_id, as_of, days))


def _ranged(brand_id: UUID, as_of: datetime, days: DayRange) -> dict[str, Any]:
    return {
        "brand_id": brand_id,
        "as_of": as_of,
        "first_day": days.first,
        "last_day": days.last,
    }


async def _rows(connection: Connection, name: str, parameters: Mapping[str, Any]) -> list[Row]:
    # the binary format hands arrays of numbers over without reading them digit by digit
    cursor = await connection.execute(statements("insights")[name], parameters, binary=True)
    return list(await cursor.fetchall())


async def lock_findings(connection: Connection, *, brand_id: UUID) -> None:
    """Wait until no other evaluation of the brand is under way; held until the transaction ends."""
    await connection.execute(statements("insights")["lock_findings"], {"brand_id": brand_id})


async def standing_rows(
    connection: Connection, *, brand_id: UUID, dismissed_since: date
) -> list[Row]:
    """Findings of the brand that are open or snoozed, and those dismissed and last seen since."""
    cursor = await connection.execute(
        statements("insights")["standing_findings"],
        {"brand_id": brand_id, "dismissed_since": dismissed_since},
    )
    return list(await cursor.fetchall())


async def ended_rows(connection: Connection, *, brand_id: UUID, day: date) -> list[Row]:
    """Type and scope of what stood before a morning and ended on it."""
    cursor = await connection.execute(
        statements("insights")["ended_findings"], {"brand_id": brand_id, "day": day}
    )
    return list(await cursor.fetchall())


async def add_insight(
    connection: Connection, text: InsightText, *, brand_id: UUID, now: datetime
) -> UUID:
    """A new insight for people; its id."""
    insight_id: UUID = uuid7()
    await connection.execute(
        statements("insights")["add_insight"],
        text.parameters | {"id": insight_id, "brand_id": brand_id, "now": now},
    )
    return insight_id


async def update_insight(
    connection: Connection,
    text: InsightText,
    *,
    brand_id: UUID,
    insight_id: UUID,
    is_escalated: bool,
) -> None:
    """Tell an insight anew; one that was read stays read unless it became more pressing."""
    await connection.execute(
        statements("insights")["update_insight"],
        text.parameters | {"id": insight_id, "brand_id": brand_id, "is_escalated": is_escalated},
    )


async def add_finding(
    connection: Connection,
    facts: FindingFacts,
    *,
    brand_id: UUID,
    insight_id: UUID | None,
    run_day: date,
) -> None:
    """The state of a new finding, and of its insight when it has one."""
    await connection.execute(
        statements("insights")["add_finding"],
        {
            "id": uuid7(),
            "brand_id": brand_id,
            "insight_id": insight_id,
            "finding_type": facts.finding_type,
            "scope_level": facts.scope_level,
            "platform": facts.platform,
            "entity_id": facts.entity_id,
            "dedup_key": facts.dedup_key,
            "run_day": run_day,
            "title": facts.title,
            "evidence": Jsonb(facts.evidence),
        },
    )


async def update_finding(
    connection: Connection,
    facts: FindingFacts,
    *,
    brand_id: UUID,
    finding_id: UUID,
    status: str,
    run_day: date,
) -> None:
    """A morning that confirms a finding; what makes it the same finding stays as it was opened."""
    await connection.execute(
        statements("insights")["update_finding"],
        {
            "id": finding_id,
            "brand_id": brand_id,
            "status": status,
            "run_day": run_day,
            "title": facts.title,
            "evidence": Jsonb(facts.evidence),
        },
    )


async def close_finding(
    connection: Connection,
    *,
    brand_id: UUID,
    finding_id: UUID,
    insight_id: UUID | None,
    status: ClosedStatus,
    run_day: date,
    now: datetime,
    continued_by: str = "",
) -> None:
    """A finding that is over; its insight keeps its evidence and says so too.

    `continued_by` is the key of the finding that tells its story from now on.
    """
    parameters = {
        "brand_id": brand_id,
        "status": status,
        "run_day": run_day,
        "now": now,
        "continued_by": continued_by or None,
    }
    if insight_id is not None:
        await connection.execute(
            statements("insights")["close_insight"], parameters | {"id": insight_id}
        )
    await connection.execute(
        statements("insights")["close_finding"], parameters | {"id": finding_id}
    )


async def open_insights(connection: Connection, *, brand_id: UUID) -> list[StoredInsight]:
    """The brand's insights that stand, newest first, as the person may see them."""
    cursor = await connection.execute(
        statements("insights")["open_insights"], {"brand_id": brand_id}
    )
    return [StoredInsight(**row) for row in await cursor.fetchall()]


async def open_health_findings(
    connection: Connection, *, brand_id: UUID
) -> list[StoredHealthFinding]:
    """The brand's findings about its data that stand, newest first."""
    cursor = await connection.execute(
        statements("insights")["open_health_findings"], {"brand_id": brand_id}
    )
    return [StoredHealthFinding(**row) for row in await cursor.fetchall()]
