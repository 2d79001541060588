"""The documents of `/v1`: decimals as exact strings, days as ISO dates, null for unknown."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from aura.reports.campaign import CampaignReport
from aura.reports.campaigns import CampaignLine, Campaigns
from aura.reports.figures import Figure
from aura.reports.freshness import Source
from aura.reports.overview import COLUMNS, Overview
from aura.reports.portfolio import Portfolio
from aura.reports.reconcile import Reconciliation
from aura.store.reports import BrandRow


class Token(BaseModel):
    """An access token (JWT) and for how many seconds it is good."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the word of RFC 6750, no secret
    expires_in: int


class BrandAnswer(BaseModel):
    """A brand of the person who asks."""

    id: UUID
    name: str
    currency: str
    timezone: str
    is_sample: bool

    @classmethod
    def of(cls, brand: BrandRow) -> BrandAnswer:
        """From the store's row."""
        return cls(
            id=brand.id,
            name=brand.name,
            currency=brand.currency,
            timezone=brand.timezone,
            is_sample=brand.is_sample,
        )


class Brands(BaseModel):
    """Every brand of the person, by name."""

    brands: list[BrandAnswer]


class Days(BaseModel):
    """Days from `first` to `last`, both included."""

    first: date
    last: date


class ChangeAnswer(BaseModel):
    """`amount` is a fraction of the previous value, or a difference of rates if `in_points`."""

    kind: str
    amount: Decimal | None
    in_points: bool
    tone: str


class FigureAnswer(BaseModel):
    """A metric over the range. Where `value` is null, `reason` says why; likewise `previous`."""

    key: str
    label: str
    unit: str
    formula: str
    formula_version: int
    currency: str
    value: Decimal | None
    reason: str | None
    note: str | None
    previous: Decimal | None
    previous_reason: str | None
    change: ChangeAnswer
    sources: list[str]
    is_settled: bool

    @classmethod
    def of(cls, figure: Figure) -> FigureAnswer:
        """From the report's figure."""
        metric, change = figure.metric, figure.change
        return cls(
            key=metric.key,
            label=metric.label,
            unit=metric.unit,
            formula=metric.formula,
            formula_version=metric.version,
            currency=figure.currency,
            value=figure.value,
            reason=figure.reason,
            note=figure.note,
            previous=figure.previous,
            previous_reason=figure.previous_reason,
            change=ChangeAnswer(
                kind=change.kind,
                amount=change.amount,
                in_points=change.in_points,
                tone=change.tone,
            ),
            sources=list(figure.platforms),
            is_settled=figure.is_settled,
        )


class DayAnswer(BaseModel):
    """One day; null where a source was not read for it."""

    date: date
    revenue: Decimal | None
    ad_spend: Decimal | None
    store_is_settled: bool
    ads_are_settled: bool


class PlatformAnswer(BaseModel):
    """A line of the platform table; `platform` is null for all together."""

    platform: str | None
    figures: dict[str, FigureAnswer | None]


class SourceAnswer(BaseModel):
    """How far a platform was read: at all, after the day was over, and until nothing moves."""

    platform: str
    status: str
    first_day: date | None
    last_day: date | None
    through: date | None
    settled_through: date | None
    read_at: datetime | None

    @classmethod
    def of(cls, source: Source) -> SourceAnswer:
        """From the report's source."""
        return cls(
            platform=source.platform,
            status=source.status,
            first_day=source.first_day,
            last_day=source.last_day,
            through=source.through,
            settled_through=source.settled_through,
            read_at=source.read_at,
        )


class OverviewAnswer(BaseModel):
    """What the Overview page states."""

    brand: BrandAnswer
    range: Days
    previous: Days
    figures: list[FigureAnswer]
    days: list[DayAnswer]
    platforms: list[PlatformAnswer]
    sources: list[SourceAnswer]

    @classmethod
    def of(cls, report: Overview) -> OverviewAnswer:
        """From the report."""
        return cls(
            brand=BrandAnswer.of(report.brand),
            range=Days(first=report.days.first, last=report.days.last),
            previous=Days(first=report.previous.first, last=report.previous.last),
            figures=[FigureAnswer.of(figure) for figure in report.figures],
            days=[
                DayAnswer(
                    date=row.date,
                    revenue=row.revenue,
                    ad_spend=row.ad_spend,
                    store_is_settled=row.store_is_settled,
                    ads_are_settled=row.ads_are_settled,
                )
                for row in report.series
            ],
            platforms=[
                PlatformAnswer(
                    platform=line.platform,
                    figures={
                        column: FigureAnswer.of(figure) if figure else None
                        for column, figure in zip(COLUMNS, line.figures, strict=True)
                    },
                )
                for line in report.platforms
            ],
            sources=[SourceAnswer.of(source) for source in report.sources],
        )


