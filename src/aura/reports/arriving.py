"""What part of a range's conversions the platforms are still expected to report.

In: a source with the arrival curve that was learned from its restatements, and the conversions it
states by day. Out: a share from 0 to 1. The decision: each day is grown to what its age lets expect
and the range is the ratio of the sums, so a day with many conversions weighs what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from aura.model import Platform
from aura.reports.freshness import Source
from aura.store.reports import PlatformTotals

# a day of which less is in says nothing about the rest
_LEAST_SHARE: Final = Decimal("0.05")


def still_to_come(source: Source, conversions: Mapping[date, Decimal]) -> Decimal | None:
    """The share that is still to come; None until the platform's curve was learned."""
    if not source.arrived_shares or source.read_on is None:
        return None
    arrived = expected = Decimal(0)
    for day, count in conversions.items():
        age = (source.read_on - day).days
        known = 0 <= age < len(source.arrived_shares)
        share = Decimal(str(source.arrived_shares[age])) if known else Decimal(age >= 0)
        if share >= _LEAST_SHARE:
            arrived += count
            expected += count / share
    if expected <= 0:
        return None
    return (1 - arrived / expected).quantize(Decimal("0.0001"))


def arriving(
    sources: Sequence[Source], days: Mapping[tuple[date, Platform], PlatformTotals]
) -> dict[Platform, Decimal]:
    """By ad platform the share that is still to come of the days given, where it is known."""
    found: dict[Platform, Decimal] = {}
    for source in sources:
        counts = {
            day: count
            for (day, platform), totals in days.items()
            if platform == source.platform and (count := totals.sums.get("conversions")) is not None
        }
        share = still_to_come(source, counts)
        if share is not None:
            found[source.platform] = share
    return found
