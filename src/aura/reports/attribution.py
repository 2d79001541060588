"""Attribution without a pixel: the store's own first and last visits beside what platforms claim.

In: a person, one of their brands and a range. Out: AttributionReport, the same for page, API, shell
and CSV. The decisions: every order counts once for its first and once for its last visit, so both
columns add up to the store's orders and revenue of the range; a platform's claim is its account's
own, by the day of the click; overclaim is claimed purchases for each order whose last visit was a
tagged visit of that platform or campaign, and blank where there is none to divide by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final
from uuid import UUID

from aura.metrics import BASE_METRICS
from aura.model import AD_PLATFORMS, PLATFORM_NAMES, DayRange, Platform
from aura.reports.currency import Conversion, brand_conversion
from aura.reports.figures import Figure, Side, figure
from aura.reports.freshness import Source, source_of
from aura.reports.periods import brand_zone
from aura.reports.present import day_range
from aura.reports.visits import KINDS, Kind, Matcher, Origin
from aura.store import attribution as store
from aura.store import campaigns as campaign_store
from aura.store.attribution import VisitRow
from aura.store.campaigns import CampaignRow, CampaignTotals
from aura.store.database import Connection, Database
from aura.store.reports import (
    NO_RATES,
    BrandRow,
    PlatformTotals,
    RangeRows,
    RateArrays,
    brand,
    sources,
    totals_and_days,
)

# how long the store may take to work out how somebody came
READY_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Touch:
    """What the store saw of some visits."""

    orders: int = 0
    revenue: Decimal = Decimal(0)

    def __add__(self, other: Touch) -> Touch:
        return Touch(self.orders + other.orders, self.revenue + other.revenue)


@dataclass(frozen=True, slots=True)
class Seen:
    """Orders by their first and by their last visit."""

    first: Touch = field(default_factory=Touch)
    last: Touch = field(default_factory=Touch)

    def __add__(self, other: Seen) -> Seen:
        return Seen(self.first + other.first, self.last + other.last)


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A source, medium and campaign as the store recorded them."""

    source: str | None
    medium: str | None
    campaign: str | None
    origin: Origin
    seen: Seen


@dataclass(frozen=True, slots=True)
class Claim:
    """What a platform claims, for itself or for a campaign, beside what the store saw of it.

    Attributes:
        conversions, value: what is claimed, in the account's currency.
        overclaim: claimed purchases for each order by last visit; None with `reason`.
        value_overclaim: claimed value for each unit of revenue by last visit.
    """

    conversions: Figure
    value: Figure
    seen: Seen
    overclaim: Decimal | None
    value_overclaim: Decimal | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class PlatformClaim:
    """A platform; `untagged` orders came from it without paid tags and are not counted for it."""

    platform: Platform
    claim: Claim
    untagged: Seen

    @property
    def name(self) -> str:
        """The platform's name for people."""
        return PLATFORM_NAMES[self.platform]


@dataclass(frozen=True, slots=True)
class CampaignClaim:
    """A campaign that ran in the range, or that a visit's tag names."""

    campaign: CampaignRow
    claim: Claim

    @property
    def name(self) -> str:
        """Its name, or its id where the platform gives none."""
        return self.campaign.name or self.campaign.external_id


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Orders that count for no campaign, and why."""

    kind: Kind
    label: str
    seen: Seen


@dataclass(frozen=True, slots=True)
class AttributionReport:
    """Everything that the Attribution page states.

    Attributes:
        currency: the store's.
        total: all orders and revenue of the range.
        matched: those that count for a campaign.
        visits: by last visit's revenue, the largest first.
        campaigns: the largest claim first.
        gap: why the store's side is not whole; None when it is.
    """

    brand: BrandRow
    days: DayRange
    now: datetime
    currency: str
    total: Seen
    matched: Seen
    unmatched: tuple[Unmatched, ...]
    visits: tuple[VisitLine, ...]
    platforms: tuple[PlatformClaim, ...]
    campaigns: tuple[CampaignClaim, ...]
    gap: str | None
    sources: tuple[Source, ...]

    def claim_of(self, entity_id: int) -> Claim | None:
        """A campaign's claim; None for one that neither ran nor was seen in the range."""
        found = (one.claim for one in self.campaigns if one.campaign.entity_id == entity_id)
        return next(found, None)


