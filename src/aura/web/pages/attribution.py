"""Attribution: what the platforms claim beside what the store itself saw of its visitors."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.errors import InputError
from aura.metrics import DERIVED_METRICS
from aura.model import PLATFORM_NAMES, DayRange
from aura.reports.attribution import ALL, AttributionReport, Claim, VisitLine, Wanted, attribution
from aura.reports.attribution_rows import attribution_csv
from aura.reports.periods import PRESETS, last_days, period_of, today_in
from aura.reports.present import UNKNOWN, count, money, multiple, ratio
from aura.reports.seen import Seen
from aura.reports.visits import RULE
from aura.web.files import csv_file
from aura.web.morning_page import unseen
from aura.web.pages.overview import PRESET_LABELS
from aura.web.remembered import range_query, remember
from aura.web.site import Member, MemberPart, Site, SitePart, VisitorPart, page

routes = APIRouter(include_in_schema=False)

# as many lines as a person reads; the CSV holds all
MOST_LINES: Final = 50


@dataclass(frozen=True, slots=True)
class SeenText:
    """Orders and revenue by last and first visit."""

    orders_last: str
    revenue_last: str
    orders_first: str
    revenue_first: str


@dataclass(frozen=True, slots=True)
class ClaimText:
    """A claim as text; `reason` says why there is no overclaim."""

    conversions: str
    value: str
    arriving: bool
    seen: SeenText
    overclaim: str
    value_overclaim: str
    reason: str


def seen_text(report: AttributionReport, seen: Seen) -> SeenText:
    """What the store saw, as people read it."""
    return SeenText(
        count(Decimal(seen.last.orders)),
        money(seen.last.revenue, report.currency),
        count(Decimal(seen.first.orders)),
        money(seen.first.revenue, report.currency),
    )


def claim_text(report: AttributionReport, claim: Claim) -> ClaimText:
    """A claim beside what the store saw, as people read it."""
    return ClaimText(
        conversions=claim.conversions.text,
        value=claim.value.text,
        arriving=claim.conversions.is_arriving,
        seen=seen_text(report, claim.seen),
        overclaim=_multiple(claim.overclaim),
        value_overclaim=_multiple(claim.value_overclaim),
        reason=claim.reason or "",
    )


@routes.get("/b/{brand_id}/attribution")
async def show_attribution(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """The page, for the range that its address names."""
    brand = member.brand(brand_id)
    problem, today = None, today_in(brand.timezone, site.clock())
    try:
        period = period_of(range_query(request, today=today), today=today)
    except InputError as error:
        problem, period = error.message, last_days(28, today)
    report = await _report(site, member, brand_id, period.days, Wanted(most=MOST_LINES))
    context: dict[str, Any] = {
        "member": member,
        "brand": brand,
        "section": "attribution",
        "period": period,
        "problem": problem,
        "unseen": unseen(request, "attribution"),
        "presets": [(number, PRESET_LABELS[number]) for number in PRESETS],
        "report": report,
        "rule": RULE,
        "overclaim": DERIVED_METRICS["overclaim"],
        "platforms": [(one, claim_text(report, one.claim)) for one in report.platforms],
        "untagged": [(one, seen_text(report, one.untagged)) for one in report.platforms],
        "campaigns": [(one, claim_text(report, one.claim)) for one in report.campaigns],
        "visits": [
            (line, counts_for(line), seen_text(report, line.seen))
            for line in report.visits[:MOST_LINES]
        ],
        "unmatched": [(one, seen_text(report, one.seen)) for one in report.unmatched],
        "matched": seen_text(report, report.matched),
        "total": seen_text(report, report.total),
        "share": _share(report),
    }
    response = page(
        request, "attribution.html", context, visitor=visitor, status=422 if problem else 200
    )
    if problem is None:
        remember(request, response, brand, period)
    return response


@routes.get("/b/{brand_id}/attribution.csv")
async def attribution_as_csv(
    request: Request, site: SitePart, member: MemberPart, brand_id: str
) -> Response:
    """Every visit line, or every campaign, of the range."""
    brand = member.brand(brand_id)
    days = period_of(request.query_params, today=today_in(brand.timezone, site.clock())).days
    table = request.query_params.get("table", "visits")
    report = await _report(site, member, brand_id, days, ALL)
    return csv_file(attribution_csv(report, table), brand.name, "attribution", table)


async def _report(
    site: Site, member: Member, brand_id: str, days: DayRange, wanted: Wanted
) -> AttributionReport:
    return await attribution(
        site.database,
        user_id=member.person.id,
        brand_id=member.brand(brand_id).id,
        days=days,
        now=site.clock(),
        wanted=wanted,
    )


def counts_for(line: VisitLine) -> str:
    """What the orders of a line count for, in words."""
    origin = line.origin
    if origin.campaign is not None:
        return origin.campaign.name or origin.campaign.external_id
    name = PLATFORM_NAMES[origin.platform] if origin.platform else ""
    words = {
        "platform": f"{name}, no campaign",
        "ambiguous": "more than one campaign fits",
        "untagged": f"{name.removesuffix(' Ads')} without paid tags",
    }
    return words.get(origin.kind, "other sources")


def _multiple(value: Decimal | None) -> str:
    return UNKNOWN if value is None else multiple(value)


def _share(report: AttributionReport) -> str:
    total = report.total.last.orders
    return ratio(Decimal(report.matched.last.orders) / total) if total else UNKNOWN
