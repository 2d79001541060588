"""What the syncs of a connection did: the last ones in words, and the last 14 days at a glance.

In: rows about runs. Out: Run and RunDay, in the brand's time zone. The decision: a day counts as
late when a sync of it failed and a later one brought the numbers after all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from aura.model import DayRange
from aura.reports.present import day, day_range, moment
from aura.store.connections import RunDayRow, RunRow

STRIP_DAYS: Final = 14
OUTCOMES: Final[Mapping[str, str]] = {
    "running": "under way",
    "succeeded": "done",
    "try_later": "postponed",
    "needs_reconnect": "needs you",
    "bad_data": "refused",
}
DayState = Literal["ok", "late", "failed", "none"]
_SAID: Final[Mapping[DayState, str]] = {
    "ok": "read",
    "late": "read late, after a failure",
    "failed": "not read, every sync failed",
    "none": "no sync",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One sync, for people: when, what, how it ended, and in plain words why when it failed.

    `outcome` is the end in a word, `family` the same as the record has it.
    """

    id: UUID
    at: str
    ended: str
    kind: str
    days: str
    rows_read: int
    rows_changed: int
    requests: int
    outcome: str
    family: str
    is_good: bool
    message: str | None


@dataclass(frozen=True, slots=True)
class RunDay:
    """How the syncs of one day went."""

    day: date
    state: DayState

    @property
    def text(self) -> str:
        """For a title and a screen reader: Sat 21 Nov: read."""
        return f"{day(self.day)}: {_SAID[self.state]}"


def run_of(row: RunRow, now: datetime) -> Run:
    """A run in words; `now` is in the brand's time zone."""
    days = ""
    if row.first_day and row.last_day:
        days = day_range(DayRange(row.first_day, row.last_day))
    return Run(
        id=row.id,
        at=moment(row.started_at, now=now),
        ended=moment(row.finished_at, now=now) if row.finished_at else "",
        kind="history" if row.kind == "backfill" else row.kind,
        days=days,
        rows_read=row.rows_read,
        rows_changed=row.rows_changed,
        requests=row.requests,
        outcome=OUTCOMES.get(row.outcome, row.outcome),
        family=row.outcome,
        is_good=row.outcome in {"succeeded", "running"},
        message=row.message,
    )


def strip_of(rows: Sequence[RunDayRow], today: date) -> tuple[RunDay, ...]:
    """The last 14 days, today at the end."""
    known = {row.day: row for row in rows}
    days = (today - timedelta(days=ago) for ago in range(STRIP_DAYS - 1, -1, -1))
    return tuple(RunDay(one, _state(known.get(one))) for one in days)


def _state(row: RunDayRow | None) -> DayState:
    if row is None or not (row.succeeded or row.failed):
        return "none"
    if not row.succeeded:
        return "failed"
    return "late" if row.failed else "ok"
