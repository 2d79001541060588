"""Where days begin: the zones of a brand's sources, and by how much their days lie apart.

In: the sources, the brand's time zone and a range. Out: Mismatch, a sentence with its size in
hours. The decision: a mismatch is said and never shifted away, for the platforms give whole days
and no hours; days belong to the shop, or to the ad account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from aura.model import DayRange, Platform
from aura.reports.freshness import Source
from aura.reports.periods import brand_zone


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A source whose days begin at another moment than the shop's.

    Attributes:
        least, most: how much later they begin on the days of the range, negative for earlier; they
            differ where the clocks change on different days.
        anchor: whose days it is measured by: `the shop` or `the brand`.
    """

    platform: Platform
    name: str
    zone: str
    anchor: str
    anchor_zone: str
    least: timedelta
    most: timedelta

    @property
    def sentence(self) -> str:
        """`Meta Ads' days begin 8 hours after the shop's (America/Los_Angeles, Europe/London)`."""
        owner = self.name + ("'" if self.name.endswith("s") else "'s")
        return (
            f"{owner} days begin {self._size} {self.anchor}'s ({self.zone}, {self.anchor_zone}); "
            "they are shown as they are, never shifted"
        )

    @property
    def _size(self) -> str:
        if self.least < timedelta(0) < self.most:
            return f"up to {_hours(max(-self.least, self.most))} before or after"
        low, high = sorted((abs(self.least), abs(self.most)))
        word = "after" if self.most > timedelta(0) else "before"
        if low == high:
            return f"{_hours(low)} {word}"
        if not low:
            return f"up to {_hours(high)} {word}"
        return f"{_hours(low).partition(' ')[0]} to {_hours(high)} {word}"


def mismatches(sources: Sequence[Source], timezone: str, days: DayRange) -> tuple[Mismatch, ...]:
    """Each zone of a source whose days begin at another moment than the shop's on any day.

    Without a shop that states its zone, days are measured by the brand's `timezone`.
    """
    shop = next((s for s in sources if s.platform == "shopify" and s.zones), None)
    anchor, name = (shop.zones[0], "the shop") if shop else (timezone, "the brand")
    found = []
    if shop and _apart(anchor, timezone, days) != (timedelta(0), timedelta(0)):
        found.append(_mismatch(shop, anchor, "the brand", timezone, days))
    found.extend(
        _mismatch(source, zone, name, anchor, days)
        for source in sources
        if source is not shop
        for zone in source.zones
        if any(_apart(zone, anchor, days))
    )
    return tuple(found)


def _mismatch(source: Source, zone: str, anchor: str, of: str, days: DayRange) -> Mismatch:
    least, most = _apart(zone, of, days)
    return Mismatch(source.platform, source.name, zone, anchor, of, least, most)


def _apart(zone: str, of: str, days: DayRange) -> tuple[timedelta, timedelta]:
    """The least and the most by which days begin later in one zone than in the other."""
    if zone == of:
        return timedelta(0), timedelta(0)
    found = {_beginning(value, zone) - _beginning(value, of) for value in days.days()}
    return min(found), max(found)


def _beginning(value: date, zone: str) -> datetime:
    """The moment that a day begins; where midnight is skipped, the moment that takes its place."""
    local = datetime.combine(value, time(), brand_zone(zone))
    return local.astimezone(brand_zone("UTC"))


def _hours(size: timedelta) -> str:
    hours, rest = divmod(int(size.total_seconds()) // 60, 60)
    text = f"{hours} hour{'' if hours == 1 else 's'}" if hours else ""
    return " ".join(part for part in (text, f"{rest} minutes" if rest else "") if part)
