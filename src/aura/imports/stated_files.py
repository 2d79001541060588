"""Files of what a brand states: other spend as CSV, a promotion calendar as CSV or ICS.

In: a file. Out: StatedFile, with nothing stored yet: that is the dry run. `keep` stores it whole or
not at all and replaces what an earlier file stated of the same thing on the same day, so bringing a
file twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.numbers import list_currencies
from icalendar import Calendar
from icalendar.error import InvalidCalendar

from aura.errors import FileRefusedError
from aura.imports import refusals
from aura.imports.amounts import SeparatorEvidence, parse_amount
from aura.imports.days import parse_day
from aura.imports.moments import OrderEvidence
from aura.imports.source import Source, examine, reading
from aura.imports.table import Layout, Row, find_layout, read_rows
from aura.store import brand_entries as store
from aura.store.brand_entries import Entry
from aura.store.database import Database

StatedKind = Literal["spend", "promotion"]
MOST_STATED_ROWS: Final = 20_000
MOST_STATED_BYTES: Final = 20_000_000
_DAY: Final = ("day", "date")
_NAME: Final = ("name", "channel", "platform", "source", "promotion", "title", "event", "summary")
_AMOUNT: Final = ("amount", "spend", "cost", "amount spent")
_FROM: Final = ("from", "first day", "start", "start date", "begin", *_DAY)
_TO: Final = ("to", "last day", "end", "end date", "until")
_MOST_NAME_CHARACTERS: Final = 80
_CALENDAR: Final = "begin:vcalendar"


@dataclass(frozen=True, slots=True)
class StatedFile:
    """What a file states; `notes` say in words what was left out and why."""

    file_name: str
    kind: StatedKind
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()

    @property
    def counted(self) -> str:
        """How much it holds, in words."""
        word = "row" if self.kind == "spend" else "promotion"
        return f"{len(self.entries):,} {word}{'' if len(self.entries) == 1 else 's'}"

    @property
    def first(self) -> date:
        """Its first day."""
        return min(entry.first_day for entry in self.entries)

    @property
    def last(self) -> date:
        """Its last day."""
        return max(entry.last_day or entry.first_day for entry in self.entries)

    @property
    def totals(self) -> dict[str, Decimal]:
        """The amounts of a file of spend by currency."""
        found: dict[str, Decimal] = {}
        for entry in self.entries:
            if entry.currency and entry.amount is not None:
                found[entry.currency] = found.get(entry.currency, Decimal(0)) + entry.amount
        return found


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping a file did: statements added, replaced, and left as they were."""

    added: int
    replaced: int
    unchanged: int


def read_stated(path: Path, kind: StatedKind, *, currency: str, timezone: str) -> StatedFile:
    """What a file states. Raises FileRefusedError with the line and the column.

    Args:
        path: a CSV of day, name, amount and perhaps currency; or a CSV of name, from and perhaps
            to, or a calendar.
        kind: whether it is about spend or promotions.
        currency: of amounts, where the file has no such column.
        timezone: the brand's, in which the moments of a calendar fall on days.
    """
    source = examine(path)
    if source.size > MOST_STATED_BYTES:
        raise refusals.too_large(MOST_STATED_BYTES, MOST_STATED_ROWS)
    if kind == "spend":
        return StatedFile(path.name, kind, tuple(_spend(source, currency)))
    with reading(source) as lines:
        text = "".join(lines)
    if text.lstrip("\ufeff \r\n").lower().startswith(_CALENDAR):
        entries, notes = _calendar(text, ZoneInfo(timezone))
    else:
        entries, notes = list(_promotions(source)), []
    if not entries:
        raise refusals.empty()
    # of two with the same name and first day the later one counts, as in two files
    once = {_key(entry): entry for entry in entries}
    return StatedFile(path.name, kind, tuple(once.values()), tuple(notes))


def _rows(source: Source) -> tuple[Layout, list[Row]]:
    layout = find_layout(source)
    with reading(source) as lines:
        rows = list(read_rows(lines, layout))
    if not rows:
        raise refusals.empty()
    _check_number(len(rows))
    return layout, rows


