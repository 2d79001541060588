"""How far each source of a brand can be trusted: which days were read, and which still grow.

In: rows of the store about integrations, their syncs and imported files. Out: Source, with three
different last days: `last_day` (read at all), `through` (read after the day was over) and
`settled_through` (what the platform will hardly restate). The decision: an ad day settles when 97 %
of its conversions are expected to be in; a store day when it was fully read, for a later return is
booked on its own day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from aura.model import AD_PLATFORMS, PLATFORM_NAMES, DayRange, Platform
from aura.reports.periods import brand_zone
from aura.reports.present import day, moment
from aura.store import reports as store
from aura.store.database import Database
from aura.store.reports import SourceRow

# until the platform's own lag is learned: the age, when last read, from which an ad day is settled
SETTLING_DAYS = 7
# a source that has not been read for longer than this is late
LATE_AFTER = timedelta(hours=26)

State = Literal["connected", "waiting", "late", "error", "disconnected", "file"]


@dataclass(frozen=True, slots=True)
class Source:
    """One platform of a brand.

    Attributes:
        status: as the integration states it: connected, disconnected or error.
        first_day: the earliest day read; None when nothing was read yet.
        last_day: the latest day read at all, perhaps before it was over.
        through: the latest day read after it was over.
        settled_through: the latest day that is not expected to change noticeably.
        read_at: when it was last read to its end.
        has_all_orders: all orders of the store are known, from its first on.
        knows_beginning: no day before `first_day` can hold anything: all orders ever are known.
        gaps: days between those that are known of which nothing is, oldest first.
        hidden: those of the gaps that the platform did not show; the others are between the days
            of files and those that were read.
        zones: the time zones of its accounts, where they state one.
        read_on: the day it was there when it was last read.
        arrived_shares: the part of a day's conversions that is in at the ages 0, 1, 2, …; empty
            until it was learned.
    """

    integration_id: UUID
    platform: Platform
    status: str
    account_name: str | None
    problem: str | None
    currencies: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    through: date | None
    settled_through: date | None
    read_at: datetime | None
    from_file: bool
    knows_beginning: bool
    gaps: tuple[DayRange, ...] = ()
    hidden: tuple[DayRange, ...] = ()
    zones: tuple[str, ...] = ()
    read_on: date | None = None
    arrived_shares: tuple[float, ...] = ()
    has_all_orders: bool = False

    @property
    def name(self) -> str:
        """The platform's name for people."""
        return PLATFORM_NAMES[self.platform]

    @property
    def is_connected(self) -> bool:
        """Whether it is meant to be read on: connected, or connected with an error."""
        return self.status != "disconnected"

    def covers(self, days: DayRange) -> DayRange | None:
        """The part of the range that was read, None when no day of it was.

        Of a range that reaches over a gap it is the part after it.
        """
        if self.first_day is None or self.last_day is None:
            return None
        first = days.first if self.knows_beginning else max(days.first, self.first_day)
        last = min(days.last, self.last_day)
        for gap in self.gaps:
            if last > gap.last >= first:
                first = gap.last + timedelta(days=1)
            elif gap.first <= last <= gap.last:
                last = gap.first - timedelta(days=1)
        return DayRange(first, last) if first <= last else None

    def has_days_in(self, days: DayRange) -> bool:
        """Whether any day of the range lies between the first and the last day read."""
        if self.first_day is None or self.last_day is None:
            return False
        if any(gap.first <= days.first and days.last <= gap.last for gap in self.gaps):
            return False
        return self.first_day <= days.last and days.first <= self.last_day

    def gap_in(self, days: DayRange) -> DayRange | None:
        """The first gap that the range reaches into."""
        return next((g for g in self.gaps if g.first <= days.last and days.first <= g.last), None)

    def was_read(self, value: date) -> bool:
        """Whether the day was read, over or not."""
        if self.first_day is None or self.last_day is None or value > self.last_day:
            return False
        if self.gap_in(DayRange(value, value)) is not None:
            return False
        return self.knows_beginning or value >= self.first_day

    def is_settled(self, value: date) -> bool:
        """Whether the day's figures are final but for rare corrections."""
        return self.settled_through is not None and value <= self.settled_through

    def state(self, now: datetime) -> State:
        """The source in one word."""
        if self.status == "disconnected":
            return "file" if self.from_file else "disconnected"
        if self.status == "error":
            return "error"
        if self.last_day is None:
            return "waiting"
        return (
            "late" if self.read_at is not None and now - self.read_at > LATE_AFTER else "connected"
        )

    def sentence(self, now: datetime) -> str:
        """How fresh it is: `Data through Sat 21 Nov, read 06:10`. `now` is in the brand's zone."""
        if self.last_day is None:
            return "Not read yet" if self.is_connected else "Not connected"
        if self.through is None:
            return f"Read up to {day(self.last_day)}, a day that was not over"
        shown = day(self.through)
        if self.through.year != now.year:
            shown += f" {self.through.year}"
        if self.read_at is None:
            return f"Data through {shown}"
        verb = "imported" if self.from_file else "read"
        return f"Data through {shown}, {verb} {moment(self.read_at, now=now)}"


