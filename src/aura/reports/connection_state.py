"""One word for a connection's state, and the sentence that says what it means for a person.

In: what is known of one connection. Out: the word and its sentence. Pure. The decision: the first
state that holds wins, from what a person must do to what nobody must; a sentence gives the effect,
the cause, the next step and who takes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from aura.model import DayRange
from aura.reports.connection_notices import Notice
from aura.reports.freshness import Source
from aura.reports.present import ago, day, day_range, moment
from aura.store.connections import AccountRow, RunRow, WorkRow

Word = Literal[
    "not connected",
    "choose accounts",
    "syncing",
    "connected",
    "delayed",
    "needs you",
    "limited",
    "paused",
    "disconnected",
    "file import",
]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the state of a connection follows from; `now` is in the brand's time zone.

    `runs` are the last ones, newest first; `failing_since` is when the first of those that failed
    in a row began.
    """

    source: Source
    accounts: Sequence[AccountRow]
    work: Mapping[str, WorkRow]
    runs: Sequence[RunRow]
    failing_since: datetime | None
    notices: Sequence[Notice]
    now: datetime

    @property
    def fresh(self) -> str:
        """How far the data goes, as a sentence."""
        return f"{self.source.sentence(self.now)}."

    @property
    def ended(self) -> RunRow | None:
        """The last run that is over."""
        return next((run for run in self.runs if run.outcome != "running"), None)


def state_of(known: Circumstances) -> tuple[Word, str]:
    """The first of these that holds."""
    if not known.source.is_connected:
        return _unconnected(known)
    ended = known.ended
    is_refused = ended is not None and ended.outcome == "bad_data"
    if known.source.status == "error" and not is_refused:
        return "needs you", _reconnect(known)
    if known.accounts and not any(account.is_selected for account in known.accounts):
        return "choose accounts", "Nothing is read yet. Choose which accounts to read."
    if _is_running(known):
        return "syncing", f"{_progress(known.work)} You can leave this page."
    if ended is not None and ended.outcome in {"try_later", "bad_data"}:
        return "delayed", _delay(known, ended)
    return _waiting_or_read(known)


def _unconnected(known: Circumstances) -> tuple[Word, str]:
    source = known.source
    if not source.from_file:
        return "disconnected", f"{known.fresh} Connect again to read on; what was read stays."
    sentence = "Nothing of a file is left."
    if source.first_day and source.last_day:
        covered = day_range(DayRange(source.first_day, source.last_day), with_year=True)
        read = f"{day(source.read_at.date())} {source.read_at.year}" if source.read_at else ""
        sentence = f"Last file: {read}, covers {covered}." if read else f"Covers {covered}."
    return "file import", f"{sentence} Connect the platform to keep it up to date."


def _reconnect(known: Circumstances) -> str:
    reason = _sentence(known.source.problem) or "The platform ended the permission."
    through = known.source.through
    missing = 0 if through is None else (known.now.date() - through).days - 1
    if missing > 0:
        days = "day" if missing == 1 else "days"
        return f"{reason} Reconnect to fill {missing:,} missing {days}. {known.fresh}"
    return f"{reason} Reconnect to read on. {known.fresh}"


def _delay(known: Circumstances, ended: RunRow) -> str:
    """A platform that did not answer, or not so that it can be true: Aura tries again by itself."""
    since = moment(known.failing_since or ended.started_at, now=known.now)
    effect = f"{known.source.name} has not been read since {since}."
    if ended.outcome == "bad_data":
        effect = f"What {known.source.name} sent at {since} was refused; none of it was stored."
    return (
        f"{effect} {_sentence(ended.message)} {_next_try(known)}; your other numbers are not "
        f"affected. {known.fresh}"
    )


def _waiting_or_read(known: Circumstances) -> tuple[Word, str]:
    source, now = known.source, known.now
    daily = known.work.get("daily")
    if daily is not None and daily.due_at is None:
        return "paused", f"{known.fresh} No sync is planned: press Sync now to read on."
    if source.last_day is None:
        return "syncing", "Waiting for the first numbers. You can leave this page."
    if source.state(now) == "late":
        return (
            "delayed",
            (
                f"{known.fresh} Nothing has been read since: is the worker running? Whoever runs "
                "this installation starts it with `aura up` or `aura worker`."
            ),
        )
    lacking = [one for one in known.notices if one.kind == "scope" and one.severity != "info"]
    if lacking:
        return "limited", f"{known.fresh} Part of it cannot be read, for want of a permission."
    if source.through is None or source.read_at is None:
        return "connected", known.fresh
    checked = ago(source.read_at, now=now)
    return "connected", f"Data through {_day(source, now)}. Checked {checked}."


def _day(source: Source, now: datetime) -> str:
    if source.through is None:
        return ""
    shown = day(source.through)
    return shown if source.through.year == now.year else f"{shown} {source.through.year}"


def _next_try(known: Circumstances) -> str:
    due = min((row.due_at for row in known.work.values() if row.due_at), default=None)
    is_ahead = due is not None and due > known.now + timedelta(seconds=30)
    if due is None or not is_ahead:
        return "Aura is trying again now"
    return f"Trying again at {moment(due, now=known.now)}"


def _sentence(message: str | None) -> str:
    text = (message or "").strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _is_running(known: Circumstances) -> bool:
    """Whether something is read just now, or history waits for its next turn."""
    rows, now = known.work.values(), known.now
    if any(row.leased_until is not None and row.leased_until > now for row in rows):
        return True
    history = known.work.get("backfill")
    begun = history is not None and history.days_total > 0
    return begun and history is not None and history.due_at is not None and history.due_at <= now


def _progress(work: Mapping[str, WorkRow]) -> str:
    row = work.get("backfill")
    if row is None or row.due_at is None or row.days_total == 0:
        return "Fetching the newest days."
    at = min(row.days_done + 1, row.days_total)
    return f"Fetching day {at:,} of {row.days_total:,}."
