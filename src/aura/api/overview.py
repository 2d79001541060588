"""A brand's overview: what its page states."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from aura.api.answers import METRIC_KEY, BrandAnswer, Days, FigureAnswer, SourceAnswer
from aura.api.as_of import ChangedAnswer, changed_answers
from aura.api.asking import AskedAsOfPart, Caller, PartsPart
from aura.reports.overview import COLUMNS, Overview, overview
from aura.reports.series import BY, DEFAULT_METRIC, SeriesQuestion, buckets, series_question

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
    """What the Overview page states.

    `as_of` is the moment that it is seen as of, null where no day is named; `changed_since` what
    became of it.
    """

    brand: BrandAnswer
    range: Days
    previous: Days | None
    figures: list[FigureAnswer]
    days: list[DayAnswer]
    platforms: list[PlatformAnswer]
    sources: list[SourceAnswer]
    zones: list[str]
    as_of: datetime | None
    changed_since: list[ChangedAnswer]

    @classmethod
    def of(
        cls, report: Overview, as_of: datetime | None, changed: list[ChangedAnswer]
    ) -> OverviewAnswer:
        """From the report."""
        return cls(
            brand=BrandAnswer.of(report.brand),
            range=Days(first=report.days.first, last=report.days.last),
            previous=Days.of(report.previous) if report.previous else None,
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
            zones=[one.sentence for one in report.zones],
            as_of=as_of,
            changed_since=changed,
        )


class BucketAnswer(BaseModel):
    """A day, or the days of a week (ISO) or month within the range.

    `value` is null where a day of it was not read; `previous` is that of the days beside it.
    """

    first: date
    last: date
    value: Decimal | None
    previous: Decimal | None
    is_partial: bool
    is_settled: bool


class SeriesAnswer(BaseModel):
    """A metric over the range by day, week or month; `figure` is that of the whole range."""

    figure: FigureAnswer
    by: str
    range: Days
    previous: Days | None
    series: list[BucketAnswer]
    as_of: datetime | None

    @classmethod
    def of(cls, report: Overview, question: SeriesQuestion, as_of: datetime | None) -> SeriesAnswer:
        """From the report."""
        return cls(
            figure=FigureAnswer.of(report.figure(question.metric.key)),
            by=question.by,
            range=Days.of(report.days),
            previous=Days.of(report.previous) if report.previous else None,
            as_of=as_of,
            series=[
                BucketAnswer(
                    first=one.days.first,
                    last=one.days.last,
                    value=one.value,
                    previous=one.previous,
                    is_partial=one.is_partial,
                    is_settled=one.is_settled,
                )
                for one in buckets(report, question.metric, question.by)
            ],
        )


@routes.get("/brands/{brand_id}/overview")  # noqa: FAST003 - `asked_of` reads it
async def brand_overview(parts: PartsPart, person: Caller, asked: AskedAsOfPart) -> OverviewAnswer:
    """The brand's overview for `days`, `range`, or `from` and `to`, against what `compare` says."""
    report = await overview(
        parts.database,
        user_id=person.id,
        brand_id=asked.brand_id,
        days=asked.period.days,
        comparison=asked.period.comparison,
        now=asked.now,
        as_of=asked.period.as_of,
    )
    changed = await changed_answers(parts, person, asked)
    return OverviewAnswer.of(report, asked.period.as_of, changed)


@routes.get("/brands/{brand_id}/series")  # noqa: FAST003 - as above
async def brand_series(
    parts: PartsPart,
    person: Caller,
    asked: AskedAsOfPart,
    metric: Annotated[
        str, Query(description="A metric of the catalogue.", json_schema_extra=METRIC_KEY)
    ] = DEFAULT_METRIC,
    by: Annotated[str, Query(description=f"One of {', '.join(BY)}.")] = "day",
) -> SeriesAnswer:
    """One metric over the range, by day, week or month, beside the days compared with."""
    question = series_question({"metric": metric, "by": by})
    report = await overview(
        parts.database,
        user_id=person.id,
        brand_id=asked.brand_id,
        days=asked.period.days,
        comparison=asked.period.comparison,
        now=asked.now,
        as_of=asked.period.as_of,
        metrics=[question.metric.key],
    )
    return SeriesAnswer.of(report, question, asked.period.as_of)