def _check_number(rows: int) -> None:
    if rows > MOST_STATED_ROWS:
        raise FileRefusedError(
            "too_large",
            f"The file has {rows:,} rows; at most {MOST_STATED_ROWS:,} can be stated at once. "
            "Split it by year.",
        )


def _column(layout: Layout, names: Sequence[str], example: str) -> int:
    for name in names:
        position = layout.column(name)
        if position is not None:
            return position
    raise FileRefusedError(
        "missing_column",
        f'The file has no column "{names[0]}". Its first row should name its columns, as in: '
        f"{example}.",
        line=layout.header_line,
        column=names[0],
    )


class _Days:
    """Reads the days of some columns, in the order that the file shows."""

    def __init__(self, rows: Sequence[Row], positions: Sequence[int], column: str) -> None:
        evidence = OrderEvidence(column)
        for row in rows:
            for position in positions:
                evidence.add(row.cells[position].strip(), row.line)
        self._order = evidence.decide()

    def __call__(self, cell: str) -> date | None:
        return parse_day(cell.strip(), self._order)


def _spend(source: Source, currency: str) -> Iterator[Entry]:
    example = "day,name,amount,currency"
    layout, rows = _rows(source)
    day, name, amount = (_column(layout, n, example) for n in (_DAY, _NAME, _AMOUNT))
    of_currency = layout.column("currency")
    days, evidence = _Days(rows, (day,), "day"), SeparatorEvidence()
    for row in rows:
        evidence.add(row.cells[amount].strip(), row.line, "amount")
    separator = evidence.decide()

    def read(row: Row) -> Entry | tuple[str, str]:
        found = days(row.cells[day])
        value = parse_amount(row.cells[amount].strip(), separator)
        code = row.cells[of_currency].strip().upper() if of_currency is not None else ""
        title = " ".join(row.cells[name].split())
        wrong = _wrong_name(title) or _wrong_amount(value)
        if found is None:
            wrong = ("day", "is not a day")
        elif code and code not in list_currencies():
            wrong = ("currency", "is not a currency code such as EUR")
        if wrong or found is None:
            return wrong or ("day", "is not a day")
        return Entry("spend", title, found, found, "once", value, code or currency, source="file")

    return iter(_merged(_read_all(rows, read)))


def _promotions(source: Source) -> Iterator[Entry]:
    example = "name,from,to"
    layout, rows = _rows(source)
    name, first = (_column(layout, names, example) for names in (_NAME, _FROM))
    last = next((p for p in map(layout.column, _TO) if p is not None), None)
    days = _Days(rows, (first,) if last is None else (first, last), "from")

    def read(row: Row) -> Entry | tuple[str, str]:
        title = " ".join(row.cells[name].split())
        begins = days(row.cells[first])
        ends = begins if last is None or not row.cells[last].strip() else days(row.cells[last])
        wrong = _wrong_name(title)
        if begins is None or ends is None:
            return ("from" if begins is None else "to", "is not a day")
        if ends < begins:
            wrong = ("to", "comes before the first day")
        return wrong or Entry("promotion", title, begins, ends, source="file")

    return iter(_read_all(rows, read))


def _wrong_name(title: str) -> tuple[str, str] | None:
    if not title:
        return "name", "is empty"
    if len(title) > _MOST_NAME_CHARACTERS:
        return "name", f"has more than {_MOST_NAME_CHARACTERS} characters"
    return None


def _wrong_amount(value: Decimal | None) -> tuple[str, str] | None:
    if value is None:
        return "amount", "is not an amount"
    return ("amount", "is below zero") if value < 0 else None


def _read_all(rows: Sequence[Row], read: Callable[[Row], Entry | tuple[str, str]]) -> list[Entry]:
    entries: list[Entry] = []
    problems: list[tuple[int, str, str]] = []
    for row in rows:
        found = read(row)
        if isinstance(found, Entry):
            entries.append(found)
        else:
            problems.append((row.line, *found))
    if problems:
        raise refusals.bad_rows(problems, len(problems), len(rows))
    return entries


