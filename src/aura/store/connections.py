"""What is known about a brand's connections: accounts, due work, runs, and what they restated.

In: a transaction as the signed-in person. Out: frozen rows. The decision: every statement about
runs is bounded by a moment, so a page is as fast after years as on the first day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from aura.model import DayRange
from aura.store.statements import statements

Connection = AsyncConnection[dict[str, Any]]

# what an ad account and its campaigns both state
COMPARED = ("ad_spend", "clicks", "conversions", "conversion_value")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A shop or ad account behind a connection."""

    integration_id: UUID
    external_id: str
    name: str
    currency: str | None
    timezone: str | None
    status: str
    is_manager: bool
    is_selected: bool


@dataclass(frozen=True, slots=True)
class WorkRow:
    """Due work of a connection; `days_done` of `days_total` say how far a backfill has come.

    `requested_at` is when a person asked for a sync that has not begun yet.
    """

    integration_id: UUID
    kind: str
    due_at: datetime | None
    leased_until: datetime | None
    requested_at: datetime | None
    days_done: int
    days_total: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """One sync: what it read, how it ended, and in plain words why when it failed."""

    id: UUID
    integration_id: UUID
    kind: str
    started_at: datetime
    finished_at: datetime | None
    first_day: date | None
    last_day: date | None
    rows_read: int
    rows_changed: int
    requests: int
    outcome: str
    message: str | None


@dataclass(frozen=True, slots=True)
class RunDayRow:
    """How many syncs of a connection ended well, and how many not, on one day."""

    integration_id: UUID
    day: date
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True)
class RestatedRow:
    """What the last daily sync that ended well changed: values of past days, on how many days."""

    integration_id: UUID
    started_at: datetime
    days: int
    changed: int


@dataclass(frozen=True, slots=True)
class AccountTotalsRow:
    """Sums of an ad account and of its campaigns by metric; None where nothing has a value.

    `account_days` and `campaign_days` are how many rows of days were added up, `file_days` how many
    of them a file brought.
    """

    integration_id: UUID
    external_id: str
    name: str
    currency: str
    account_days: int
    campaign_days: int
    account: Mapping[str, Decimal | None]
    campaigns: Mapping[str, Decimal | None]
    file_days: int = 0


async def accounts(connection: Connection, brand_id: UUID) -> list[AccountRow]:
    """The shops and ad accounts behind the brand's connections."""
    return [AccountRow(**row) for row in await _rows(connection, "accounts", brand_id=brand_id)]


async def work(connection: Connection, brand_id: UUID) -> list[WorkRow]:
    """What is due for the brand's connections."""
    return [WorkRow(**row) for row in await _rows(connection, "work", brand_id=brand_id)]


async def runs(
    connection: Connection, brand_id: UUID, *, since: datetime, limit: int
) -> list[RunRow]:
    """The last `limit` syncs of each connection since a moment, newest first."""
    found = await _rows(connection, "runs", brand_id=brand_id, since=since, most=limit)
    return [RunRow(**row) for row in found]


async def run_days(
    connection: Connection, brand_id: UUID, *, since: datetime, timezone: str
) -> list[RunDayRow]:
    """How the syncs of each day went; days are those of the time zone."""
    found = await _rows(connection, "run_days", brand_id=brand_id, since=since, timezone=timezone)
    return [RunDayRow(**row) for row in found]


async def failing_since(
    connection: Connection, brand_id: UUID, *, since: datetime
) -> dict[UUID, datetime]:
    """When each connection that fails began to, as far as `since` shows."""
    found = await _rows(connection, "failing_since", brand_id=brand_id, since=since)
    return {row["integration_id"]: row["failing_since"] for row in found}


async def restated(
    connection: Connection, brand_id: UUID, *, since: datetime, first_day: date, timezone: str
) -> list[RestatedRow]:
    """What each connection's last daily sync since a moment changed of days from `first_day` on."""
    found = await _rows(
        connection,
        "restated",
        brand_id=brand_id,
        since=since,
        first_day=first_day,
        timezone=timezone,
    )
    return [RestatedRow(**row) for row in found]


async def account_totals(
    connection: Connection, brand_id: UUID, spans: Mapping[UUID, DayRange]
) -> list[AccountTotalsRow]:
    """The sums of each chosen ad account and of its campaigns, over its connection's span."""
    found = await _rows(
        connection,
        "account_totals",
        brand_id=brand_id,
        integration_ids=list(spans),
        first_days=[span.first for span in spans.values()],
        last_days=[span.last for span in spans.values()],
        first=min(span.first for span in spans.values()),
        last=max(span.last for span in spans.values()),
    )
    return [
        AccountTotalsRow(
            row["integration_id"],
            row["external_id"],
            row["name"],
            row["currency"],
            row["account_days"],
            row["campaign_days"],
            account={metric: row[f"account_{metric}"] for metric in COMPARED},
            campaigns={metric: row[f"campaigns_{metric}"] for metric in COMPARED},
            file_days=row["file_days"],
        )
        for row in found
    ]


async def _rows(connection: Connection, name: str, **parameters: object) -> list[dict[str, Any]]:
    cursor = await connection.execute(statements("connections")[name], parameters)
    return await cursor.fetchall()
