"""Campaigns: one sortable table over the ad platforms, and a page for each campaign.

The address says everything: the range, the search, the platform, the order and the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.errors import InputError
from aura.metrics import CATALOGUE
from aura.model import AD_PLATFORMS
from aura.reports.as_of import campaign_changes
from aura.reports.attribution import Wanted, attribution
from aura.reports.campaign import CampaignReport, Restated, campaign_report
from aura.reports.campaign_rows import campaign_heads, campaign_rows
from aura.reports.campaigns import (
    COLUMNS,
    Campaigns,
    campaigns,
    choices,
    entity_id_of,
    question_of,
)
from aura.reports.delimited import delimited
from aura.reports.now_only import now_only
from aura.reports.periods import PRESETS, Period, last_days, period_in, today_in
from aura.reports.present import count, moment, money_axis, present_exact
from aura.reports.seen import Seen
from aura.store.reports import BrandRow
from aura.web.charts import Chart, Series, draw
from aura.web.files import csv_file
from aura.web.heads import formula_in_words, heads_of
from aura.web.morning_page import then_of, then_with
from aura.web.pages.attribution import ClaimText, SeenText, claim_text, seen_text
from aura.web.pages.overview import PRESET_LABELS
from aura.web.remembered import range_query, remember
from aura.web.site import Member, MemberPart, Site, SitePart, VisitorPart, page

routes = APIRouter(include_in_schema=False)

_DAY_METRICS: Final = ("conversion_value", "ad_spend", "conversions", "platform_roas", "clicks")


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day as text, with the values of _DAY_METRICS."""

    day: date
    values: tuple[str, ...]
    state: str


# the address's word for the columns of what the store saw
ORDERS: Final = "orders"


@dataclass(frozen=True, slots=True)
class RestatedRow:
    """A restatement as text."""

    day: date
    metric: str
    before: str
    after: str
    seen: str


