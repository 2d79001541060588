"""Insights: the findings that need somebody, with evidence and steps; silence is stated too."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.model import AD_PLATFORMS
from aura.reports.freshness import Source, sources_of_brand
from aura.reports.insights import HealthRow, InsightRow, list_health_findings, list_insights
from aura.reports.periods import brand_zone
from aura.store.reports import mark_insight_read
from aura.web.cards import Card, card_of
from aura.web.site import Form, MemberPart, SitePart, VisitorPart, page, redirect, uuid_of

routes = APIRouter(include_in_schema=False)


@routes.get("/b/{brand_id}/insights")
async def show_insights(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """Every insight that stands, the costliest first, and what is wrong with the data."""
    brand = member.brand(brand_id)
    who = {"user_id": member.person.id, "brand_id": brand.id}
    now = site.clock().astimezone(brand_zone(brand.timezone))
    rows: list[InsightRow] = await list_insights(site.database, **who)
    health: list[HealthRow] = await list_health_findings(site.database, **who)
    sources = await sources_of_brand(site.database, **who, now=now)
    context: dict[str, Any] = {
        "member": member,
        "brand": brand,
        "section": "insights",
        "cards": _cards(rows),
        "health": health,
        "checked": [(source, source.sentence(now)) for source in sources if _is_examined(source)],
    }
    return page(request, "insights.html", context, visitor=visitor)


def _cards(rows: list[InsightRow]) -> list[Card]:
    """Unread ones first; within each, the costliest first."""
    return [card_of(row) for row in sorted(rows, key=lambda row: row.is_read)]


def _is_examined(source: Source) -> bool:
    return source.platform in AD_PLATFORMS and source.last_day is not None


@routes.post("/b/{brand_id}/insights/{insight_id}/read")
async def read_insight(
    site: SitePart, member: MemberPart, form: Form, brand_id: str, insight_id: str
) -> Response:
    """Keep that the person has seen it."""
    del form  # read for its token alone
    brand = member.brand(brand_id)
    wanted = uuid_of(insight_id)
    async with site.database.as_user(member.person.id) as connection:
        await mark_insight_read(connection, brand_id=brand.id, insight_id=wanted)
    return redirect(f"/b/{brand.id}/insights#insight-{wanted}")