async def attribution(
    database: Database, *, user_id: UUID, brand_id: UUID, days: DayRange, now: datetime
) -> AttributionReport:
    """The report for the range. NotFoundError for a brand that is not the person's."""
    async with database.as_user(user_id) as connection:
        known = await brand(connection, brand_id)
        rows = await sources(connection, brand_id)
        local = now.astimezone(brand_zone(known.timezone))
        complete_from = known.history_complete_from
        states = tuple(
            source_of(row, now=local, timezone=known.timezone, history_from=complete_from)
            for row in rows
        )
        shop = next((one for one in states if one.platform == "shopify"), None)
        read_at = (shop.read_at if shop else None) or now
        found = await store.visits(
            connection, brand_id=brand_id, days=days, ready_before=read_at - READY_AFTER
        )
        currency = (shop.currencies[0] if shop and shop.currencies else "") or known.currency
        totals, ranges, conversion = await _claimed_rows(connection, brand_id, days, currency)
    matcher = Matcher(one.campaign for one in totals)
    lines = _lines(found, matcher)
    book = _Book(days, states, currency, known.currency, conversion)
    return AttributionReport(
        brand=known,
        days=days,
        now=local,
        currency=currency,
        total=_sum(line.seen for line in lines),
        matched=_sum(line.seen for line in lines if line.origin.kind == "campaign"),
        unmatched=_unmatched(lines),
        visits=tuple(line for line in lines if line.origin.kind not in _WITHOUT_VISIT),
        platforms=book.platforms(lines, ranges.current),
        campaigns=book.campaigns(lines, totals),
        gap=_gap(shop, days),
        sources=states,
    )


async def _claimed_rows(
    connection: Connection, brand_id: UUID, days: DayRange, currency: str
) -> tuple[list[CampaignTotals], RangeRows, Conversion | None]:
    """What campaigns and platforms claim, in the store's currency where a rate is known."""
    asked = partial(_claims, connection, brand_id, days)
    totals, ranges = await asked(NO_RATES)
    conversion = await brand_conversion(
        connection,
        brand_id=brand_id,
        currencies=ranges.currencies,
        into=currency,
        ranges=[days, days.previous()],
    )
    if conversion is not None:
        totals, ranges = await asked(conversion.arrays)
    return totals, ranges, conversion


async def _claims(
    connection: Connection, brand_id: UUID, days: DayRange, rates: RateArrays
) -> tuple[list[CampaignTotals], RangeRows]:
    before = days.previous()
    return (
        await campaign_store.campaign_totals(
            connection, brand_id=brand_id, days=days, previous=before, rates=rates
        ),
        await totals_and_days(
            connection, brand_id=brand_id, days=days, previous=before, rates=rates
        ),
    )


_WITHOUT_VISIT: Final[frozenset[Kind]] = frozenset(("file", "not_ready", "no_visit"))


def _lines(found: Sequence[VisitRow], matcher: Matcher) -> list[VisitLine]:
    by_text: dict[tuple[str | None, ...], VisitLine] = {}
    for row in found:
        key = (row.source, row.medium, row.campaign, row.lacking)
        touch = Touch(row.orders, row.revenue)
        seen = Seen(first=touch) if row.touch == "first" else Seen(last=touch)
        known = by_text.get(key)
        by_text[key] = VisitLine(
            row.source,
            row.medium,
            row.campaign,
            matcher.origin(row) if known is None else known.origin,
            seen if known is None else known.seen + seen,
        )
    return sorted(
        by_text.values(),
        key=lambda line: (
            -line.seen.last.revenue,
            -line.seen.first.revenue,
            *(text or "" for text in (line.source, line.medium, line.campaign)),
        ),
    )


