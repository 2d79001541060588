"""The state of a brand's connections in words: what is read, how far, and who has to act.

In: a person and one of their brands. Out: one Connection a platform, connected or not. The
decision: a state names its effect, the cause, the next step and who takes it; the technical reason
stands with its run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from aura.model import PLATFORM_NAMES, PLATFORMS, DayRange, Platform
from aura.reports.account_totals import AccountTotals, differing_accounts
from aura.reports.connection_notices import Notice, notices
from aura.reports.connection_state import Circumstances, Word, state_of
from aura.reports.freshness import Source, source_of
from aura.reports.periods import brand_zone
from aura.reports.present import moment
from aura.reports.reconcile import said_of
from aura.reports.run_history import STRIP_DAYS, Run, RunDay, run_of, strip_of
from aura.reports.zones import mismatches
from aura.store import connections as store
from aura.store import permissions, reconciliation, reports
from aura.store.connections import AccountRow, RestatedRow, RunDayRow, RunRow, WorkRow
from aura.store.database import Database

SHOWN_RUNS: Final = 6
# runs older than this say nothing about today
RUNS_SINCE: Final = timedelta(days=90)
# how far back a restated day is looked for: beyond every platform's window
RESTATED_DAYS: Final = 120


@dataclass(frozen=True, slots=True)
class Backfill:
    """History: days that were read, of those that are to be read."""

    days_done: int
    days_total: int
    is_finished: bool


@dataclass(frozen=True, slots=True)
class Connection:
    """One platform of a brand.

    Attributes:
        word: its state in a word or two.
        sentence: the state's effect, cause and next step.
        accounts: the shops or ad accounts behind the grant, chosen ones first.
        backfill: how far history was read, None before it begins.
        last_success, next_run: moments as text, empty where there is none.
        restated: what the platform may still change, and what it changed last.
        notices: what the permission lacks, and when it ends.
        reconciliation: what the store's own reports say, empty before they were asked.
        differences: accounts whose own total is not the sum of their campaigns.
        zones: how its days lie to the shop's, a sentence for each zone of its own.
        is_requested: whether a person has asked for a sync that has not begun.
        runs: the last syncs, newest first; strip: how the last 14 days went.
    """

    platform: Platform
    integration_id: UUID | None
    word: Word
    sentence: str
    source: Source | None = None
    accounts: tuple[AccountRow, ...] = ()
    backfill: Backfill | None = None
    last_success: str = ""
    next_run: str = ""
    restated: str = ""
    notices: tuple[Notice, ...] = ()
    reconciliation: str = ""
    differences: tuple[AccountTotals, ...] = ()
    zones: tuple[str, ...] = ()
    is_requested: bool = False
    runs: tuple[Run, ...] = ()
    strip: tuple[RunDay, ...] = ()

    @property
    def name(self) -> str:
        """The platform's name for people."""
        return PLATFORM_NAMES[self.platform]

    @property
    def is_connected(self) -> bool:
        """Whether there is a grant to disconnect."""
        return self.source is not None and self.source.is_connected

    @property
    def is_moving(self) -> bool:
        """Whether something is being read, so that looking again soon shows more."""
        return self.word == "syncing" or self.is_requested

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

    @property
    def spoken(self) -> str:
        """The state for a screen reader; history in steps of ten per cent, not day by day."""
        text = f"{self.name}: {self.word}"
        if self.backfill is None or self.backfill.is_finished or not self.is_moving:
            return text
        share = 10 * self.backfill.days_done // self.backfill.days_total
        return f"{text}, {share}0 % of the history read" if share else text


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything the store knows of the brand's connections."""

    sources: tuple[Source, ...]
    accounts: Sequence[AccountRow]
    work: Sequence[WorkRow]
    runs: Sequence[RunRow]
    run_days: Sequence[RunDayRow]
    failing_since: Mapping[UUID, datetime]
    restated: Sequence[RestatedRow]
    differences: Sequence[AccountTotals]
    notices: Mapping[UUID, tuple[Notice, ...]]
    reconciliation: str
    now: datetime


