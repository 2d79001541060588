"""The days that a range is compared with: the period before, the year before, chosen days or none.

In: the query's text (`compare=previous|year|custom|off`, `dow=0`, `compare_from=`, `compare_to=`)
and the range. Out: Comparison, or InputError saying what to write. The decision: days are matched
by weekday unless `dow=0`, for a week with two Saturdays is no measure of one with one; so the
period before moves back by whole weeks and the same period last year by 364 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal
from urllib.parse import parse_qsl

from aura.errors import InputError
from aura.model import DayRange

Kind = Literal["previous", "year", "custom", "off"]
# as in an address and for people
KINDS: Final[Mapping[Kind, str]] = {
    "previous": "The period before",
    "year": "The same period last year",
    "custom": "Days of your choice",
    "off": "Nothing",
}
LONGEST: Final = 1126


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a range is compared with; `days` is None when it is compared with nothing."""

    kind: Kind
    days: DayRange | None
    by_weekday: bool = True

    @property
    def query(self) -> str:
        """The part of an address's query that names it; empty for the usual comparison."""
        parts = [] if self.kind == "previous" else [f"compare={self.kind}"]
        if self.kind == "custom" and self.days:
            first, last = self.days.first.isoformat(), self.days.last.isoformat()
            parts.append(f"compare_from={first}&compare_to={last}")
        if not self.by_weekday and self.kind in {"previous", "year"}:
            parts.append("dow=0")
        return "&".join(parts)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The same part of the query, as pairs."""
        return tuple(parse_qsl(self.query))

    def moved_to(self, days: DayRange, offset: timedelta) -> Comparison:
        """The same kind of comparison for a range that lies `offset` later."""
        if self.kind == "custom" and self.days:
            moved = DayRange(self.days.first + offset, self.days.last + offset)
            return Comparison("custom", moved)
        return compared(self.kind, days, by_weekday=self.by_weekday)


def usual_comparison(days: DayRange) -> Comparison:
    """The period before, matched by weekday."""
    return compared("previous", days)


def compared(kind: Kind, days: DayRange, *, by_weekday: bool = True) -> Comparison:
    """The comparison of that kind; `custom` needs days of its own and is not made here."""
    if kind == "previous":
        length = len(days)
        back = timedelta(days=-(-length // 7) * 7 if by_weekday else length)
        return Comparison(kind, DayRange(days.first - back, days.last - back), by_weekday)
    if kind == "year":
        return Comparison(kind, _year_before(days, by_weekday=by_weekday), by_weekday)
    return Comparison("off", None)


def comparison_of(query: Mapping[str, str], days: DayRange) -> Comparison:
    """The comparison that an address asks for; InputError for one that cannot be made."""
    kind = query.get("compare", "").strip() or "previous"
    by_weekday = query.get("dow", "").strip() != "0"
    chosen = next((one for one in KINDS if one == kind), None)
    if chosen is None:
        raise InputError(f"A comparison is one of {', '.join(KINDS)}.")
    if chosen != "custom":
        try:
            return compared(chosen, days, by_weekday=by_weekday)
        except (OverflowError, ValueError):
            raise InputError("There is nothing that early to compare with.") from None
    first = query.get("compare_from", "").strip()
    last = query.get("compare_to", "").strip()
    if not first or not last:
        raise InputError("A comparison of your choice needs both a first and a last day.")
    start, end = day_of(first), day_of(last)
    if end < start:
        raise InputError("The days to compare with end before they start: swap them.")
    if (end - start).days >= LONGEST or start.year < 1900:
        raise InputError(f"Compare with at most {LONGEST:,} days, all of them after 1900.")
    return Comparison("custom", DayRange(start, end))


def day_of(text: str) -> date:
    """The day that a text names, as 2026-11-22; InputError for another text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"“{text[:20]}” is not a day: write it as 2026-11-22.") from None


def _year_before(days: DayRange, *, by_weekday: bool) -> DayRange:
    if by_weekday:
        back = timedelta(days=364)
        return DayRange(days.first - back, days.last - back)
    return DayRange(_same_day_before(days.first), _same_day_before(days.last))


def _same_day_before(value: date) -> date:
    """The same date a year before; 28 February for the day that year lacks."""
    try:
        return value.replace(year=value.year - 1)
    except ValueError:
        return value.replace(year=value.year - 1, day=28)