async def sources_of_brand(
    database: Database, *, user_id: UUID, brand_id: UUID, now: datetime
) -> tuple[Source, ...]:
    """The brand's sources, store first. NotFoundError for a brand of somebody else."""
    async with database.as_user(user_id) as connection:
        brand = await store.brand(connection, brand_id)
        rows = await store.sources(connection, brand_id)
    local = now.astimezone(brand_zone(brand.timezone))
    return tuple(
        source_of(row, now=local, timezone=brand.timezone, history_from=brand.history_complete_from)
        for row in rows
    )


def source_of(
    row: SourceRow, *, now: datetime, timezone: str, history_from: date | None = None
) -> Source:
    """The source as of `now`, from what the store knows of it.

    `timezone` is the brand's, for an account that states none; from `history_from` on all orders of
    the store are known.
    """
    zones = row.timezones or (timezone,)
    from_file = row.known_through is None and row.file_last_day is not None
    first = min((value for value in (row.known_from, row.file_first_day) if value), default=None)
    last = max((value for value in (row.known_through, row.file_last_day) if value), default=None)
    read_at = row.last_sync_at or row.file_read_at
    through = _through(last, read_at, zones)
    settled = through
    hidden = _still_hidden(row)
    if through is not None and row.platform in AD_PLATFORMS and not from_file:
        seen = _earliest_day(zones, read_at or now)
        settled = min(through, seen - timedelta(days=row.settles_in_days or SETTLING_DAYS))
    return Source(
        integration_id=row.integration_id,
        platform=row.platform,
        status=row.status,
        account_name=row.account_name,
        problem=row.problem,
        currencies=row.currencies,
        first_day=first,
        last_day=last,
        through=through,
        settled_through=settled,
        read_at=read_at,
        from_file=from_file,
        knows_beginning=row.platform == "shopify"
        and history_from is not None
        and first is not None
        and history_from >= first,
        gaps=tuple(sorted((*_between(row), *hidden), key=lambda gap: gap.first)),
        hidden=hidden,
        zones=row.timezones,
        read_on=None if read_at is None else _earliest_day(zones, read_at),
        arrived_shares=row.arrived_shares,
        has_all_orders=row.platform == "shopify" and history_from is not None and not hidden,
    )


def _between(row: SourceRow) -> tuple[DayRange, ...]:
    """The days between what files brought and what was read later."""
    if row.file_last_day is None or row.known_from is None:
        return ()
    first, last = row.file_last_day + timedelta(days=1), row.known_from - timedelta(days=1)
    return (DayRange(first, last),) if first <= last else ()


def _still_hidden(row: SourceRow) -> tuple[DayRange, ...]:
    """Hidden days that no file has brought since."""
    if row.file_first_day is None or row.file_last_day is None:
        return row.hidden_days
    parts = []
    for gap in row.hidden_days:
        if gap.first < row.file_first_day:
            before = row.file_first_day - timedelta(days=1)
            parts.append(DayRange(gap.first, min(gap.last, before)))
        if gap.last > row.file_last_day:
            after = row.file_last_day + timedelta(days=1)
            parts.append(DayRange(max(gap.first, after), gap.last))
    return tuple(parts)


def _through(last: date | None, read_at: datetime | None, zones: Sequence[str]) -> date | None:
    """The last day that was over, in the time zone of each account, when it was read."""
    if last is None or read_at is None:
        return last
    return min(last, _earliest_day(zones, read_at) - timedelta(days=1))


def _earliest_day(zones: Sequence[str], at: datetime) -> date:
    """The day it is at that moment in the zone where it is earliest."""
    return min(at.astimezone(brand_zone(name)).date() for name in zones)
