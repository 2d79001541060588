"""Insights: the findings that need somebody, with evidence and steps; silence is stated too."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.insights.outcome import JUDGED_AFTER, OUTCOME_WAIT
from aura.model import AD_PLATFORMS
from aura.reports.freshness import Source, sources_of_brand
from aura.reports.insight_feed import (
    REASONS,
    Feed,
    feed_question,
    insight_feed,
    keep_answer,
    one_insight,
    outcome_words,
)
from aura.reports.insights import HealthRow, list_health_findings
from aura.reports.morning import morning_of
from aura.reports.periods import brand_zone
from aura.reports.record import brand_record
from aura.reports.silence import watch_of
from aura.reports.verification import verify_insight
from aura.store.insight_answers import InsightWithState
from aura.web.cards import PRIORITIES, TYPES, Card, card_of_insight
from aura.web.insight_parts import parts_of
from aura.web.morning_page import morning_context
from aura.web.site import (
    Form,
    Member,
    MemberPart,
    Site,
    SitePart,
    Visitor,
    VisitorPart,
    page,
    redirect,
    uuid_of,
)

routes = APIRouter(include_in_schema=False)

_STATES = (("open", "Open"), ("snoozed", "Later"), ("dismissed", "Dismissed"), ("over", "Over"))
_STATE_WORDS = {
    "open": "open",
    "snoozed": "put off",
    "dismissed": "dismissed",
    "resolved": "over",
    "expired": "over",
}


@routes.get("/b/{brand_id}/insights")
async def show_insights(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """The insights of one state by day, the costliest first, and what is wrong with the data."""
    brand = member.brand(brand_id)
    who = {"user_id": member.person.id, "brand_id": brand.id}
    now = site.clock().astimezone(brand_zone(brand.timezone))
    if request.query_params.get("as_of"):
        return await _show_morning(request, site, visitor, member, brand_id)
    question = feed_question(request.query_params)
    feed = await insight_feed(site.database, **who, question=question, now=site.clock())
    health: list[HealthRow] = await list_health_findings(site.database, **who)
    sources = await sources_of_brand(site.database, **who, now=now)
    context: dict[str, Any] = {
        "member": member,
        "brand": brand,
        "section": "insights",
        "question": question,
        "counts": feed.counts,
        "states": _STATES,
        "types": tuple(TYPES.items()),
        "priorities": tuple(PRIORITIES.items()),
        "days": _days(feed),
        "health": health,
        "yesterday": now.date() - timedelta(days=1),
        "watch": await watch_of(site.database, **who, now=now),
        "record": await brand_record(site.database, **who),
        "checked": [(source, source.sentence(now)) for source in sources if _is_examined(source)],
    }
    return page(request, "insights.html", context, visitor=visitor)


async def _show_morning(
    request: Request, site: Site, visitor: Visitor, member: Member, brand_id: str
) -> Response:
    """What was known at the end of an earlier day, and what was said of it."""
    brand = member.brand(brand_id)
    now = site.clock()
    morning = await morning_of(
        site.database,
        user_id=member.person.id,
        brand_id=brand.id,
        day=request.query_params["as_of"],
        now=now,
    )
    today = now.astimezone(brand_zone(brand.timezone)).date()
    context = {"member": member, "brand": brand, "section": "insights"}
    context |= morning_context(morning, today=today)
    return page(request, "morning.html", context, visitor=visitor)


def _days(feed: Feed) -> list[tuple[Any, list[tuple[Card, list[Card]]]]]:
    """By day, what was not read yet first."""
    return [
        (
            day.day,
            [
                (card_of_insight(line.insight), [card_of_insight(child) for child in line.children])
                for line in sorted(day.lines, key=lambda line: line.insight.is_read)
            ],
        )
        for day in feed.days
    ]


def _is_examined(source: Source) -> bool:
    return source.platform in AD_PLATFORMS and source.last_day is not None


@routes.get("/b/{brand_id}/insights/{insight_id}")
async def show_insight(
    request: Request,
    site: SitePart,
    visitor: VisitorPart,
    member: MemberPart,
    brand_id: str,
    insight_id: str,
) -> Response:
    """One insight: its evidence, why it is said, what became of it, and what you make of it."""
    brand = member.brand(brand_id)
    whose: dict[str, Any] = {
        "user_id": member.person.id,
        "brand_id": brand.id,
        "insight_id": uuid_of(insight_id),
        "now": site.clock(),
    }
    insight = await one_insight(site.database, **whose)
    verified = None
    can_verify = bool(insight.related_data.get("as_of") and insight.related_data.get("run_day"))
    if can_verify and request.query_params.get("verify"):
        verified = await verify_insight(site.database, **whose)
    context: dict[str, Any] = {
        "member": member,
        "brand": brand,
        "section": "insights",
        "insight": insight,
        "card": card_of_insight(insight),
        "parts": parts_of(insight.related_data),
        "state": _state(insight, site.clock()),
        "outcomes": [outcome_words(days, one) for days, one in sorted(insight.outcomes.items())],
        "judged_on": _judged_on(insight),
        "record": await brand_record(site.database, user_id=member.person.id, brand_id=brand.id),
        "verification": verified,
        "can_verify": can_verify,
        "answers": _answers(insight),
        "reasons": tuple(REASONS.items()),
    }
    return page(request, "insight.html", context, visitor=visitor)


def _judged_on(insight: InsightWithState) -> date | None:
    """When the next outcome is known; None where all are, or where none will be."""
    if insight.opened_on is None:
        return None
    waited = [after for after in JUDGED_AFTER if str(after) not in insight.outcomes]
    return insight.opened_on + timedelta(days=waited[0] + OUTCOME_WAIT) if waited else None


def _state(insight: InsightWithState, now: datetime) -> str:
    if insight.state == "dismissed" and insight.dismissed_reason:
        return f"dismissed: {REASONS.get(insight.dismissed_reason, insight.dismissed_reason)}"
    if insight.state == "snoozed" and insight.snoozed_until is not None:
        days = max(math.ceil((insight.snoozed_until - now) / timedelta(days=1)), 1)
        return f"put off, {days} more day{'' if days == 1 else 's'}"
    return _STATE_WORDS.get(insight.state, insight.state)


def _answers(insight: InsightWithState) -> list[tuple[str, str]]:
    """The buttons that make sense now."""
    found: list[tuple[str, str]] = []
    if not insight.is_read:
        found.append(("read", "Mark as read"))
    if insight.done_at is None:
        found.append(("done", "We did it"))
    if insight.state == "open":
        found.append(("snooze", "Later: in 7 days"))
    else:
        found.append(("reopen", "Open it again"))
    if insight.is_useful is not True:
        found.append(("useful", "Useful"))
    if insight.is_useful is not False:
        found.append(("not_useful", "Not useful"))
    return found


@routes.post("/b/{brand_id}/insights/{insight_id}/answer")
async def answer_insight(
    site: SitePart, member: MemberPart, form: Form, brand_id: str, insight_id: str
) -> Response:
    """Keep what the person says to an insight."""
    brand = member.brand(brand_id)
    wanted = uuid_of(insight_id)
    await keep_answer(
        site.database,
        user_id=member.person.id,
        brand_id=brand.id,
        insight_id=wanted,
        fields=form,
        now=site.clock(),
    )
    return redirect(f"/b/{brand.id}/insights/{wanted}", notice="answered")


@routes.post("/b/{brand_id}/insights/{insight_id}/read")
async def read_insight(
    site: SitePart, member: MemberPart, form: Form, brand_id: str, insight_id: str
) -> Response:
    """Keep that the person has seen it."""
    del form  # read for its token alone
    brand = member.brand(brand_id)
    wanted = uuid_of(insight_id)
    await keep_answer(
        site.database,
        user_id=member.person.id,
        brand_id=brand.id,
        insight_id=wanted,
        fields={"answer": "read"},
        now=site.clock(),
    )
    return redirect(f"/b/{brand.id}/insights#insight-{wanted}")