async def connections(
    database: Database, *, user_id: UUID, brand_id: UUID, now: datetime
) -> tuple[Connection, ...]:
    """Every platform of the brand, store first. NotFoundError for a brand of somebody else."""
    async with database.as_user(user_id) as connection:
        brand = await reports.brand(connection, brand_id)
        zone = brand_zone(brand.timezone)
        local = now.astimezone(zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        recently = midnight - timedelta(days=STRIP_DAYS - 1)
        sources = tuple(
            source_of(
                row, now=local, timezone=brand.timezone, history_from=brand.history_complete_from
            )
            for row in await reports.sources(connection, brand_id)
        )
        since = now - RUNS_SINCE
        known = _Known(
            sources=sources,
            accounts=await store.accounts(connection, brand_id),
            work=await store.work(connection, brand_id),
            runs=await store.runs(connection, brand_id, since=since, limit=SHOWN_RUNS),
            run_days=await store.run_days(connection, brand_id, since=recently, timezone=str(zone)),
            failing_since=await store.failing_since(connection, brand_id, since=since),
            restated=await store.restated(
                connection,
                brand_id,
                since=recently,
                first_day=local.date() - timedelta(days=RESTATED_DAYS),
                timezone=str(zone),
            ),
            differences=await differing_accounts(connection, brand_id, sources),
            notices={
                one.integration_id: notices(one, local)
                for one in await permissions.permissions(connection, brand_id)
            },
            reconciliation=said_of(await reconciliation.kept(connection, brand_id)),
            now=local,
        )
    recent = DayRange(local.date() - timedelta(days=RESTATED_DAYS), local.date())
    apart = mismatches(sources, brand.timezone, recent)
    found = (_connection(platform, known) for platform in PLATFORMS)
    return tuple(
        replace(one, zones=tuple(z.sentence for z in apart if z.platform == one.platform))
        for one in found
    )


_INVITATION: Final[Mapping[Platform, str]] = {
    "shopify": "Connect the store to see revenue, orders and new customers.",
    "meta": "Connect the ad account to see what Meta charges and claims.",
    "google_ads": "Connect the ad account to see what Google charges and claims.",
}
# what the platforms change after the fact, as the daily sync reads it again
_RESTATES: Final[Mapping[Platform, str]] = {
    "shopify": "A refund, return or edit may still change any day.",
    "meta": "Meta still changes the last 28 days.",
    "google_ads": "Google still changes the last 30 days, and some up to 90 days back.",
}


def _connection(platform: Platform, known: _Known) -> Connection:
    source = next((one for one in known.sources if one.platform == platform), None)
    if source is None:
        return Connection(platform, None, "not connected", _INVITATION[platform])
    key, now = source.integration_id, known.now
    accounts = tuple(row for row in known.accounts if row.integration_id == key)
    work = {row.kind: row for row in known.work if row.integration_id == key}
    runs = [row for row in known.runs if row.integration_id == key]
    own_notices = known.notices.get(key, ())
    word, sentence = state_of(
        Circumstances(source, accounts, work, runs, known.failing_since.get(key), own_notices, now)
    )
    due = min((row.due_at for row in work.values() if row.due_at), default=None)
    daily = work.get("daily")
    return Connection(
        platform=platform,
        integration_id=key,
        word=word,
        sentence=sentence,
        source=source,
        accounts=accounts,
        backfill=_backfill(work.get("backfill")) if source.is_connected else None,
        last_success=moment(source.read_at, now=now) if source.read_at else "",
        next_run=_next_run(due, now) if source.is_connected else "",
        restated=_restated(platform, known, key) if source.is_connected else "",
        notices=own_notices,
        reconciliation=known.reconciliation if platform == "shopify" else "",
        differences=tuple(one for one in known.differences if one.integration_id == key),
        is_requested=daily is not None and daily.requested_at is not None,
        runs=tuple(run_of(row, now) for row in runs),
        strip=strip_of([row for row in known.run_days if row.integration_id == key], now.date()),
    )


def _next_run(due: datetime | None, now: datetime) -> str:
    if due is None:
        return ""
    return moment(due, now=now) if due > now else "Now"


def _restated(platform: Platform, known: _Known, key: UUID) -> str:
    row = next((one for one in known.restated if one.integration_id == key), None)
    if row is None:
        return _RESTATES[platform]
    at = moment(row.started_at, now=known.now)
    if not row.changed:
        return f"{_RESTATES[platform]} The sync of {at} changed no past day."
    values, days = ("" if n == 1 else "s" for n in (row.changed, row.days))
    return (
        f"{_RESTATES[platform]} The sync of {at} changed {row.changed:,} value{values} on "
        f"{row.days:,} day{days}."
    )


def _backfill(row: WorkRow | None) -> Backfill | None:
    if row is None or row.days_total == 0:
        return None
    done = min(row.days_done, row.days_total)
    return Backfill(done, row.days_total, done == row.days_total and row.due_at is None)
