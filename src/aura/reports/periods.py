"""Ranges of days as they stand in an address, and the days that they are compared with.

In: the query's text (`?days=28`, `?range=last-month` or `?from=&to=`, and `compare=`, `dow=`) and
today in the brand's time zone. Out: a Period, or InputError saying what to write. Ranges end
yesterday, because today is not over; only a custom range may include today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aura.errors import InputError
from aura.model import DayRange
from aura.reports.comparisons import Comparison, comparison_of, day_of, usual_comparison

PRESETS: tuple[int, ...] = (7, 28, 91, 365)
DEFAULT_PRESET = 28
# as many days as the ad platforms keep; a longer range could not be compared with what came before
LONGEST_RANGE = 1126
EARLIEST_YEAR: Final = 1900
# ranges with a name, as in an address and for people
NAMED: Final[Mapping[str, str]] = {
    "yesterday": "Yesterday",
    "month": "Month to date",
    "last-month": "Last month",
    "quarter": "Quarter to date",
    "year": "Year to date",
}
# those that go on: they may end today
_TO_DATE: Final = frozenset({"month", "quarter", "year"})


@dataclass(frozen=True, slots=True)
class Period:
    """A range of days and what it is compared with.

    Attributes:
        days: the range.
        preset: 7, 28, 91 or 365 when the range is the last so many days, None for another one.
        today: the brand's today, which only a custom range may include.
        asked: what it is compared with where that is not the usual.
        name: a key of NAMED when the range was asked for by its name.
        with_today: whether such a range ends today and not yesterday.
        as_of: the end of an earlier day, when its figures are those that were known by then.
    """

    days: DayRange
    preset: int | None
    today: date
    asked: Comparison | None = None
    name: str | None = None
    with_today: bool = False
    as_of: datetime | None = None

    @property
    def comparison(self) -> Comparison:
        """The days that it is compared with."""
        return self.asked or usual_comparison(self.days)

    @property
    def range_query(self) -> str:
        """The part of the address's query that names the range."""
        today = "&today=1" if self.with_today else ""
        if self.name:
            query = f"range={self.name}{today}"
        elif self.preset:
            query = f"days={self.preset}{today}"
        else:
            query = self.days_query
        return f"{query}&{self.as_of_query}" if self.as_of else query

    @property
    def as_of_query(self) -> str:
        """The part of the address's query that names the earlier day; empty without one."""
        return f"as_of={self.today.isoformat()}" if self.as_of else ""

    @property
    def days_query(self) -> str:
        """The query of the same days as they are known now."""
        return f"from={self.days.first.isoformat()}&to={self.days.last.isoformat()}"

    @property
    def other_today(self) -> str | None:
        """The query of the same range with today, or without it; None where there is no other."""
        if self.as_of:
            return None
        if self.with_today:
            return self.range_query.removesuffix("&today=1")
        if self.name in _TO_DATE or (self.preset and not self.name):
            return f"{self.range_query}&today=1"
        return None

    @property
    def range_pairs(self) -> tuple[tuple[str, str], ...]:
        """The same part of the query, as pairs."""
        return tuple(parse_qsl(self.range_query))

    @property
    def query(self) -> str:
        """The address's query that names this period; the usual comparison is left out."""
        return "&".join(part for part in (self.range_query, self.comparison.query) if part)

    def shifted(self, steps: int) -> Period | None:
        """The period `steps` lengths later (negative: earlier), None when it would pass today."""
        offset = timedelta(days=len(self.days) * steps)
        try:
            days = DayRange(self.days.first + offset, self.days.last + offset)
            asked = self.comparison.moved_to(days, offset)
        except OverflowError:
            return None
        if days.last > self.today:
            return None
        return Period(days, None, self.today, asked, as_of=self.as_of)