class CampaignAnswer(BaseModel):
    """A campaign; its figures by metric, in its account's currency."""

    id: int
    platform: str
    external_id: str
    name: str
    status: str
    account: str
    figures: dict[str, FigureAnswer]

    @classmethod
    def of(cls, line: CampaignLine) -> CampaignAnswer:
        """From the report's line."""
        campaign = line.campaign
        return cls(
            id=campaign.entity_id,
            platform=campaign.platform,
            external_id=campaign.external_id,
            name=campaign.name,
            status=campaign.status,
            account=campaign.account_name,
            figures={figure.metric.key: FigureAnswer.of(figure) for figure in line.figures},
        )


class CampaignsAnswer(BaseModel):
    """A page of campaigns. `total` is that of all that were found; null over several currencies."""

    range: Days
    previous: Days
    found: int
    page: int
    pages: int
    campaigns: list[CampaignAnswer]
    total: dict[str, FigureAnswer] | None
    sources: list[SourceAnswer]

    @classmethod
    def of(cls, report: Campaigns) -> CampaignsAnswer:
        """From the report."""
        total = report.total
        return cls(
            range=Days(first=report.days.first, last=report.days.last),
            previous=Days(first=report.previous.first, last=report.previous.last),
            found=report.found,
            page=report.question.page,
            pages=report.pages,
            campaigns=[CampaignAnswer.of(line) for line in report.lines],
            total=total and {figure.metric.key: FigureAnswer.of(figure) for figure in total},
            sources=[SourceAnswer.of(source) for source in report.sources],
        )


class CampaignDayAnswer(BaseModel):
    """One day of a campaign; sums are null where the platform was not read for it."""

    date: date
    sums: dict[str, Decimal | None]
    is_settled: bool


class RestatedAnswer(BaseModel):
    """A value that the platform changed; `after` is null for a day that vanished."""

    date: date
    seen_at: datetime
    metric: str
    before: Decimal | None
    after: Decimal | None


class CampaignReportAnswer(BaseModel):
    """One campaign by day, with what was restated, newest first."""

    campaign: CampaignAnswer
    range: Days
    currency: str
    action_type: str | None
    days: list[CampaignDayAnswer]
    restated: list[RestatedAnswer]

    @classmethod
    def of(cls, report: CampaignReport) -> CampaignReportAnswer:
        """From the report."""
        return cls(
            campaign=CampaignAnswer.of(CampaignLine(report.campaign, report.figures)),
            range=Days(first=report.days.first, last=report.days.last),
            currency=report.currency,
            action_type=report.action_type,
            days=[
                CampaignDayAnswer(date=row.date, sums=dict(row.sums), is_settled=row.is_settled)
                for row in report.series
            ],
            restated=[
                RestatedAnswer(
                    date=row.date,
                    seen_at=row.seen_at,
                    metric=row.metric.key,
                    before=row.before,
                    after=row.after,
                )
                for row in report.restated
            ],
        )


class BrandLineAnswer(BaseModel):
    """A brand with its figures by metric, in its own currency, and what waits for a person."""

    brand: BrandAnswer
    figures: dict[str, FigureAnswer]
    data: str
    data_sentence: str
    open_insights: int
    open_data_findings: int


class PortfolioAnswer(BaseModel):
    """Every brand over its last `days` days, each ending yesterday in its own time zone."""

    days: int
    brands: list[BrandLineAnswer]

    @classmethod
    def of(cls, report: Portfolio) -> PortfolioAnswer:
        """From the report."""
        return cls(
            days=report.days,
            brands=[
                BrandLineAnswer(
                    brand=BrandAnswer.of(line.brand),
                    figures={figure.metric.key: FigureAnswer.of(figure) for figure in line.figures},
                    data=line.data,
                    data_sentence=line.data_sentence,
                    open_insights=line.waiting.insights,
                    open_data_findings=line.waiting.health,
                )
                for line in report.lines
            ],
        )


class DifferenceAnswer(BaseModel):
    """One figure of one day of which the store's own reports say something else."""

    date: date
    figure: str
    stored: Decimal
    reported: Decimal


class ReconciliationAnswer(BaseModel):
    """The last comparison with the store's own reports; `state` is `unknown` before the first.

    `differences` holds the newest differing days; `differing_days` counts all of them.
    """

    state: Literal["unknown", "same", "differs", "not_compared"] = "unknown"
    sentence: str | None = None
    checked_at: datetime | None = None
    days: Days | None = None
    differing_days: int = 0
    differences: list[DifferenceAnswer] = []

    @classmethod
    def of(cls, found: Reconciliation, currency: str) -> ReconciliationAnswer:
        """From the report."""
        days = found.days
        return cls(
            state=found.state,
            sentence=found.sentence(currency),
            checked_at=found.checked_at,
            days=None if days is None else Days(first=days.first, last=days.last),
            differing_days=found.differing_days,
            differences=[
                DifferenceAnswer(
                    date=one.date, figure=one.figure, stored=one.stored, reported=one.reported
                )
                for one in found.differences
            ],
        )
