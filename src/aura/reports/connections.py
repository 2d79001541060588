"""The state of a brand's connections in words: what is read, how far, and who has to act.

In: a person and one of their brands. Out: one Connection a platform, connected or not. The
decision: a state names its effect and the next step; the technical reason stands with its run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from aura.model import PLATFORM_NAMES, PLATFORMS, Platform
from aura.reports.freshness import Source, source_of
from aura.reports.periods import brand_zone
from aura.reports.present import day, moment
from aura.store import reports as store
from aura.store.database import Database
from aura.store.reports import AccountRow, RunRow, WorkRow

Word = Literal[
    "not connected",
    "choose accounts",
    "syncing",
    "connected",
    "delayed",
    "needs you",
    "disconnected",
    "file import",
]
OUTCOMES: dict[str, str] = {
    "running": "under way",
    "succeeded": "done",
    "try_later": "postponed",
    "needs_reconnect": "needs you",
    "bad_data": "refused",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One sync, for people: when, what, how it ended, and in plain words why when it failed."""

    at: str
    kind: str
    days: str
    rows_read: int
    rows_changed: int
    outcome: str
    is_good: bool
    message: str | None


@dataclass(frozen=True, slots=True)
class Connection:
    """One platform of a brand.

    Attributes:
        word: its state in a word or two.
        sentence: the state's effect and the next step.
        accounts: the shops or ad accounts behind the grant, chosen ones first.
        backfill: days done and days in all while history is being read.
    """

    platform: Platform
    integration_id: UUID | None
    word: Word
    sentence: str
    source: Source | None
    accounts: tuple[AccountRow, ...]
    backfill: tuple[int, int] | None
    runs: tuple[Run, ...]

    @property
    def name(self) -> str:
        """The platform's name for people."""
        return PLATFORM_NAMES[self.platform]

    @property
    def is_connected(self) -> bool:
        """Whether there is a grant to disconnect."""
        return self.source is not None and self.source.is_connected

    @property
    def needs_choice(self) -> bool:
        """Whether accounts wait to be chosen."""
        return self.word == "choose accounts"

    @property
    def chosen(self) -> tuple[AccountRow, ...]:
        """The accounts that are read."""
        return tuple(account for account in self.accounts if account.is_selected)

    @property
    def choices(self) -> tuple[AccountRow, ...]:
        """The accounts that can be read: a manager has no numbers of its own."""
        return tuple(one for one in self.accounts if one.status == "active" and not one.is_manager)


async def connections(
    database: Database, *, user_id: UUID, brand_id: UUID, now: datetime
) -> tuple[Connection, ...]:
    """Every platform of the brand, store first. NotFoundError for a brand of somebody else."""
    async with database.as_user(user_id) as connection:
        brand = await store.brand(connection, brand_id)
        rows = await store.sources(connection, brand_id)
        accounts = await store.accounts(connection, brand_id)
        work = await store.work(connection, brand_id)
        runs = await store.runs(connection, brand_id)
    local = now.astimezone(brand_zone(brand.timezone))
    sources = [
        source_of(row, now=local, timezone=brand.timezone, history_from=brand.history_complete_from)
        for row in rows
    ]
    return tuple(
        _connection(platform, sources, accounts, work, runs, local) for platform in PLATFORMS
    )


def _connection(
    platform: Platform,
    sources: Sequence[Source],
    accounts: Sequence[AccountRow],
    work: Sequence[WorkRow],
    runs: Sequence[RunRow],
    now: datetime,
) -> Connection:
    source = next((one for one in sources if one.platform == platform), None)
    if source is None:
        return Connection(
            platform, None, "not connected", _INVITATION[platform], None, (), None, ()
        )
    key = source.integration_id
    own_accounts = tuple(row for row in accounts if row.integration_id == key)
    own_work = {row.kind: row for row in work if row.integration_id == key}
    own_runs = [row for row in runs if row.integration_id == key]
    word, sentence = _state(source, own_accounts, own_work, own_runs, now)
    return Connection(
        platform=platform,
        integration_id=key,
        word=word,
        sentence=sentence,
        source=source,
        accounts=own_accounts,
        backfill=_backfill(own_work.get("backfill")) if source.is_connected else None,
        runs=tuple(_run(row, now) for row in own_runs),
    )