def brand_zone(name: str | None) -> ZoneInfo:
    """The time zone of that name; UTC where the brand's text names none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def today_in(timezone: str | None, now: datetime) -> date:
    """The day it is in the time zone at that moment."""
    return now.astimezone(brand_zone(timezone)).date()


def last_days(count: int, today: date, *, with_today: bool = False) -> Period:
    """The last `count` days, ending yesterday, or today where that is asked for."""
    last = today if with_today else today - timedelta(days=1)
    days = DayRange(last - timedelta(days=count - 1), last)
    if count not in PRESETS:
        return Period(days, None, today)
    return Period(days, count, today, with_today=with_today)


def named_days(name: str, today: date, *, with_today: bool = False) -> Period:
    """The range of that name, ending yesterday; on a month's first day, that day itself.

    Those to date end today where that is asked for.

    InputError for a name that does not exist.
    """
    last = today - timedelta(days=1)
    month = today.replace(day=1)
    firsts = {
        "yesterday": last,
        "month": month,
        "last-month": (month - timedelta(days=1)).replace(day=1),
        "quarter": month.replace(month=(month.month - 1) // 3 * 3 + 1),
        "year": month.replace(month=1),
    }
    if name not in firsts:
        raise InputError(f"A range is one of {', '.join(NAMED)}.")
    end = month - timedelta(days=1) if name == "last-month" else max(last, firsts[name])
    with_today = with_today and name in _TO_DATE
    days = DayRange(firsts[name], today if with_today else end)
    return Period(days, None, today, name=name, with_today=with_today)


def period_in(query: Mapping[str, str], *, timezone: str | None, now: datetime) -> Period:
    """The period that an address names, seen as of the day that its `as_of` names, or from now.

    Ranges such as the last 28 days end the day before that one. InputError as of `period_of`, and
    for a day that is none or has not come.
    """
    text = query.get("as_of", "").strip()
    if not text:
        return period_of(query, today=today_in(timezone, now))
    chosen = as_of_day(text, timezone=timezone, now=now)
    moment = end_of(chosen, timezone=timezone, now=now)
    return replace(period_of(query, today=chosen), as_of=moment)


def as_of_day(text: str, *, timezone: str | None, now: datetime) -> date:
    """The day in an address that something is seen as of; InputError for one that cannot be."""
    today, chosen = today_in(timezone, now), day_of(text)
    if chosen > today:
        raise InputError("That morning has not come yet: choose an earlier day.")
    if chosen.year < EARLIEST_YEAR:
        raise InputError(f"Nothing was known so early: choose a day after {EARLIEST_YEAR}.")
    return chosen


def end_of(day: date, *, timezone: str | None, now: datetime) -> datetime:
    """The last second of a day in the time zone, or now while the day is not over."""
    return min(datetime.combine(day, time(23, 59, 59), brand_zone(timezone)), now)


def preset_of(query: Mapping[str, str]) -> int:
    """How many days an address asks for where only the last 7, 28, 91 or 365 can be shown."""
    days = query.get("days", "").strip() or str(DEFAULT_PRESET)
    if days not in {str(preset) for preset in PRESETS}:
        raise InputError(f"Brands are compared over {', '.join(map(str, PRESETS))} days.")
    return int(days)


def period_of(query: Mapping[str, str], *, today: date) -> Period:
    """The period that an address names; the last 28 days when it names none.

    Raises InputError for a date that cannot be read, a range that ends before it starts, lies in
    the future or is longer than 1,126 days, and for a comparison that cannot be made.
    """
    found = _range_of(query, today)
    asked = comparison_of(query, found.days)
    if asked == usual_comparison(found.days):
        return found
    return replace(found, asked=asked)


def _range_of(query: Mapping[str, str], today: date) -> Period:
    first, last = query.get("from", "").strip(), query.get("to", "").strip()
    if first or last:
        return _custom(first, last, today)
    name = query.get("range", "").strip()
    with_today = query.get("today", "").strip() == "1"
    if name:
        return named_days(name, today, with_today=with_today)
    days = query.get("days", "").strip() or str(DEFAULT_PRESET)
    is_short = days.isascii() and days.isdigit() and len(days) <= len(str(LONGEST_RANGE))
    if not is_short or not 1 <= int(days) <= LONGEST_RANGE:
        raise InputError(f"A range has 1 to {LONGEST_RANGE:,} days.")
    return last_days(int(days), today, with_today=with_today)


def _custom(first: str, last: str, today: date) -> Period:
    if not first or not last:
        raise InputError("A range needs both a first and a last day.")
    start, end = day_of(first), day_of(last)
    if end < start:
        raise InputError("The range ends before it starts: swap the two days.")
    if end > today:
        raise InputError(f"The range ends in the future: the last possible day is {today}.")
    days = DayRange(start, end)
    if len(days) > LONGEST_RANGE:
        raise InputError(f"A range has at most {LONGEST_RANGE:,} days; this one has {len(days):,}.")
    if start.year < EARLIEST_YEAR:
        raise InputError(f"The range starts too early: choose a day after {EARLIEST_YEAR}.")
    yesterday = today - timedelta(days=1)
    preset = len(days) if end == yesterday and len(days) in PRESETS else None
    return Period(days, preset, today)
