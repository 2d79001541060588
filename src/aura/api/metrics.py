"""Metrics: what each one says, any of them over a range, and the stored rows they are made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from aura.api.answers import Days, FigureAnswer, MetricKey, SourceAnswer
from aura.api.asking import (
    AskedAsOfPart,
    AskedPart,
    Caller,
    PartsPart,
    only_now,
)
from aura.api.entities import day_of
from aura.api.paging import PageAsked, PagePart, cut
from aura.errors import InputError
from aura.metrics import CATALOGUE, STORED_METRICS, Metric
from aura.model import Platform
from aura.reports.overview import overview
from aura.store import listing

routes = APIRouter(tags=["metrics"])


class MetricAnswer(BaseModel):
    """A metric of the catalogue; `is_additive` says whether days and platforms may be added up."""

    key: MetricKey
    label: str
    unit: str
    formula: str
    version: int
    better: str
    is_additive: bool
    sources: list[str]
    tooltip: str

    @classmethod
    def of(cls, metric: Metric) -> MetricAnswer:
        """From the catalogue."""
        return cls(
            key=metric.key,
            label=metric.label,
            unit=metric.unit,
            formula=metric.formula,
            version=metric.version,
            better=metric.better,
            is_additive=metric.is_additive,
            sources=list(metric.sources),
            tooltip=metric.tooltip,
        )


class CatalogueAnswer(BaseModel):
    """Every metric that there is."""

    metrics: list[MetricAnswer]


class MetricsAnswer(BaseModel):
    """Metrics over a range, each with what it is compared with, in the brand's currency."""

    range: Days
    previous: Days | None
    figures: list[FigureAnswer]
    sources: list[SourceAnswer]


class MetricRowAnswer(BaseModel):
    """A stored row: `value` has two decimals, `exact` all of them where those are more."""

    id: UUID
    date: date
    metric: str
    platform: str | None
    integration_id: UUID | None
    value: Decimal
    exact: Decimal
    currency: str | None


class MetricRowsAnswer(BaseModel):
    """A page of stored rows, by day."""

    rows: list[MetricRowAnswer]
    next_cursor: str | None


@routes.get("/metrics", summary="What each metric says")
async def list_metrics(person: Caller) -> CatalogueAnswer:
    """The catalogue: unit, formula, direction, sources."""
    del person  # asked for, so that it takes a key like everything else
    return CatalogueAnswer(metrics=[MetricAnswer.of(metric) for metric in CATALOGUE.values()])


@routes.get(
    "/brands/{brand_id}/metrics",  # noqa: FAST003 - `asked_of` reads it
    summary="Metrics over a range",
    responses={422: {}},
)
async def read_metrics(
    parts: PartsPart,
    person: Caller,
    asked: AskedAsOfPart,
    metrics: Annotated[
        str, Query(description="Keys with a comma between them; every metric when left out.")
    ] = "",
) -> MetricsAnswer:
    """Any metrics of the catalogue for the range, against what `compare` says."""
    report = await overview(
        parts.database,
        user_id=person.id,
        brand_id=asked.brand_id,
        days=asked.period.days,
        comparison=asked.period.comparison,
        now=asked.now,
        as_of=asked.period.as_of,
        metrics=_keys(metrics),
    )
    return MetricsAnswer(
        range=Days.of(report.days),
        previous=Days.of(report.previous) if report.previous else None,
        figures=[FigureAnswer.of(figure) for figure in report.figures],
        sources=[SourceAnswer.of(source) for source in report.sources],
    )


def _keys(text: str) -> list[str]:
    wanted = [key.strip() for key in text.split(",") if key.strip()]
    unknown = next((key for key in wanted if key not in CATALOGUE), None)
    if unknown is not None:
        raise InputError(f"There is no metric “{unknown[:40]}”: `GET /v1/metrics` lists them.")
    return list(dict.fromkeys(wanted)) or list(CATALOGUE)


@routes.get(
    "/brands/{brand_id}/metrics/rows",  # noqa: FAST003 - as above
    summary="Stored rows of metrics",
    dependencies=[Depends(only_now("metric rows"))],
    responses={422: {}},
)
async def list_metric_rows(
    parts: PartsPart,
    person: Caller,
    asked: AskedPart,
    page: PagePart,
    metric: Annotated[
        str, Query(description=f"One of {', '.join(STORED_METRICS)}; all when left out.")
    ] = "",
    platform: Annotated[Platform | None, Query(description="Only rows of a platform.")] = None,
) -> MetricRowsAnswer:
    """One row for each day, platform and type, in the currency it came in."""
    if metric and metric not in STORED_METRICS:
        raise InputError(f"Rows are stored of {', '.join(STORED_METRICS)}.")
    async with parts.database.as_user(person.id) as connection:
        rows = await listing.metric_rows(
            connection,
            brand_id=asked.brand_id,
            days=asked.period.days,
            metric=metric or None,
            platform=platform,
            after=_after(page),
            most=page.limit + 1,
        )
    shown = cut(rows, page, "rows", lambda row: (row["date"].isoformat(), str(row["id"])))
    return MetricRowsAnswer(
        rows=[
            MetricRowAnswer(
                **{key: row[key] for key in ("id", "date", "platform", "integration_id")},
                metric=row["metric_type"],
                value=row["value"],
                exact=row["value"] if row["exact"] is None else row["exact"],
                currency=row["currency"],
            )
            for row in shown.rows
        ],
        next_cursor=shown.next_cursor,
    )


def _after(page: PageAsked) -> tuple[date, UUID] | None:
    after = page.after("rows", str, str)
    if after is None:
        return None
    try:
        return day_of(after[0]), UUID(str(after[1]))
    except ValueError:
        raise InputError("This cursor is none of this list's.") from None
