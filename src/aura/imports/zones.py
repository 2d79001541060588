"""The time zone that a file's own times speak for: offsets in, an IANA name out.

Every time of an export carries its offset from UTC at that moment. A zone fits when it had exactly
those offsets at those moments; all zones that fit give the same calendar day for every row. Which
of them is named matters for later files only, so the well-known one is taken and said.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.core import get_global

# where most stores are; the first that fits is named
_WELL_KNOWN = (
    *("UTC", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    *("America/Phoenix", "America/Toronto", "America/Vancouver", "America/Halifax"),
    *("America/Sao_Paulo", "America/Mexico_City", "America/Bogota", "America/Santiago"),
    *("Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Istanbul", "Europe/Moscow"),
    *("Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Asia/Jerusalem"),
    *("Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Perth"),
    *("Pacific/Auckland", "Africa/Johannesburg", "Africa/Lagos"),
)


class ZoneEvidence:
    """Collects offsets; one moment for each day and offset is enough."""

    def __init__(self) -> None:
        self._seen: dict[tuple[date, timedelta], datetime] = {}
        self._is_complete = True

    def add(self, at: datetime, *, has_offset: bool) -> None:
        """Take in the moment of one row."""
        offset = at.utcoffset()
        if not has_offset or offset is None:
            self._is_complete = False
            return
        self._seen.setdefault((at.date(), offset), at)

    def decide(self) -> str | None:
        """The zone's name; None when a row has no offset or no zone has them all."""
        if not self._is_complete or not self._seen:
            return None
        for name in (*_WELL_KNOWN, *sorted(set(get_global("zone_territories")))):
            if self._fits(name):
                return name
        return None

    def _fits(self, name: str) -> bool:
        try:
            zone = ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            return False
        return all(
            at.astimezone(zone).utcoffset() == offset for (_, offset), at in self._seen.items()
        )