_INVITATION: dict[Platform, str] = {
    "shopify": "Connect the store to see revenue, orders and new customers.",
    "meta": "Connect the ad account to see what Meta charges and claims.",
    "google_ads": "Connect the ad account to see what Google charges and claims.",
}


def _state(
    source: Source,
    accounts: Sequence[AccountRow],
    work: Mapping[str, WorkRow],
    runs: Sequence[RunRow],
    now: datetime,
) -> tuple[Word, str]:
    """The first of these that holds, from what a person must do to what nobody must."""
    fresh = source.sentence(now)
    if not source.is_connected:
        return _unconnected(source, fresh)
    if source.status == "error":
        reason = _sentence(source.problem) or "The platform no longer lets us read this account."
        return "needs you", f"{reason} Reconnect to fill the days that are missing. {fresh}."
    if accounts and not any(account.is_selected for account in accounts):
        return "choose accounts", "Choose which accounts to read; nothing is read before."
    if _is_running(work, now):
        return "syncing", f"{_progress(work)} You can leave this page."
    last = runs[0] if runs else None
    if last is not None and last.outcome in {"try_later", "bad_data"}:
        reason = f"{_sentence(last.message)} {_next_try(work, now)}"
        return "delayed", f"{reason}; your other numbers are not affected. {fresh}."
    return _waiting_or_read(source, fresh, now)


def _unconnected(source: Source, fresh: str) -> tuple[Word, str]:
    if source.from_file:
        return "file import", f"{fresh}. Connect the platform to keep it up to date."
    return "disconnected", f"{fresh}. Connect again to read on; what was read so far stays."


def _waiting_or_read(source: Source, fresh: str, now: datetime) -> tuple[Word, str]:
    if source.last_day is None:
        return "syncing", "Waiting for the first numbers. You can leave this page."
    if source.state(now) == "late":
        return "delayed", f"{fresh}. Nothing has been read since: is the worker running?"
    return "connected", f"{fresh}."


def _next_try(work: Mapping[str, WorkRow], now: datetime) -> str:
    due = min((row.due_at for row in work.values() if row.due_at), default=None)
    return f"Trying again at {moment(due, now=now)}" if due and due > now else "Trying again soon"


def _sentence(message: str | None) -> str:
    text = (message or "").strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _is_running(work: Mapping[str, WorkRow], now: datetime) -> bool:
    return any(row.leased_until is not None and row.leased_until > now for row in work.values())


def _progress(work: Mapping[str, WorkRow]) -> str:
    backfill = _backfill(work.get("backfill"))
    if backfill is None:
        return "Reading the newest days."
    return f"Reading day {min(backfill[0] + 1, backfill[1]):,} of {backfill[1]:,}."


def _backfill(row: WorkRow | None) -> tuple[int, int] | None:
    """Days done and in all of a backfill that is not finished."""
    if row is None or row.due_at is None or row.days_total == 0:
        return None
    return min(row.days_done, row.days_total), row.days_total


def _run(row: RunRow, now: datetime) -> Run:
    days = ""
    if row.first_day and row.last_day:
        days = day(row.first_day)
        if row.last_day != row.first_day:
            days += f" to {day(row.last_day)}"
    return Run(
        at=moment(row.started_at, now=now),
        kind="history" if row.kind == "backfill" else row.kind,
        days=days,
        rows_read=row.rows_read,
        rows_changed=row.rows_changed,
        outcome=OUTCOMES.get(row.outcome, row.outcome),
        is_good=row.outcome in {"succeeded", "running"},
        message=row.message,
    )
