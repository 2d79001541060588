"""Purchases that ad platforms claim against the store's orders, and what explains the difference.

In: an AttributionReport over settled days, and what is known of the platforms' days. Out:
ClaimCheck, one a platform. The decision: a platform's claim is never called wrong; each part of the
difference that the data show is named with its size, and what is left is called unexplained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from aura.model import PLATFORM_NAMES, DayRange, Platform
from aura.reports.attribution import AttributionReport, PlatformClaim
from aura.reports.day_causes import Cause
from aura.reports.periods import brand_zone
from aura.reports.present import count
from aura.store.reconciliation import ClaimedByDate
from aura.store.reports import SourceRow

_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """A platform over settled days.

    Attributes:
        claimed: purchases, by the day of the click; None when unknown: `reason` says why.
        seen: orders whose last visit was a tagged visit of it.
        untagged: orders whose last visit came from it without paid tags.
        causes: what explains the difference, each with its size.
    """

    platform: Platform
    days: DayRange
    claimed: Decimal | None
    reason: str | None
    seen: int
    untagged: int
    causes: tuple[Cause, ...]

    @property
    def name(self) -> str:
        """The platform's name for people."""
        return PLATFORM_NAMES[self.platform]

    @property
    def difference(self) -> Decimal | None:
        """Claimed purchases beyond the orders seen; negative when fewer are claimed."""
        return None if self.claimed is None else self.claimed - self.seen


def claim_checks(
    report: AttributionReport,
    by_date: Mapping[Platform, ClaimedByDate],
    sources: Sequence[SourceRow],
    now: datetime,
) -> tuple[ClaimCheck, ...]:
    """Every platform of the report."""
    together = _together(report)
    return tuple(
        ClaimCheck(
            platform=one.platform,
            days=report.days,
            claimed=one.claim.conversions.value,
            reason=one.claim.conversions.reason,
            seen=one.claim.seen.last.orders,
            untagged=one.untagged.last.orders,
            causes=tuple(
                cause
                for cause in (
                    _unseen(one),
                    _untagged(one),
                    together,
                    _by_purchase(by_date.get(one.platform)),
                    _zone(one.platform, sources, now),
                    _arriving(one),
                )
                if cause is not None
            ),
        )
        for one in report.platforms
    )


def _together(report: AttributionReport) -> Cause | None:
    claimed = [one.claim.conversions.value or Decimal(0) for one in report.platforms]
    beyond = sum(claimed, Decimal(0)) - report.total.last.orders
    if len(claimed) < 2 or beyond <= 0:
        return None
    return Cause(
        "claimed_twice",
        f"Together the platforms claim {count(beyond)} purchases more than the store took orders "
        f"({count(Decimal(report.total.last.orders))}): at least so many are claimed twice.",
    )


def _unseen(one: PlatformClaim) -> Cause | None:
    claimed = one.claim.conversions.value
    if claimed is None:
        return None
    seen = one.claim.seen.last.orders
    beyond = claimed - seen - one.untagged.last.orders
    if beyond > 0:
        return Cause(
            "without_a_last_visit",
            f"{count(beyond)} claimed purchases have no last visit from {_short(one)} behind them: "
            "somebody saw the ad without a click, came back another way or on another device, or "
            "the platform models them.",
        )
    if claimed < seen:
        return Cause(
            "seen_but_not_claimed",
            f"{count(seen - claimed)} orders came with its tags that it does not claim: its tag "
            "was refused or missing, or the click was longer ago than it looks back.",
        )
    return None


def _untagged(one: PlatformClaim) -> Cause | None:
    number = one.untagged.last.orders
    if not number:
        return None
    return Cause(
        "untagged_visits",
        f"{count(Decimal(number))} orders came from {_short(one)} without paid tags; some of them "
        "may have clicked an ad.",
    )


def _by_purchase(claimed: ClaimedByDate | None) -> Cause | None:
    if claimed is None or claimed.by_click is None or claimed.by_purchase is None:
        return None
    gap = claimed.by_purchase - claimed.by_click
    if not gap:
        return None
    return Cause(
        "day_of_the_click",
        f"It counts on the day of the click; by the day of the purchase it claims "
        f"{count(abs(gap))} {'more' if gap > 0 else 'fewer'} for these days.",
    )


def _zone(platform: Platform, sources: Sequence[SourceRow], now: datetime) -> Cause | None:
    shop = next((row.timezones for row in sources if row.platform == "shopify"), ())
    own = next((row.timezones for row in sources if row.platform == platform), ())
    hours = {_hours(zone, shop[0], now) for zone in own} - {0} if shop else set()
    if not hours:
        return None
    hour = max(hours, key=abs)
    size = count(abs(Decimal(hour)))
    return Cause(
        "time_zone",
        f"Its days begin {size} hour{'' if abs(hour) == 1 else 's'} "
        f"{'before' if hour > 0 else 'after'} the shop's: purchases of those hours stand on "
        "another day. They are not shifted.",
    )


def _hours(zone: str, shop: str, now: datetime) -> float:
    """How many hours earlier a day begins in the zone than in the shop's, now."""
    offsets = [_offset(brand_zone(name), now) for name in (zone, shop)]
    return (offsets[0] - offsets[1]) / _HOUR


def _offset(zone: ZoneInfo, now: datetime) -> float:
    offset = now.astimezone(zone).utcoffset()
    return 0 if offset is None else offset.total_seconds()


def _arriving(one: PlatformClaim) -> Cause | None:
    if not one.claim.conversions.is_arriving:
        return None
    return Cause("unsettled", "Purchases of the newest days are still being claimed.")


def _short(one: PlatformClaim) -> str:
    return one.name.removesuffix(" Ads")