def _sum(parts: Iterable[Seen]) -> Seen:
    total = Seen()
    for part in parts:
        total += part
    return total


def _unmatched(lines: Sequence[VisitLine]) -> tuple[Unmatched, ...]:
    found = (
        Unmatched(kind, label, _sum(line.seen for line in lines if line.origin.kind == kind))
        for kind, label in KINDS.items()
    )
    # a return alone, of an order of earlier days, is money too
    return tuple(one for one in found if one.seen != Seen())


def _gap(shop: Source | None, days: DayRange) -> str | None:
    if shop is None:
        return "No store is connected, so there are no orders to compare with."
    covered = shop.covers(days)
    if covered is None:
        return "The store has no data in this range."
    if covered != days:
        return f"The store was read for {day_range(covered)} only."
    return None


@dataclass(frozen=True, slots=True)
class _Book:
    """What claims are set against."""

    days: DayRange
    states: Sequence[Source]
    currency: str
    brand_currency: str
    conversion: Conversion | None = None

    def platforms(
        self, lines: Sequence[VisitLine], current: Mapping[Platform, PlatformTotals]
    ) -> tuple[PlatformClaim, ...]:
        """Every ad platform that was connected or that visits came from."""
        found = []
        for platform in AD_PLATFORMS:
            own = [line for line in lines if line.origin.platform == platform]
            seen = _sum(line.seen for line in own if line.origin.kind != "untagged")
            untagged = _sum(line.seen for line in own if line.origin.kind == "untagged")
            states = [one for one in self.states if one.platform == platform]
            if not states and seen == Seen():
                continue
            claim = self._claim(platform, current.get(platform), states, seen)
            found.append(PlatformClaim(platform, claim, untagged))
        return tuple(found)

    def campaigns(
        self, lines: Sequence[VisitLine], totals: Sequence[CampaignTotals]
    ) -> tuple[CampaignClaim, ...]:
        """Every campaign with a claim or an order in the range."""
        by_campaign: dict[int, Seen] = {}
        for line in lines:
            if line.origin.campaign is not None:
                key = line.origin.campaign.entity_id
                by_campaign[key] = by_campaign.get(key, Seen()) + line.seen
        found = []
        for one in totals:
            seen = by_campaign.get(one.campaign.entity_id)
            if one.current is None and seen is None:
                continue
            own = [s for s in self.states if s.integration_id == one.campaign.integration_id]
            claim = self._claim(one.campaign.platform, one.current, own, seen or Seen())
            found.append(CampaignClaim(one.campaign, claim))
        return tuple(sorted(found, key=lambda one: (-_claimed(one.claim), one.name.casefold())))

    def _claim(
        self,
        platform: Platform,
        totals: PlatformTotals | None,
        states: Sequence[Source],
        seen: Seen,
    ) -> Claim:
        currency = totals.currencies[0] if totals else self.brand_currency
        own = {platform: totals} if totals else {}
        side = Side(self.days, own, conversion=self.conversion)
        before = Side(self.days.previous(), {})
        conversions, value = (
            figure(BASE_METRICS[key], side, before, states, currency)
            for key in ("conversions", "conversion_value")
        )
        overclaim = _ratio(conversions.value, Decimal(seen.last.orders))
        same = currency == self.currency
        reason = conversions.reason
        if reason is None and overclaim is None:
            reason = "No order of the range has a tagged last visit from it to divide by"
        return Claim(
            conversions=conversions,
            value=value,
            seen=seen,
            overclaim=overclaim,
            value_overclaim=_ratio(value.value, seen.last.revenue) if same else None,
            reason=reason,
        )


def _claimed(claim: Claim) -> Decimal:
    return claim.value.value or Decimal(0)


def _ratio(claimed: Decimal | None, seen: Decimal) -> Decimal | None:
    return None if claimed is None or seen <= 0 else claimed / seen
