"""Insights with their state, what people answered to them, and how they turned out.

A person reads and answers as themselves (row level security limits both to their brands); a worker
keeps outcomes for the brand that it has claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from aura.errors import NotFoundError
from aura.model import DayRange
from aura.store.database import Connection
from aura.store.statements import statements

State = Literal["open", "snoozed", "dismissed", "resolved", "expired"]


@dataclass(frozen=True, slots=True)
class InsightWithState:
    """A row of public.insights and what is known beside it.

    Attributes:
        is_ours: whether Aura wrote it: a row of another program has no state beside its expiry.
        outcomes: by days after the opening ("14", "28"), as `aura.insights.outcome` judges it.
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
    state: State
    is_ours: bool
    opened_on: date | None
    updated_on: date | None
    closed_on: date | None
    snoozed_until: datetime | None
    dismissed_reason: str | None
    is_useful: bool | None
    done_at: datetime | None
    notified_on: date | None
    outcomes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says to an insight; None leaves a part as it is."""

    status: Literal["open", "snoozed", "dismissed"] | None = None
    snoozed_until: datetime | None = None
    dismissed_reason: str | None = None
    is_useful: bool | None = None
    done_at: datetime | None = None


async def insights_with_state(
    connection: Connection, *, brand_id: UUID, now: datetime, insight_id: UUID | None = None
) -> list[InsightWithState]:
    """The brand's insights, newest first; one of them when `insight_id` is given."""
    cursor = await connection.execute(
        statements("insight_answers")["listed"],
        {"brand_id": brand_id, "now": now, "insight_id": insight_id},
    )
    return [InsightWithState(**row) for row in await cursor.fetchall()]


async def answer_insight(
    connection: Connection, answer: Answer, *, brand_id: UUID, insight_id: UUID
) -> None:
    """Keep an answer; NotFoundError when the insight is not the person's, or is over."""
    cursor = await connection.execute(
        statements("insight_answers")["answer"],
        {
            "brand_id": brand_id,
            "insight_id": insight_id,
            "status": answer.status,
            "snoozed_until": answer.snoozed_until,
            "dismissed_reason": answer.dismissed_reason,
            "is_useful": answer.is_useful,
            "done_at": answer.done_at,
        },
    )
    if await cursor.fetchone() is None:
        raise NotFoundError("This insight does not exist, or it is over and needs no answer.")


async def due_outcomes(
    connection: Connection, *, brand_id: UUID, oldest: date, newest: date
) -> Sequence[Mapping[str, Any]]:
    """Insights opened in these days of which an outcome is missing."""
    cursor = await connection.execute(
        statements("insight_answers")["due_outcomes"],
        {"brand_id": brand_id, "oldest": oldest, "newest": newest},
    )
    return list(await cursor.fetchall())


async def keep_outcome(
    connection: Connection, *, brand_id: UUID, finding_id: UUID, days: int, outcome: dict[str, Any]
) -> None:
    """Keep how an insight turned out `days` days after its opening."""
    await connection.execute(
        statements("insight_answers")["keep_outcome"],
        {"brand_id": brand_id, "id": finding_id, "days": str(days), "outcome": Jsonb(outcome)},
    )


async def notified_since(connection: Connection, *, brand_id: UUID, day: date) -> int:
    """How many insights people were told of after that day."""
    cursor = await connection.execute(
        statements("insight_answers")["notified_since"], {"brand_id": brand_id, "day": day}
    )
    row = await cursor.fetchone()
    return 0 if row is None else int(row["told"])


async def note_notified(
    connection: Connection, *, brand_id: UUID, insight_id: UUID, day: date
) -> None:
    """People are told of this insight."""
    await connection.execute(
        statements("insight_answers")["note_notified"],
        {"brand_id": brand_id, "insight_id": insight_id, "day": day},
    )


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What the last look covered."""

    campaigns: int
    read_at: datetime | None


async def looked_at(connection: Connection, *, brand_id: UUID, since: date) -> LookedAt:
    """How many campaigns spent since a day, and when their numbers were last read."""
    cursor = await connection.execute(
        statements("insight_answers")["looked_at"], {"brand_id": brand_id, "since": since}
    )
    row = await cursor.fetchone()
    return LookedAt(0, None) if row is None else LookedAt(row["campaigns"], row["read_at"])


@dataclass(frozen=True, slots=True)
class StoodRow:
    """A finding that stood at the end of a day, as the ledger keeps it now.

    Attributes:
        row_id: of its row in public.insights; None for a finding about the data.
        insight: its newest wording and its state now; `id` is the finding's own without a row.
    """

    row_id: UUID | None
    platform: str
    entity_id: str
    insight: InsightWithState

    @property
    def key(self) -> tuple[str, str, str]:
        """Type, platform and entity."""
        return self.insight.insight_type, self.platform, self.entity_id

    def opened_before(self, day: date) -> bool:
        """Whether it stood already when the day began."""
        return self.insight.opened_on is not None and self.insight.opened_on < day


async def stood_on(
    connection: Connection, *, brand_id: UUID, day: date, now: datetime, dismissed_days: int
) -> list[StoodRow]:
    """The findings that stood at the end of a day, newest first."""
    cursor = await connection.execute(
        statements("insight_answers")["stood"],
        {"brand_id": brand_id, "day": day, "now": now, "dismissed_days": dismissed_days},
    )
    return [_stood(row) for row in await cursor.fetchall()]


def _stood(row: Mapping[str, Any]) -> StoodRow:
    known = {name: row[name] for name in InsightWithState.__dataclass_fields__}
    insight = InsightWithState(**known | {"id": row["id"] or row["finding_id"]})
    return StoodRow(row["id"], row["platform"], row["entity_id"], insight)


@dataclass(frozen=True, slots=True)
class LedgerBegan:
    """Since when findings are kept; both None where nothing was ever looked at."""

    first_finding: date | None
    first_run: datetime | None


async def ledger_began(connection: Connection, *, brand_id: UUID) -> LedgerBegan:
    """The first reading of a brand and its first finding."""
    cursor = await connection.execute(
        statements("insight_answers")["ledger_began"], {"brand_id": brand_id}
    )
    row = await cursor.fetchone()
    if row is None:
        return LedgerBegan(None, None)
    return LedgerBegan(row["first_finding"], row["first_run"])


@dataclass(frozen=True, slots=True)
class ToldRow:
    """An insight that was told, and what became of it by days after its opening."""

    finding_type: str
    opened_on: date
    outcomes: dict[str, Any]


async def told_rows(connection: Connection, *, brand_id: UUID) -> list[ToldRow]:
    """Every insight of the brand, oldest first; one that goes on under another name stands once."""
    cursor = await connection.execute(
        statements("insight_answers")["record"], {"brand_id": brand_id}
    )
    return [ToldRow(**row) for row in await cursor.fetchall()]


async def campaign_volumes(
    connection: Connection, *, brand_id: UUID, days: DayRange
) -> list[Decimal]:
    """Conversions in the range of each campaign that spent in it."""
    cursor = await connection.execute(
        statements("insight_answers")["volumes"],
        {"brand_id": brand_id, "first": days.first, "last": days.last},
    )
    return [row["conversions"] for row in await cursor.fetchall()]
