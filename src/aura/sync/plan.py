"""What to read next, as a pure function of what was read: no clock, no database, no network.

A daily sync reads the days that a platform still restates, up to and including today. Today is not
over and pages leave it out, but reading it makes freshness honest: what was last seen is from this
morning, not from yesterday. Where a platform restates little after some weeks (Google Ads), those
weeks are read daily and the rest once a week. It is due at three in the morning of the account's
own time zone, when the platforms have closed yesterday, and up to an hour later, so that not all
accounts of an installation are read in the same minute.

A backfill reads newest first, so that the days people look at come soonest. How many days it asks
for follows from how much the last window held: full windows get shorter, thin ones longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from aura.model import Account, DayRange

DAILY_HOUR: Final = 3
SPREAD_MINUTES: Final = 60
WEEK: Final = timedelta(days=7)
# a quarter, the week since it was last read, and today: what a daily sync asks for in one question
LONGEST_DAILY: Final = 98
# longer ones Meta only answers as a report that it computes in its own time
LONGEST_WINDOW: Final = 90
FIRST_SHOP_DAYS: Final = 7
FIRST_AD_DAYS: Final = 30
# orders of the last 60 days are what Shopify shows without `read_all_orders`; the oldest day may be
# half out of sight already, and another one may leave it while the others are read
VISIBLE_SHOP_DAYS: Final = 59
THIN_WINDOW: Final = 2_500
FULL_WINDOW: Final = 10_000
# what an export is meant to hold; and how much longer than all days before it may be, because how
# many orders those had is all that is known
EXPORTED_ORDERS: Final = 20_000
EXPORT_GROWTH: Final = 4
# after so many lost exports in a row a backfill goes on by pages
MOST_LOST: Final = 3
# an export that has not moved for so long is given up
STUCK_AFTER: Final = timedelta(hours=2)
# orders updated shortly before the last read may have become visible only after it
UPDATE_OVERLAP: Final = timedelta(hours=1)
FIRST_RETRY: Final = timedelta(minutes=1)
LONGEST_RETRY: Final = timedelta(hours=6)
# work that is due later than two days from now was planned by a clock that was ahead
LONGEST_PAUSE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """Where some work stands once a window is stored."""

    cursor: dict[str, Any]
    days_done: int
    days_total: int


@dataclass(frozen=True, slots=True)
class Export:
    """A job at the platform that collects the next days of a backfill.

    Attributes:
        first: the first of these days; the last is where the backfill stands.
        asked_at: when it was asked for.
        job_id: what the platform calls it; None while it may not have heard of it.
        objects: what it had collected when it last moved, at `moved_at`.
    """

    first: date
    asked_at: datetime
    moved_at: datetime
    job_id: str | None = None
    objects: int = 0

    def seen(self, objects: int, now: datetime) -> Export:
        """The export once it was looked at."""
        return replace(self, objects=objects, moved_at=now) if objects > self.objects else self

    def is_stuck(self, now: datetime) -> bool:
        """Whether there is nothing to wait for any more."""
        return now - self.moved_at >= STUCK_AFTER

    def look_again_at(self, now: datetime) -> datetime:
        """When to look next: the longer it takes, the less often."""
        half_as_long = (now - self.asked_at) // timedelta(minutes=2)
        return now + timedelta(minutes=min(max(half_as_long, 2), 30))


@dataclass(frozen=True, slots=True)
class Backfill:
    """How far a backfill has come: it goes from `newest` down to `oldest`, `next_last` is next.

    Attributes:
        span: days of the next window that is read by pages.
        rows_a_day: rows of the last window, by day.
        export: the job that collects the next window, if one does.
        lost: exports in a row that were lost.
    """

    newest: date
    oldest: date
    next_last: date
    span: int
    rows_a_day: int = 0
    export: Export | None = None
    lost: int = 0

    @property
    def is_done(self) -> bool:
        """Whether every day was read."""
        return self.next_last < self.oldest

    @property
    def days_total(self) -> int:
        """Days from first to last."""
        return (self.newest - self.oldest).days + 1

    @property
    def days_done(self) -> int:
        """Days that were read."""
        return min((self.newest - self.next_last).days, self.days_total)

    def window(self) -> DayRange:
        """The next days to read; there must be some left."""
        if self.export is not None:
            return DayRange(self.export.first, self.next_last)
        first = max(self.oldest, self.next_last - timedelta(days=self.span - 1))
        return DayRange(first, self.next_last)

    def exporting(self, now: datetime, *, bulk_from: int | None) -> Backfill:
        """The backfill whose next window is exported, or read by pages where that is quicker.

        The first window never is: it says how many orders a day there are.
        """
        days_left = (self.next_last - self.oldest).days + 1
        if (
            bulk_from is None
            or self.lost >= MOST_LOST
            or self.days_done == 0
            or self.rows_a_day * days_left < bulk_from
        ):
            return replace(self, export=None)
        if self.export is not None and self.export.first >= self.oldest:
            return self
        longest = max(self.days_done * EXPORT_GROWTH, LONGEST_WINDOW)
        days = min(EXPORTED_ORDERS // max(self.rows_a_day, 1), longest, days_left)
        first = self.next_last - timedelta(days=max(days, 1) - 1)
        return replace(self, export=Export(first, asked_at=now, moved_at=now))

    def without_export(self, *, lost: int = 0) -> Backfill:
        """The backfill without its export, of which so many more are lost."""
        return replace(self, export=None, lost=self.lost + lost)

    def after(self, window: DayRange, rows: int) -> Backfill:
        """The backfill once `window` is stored, which held so many rows."""
        span, lost = self.span, self.lost
        if self.export is not None:
            lost = 0
        elif rows > FULL_WINDOW:
            span = max(1, span // 2)
        elif rows < THIN_WINDOW:
            span = min(LONGEST_WINDOW, span * 2)
        next_last = window.first - timedelta(days=1)
        rows_a_day = -(-rows // len(window))
        return Backfill(self.newest, self.oldest, next_last, span, rows_a_day, lost=lost)

    def step(self) -> Step:
        """The form that is stored."""
        cursor = {
            "newest": self.newest.isoformat(),
            "oldest": self.oldest.isoformat(),
            "next_last": self.next_last.isoformat(),
            "span": self.span,
            "rows_a_day": self.rows_a_day,
            "export": None if self.export is None else _stored(self.export),
            "lost": self.lost,
            "done": self.is_done,
        }
        return Step(cursor, self.days_done, self.days_total)


def _stored(export: Export) -> dict[str, Any]:
    return {
        "first": export.first.isoformat(),
        "asked_at": export.asked_at.isoformat(),
        "moved_at": export.moved_at.isoformat(),
        "job_id": export.job_id,
        "objects": export.objects,
    }


def _export(stored: dict[str, Any] | None) -> Export | None:
    if stored is None:
        return None
    return Export(
        date.fromisoformat(stored["first"]),
        datetime.fromisoformat(stored["asked_at"]),
        datetime.fromisoformat(stored["moved_at"]),
        stored["job_id"],
        int(stored["objects"]),
    )


def start_backfill(today: date, *, days: int, span: int) -> Backfill:
    """A backfill of so many days that ends today."""
    return Backfill(today, today - timedelta(days=days - 1), today, span)


def within_sight(backfill: Backfill, latest: date) -> Backfill:
    """The backfill without the days of which Shopify shows nothing for want of a scope."""
    visible_from = latest - timedelta(days=VISIBLE_SHOP_DAYS - 1)
    return replace(backfill, oldest=max(backfill.oldest, visible_from))


def resume_backfill(cursor: dict[str, Any]) -> Backfill | None:
    """The backfill that was stored, None when none has begun."""
    if "next_last" not in cursor:
        return None
    return Backfill(
        date.fromisoformat(cursor["newest"]),
        date.fromisoformat(cursor["oldest"]),
        date.fromisoformat(cursor["next_last"]),
        int(cursor["span"]),
        int(cursor.get("rows_a_day", 0)),
        _export(cursor.get("export")),
        int(cursor.get("lost", 0)),
    )


@dataclass(frozen=True, slots=True)
class Restatement:
    """How many past days a daily sync reads again, and how many the one of each week."""

    daily_days: int
    weekly_days: int


@dataclass(frozen=True, slots=True)
class Daily:
    """Where the daily syncs of an ad account stand.

    `read_through` is the day of the last one, `weekly_through` that of the last one that read every
    day which the platform may restate.
    """

    read_through: date | None
    weekly_through: date | None

    def is_weekly(self, today: date, restatement: Restatement) -> bool:
        """Whether everything that may be restated is due to be read again."""
        return restatement.weekly_days > restatement.daily_days and (
            self.weekly_through is None or today - self.weekly_through >= WEEK
        )

    def windows(self, today: date, restatement: Restatement) -> list[DayRange]:
        """What is read today, oldest first: what is known has no gap.

        From the first day that could change since it was last read, up to today: after a long
        absence that is more than the days the platform restates.
        """
        first = _first_open(today, self.read_through, restatement.daily_days)
        if self.is_weekly(today, restatement):
            last = self.weekly_through or self.read_through
            first = min(first, _first_open(today, last, restatement.weekly_days))
        windows: list[DayRange] = []
        while first <= today:
            last_day = min(today, first + timedelta(days=LONGEST_DAILY - 1))
            windows.append(DayRange(first, last_day))
            first = last_day + timedelta(days=1)
        return windows

    def after(self, today: date, *, was_weekly: bool) -> Daily:
        """Where they stand once everything up to today is stored."""
        return Daily(today, today if was_weekly else self.weekly_through)

    def cursor(self) -> dict[str, Any]:
        """The form that is stored."""
        days = {"read_through": self.read_through, "weekly_through": self.weekly_through}
        return {name: day.isoformat() for name, day in days.items() if day is not None}


def resume_daily(cursor: dict[str, Any]) -> Daily:
    """Where the daily syncs stand by what was stored."""
    read, weekly = cursor.get("read_through"), cursor.get("weekly_through")
    return Daily(
        None if read is None else date.fromisoformat(read),
        None if weekly is None else date.fromisoformat(weekly),
    )


def _first_open(today: date, read_through: date | None, days: int) -> date:
    """The first day that could still change when days up to `read_through` were last read."""
    return min(today, read_through or today) - timedelta(days=days)


def next_updates(before: datetime | None, *, latest: datetime | None, now: datetime) -> datetime:
    """From when on the updates of orders are to be read next.

    `latest` is when the latest order that was read was updated: the platform's own time goes before
    the machine's, whose clock may have been ahead. Without one nothing moves on.
    """
    if latest is not None:
        return min(latest, now) - UPDATE_OVERLAP
    return before or now - UPDATE_OVERLAP


def local_days(accounts: Iterable[Account], now: datetime) -> tuple[date, date]:
    """Today where the day began last, and today where it began first."""
    days = [now.astimezone(ZoneInfo(account.timezone or "UTC")).date() for account in accounts]
    return min(days), max(days)


def hidden_days(
    accounts: Sequence[Account], last_read_at: datetime | None, now: datetime
) -> DayRange | None:
    """Days that nobody read while Shopify showed them, and that it shows no more.

    The first is the one on which the shop was last read, before it was over.
    """
    if last_read_at is None:
        return None
    first, _ = local_days(accounts, last_read_at)
    _, latest = local_days(accounts, now)
    visible_from = latest - timedelta(days=VISIBLE_SHOP_DAYS - 1)
    return DayRange(first, visible_from - timedelta(days=1)) if first < visible_from else None


def next_daily(now: datetime, *, timezone: str | None, integration_id: UUID) -> datetime:
    """The next moment after `now` at which a daily sync is due, in UTC."""
    zone = ZoneInfo(timezone or "UTC")
    at = time(DAILY_HOUR, integration_id.int % SPREAD_MINUTES)
    day = now.astimezone(zone).date()
    due = datetime.combine(day, at, zone)
    if due <= now:
        due = datetime.combine(day + timedelta(days=1), at, zone)
    return due.astimezone(UTC)


def retry_at(now: datetime, *, attempts: int, retry_after: float = 0.0) -> datetime:
    """When to try again: twice as long after each failure, not before the platform said.

    One that asks for more than a day is asked again after a day.
    """
    doubled = FIRST_RETRY * int(2 ** min(max(attempts - 1, 0), 10))
    said = timedelta(seconds=min(retry_after, LONGEST_PAUSE.total_seconds()))
    return now + max(min(doubled, LONGEST_RETRY), said)
