"""Attribution without a pixel: the store's own first and last visits beside what platforms claim.

In: a person, one of their brands and a range. Out: AttributionReport, the same for page, API, shell
and CSV. The decisions: every order counts once for its first and once for its last visit, so both
columns add up to the store's orders and revenue of the range; a platform's claim is its account's
own, by the day of the click; overclaim is claimed purchases for each order whose last visit was a
tagged visit of that platform or campaign, and blank where there is none to divide by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from aura.metrics import BASE_METRICS
from aura.model import AD_PLATFORMS, PLATFORM_NAMES, DayRange, Platform
from aura.reports.currency import Conversion, brand_conversion
from aura.reports.figures import Figure, Side, figure
from aura.reports.freshness import Source, source_of
from aura.reports.periods import brand_zone
from aura.reports.present import day_range
from aura.reports.seen import Seen, Touch
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
    brand,
    sources,
    totals_and_days,
)

# how long the store may take to work out how somebody came
READY_AFTER: Final = timedelta(days=1)


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
        currency: of what the store saw: the brand's, the store's own where no rate is known.
        total: all orders and revenue of the range.
        matched: those that count for a campaign.
        visits: by last visit's revenue, the largest first.
        campaigns: those wanted of `campaigns_found`, the largest claim first.
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
    campaigns_found: int
    gap: str | None
    sources: tuple[Source, ...]

    def claim_of(self, entity_id: int) -> Claim | None:
        """A campaign's claim; None for one that neither ran nor was seen in the range."""
        found = (one.claim for one in self.campaigns if one.campaign.entity_id == entity_id)
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which campaigns a report is to hold: the largest, at most so many, or a single one."""

    most: int | None = None
    entity_id: int | None = None


ALL: Final = Wanted()


async def attribution(
    database: Database,
    *,
    user_id: UUID,
    brand_id: UUID,
    days: DayRange,
    now: datetime,
    wanted: Wanted = ALL,
) -> AttributionReport:
    """The report for the range. NotFoundError for a brand that is not the person's."""
    async with database.as_user(user_id) as connection:
        read = await _read(connection, brand_id, days, now)
    shop = next((one for one in read.states if one.platform == "shopify"), None)
    currency = _currency(shop, read.brand.currency, read.conversion)
    lines = _lines(read.visits, Matcher(one.campaign for one in read.campaigns))
    gap = _gap(shop, days)
    book = _Book(days, read.states, currency, read.brand.currency, read.conversion, gap)
    campaigns, campaigns_found = book.campaigns(lines, read.campaigns, wanted)
    return AttributionReport(
        brand=read.brand,
        days=days,
        now=now.astimezone(brand_zone(read.brand.timezone)),
        currency=currency,
        total=_sum(line.seen for line in lines),
        matched=_sum(line.seen for line in lines if line.origin.kind == "campaign"),
        unmatched=_unmatched(lines),
        visits=tuple(line for line in lines if line.origin.kind not in _WITHOUT_VISIT),
        platforms=book.platforms(lines, read.platforms),
        campaigns=campaigns,
        campaigns_found=campaigns_found,
        gap=gap,
        sources=read.states,
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What the database says, in one transaction, at each day's own rate."""

    brand: BrandRow
    states: tuple[Source, ...]
    conversion: Conversion | None
    visits: Sequence[VisitRow]
    campaigns: Sequence[CampaignTotals]
    platforms: Mapping[Platform, PlatformTotals]


async def _read(connection: Connection, brand_id: UUID, days: DayRange, now: datetime) -> _Read:
    known = await brand(connection, brand_id)
    rows = await sources(connection, brand_id)
    local, complete_from = now.astimezone(brand_zone(known.timezone)), known.history_complete_from
    states = tuple(
        source_of(row, now=local, timezone=known.timezone, history_from=complete_from)
        for row in rows
    )
    read_at = next((one.read_at for one in states if one.platform == "shopify"), None) or now
    conversion = await brand_conversion(
        connection,
        brand_id=brand_id,
        currencies={currency for row in rows for currency in row.currencies},
        into=known.currency,
        ranges=[days],
    )
    if conversion is not None:
        # amounts of some days converted and of others not would be added to each other
        conversion = conversion.without(conversion.missing)
    rates = NO_RATES if conversion is None else conversion.arrays
    found = await store.visits(
        connection,
        brand_id=brand_id,
        days=days,
        ready_before=read_at - READY_AFTER,
        basis=known.revenue_basis,
        rates=rates,
    )
    totals = await campaign_store.campaign_totals(
        connection, brand_id=brand_id, days=days, previous=None, rates=rates
    )
    ranges = await totals_and_days(
        connection, brand_id=brand_id, days=days, previous=None, rates=rates
    )
    return _Read(known, states, conversion, found, totals, ranges.current)


def _currency(shop: Source | None, wanted: str, conversion: Conversion | None) -> str:
    """The brand's currency; the store's own where no rate leads from one to the other."""
    own = shop.currencies[0] if shop and shop.currencies else wanted
    is_missing = conversion is not None and own in conversion.missing
    return own if is_missing else wanted


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
    conversion: Conversion | None
    gap: str | None

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
        self, lines: Sequence[VisitLine], totals: Sequence[CampaignTotals], wanted: Wanted
    ) -> tuple[tuple[CampaignClaim, ...], int]:
        """The campaigns with a claim or an order in the range that are wanted, and how many are."""
        by_campaign: dict[int, Seen] = {}
        for line in lines:
            if line.origin.campaign is not None:
                key = line.origin.campaign.entity_id
                by_campaign[key] = by_campaign.get(key, Seen()) + line.seen
        found = [
            one
            for one in totals
            if (one.current is not None or one.campaign.entity_id in by_campaign)
            and wanted.entity_id in (None, one.campaign.entity_id)
        ]
        found.sort(key=lambda one: (-_claimed(one), one.campaign.name.casefold()))
        states = {state.integration_id: state for state in self.states}
        return tuple(
            CampaignClaim(
                one.campaign,
                self._claim(
                    one.campaign.platform,
                    one.current,
                    [states[key] for key in (one.campaign.integration_id,) if key in states],
                    by_campaign.get(one.campaign.entity_id, Seen()),
                ),
            )
            for one in found[: wanted.most]
        ), len(found)

    def _claim(
        self,
        platform: Platform,
        totals: PlatformTotals | None,
        states: Sequence[Source],
        seen: Seen,
    ) -> Claim:
        currency = totals.currencies[0] if totals else self.brand_currency
        side = Side(self.days, {platform: totals} if totals else {}, conversion=self.conversion)
        conversions, value = (
            figure(BASE_METRICS[key], side, None, states, currency)
            for key in ("conversions", "conversion_value")
        )
        # orders of a part of the days say nothing about claims of all of them
        is_whole = self.gap is None
        overclaim = _ratio(conversions.value, Decimal(seen.last.orders)) if is_whole else None
        same = currency == self.currency and is_whole
        reason = conversions.reason or self.gap
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


def _claimed(one: CampaignTotals) -> Decimal:
    return (one.current.sums["conversion_value"] if one.current else None) or Decimal(0)


def _ratio(claimed: Decimal | None, seen: Decimal) -> Decimal | None:
    return None if claimed is None or seen <= 0 else claimed / seen