def _merged(entries: Sequence[Entry]) -> list[Entry]:
    """One statement for each day, name and currency: rows of the same add up."""
    found: dict[tuple[date, str, str | None], Entry] = {}
    for entry in entries:
        key = entry.first_day, entry.name.casefold(), entry.currency
        former = found.get(key)
        amount = (entry.amount or Decimal(0)) + (
            (former.amount or Decimal(0)) if former else Decimal(0)
        )
        found[key] = Entry(
            entry.kind, entry.name, entry.first_day, entry.last_day, "once", amount,
            entry.currency, source="file",
        )  # fmt: skip
    return list(found.values())


def _calendar(text: str, zone: ZoneInfo) -> tuple[list[Entry], list[str]]:
    try:
        calendar = Calendar.from_ical(text)
    except ValueError:
        raise FileRefusedError(
            "bad_calendar",
            "This calendar cannot be read. Export it again as .ics, or bring a CSV of name, from "
            "and to.",
        ) from None
    entries, notes = [], []
    events = calendar.walk("VEVENT")
    _check_number(len(events))
    for event in events:
        title = " ".join(str(event.get("summary", "")).split())[:_MOST_NAME_CHARACTERS]
        begins = _moment(event, "dtstart")
        if begins is None or not title:
            notes.append(f"Left out, without a name or a first day: {title or 'an event'}.")
            continue
        try:
            first, last = _days_of(begins, _end_of(event, begins), zone)
        except OverflowError:
            notes.append(f"Left out, without days that can be read: {title}.")
            continue
        if event.get("rrule") is not None:
            notes.append(f"{title} repeats: only its first time, {first}, was taken.")
        entries.append(Entry("promotion", title, first, last, source="file"))
    return entries, notes


def _moment(event: Mapping[str, object], name: str) -> date | None:
    """A day or a moment; None where there is none or it cannot be read."""
    try:
        found = getattr(event.get(name), "dt", None)
    except InvalidCalendar:
        return None
    return found if isinstance(found, date) else None


def _end_of(event: Mapping[str, object], begins: date) -> date | None:
    ends, span = _moment(event, "dtend"), getattr(event.get("duration"), "dt", None)
    if ends is None and isinstance(span, timedelta):
        return begins + span
    return ends


def _days_of(begins: date, ends: date | None, zone: ZoneInfo) -> tuple[date, date]:
    """The days of an event; a calendar's end is the moment or the day after it."""
    first = _local(begins, zone)
    if ends is None:
        return first, first
    if isinstance(ends, datetime):
        last = _local(ends - timedelta(microseconds=1), zone)
    else:
        last = ends - timedelta(days=1)
    return first, max(first, last)


def _local(moment: date, zone: ZoneInfo) -> date:
    if not isinstance(moment, datetime):
        return moment
    return (moment.astimezone(zone) if moment.tzinfo else moment).date()


async def keep(database: Database, file: StatedFile, *, user_id: UUID, brand_id: UUID) -> Kept:
    """Store what a file states, all of it or nothing."""
    async with database.as_user(user_id) as connection:
        await store.lock_entries(connection, brand_id=brand_id)
        known = {
            _key(entry): entry
            for entry in await store.entries(connection, brand_id=brand_id, kinds=(file.kind,))
            if entry.source == "file" or file.kind == "promotion"
        }
        changed = [e for e in file.entries if not _is_same(known.get(_key(e)), e)]
        replaced = [known[_key(e)].id for e in changed if _key(e) in known]
        await store.delete_entries(connection, brand_id=brand_id, entry_ids=replaced)
        await store.add_entries(connection, brand_id=brand_id, entries=changed)
    unchanged = len(file.entries) - len(changed)
    return Kept(len(changed) - len(replaced), len(replaced), unchanged)


def _key(entry: Entry) -> tuple[str, date, str | None]:
    return entry.name.casefold(), entry.first_day, entry.currency


def _is_same(known: Entry | None, entry: Entry) -> bool:
    return known is not None and (known.amount, known.last_day) == (entry.amount, entry.last_day)