@routes.get("/b/{brand_id}/campaigns")
async def show_campaigns(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """The table, for the range and the question that the address names."""
    brand = member.brand(brand_id)
    now = site.clock()
    today = today_in(brand.timezone, now)
    problem = None
    try:
        asked = range_query(request, today=today)
        period = period_in(asked, timezone=brand.timezone, now=now)
        question = question_of(_asked(request))
    except InputError as error:
        problem, period, question = error.message, last_days(28, today), question_of({})
    report = await campaigns(
        site.database,
        user_id=member.person.id,
        brand_id=brand.id,
        days=period.days,
        comparison=period.comparison,
        question=question,
        now=now,
        as_of=period.as_of,
    )
    wants_orders = request.query_params.get(ORDERS) == "1" and period.as_of is None
    context = _shared(member, brand, period, problem) | _table(
        report, period, wants_orders=wants_orders
    )
    context["orders"] = (
        await _orders(site, member, brand, report) if wants_orders and report.lines else None
    )
    context["then"] = await then_of(site, member, brand, period, report.question.parts())
    context["yesterday"] = today - timedelta(days=1)
    response = page(
        request, "campaigns.html", context, visitor=visitor, status=422 if problem else 200
    )
    if problem is None and period.as_of is None:
        remember(request, response, brand, period)
    return response


@routes.get("/b/{brand_id}/campaigns.csv")
async def campaigns_as_csv(
    request: Request, site: SitePart, member: MemberPart, brand_id: str
) -> Response:
    """Every campaign that the question finds, in its order, with every column it asks for."""
    brand = member.brand(brand_id)
    now = site.clock()
    period = period_in(request.query_params, timezone=brand.timezone, now=now)
    report = await campaigns(
        site.database,
        user_id=member.person.id,
        brand_id=brand.id,
        days=period.days,
        question=question_of(_asked(request)),
        now=now,
        as_of=period.as_of,
        is_whole=True,
    )
    text = delimited(campaign_heads(report), campaign_rows(report))
    return csv_file(text, brand.name, "campaigns")


def _asked(request: Request) -> dict[str, str]:
    """The address's query; a form sends one pair for each column that is ticked."""
    query = request.query_params
    return {**query, "columns": ",".join(query.getlist("columns"))}


@routes.get("/b/{brand_id}/campaigns/{campaign}")
async def show_campaign(
    request: Request,
    site: SitePart,
    visitor: VisitorPart,
    member: MemberPart,
    brand_id: str,
    campaign: str,
) -> Response:
    """One campaign by day, with what its platform restated."""
    brand = member.brand(brand_id)
    now = site.clock()
    today = today_in(brand.timezone, now)
    problem = None
    try:
        asked = range_query(request, today=today)
        period = period_in(asked, timezone=brand.timezone, now=now)
    except InputError as error:
        problem, period = error.message, last_days(28, today)
    ask = partial(
        campaign_report,
        site.database,
        user_id=member.person.id,
        brand_id=brand.id,
        entity_id=entity_id_of(campaign),
        days=period.days,
        comparison=period.comparison,
        now=now,
    )
    report = await ask(as_of=period.as_of)
    context = _shared(member, brand, period, problem) | {
        "report": report,
        "then": None
        if period.as_of is None
        else then_with(period, brand, now, campaign_changes(report, await ask())),
        "yesterday": today - timedelta(days=1),
        "unseen": now_only("attribution") if period.as_of else None,
        "claimed": None if period.as_of else await _claimed(site, member, brand, period, report),
        "figures": zip(report.figures, report.own_figures or report.figures, strict=True),
        "formula": formula_in_words,
        "day_metrics": [CATALOGUE[key] for key in _DAY_METRICS],
        "rows": [_day_row(report, n) for n in range(len(report.series))],
        "restated": [_restated_row(report, row) for row in report.restated],
        "chart": _chart(report),
    }
    return page(request, "campaign.html", context, visitor=visitor, status=422 if problem else 200)


async def _claimed(
    site: Site, member: Member, brand: BrandRow, period: Period, report: CampaignReport
) -> ClaimText | None:
    """What the store saw of the campaign."""
    seen = await attribution(
        site.database,
        user_id=member.person.id,
        brand_id=brand.id,
        days=period.days,
        now=site.clock(),
        wanted=Wanted(entity_id=report.campaign.entity_id),
    )
    claimed = seen.claim_of(report.campaign.entity_id)
    return claim_text(seen, claimed) if claimed else None


def _shared(member: Member, brand: BrandRow, period: Period, problem: str | None) -> dict[str, Any]:
    return {
        "member": member,
        "brand": brand,
        "section": "campaigns",
        "period": period,
        "problem": problem,
        "presets": [(count, PRESET_LABELS[count]) for count in PRESETS],
    }


@dataclass(frozen=True, slots=True)
class CampaignOrders:
    """What the store saw: by campaign's id, and of all campaigns; None where those are filtered."""

    by_campaign: Mapping[int, SeenText]
    nothing: SeenText
    together: SeenText | None


async def _orders(site: Site, member: Member, brand: BrandRow, report: Campaigns) -> CampaignOrders:
    """Orders whose last visit carried a campaign's tag, for the lines that are shown."""
    seen = await attribution(
        site.database,
        user_id=member.person.id,
        brand_id=brand.id,
        days=report.days,
        now=site.clock(),
        wanted=Wanted(),
    )
    asked = report.question
    is_filtered = bool(asked.search or asked.platform or asked.min_spend)
    return CampaignOrders(
        {one.campaign.entity_id: seen_text(seen, one.claim.seen) for one in seen.campaigns},
        seen_text(seen, Seen()),
        None if is_filtered else seen_text(seen, seen.matched),
    )


def _table(report: Campaigns, period: Period, *, wants_orders: bool) -> dict[str, Any]:
    question = report.question
    orders = ((ORDERS, "1"),) if wants_orders else ()

    def address(query: str) -> str:
        return "?" + "&".join(part for part in (period.query, query, urlencode(orders)) if part)

    shown = question.columns or COLUMNS
    words = "campaign" if report.found == 1 else "campaigns"
    kept = [*question.parts(), *orders]
    return {
        "report": report,
        "platforms": AD_PLATFORMS,
        "heads": heads_of("Campaign", shown, question, address),
        "choices": [(CATALOGUE[key], key in shown) for key in choices()],
        "csv_query": address(urlencode(question.parts())),
        "found": f"{count(Decimal(report.found))} {words}",
        "kept": kept,
        "kept_by_filter": [
            *(tuple(pair.split("=")) for pair in period.query.split("&")),
            *((name, value) for name, value in kept if name in {"sort", "order"}),
        ],
        "page_address": lambda number: address(question.at_page(number)),
    }


def _chart(report: CampaignReport) -> Chart:
    settled = [row.is_settled for row in report.series]
    # drawn as the overview draws revenue and ad spend: what comes in and what goes out
    drawn = (("revenue", CATALOGUE["conversion_value"]), ("ad_spend", CATALOGUE["ad_spend"]))
    series = [
        Series(key, metric.label, [row.value(metric) for row in report.series], settled)
        for key, metric in drawn
    ]
    return draw(
        [row.date for row in report.series],
        series,
        lambda value: money_axis(value, report.currency),
    )


def _day_row(report: CampaignReport, n: int) -> DayRow:
    row = report.series[n]
    values = tuple(
        present_exact(CATALOGUE[key], row.value(CATALOGUE[key]), report.currency)
        for key in _DAY_METRICS
    )
    unread = row.sums["ad_spend"] is None
    state = "not read" if unread else "settled" if row.is_settled else "still settling"
    return DayRow(row.date, values, state)


def _restated_row(report: CampaignReport, row: Restated) -> RestatedRow:
    def text(value: Decimal | None) -> str:
        if value is None:
            return "gone"
        return present_exact(row.metric, value, report.account_currency)

    return RestatedRow(
        day=row.date,
        metric=row.metric.label,
        before=text(row.before),
        after=text(row.after),
        seen=moment(row.seen_at, now=report.now),
    )
