"""The store's own first and last visits beside what the platforms claim."""

from __future__ import annotations

from decimal import Decimal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from aura.api.answers import Days, FigureAnswer
from aura.api.asking import (
    AskedPart,
    Caller,
    PartsPart,
    only_now,
)
from aura.reports.attribution import AttributionReport, Claim, attribution
from aura.reports.seen import Seen, Touch
from aura.reports.visits import RULE

routes = APIRouter()


class TouchAnswer(BaseModel):
    """Orders, and their revenue after returns in the store's currency."""

    orders: int
    revenue: Decimal

    @classmethod
    def of(cls, touch: Touch) -> TouchAnswer:
        """From the report."""
        return cls(orders=touch.orders, revenue=touch.revenue)


class SeenAnswer(BaseModel):
    """The same orders by their first and by their last visit."""

    first: TouchAnswer
    last: TouchAnswer

    @classmethod
    def of(cls, seen: Seen) -> SeenAnswer:
        """From the report."""
        return cls(first=TouchAnswer.of(seen.first), last=TouchAnswer.of(seen.last))


class ClaimAnswer(BaseModel):
    """What is claimed and what the store saw; `overclaim` is null with a `reason`."""

    conversions: FigureAnswer
    conversion_value: FigureAnswer
    seen: SeenAnswer
    overclaim: Decimal | None
    value_overclaim: Decimal | None
    reason: str | None

    @classmethod
    def of(cls, claim: Claim) -> ClaimAnswer:
        """From the report."""
        return cls(
            conversions=FigureAnswer.of(claim.conversions),
            conversion_value=FigureAnswer.of(claim.value),
            seen=SeenAnswer.of(claim.seen),
            overclaim=claim.overclaim,
            value_overclaim=claim.value_overclaim,
            reason=claim.reason,
        )


class PlatformClaimAnswer(BaseModel):
    """A platform; `untagged` orders came from it without paid tags and are not counted for it."""

    platform: str
    claim: ClaimAnswer
    untagged: SeenAnswer


class CampaignClaimAnswer(BaseModel):
    """A campaign with its claim."""

    id: int
    platform: str
    external_id: str
    name: str
    claim: ClaimAnswer


class VisitAnswer(BaseModel):
    """A source, medium and campaign as recorded; `kind` says what the orders count for."""

    source: str | None
    medium: str | None
    campaign: str | None
    kind: str
    platform: str | None
    campaign_id: int | None
    seen: SeenAnswer


class UnmatchedAnswer(BaseModel):
    """Orders that count for no campaign, and why."""

    kind: str
    label: str
    seen: SeenAnswer


class AttributionAnswer(BaseModel):
    """What the Attribution page states; `rule` says when a visit counts for a campaign."""

    range: Days
    currency: str
    rule: str
    gap: str | None
    total: SeenAnswer
    matched: SeenAnswer
    unmatched: list[UnmatchedAnswer]
    platforms: list[PlatformClaimAnswer]
    campaigns: list[CampaignClaimAnswer]
    visits: list[VisitAnswer]

    @classmethod
    def of(cls, report: AttributionReport) -> AttributionAnswer:
        """From the report."""
        return cls(
            range=Days(first=report.days.first, last=report.days.last),
            currency=report.currency,
            rule=RULE,
            gap=report.gap,
            total=SeenAnswer.of(report.total),
            matched=SeenAnswer.of(report.matched),
            unmatched=[
                UnmatchedAnswer(kind=one.kind, label=one.label, seen=SeenAnswer.of(one.seen))
                for one in report.unmatched
            ],
            platforms=[
                PlatformClaimAnswer(
                    platform=one.platform,
                    claim=ClaimAnswer.of(one.claim),
                    untagged=SeenAnswer.of(one.untagged),
                )
                for one in report.platforms
            ],
            campaigns=[
                CampaignClaimAnswer(
                    id=one.campaign.entity_id,
                    platform=one.campaign.platform,
                    external_id=one.campaign.external_id,
                    name=one.campaign.name,
                    claim=ClaimAnswer.of(one.claim),
                )
                for one in report.campaigns
            ],
            visits=[
                VisitAnswer(
                    source=line.source,
                    medium=line.medium,
                    campaign=line.campaign,
                    kind=line.origin.kind,
                    platform=line.origin.platform,
                    campaign_id=line.origin.campaign.entity_id if line.origin.campaign else None,
                    seen=SeenAnswer.of(line.seen),
                )
                for line in report.visits
            ],
        )


@routes.get("/brands/{brand_id}/attribution", dependencies=[Depends(only_now("attribution"))])  # noqa: FAST003 - `asked_of` reads it
async def brand_attribution(
    parts: PartsPart, person: Caller, asked: AskedPart
) -> AttributionAnswer:
    """Orders and revenue by first and last visit, beside each platform's and campaign's claim."""
    report = await attribution(
        parts.database,
        user_id=person.id,
        brand_id=asked.brand_id,
        days=asked.period.days,
        now=asked.now,
    )
    return AttributionAnswer.of(report)
