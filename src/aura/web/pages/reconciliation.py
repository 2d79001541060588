"""Reconciliation: whether the numbers agree, where they do not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.reports.delimited import Value, delimited
from aura.reports.present import UNKNOWN, count, day_with_year, moment, money_exact
from aura.reports.reconcile import FIGURES
from aura.reports.reconciliation import ReconciliationReport, StoreDay, reconciliation
from aura.web.files import csv_file
from aura.web.morning_page import unseen
from aura.web.site import Member, MemberPart, Site, SitePart, VisitorPart, page

routes = APIRouter(include_in_schema=False)

HEADS = ("day", "currency", "stored", "shopify_analytics", *FIGURES, "verdict", "cause")


@dataclass(frozen=True, slots=True)
class DayText:
    """A day of the store as text; `figures` names what differs beyond total sales."""

    day: str
    stored: str
    reported: str
    difference: str
    is_equal: bool
    figures: str
    cause: str


@dataclass(frozen=True, slots=True)
class ClaimText:
    """A platform's claim as text."""

    platform: str
    name: str
    claimed: str
    reason: str
    seen: str
    untagged: str
    difference: str
    causes: tuple[str, ...]


@routes.get("/b/{brand_id}/reconciliation")
async def show_reconciliation(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """The page: the store's days, the ad accounts, the claims."""
    report = await _report(site, member, brand_id)
    context = {
        "member": member,
        "brand": member.brand(brand_id),
        "section": "reconciliation",
        "unseen": unseen(request, "reconciliation"),
        "report": report,
        "days": [_day(report, row) for row in report.days],
        "checked": moment(report.last.checked_at, now=report.now) if report.last else "",
        "claims": _claims(report),
        "span": report.claims[0].days if report.claims else None,
    }
    return page(request, "reconciliation.html", context, visitor=visitor)


@routes.get("/b/{brand_id}/reconciliation.csv")
async def reconciliation_as_csv(site: SitePart, member: MemberPart, brand_id: str) -> Response:
    """Every compared day: both totals, what differs by figure, and why."""
    report = await _report(site, member, brand_id)
    rows: list[tuple[Value, ...]] = [
        (
            row.date,
            report.currency,
            row.stored,
            row.reported,
            *(row.figures.get(figure, Decimal(0)) for figure in FIGURES),
            "equal" if row.is_equal else "differs",
            "" if row.cause is None else row.cause.key,
        )
        for row in report.days
    ]
    return csv_file(delimited(HEADS, rows), report.brand.name, "reconciliation")


async def _report(site: Site, member: Member, brand_id: str) -> ReconciliationReport:
    return await reconciliation(
        site.database,
        user_id=member.person.id,
        brand_id=member.brand(brand_id).id,
        now=site.clock(),
    )


def _day(report: ReconciliationReport, row: StoreDay) -> DayText:
    def text(figure: str, gap: Decimal) -> str:
        size = count(gap) if figure == "orders" else money_exact(gap, report.currency)
        return f"{FIGURES[figure]} {'+' if gap > 0 else ''}{size}"

    gap = row.reported - row.stored
    return DayText(
        day=day_with_year(row.date),
        stored=money_exact(row.stored, report.currency),
        reported=money_exact(row.reported, report.currency),
        difference=money_exact(gap, report.currency) if not row.is_equal else "",
        is_equal=row.is_equal,
        figures=", ".join(text(figure, each) for figure, each in row.figures.items()),
        cause="" if row.cause is None else row.cause.sentence,
    )


def _claims(report: ReconciliationReport) -> list[ClaimText]:
    return [
        ClaimText(
            platform=one.platform,
            name=one.name,
            claimed=UNKNOWN if one.claimed is None else count(one.claimed),
            reason=one.reason or "",
            seen=count(Decimal(one.seen)),
            untagged=count(Decimal(one.untagged)),
            difference=UNKNOWN if one.difference is None else count(one.difference),
            causes=tuple(cause.sentence for cause in one.causes),
        )
        for one in report.claims
    ]
