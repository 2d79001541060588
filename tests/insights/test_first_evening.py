"""The first evening: connected, read once, and what is said is true although nothing was restated.

No night has passed, so nobody knows yet how late conversions come; only mature days are judged.
"""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from aura.reports.insights import list_health_findings, list_insights
from insights.demo_nights import ANCHOR, OPENING, connected

__all__ = ["connected"]


@pytest.fixture(params=[ANCHOR, ANCHOR - timedelta(days=40)], ids=str)
async def evening(request, connected):
    """A brand that was read once; on another anchor it is another world."""
    moment = OPENING + (request.param - ANCHOR)
    async with connected(moment, request.param) as one:
        await one.read()
        yield one


async def test_the_first_evening_says_what_is_true_and_nothing_else(evening) -> None:
    async with httpx.AsyncClient(base_url=evening.sandbox.sandbox.url) as client:
        answer = (await client.get("/__truth/events")).raise_for_status().json()
    true = {event["kind"]: event for event in answer["events"]}
    rise, outage = true["conversion_rate"], true["tracking_outage"]
    whose = {"user_id": evening.person, "brand_id": evening.brand}

    health = await list_health_findings(evening.database, **whose)
    assert [(one.finding_type, one.platform) for one in health] == [
        ("tracking_outage", outage["platform"])
    ]
    insights = await list_insights(evening.database, **whose)
    # in the demo's own world it is said; in another one it may have to wait for more mature days
    assert insights or evening.sandbox().date() != OPENING.date()
    for one in insights:
        scope = one.related_data["scope"]
        assert one.insight_type in {"high_cpa", "low_roas", "conversion_drop"}
        assert (scope["platform"], scope["entity_id"]) == (rise["platform"], rise["campaign_id"])
        # nothing was learned yet, and the row says so
        told = one.related_data["completeness"]["platforms"]["meta"]
        assert not told["is_learned"]
        assert told["judged_from_age"] > 1
        effect = one.related_data["effect"]
        assert effect["low"] < {"high_cpa": 2.0}.get(one.insight_type, 0.5) < effect["high"]
