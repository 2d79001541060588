"""What Aura has to say about a brand, for people: insights that stand and the state of its data.

The order is what it costs: priority first, then money at stake. Whatever an insight's page states
is in its row of `public.insights` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from aura.insights.completeness import Curve, learn
from aura.model import AD_PLATFORMS, Platform
from aura.reports.history import read_history
from aura.store import reports
from aura.store.database import Connection, Database
from aura.store.insights import open_health_findings, open_insights

_RANK = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True, slots=True)
class InsightRow:
    """One insight as it stands.

    Attributes:
        action_items: 1 to 3 objects {code, text, entity, expected_effect, reversible, check_on}.
        related_data: the evidence, described in docs/insights/high_cpa.md.
    """

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
class HealthRow:
    """A finding about the data: why some numbers say nothing."""

    id: UUID
    finding_type: str
    platform: str
    title: str
    description: str
    action_items: list[dict[str, Any]]
    opened_on: date
    evidence: dict[str, Any]


async def list_insights(database: Database, *, user_id: UUID, brand_id: UUID) -> list[InsightRow]:
    """The brand's insights that stand, the costliest first.

    Raises NotFoundError when the brand does not exist or belongs to somebody else.
    """
    async with database.as_user(user_id) as connection:
        await reports.brand(connection, brand_id)
        return await standing_insights(connection, brand_id)


async def standing_insights(connection: Connection, brand_id: UUID) -> list[InsightRow]:
    """The same within a transaction as the person."""
    stored = await open_insights(connection, brand_id=brand_id)
    rows = [
        InsightRow(
            row.id,
            row.insight_type,
            row.priority,
            row.title,
            row.description,
            row.action_items,
            row.related_data,
            row.is_read,
            row.created_at,
            row.expires_at,
        )
        for row in stored
    ]
    return sorted(rows, key=lambda row: by_cost(row.priority, row.related_data))


def by_cost(priority: str, related_data: Mapping[str, Any]) -> tuple[int, Decimal]:
    """What insights are put in order by: priority first, then money at stake."""
    return _RANK.get(priority, 1), -money_at_stake(related_data)


def money_at_stake(related_data: Mapping[str, Any]) -> Decimal:
    """Money at stake; 0 where another program's row states none."""
    try:
        amount = Decimal(str(related_data["money_at_stake"]["amount"]))
    except (KeyError, TypeError, InvalidOperation):
        return Decimal(0)
    return amount if amount.is_finite() else Decimal(0)


async def list_health_findings(
    database: Database, *, user_id: UUID, brand_id: UUID
) -> list[HealthRow]:
    """The brand's findings about its data that stand, newest first.

    Raises NotFoundError when the brand does not exist or belongs to somebody else.
    """
    async with database.as_user(user_id) as connection:
        await reports.brand(connection, brand_id)
        return await standing_health_findings(connection, brand_id)


async def standing_health_findings(connection: Connection, brand_id: UUID) -> list[HealthRow]:
    """The same within a transaction as the person."""
    stored = await open_health_findings(connection, brand_id=brand_id)
    return [
        HealthRow(
            row.id,
            row.finding_type,
            row.platform,
            row.title,
            str(row.evidence.get("description", "")),
            list(row.evidence.get("action_items", [])),
            row.opened_on,
            row.evidence,
        )
        for row in stored
    ]


async def completeness_curves(
    database: Database, *, user_id: UUID, brand_id: UUID, now: datetime
) -> dict[Platform, Curve]:
    """How much of a day's conversions has arrived by its age, for each ad platform of the brand.

    A day is still settling while it is younger than the curve's `settled_age`.
    """
    async with database.as_user(user_id) as connection:
        history, _ = await read_history(connection, brand_id=brand_id, as_of=now)
    present = {source.platform for source in history.sources}
    return {
        platform: learn(history.snapshots_of(platform))
        for platform in AD_PLATFORMS
        if platform in present
    }
