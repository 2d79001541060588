"""A brand's overview: what its page states."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel

from aura.api.answers import BrandAnswer, Days, FigureAnswer, SourceAnswer
from aura.api.asking import AskedPart, Caller, PartsPart
from aura.reports.overview import COLUMNS, Overview, overview

routes = APIRouter()


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


@routes.get("/brands/{brand_id}/overview")  # noqa: FAST003 - `asked_of` reads it
async def brand_overview(parts: PartsPart, person: Caller, asked: AskedPart) -> OverviewAnswer:
    """The brand's overview for `days`, or for `from` and `to`."""
    report = await overview(
        parts.database,
        user_id=person.id,
        brand_id=asked.brand_id,
        days=asked.period.days,
        now=asked.now,
    )
    return OverviewAnswer.of(report)
