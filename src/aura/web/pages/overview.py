"""The Overview: eight tiles, profit once its costs are stated, one chart of any metric, one table.

Beside them: the month against its targets, and how fresh each source is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.errors import InputError
from aura.model import PLATFORM_NAMES, DayRange
from aura.reports.day_figures import DayFigures, batches, value_over
from aura.reports.figures import Figure
from aura.reports.headline import headline
from aura.reports.month import Month, month_report
from aura.reports.overview import PROFIT, TILES, Overview
from aura.reports.overview_page import OverviewPage, overview_page
from aura.reports.periods import PRESETS, Period, last_days, period_in, today_in
from aura.reports.plans import Plans
from aura.reports.present import day_with_year, moment, present_value, ratio
from aura.reports.series import SeriesQuestion, series_question
from aura.store.reports import BrandRow
from aura.web.charts import spark
from aura.web.files import csv_file
from aura.web.heads import formula_in_words, remedy
from aura.web.metric_chart import QUICK, Addresses, all_metrics, chart_file, metric_chart
from aura.web.morning_page import then_of
from aura.web.remembered import range_query, remember
from aura.web.site import Member, MemberPart, Site, SitePart, VisitorPart, page

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
    """A figure with its small line, what came before behind it, and all a reader may ask of it.

    Attributes:
        facts: pairs of a term and what is said of it: completeness, rates, what is expected.
    """

    figure: Figure
    solid: str
    dashed: str
    ghost: str
    freshness: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    target: str | None

    @property
    def remedy(self) -> str | None:
        """Where on the page Settings to state what it lacks."""
        return remedy(self.figure)

    @property
    def formula(self) -> str:
        """The formula in words people use."""
        return formula_in_words(self.figure.metric)

    @property
    def sources(self) -> str:
        """Shopify, Meta Ads and Google Ads."""
        names = [PLATFORM_NAMES[one] for one in self.figure.metric.platforms]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


@routes.get("/b/{brand_id}")
async def show_overview(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """The page, for the range, the comparison and the metric that its address names.

    Where it names no range, for the one that this browser looked at last.
    """
    brand = member.brand(brand_id)
    now = site.clock()
    today = today_in(brand.timezone, now)
    problem = None
    try:
        asked = range_query(request, today=today)
        period = period_in(asked, timezone=brand.timezone, now=now)
        question = series_question(request.query_params)
    except InputError as error:
        problem, period, question = error.message, last_days(28, today), series_question({})
    found = await _page(site, member, brand, period, question)
    report, plans = found.report, found.plans
    then = await then_of(site, member, brand, period, Addresses(period, question).kept)
    context = {
        "member": member,
        "brand": brand,
        "section": "overview",
        "differing": found.differing,
        "then": then,
        "yesterday": today - timedelta(days=1),
        "report": report,
        "period": period,
        "problem": problem,
        "insights": found.insights[:MOST_INSIGHTS],
        "health": found.health,
        "presets": [(count, PRESET_LABELS[count]) for count in PRESETS],
        "addresses": Addresses(period, question),
    }
    if report.has_data:
        context |= _drawn(report, question, plans)
        context["month"] = (
            _with_targets(
                await month_report(
                    site.database, user_id=member.person.id, brand_id=brand.id, now=now
                )
            )
            if plans.targets and not then
            else None
        )
    response = page(
        request, "overview.html", context, visitor=visitor, status=422 if problem else 200
    )
    if problem is None and period.as_of is None:
        remember(request, response, brand, period)
    return response


@routes.get("/b/{brand_id}/series.csv")
async def series_file(
    request: Request, site: SitePart, member: MemberPart, brand_id: str
) -> Response:
    """The chart's numbers as a file; InputError for an address that makes no sense."""
    brand = member.brand(brand_id)
    now = site.clock()
    period = period_in(request.query_params, timezone=brand.timezone, now=now)
    question = series_question(request.query_params)
    found = await _page(site, member, brand, period, question)
    days = f"{period.days.first} {period.days.last}"
    file = chart_file(found.report, question, found.plans)
    return csv_file(file, brand.name, question.metric.label, days)


async def _page(
    site: Site, member: Member, brand: BrandRow, period: Period, question: SeriesQuestion
) -> OverviewPage:
    """The eight figures, those of profit, and days with all that the chart's metric needs."""
    return await overview_page(
        site.database,
        brand,
        user_id=member.person.id,
        days=period.days,
        comparison=period.comparison,
        now=site.clock(),
        as_of=period.as_of,
        metrics=tuple(dict.fromkeys((*TILES, *PROFIT, question.metric.key))),
    )


def _drawn(report: Overview, question: SeriesQuestion, plans: Plans) -> Mapping[str, Any]:
    figures = report.figures[: len(TILES)]
    profit = [report.figure(key) for key in PROFIT]
    is_stated = not all(figure.is_unstated for figure in profit)
    return {
        "tiles": [_tile(report, figure, plans) for figure in figures],
        "profit": [_tile(report, figure, plans) for figure in profit] if is_stated else (),
        "no_profit": None if is_stated else profit[0].reason,
        "shown": metric_chart(report, question, plans),
        "headline": headline(report, question.metric),
        "quick": [(key, report.figure(key).metric.label) for key in QUICK],
        "all_metrics": all_metrics(),
        "columns": COLUMN_LABELS,
        "latest": _latest(report),
        "converted": {one.sentence for figure in figures for one in figure.converted},
    }


def _with_targets(month: Month) -> Month | None:
    """The month with those of its lines that have a target; None when none has."""
    paces = tuple(pace for pace in month.paces if pace.target is not None)
    return replace(month, paces=paces) if paces else None


def _tile(report: Overview, figure: Figure, plans: Plans) -> Tile:
    metric, currency = figure.metric, report.brand.currency
    solid, dashed, ghost = _lines(report, figure)
    freshness = tuple(
        (source.name, source.sentence(report.now))
        for source in report.sources
        if source.platform in metric.sources
    )
    target = plans.target(metric, report.days, currency)
    return Tile(
        figure,
        solid,
        dashed,
        ghost,
        freshness,
        tuple(_facts(report, figure)),
        None if target is None else present_value(metric, target, currency),
    )


def _lines(report: Overview, figure: Figure) -> tuple[str, str, str]:
    """The small line: its settled part, the rest, and what came before on the same scale."""
    metric = figure.metric
    if figure.value is None:
        return "", "", ""
    size = 7 if len(report.series) > MOST_SPARK_DAYS else 1
    parts = batches(report.series, size)
    before: Sequence[Sequence[DayFigures]] = batches(report.previous_series, size)
    values = [value_over(metric, part) for part in parts]
    settled = [all(row.is_settled(metric) for row in part) for part in parts]
    past = [value_over(metric, part) for part in before] if len(before) == len(parts) else []
    return spark(values, settled, past)


def _facts(report: Overview, figure: Figure) -> list[tuple[str, str]]:
    facts = []
    if figure.complete_through is not None:
        facts.append(("Complete through", day_with_year(figure.complete_through)))
    if figure.read_at is not None:
        facts.append(("Read", moment(figure.read_at, now=report.now)))
    if figure.still_expected is not None:
        expected = f"{ratio(figure.still_expected)} of its conversions"
        facts.append(("Still expected to arrive", expected))
    facts.extend(("Converted", one.sentence) for one in figure.converted)
    return facts


def _latest(report: Overview) -> str | None:
    """The address's query of the last 28 days with data, for a range that has none."""
    last = report.last_day_with_data
    if last is None or not report.is_blank:
        return None
    return Period(DayRange(last - timedelta(days=27), last), None, last).query
