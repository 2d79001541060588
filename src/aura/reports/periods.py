"""Ranges of days as they stand in an address: a preset (`?days=28`) or two dates (`?from=&to=`).

In: the query's text and today in the brand's time zone. Out: a Period, or InputError saying what to
write. Ranges end yesterday, because today is not over; only a custom range may include today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aura.errors import InputError
from aura.model import DayRange

PRESETS: tuple[int, ...] = (7, 28, 91, 365)
DEFAULT_PRESET = 28
# as many days as the ad platforms keep; a longer range could not be compared with what came before
LONGEST_RANGE = 1126


@dataclass(frozen=True, slots=True)
class Period:
    """A range of days and the equally long one before it.

    Attributes:
        days: the range.
        preset: 7, 28, 91 or 365 when the range is the last so many days, None for a custom one.
        today: the brand's today, which a preset does not include.
    """

    days: DayRange
    preset: int | None
    today: date

    @property
    def previous(self) -> DayRange:
        """The range to compare with."""
        return self.days.previous()

    @property
    def query(self) -> str:
        """The address's query that names this period."""
        if self.preset:
            return f"days={self.preset}"
        return f"from={self.days.first.isoformat()}&to={self.days.last.isoformat()}"

    def shifted(self, steps: int) -> Period | None:
        """The period `steps` lengths later (negative: earlier), None when it would pass today."""
        offset = timedelta(days=len(self.days) * steps)
        try:
            days = DayRange(self.days.first + offset, self.days.last + offset)
        except OverflowError:
            return None
        return None if days.last > self.today else Period(days, None, self.today)


def brand_zone(name: str | None) -> ZoneInfo:
    """The time zone of that name; UTC where the brand's text names none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def today_in(timezone: str | None, now: datetime) -> date:
    """The day it is in the time zone at that moment."""
    return now.astimezone(brand_zone(timezone)).date()


def last_days(count: int, today: date) -> Period:
    """The last `count` days, ending yesterday."""
    last = today - timedelta(days=1)
    preset = count if count in PRESETS else None
    return Period(DayRange(last - timedelta(days=count - 1), last), preset, today)


def preset_of(query: Mapping[str, str]) -> int:
    """How many days an address asks for where only the last 7, 28, 91 or 365 can be shown."""
    days = query.get("days", "").strip() or str(DEFAULT_PRESET)
    if days not in {str(preset) for preset in PRESETS}:
        raise InputError(f"Brands are compared over {', '.join(map(str, PRESETS))} days.")
    return int(days)


def period_of(query: Mapping[str, str], *, today: date) -> Period:
    """The period that an address names; the last 28 days when it names none.

    Raises InputError for a date that cannot be read, a range that ends before it starts, lies in
    the future or is longer than 1,126 days.
    """
    first, last = query.get("from", "").strip(), query.get("to", "").strip()
    if first or last:
        return _custom(first, last, today)
    days = query.get("days", "").strip() or str(DEFAULT_PRESET)
    is_short = days.isascii() and days.isdigit() and len(days) <= len(str(LONGEST_RANGE))
    if not is_short or not 1 <= int(days) <= LONGEST_RANGE:
        raise InputError(f"A range has 1 to {LONGEST_RANGE:,} days.")
    return last_days(int(days), today)


def _custom(first: str, last: str, today: date) -> Period:
    if not first or not last:
        raise InputError("A range needs both a first and a last day.")
    start, end = _day(first), _day(last)
    if end < start:
        raise InputError("The range ends before it starts: swap the two days.")
    if end > today:
        raise InputError(f"The range ends in the future: the last possible day is {today}.")
    days = DayRange(start, end)
    if len(days) > LONGEST_RANGE:
        raise InputError(f"A range has at most {LONGEST_RANGE:,} days; this one has {len(days):,}.")
    if start.year < 1900:
        raise InputError("The range starts too early: choose a day after 1900.")
    yesterday = today - timedelta(days=1)
    preset = len(days) if end == yesterday and len(days) in PRESETS else None
    return Period(days, preset, today)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"“{text[:20]}” is not a day: write it as 2026-11-22.") from None
