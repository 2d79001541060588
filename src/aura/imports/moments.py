"""Moments as Shopify and spreadsheets write them: text in, an aware moment out.

An offset says which moment it was, not in which time zone the shop is. A moment without one (a
spreadsheet drops it) is local time of the brand. Whether 3/4/2026 is in March or in April is
decided once for the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple

from aura.imports import refusals

Order = Literal["day first", "month first"]

_TIME = (
    r"(?:[ T,]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?)?"
    r"(?: ?(?P<offset>z|utc|gmt|[+-][0-9]{2}:?[0-9]{2}))?"
)
_YEAR_FIRST = re.compile(
    r"(?P<year>[0-9]{4})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})" + _TIME, re.IGNORECASE
)
_YEAR_LAST = re.compile(
    r"(?P<first>[0-9]{1,2})(?P<mark>[-/.])(?P<second_part>[0-9]{1,2})(?P=mark)"
    r"(?P<year>[0-9]{4}|[0-9]{2})" + _TIME,
    re.IGNORECASE,
)
_AS_SHOPIFY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}")
# as spreadsheets count: days since the end of 1899, and the share of the day that is gone
_SERIAL = re.compile(r"([3-6][0-9]{4})(?:[.,]([0-9]{1,15}))?")
_SERIAL_ORIGIN = datetime(1899, 12, 30)  # noqa: DTZ001 - the zone is the caller's
_SECONDS_OF_A_DAY = 86_400


@dataclass(slots=True)
class OrderEvidence:
    """Which of day and month can come first, from all dates that end with the year."""

    column: str
    unclear_line: int | None = None
    day_first_line: int | None = None
    month_first_line: int | None = None

    def add(self, cell: str, line: int) -> None:
        """Take in one cell of the column."""
        found = None if cell[:4].isdigit() else _YEAR_LAST.fullmatch(cell)
        if found is None:
            return
        first, second = int(found["first"]), int(found["second_part"])
        # with points the day comes first in every country that writes so
        if first > 12 or found["mark"] == ".":
            self.day_first_line = self.day_first_line or line
        elif second > 12:
            self.month_first_line = self.month_first_line or line
        elif first != second:
            self.unclear_line = self.unclear_line or line

    def decide(self) -> Order:
        """The file's order. Raises FileRefusedError when it has both or nothing tells."""
        if self.day_first_line and self.month_first_line:
            line = max(self.day_first_line, self.month_first_line)
            raise refusals.ambiguous_dates(line, self.column)
        if self.unclear_line and not (self.day_first_line or self.month_first_line):
            raise refusals.ambiguous_dates(self.unclear_line, self.column)
        return "month first" if self.month_first_line else "day first"


class Moment(NamedTuple):
    """A moment, and whether its cell said how far from UTC it was."""

    at: datetime
    has_offset: bool


def parse_moment(cell: str, *, order: Order, zone: tzinfo) -> Moment | None:
    """The moment in a cell; None when it is none, or before 1970 or after 2100."""
    if _AS_SHOPIFY.fullmatch(cell):
        return _as_shopify(cell)
    found = _YEAR_FIRST.fullmatch(cell)
    if found is not None:
        month, day = int(found["month"]), int(found["day"])
    else:
        found = _YEAR_LAST.fullmatch(cell)
        if found is None:
            return _counted(cell, zone)
        first, second = int(found["first"]), int(found["second_part"])
        day, month = (first, second) if order == "day first" else (second, first)
    year = int(found["year"])
    year += 2000 if len(found["year"]) == 2 else 0
    offset = found["offset"]
    try:
        at = datetime(
            year,
            month,
            day,
            _hour(found),
            int(found["minute"] or 0),
            int(found["second"] or 0),
            tzinfo=_offset(offset) if offset else zone,
        )
    except ValueError:
        return None
    return Moment(at, offset is not None) if 1970 <= year <= 2100 else None


def _as_shopify(cell: str) -> Moment | None:
    """What nearly all files have, in a third of the time that the general pattern takes."""
    try:
        at = datetime.fromisoformat(cell[:19]).replace(tzinfo=_offset(cell[20:]))
    except ValueError:
        return None
    return Moment(at, has_offset=True) if 1970 <= at.year <= 2100 else None


def _counted(cell: str, zone: tzinfo) -> Moment | None:
    """A spreadsheet's 45384.3478 to the second: the local time that it showed."""
    found = _SERIAL.fullmatch(cell)
    if found is None:
        return None
    seconds = round(int(found[2] or 0) * _SECONDS_OF_A_DAY / 10 ** len(found[2] or ""))
    at = _SERIAL_ORIGIN + timedelta(days=int(found[1]), seconds=seconds)
    return Moment(at.replace(tzinfo=zone), has_offset=False)


def _hour(found: re.Match[str]) -> int:
    hour = int(found["hour"] or 0)
    half = found["half"]
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no hour of a clock")
    return hour % 12 + (12 if half in "pP" else 0)


@lru_cache(maxsize=256)
def _offset(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
