"""Days as reports and spreadsheets write them: text in, a date out.

`2026-09-01`, `01.09.2026`, `Wed, Sep 1, 2026`, `1 de septiembre de 2026`, `2026年9月1日`, or the
number of a day that a spreadsheet counts from 1900. Names of months are those of Unicode's CLDR.
"""

from __future__ import annotations

import re
from datetime import UTC, date
from functools import cache, lru_cache

from babel import Locale

from aura.imports.moments import Order, parse_moment
from aura.model import DayRange

_LANGUAGES = (
    *("en", "en_GB", "en_AU", "de", "fr", "es", "it", "pt", "pt_PT", "nl", "sv", "da", "nb", "fi"),
    *("pl", "cs", "tr"),
)
_WORDS = re.compile(r"[^\W\d_]+|[0-9]+")
_JAPANESE = re.compile(r"([0-9]{4})年 ?([0-9]{1,2})月 ?([0-9]{1,2})日")
_COMPACT = re.compile(r"(?:19|20)[0-9]{6}")
# 1-Jun-26, which Excel makes of a day
_AS_EXCEL = re.compile(r"[0-9]{1,2}[- ][^\W\d_]+\.?[- ][0-9]{2}")
_FILLERS = frozenset({"de", "del", "of", "le", "den", "the", "st", "nd", "rd", "th"})
_BETWEEN = re.compile(r"\s+(?:[-\u2013\u2014~]|to|bis|au|al|a|até|t/m|till)\s+", re.IGNORECASE)


@cache
def _months() -> dict[str, int]:
    """Names and short names of months, without points, where all languages agree."""
    found: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        for widths in Locale.parse(language).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in widths[width].items():
                    found.setdefault(name.casefold().rstrip("."), set()).add(number)
    found |= {"sept": {9}, "mrz": {3}}
    return {name: min(numbers) for name, numbers in found.items() if len(numbers) == 1}


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(
        name.casefold().rstrip(".")
        for language in _LANGUAGES
        for widths in Locale.parse(language).days.values()
        for width in ("wide", "abbreviated", "short")
        for name in widths.get(width, {}).values()
    )


# a report states each day once for every campaign
@lru_cache(maxsize=4096)
def parse_day(cell: str, order: Order) -> date | None:
    """The day in a cell; None when it is none, or before 1970 or after 2100."""
    moment = parse_moment(cell, order=order, zone=UTC)
    if moment is not None:
        return moment.at.date()
    if _COMPACT.fullmatch(cell):
        return _date(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
    japanese = _JAPANESE.fullmatch(cell)
    if japanese is not None:
        return _date(*map(int, japanese.groups()))
    return _written_out(cell)


def _written_out(cell: str) -> date | None:
    numbers, months = [], []
    for word in _WORDS.findall(cell.casefold()):
        if word.isascii() and word.isdigit():
            numbers.append(int(word))
        elif word in _months():
            months.append(_months()[word])
        elif word not in _weekdays() and word not in _FILLERS:
            return None
    if len(numbers) != 2 or len(months) != 1:
        return None
    if _AS_EXCEL.fullmatch(cell):
        return _date(2000 + numbers[1], months[0], numbers[0])
    day, year = numbers if numbers[0] <= 31 else reversed(numbers)
    return _date(year, months[0], day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1970 <= year <= 2100 else None
    except ValueError:
        return None


def parse_range(text: str, order: Order) -> DayRange | None:
    """The days that a report's title line says it covers; None for any other line."""
    parts = _BETWEEN.split(text.strip().strip('"'))
    if len(parts) != 2:
        return None
    first, last = (parse_day(part.strip(), order) for part in parts)
    return DayRange(first, last) if first and last and first <= last else None
