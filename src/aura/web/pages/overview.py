"""The Overview: eight tiles, one chart, one table, and how fresh each source is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.errors import InputError
from aura.metrics import CATALOGUE
from aura.model import PLATFORM_NAMES, DayRange
from aura.reports.account_totals import account_totals
from aura.reports.figures import Figure
from aura.reports.headline import headline
from aura.reports.insights import list_health_findings, list_insights
from aura.reports.overview import Overview, batches, overview, value_over
from aura.reports.periods import PRESETS, Period, last_days, period_of, today_in
from aura.reports.present import money_axis, money_exact, present_exact
from aura.web.charts import Chart, Series, draw, spark
from aura.web.heads import formula_in_words
from aura.web.site import MemberPart, SitePart, VisitorPart, page

routes = APIRouter(include_in_schema=False)

PRESET_LABELS = {7: "7 days", 28: "28 days", 91: "91 days", 365: "365 days"}
COLUMN_LABELS = (
    "Value",
    "Purchases",
    "Ad spend",
    "Cost per purchase",
    "Value ÷ spend",
    "Clicks",
    "CTR",
)
# a small line shows at most about so many points; longer ranges are drawn by weeks
MOST_SPARK_DAYS = 120
MOST_INSIGHTS = 3


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its small line and how fresh its sources are."""

    figure: Figure
    solid: str
    dashed: str
    freshness: tuple[tuple[str, str], ...]

    @property
    def formula(self) -> str:
        """The formula in words people use."""
        return formula_in_words(self.figure.metric)

    @property
    def sources(self) -> str:
        """Shopify, Meta Ads and Google Ads."""
        names = [PLATFORM_NAMES[one] for one in self.figure.metric.platforms]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A day of the chart as text."""

    day: date
    revenue: str
    ad_spend: str
    mer: str
    state: str


@routes.get("/b/{brand_id}")
async def show_overview(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """The page, for the range that its address names."""
    brand = member.brand(brand_id)
    now = site.clock()
    today = today_in(brand.timezone, now)
    problem = None
    try:
        period = period_of(request.query_params, today=today)
    except InputError as error:
        problem, period = error.message, last_days(28, today)
    report = await overview(
        site.database,
        user_id=member.person.id,
        brand_id=brand.id,
        days=period.days,
        comparison=period.comparison,
        now=now,
    )
    whose = {"user_id": member.person.id, "brand_id": brand.id}
    insights = await list_insights(site.database, **whose)
    health = await list_health_findings(site.database, **whose)
    context = {
        "member": member,
        "brand": brand,
        "section": "overview",
        "differing": await account_totals(site.database, **whose, now=now),
        "report": report,
        "period": period,
        "problem": problem,
        "insights": insights[:MOST_INSIGHTS],
        "health": health,
        "presets": [(count, PRESET_LABELS[count]) for count in PRESETS],
    }
    context |= _drawn(report) if report.has_data else {}
    status = 422 if problem else 200
    return page(request, "overview.html", context, visitor=visitor, status=status)


def _drawn(report: Overview) -> Mapping[str, Any]:
    return {
        "tiles": [_tile(report, figure) for figure in report.figures],
        "chart": _chart(report),
        "headline": headline(report),
        "rows": [_row(report, n) for n in range(len(report.series))],
        "columns": COLUMN_LABELS,
        "latest": _latest(report),
    }


def _tile(report: Overview, figure: Figure) -> Tile:
    metric = figure.metric
    solid, dashed = "", ""
    if figure.value is not None:
        size = 7 if len(report.series) > MOST_SPARK_DAYS else 1
        parts = batches(report.series, size)
        solid, dashed = spark(
            [value_over(metric, part) for part in parts],
            [all(row.is_settled(metric) for row in part) for part in parts],
        )
    freshness = tuple(
        (source.name, source.sentence(report.now))
        for source in report.sources
        if source.platform in metric.sources
    )
    return Tile(figure, solid, dashed, freshness)


def _chart(report: Overview) -> Chart:
    series = [
        Series(
            key,
            CATALOGUE[key].label,
            [row.value(CATALOGUE[key]) for row in report.series],
            [row.is_settled(CATALOGUE[key]) for row in report.series],
        )
        for key in ("revenue", "ad_spend")
    ]
    currency = report.brand.currency
    return draw(
        [row.date for row in report.series], series, lambda value: money_axis(value, currency)
    )


def _row(report: Overview, n: int) -> TableRow:
    row, currency = report.series[n], report.brand.currency
    mer = CATALOGUE["mer"]
    lacking = [
        word
        for word, value in (("revenue", row.revenue), ("ad spend", row.ad_spend))
        if value is None
    ]
    if len(lacking) == 2:
        state = "not read"
    elif lacking:
        state = f"no {lacking[0]}"
    else:
        state = "settled" if row.is_settled(mer) else "still settling"
    return TableRow(
        day=row.date,
        revenue="–" if row.revenue is None else money_exact(row.revenue, currency),  # noqa: RUF001 - a dash for unknown
        ad_spend="–" if row.ad_spend is None else money_exact(row.ad_spend, currency),  # noqa: RUF001 - as above
        mer=present_exact(mer, row.value(mer), currency),
        state=state,
    )


def _latest(report: Overview) -> str | None:
    """The address's query of the last 28 days with data, for a range that has none."""
    last = report.last_day_with_data
    if last is None or not report.is_blank:
        return None
    return Period(DayRange(last - timedelta(days=27), last), None, last).query
