"""Days of a time zone as seconds since 1970: midnights, and the local day of a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone of this IANA name."""
    return ZoneInfo(name)


@cache
def midnight(day: date, timezone: str) -> int:
    """The moment a local day starts; days of a clock change have 23 or 25 hours."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone(timezone)).timestamp())


def day_of(moment: int, timezone: str) -> date:
    """The local day a moment belongs to."""
    return datetime.fromtimestamp(moment, zone(timezone)).date()


def moment_on(day: date, fraction: float, timezone: str) -> int:
    """The moment at this fraction of a local day, 0 to 1."""
    start = midnight(day, timezone)
    length = midnight(day + DAY, timezone) - start
    return start + min(int(fraction * length), length - 1)


def iso(moment: int) -> str:
    """UTC as the platforms write it: 2026-11-22T08:15:00Z."""
    return datetime.fromtimestamp(moment, UTC).isoformat()[:19] + "Z"


def days_between(first: date, last: date) -> list[date]:
    """Every day of a range, both ends included; empty when it ends before it starts."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
