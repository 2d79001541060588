"""The demo's thirty nights: the true rise is found, the outage named, nothing false."""

from __future__ import annotations

from datetime import date

import httpx

from aura.reports.insights import list_health_findings, list_insights
from insights.demo_nights import connected, replay

__all__ = ["connected", "replay"]


async def test_the_demo_opens_on_the_true_rise_and_the_outage_and_nothing_else(replay) -> None:
    async with httpx.AsyncClient(base_url=replay.sandbox.sandbox.url) as client:
        answer = (await client.get("/__truth/events")).raise_for_status().json()
    true = {event["kind"]: event for event in answer["events"]}
    rise, outage = true["conversion_rate"], true["tracking_outage"]

    (insight,) = await list_insights(replay.database, user_id=replay.person, brand_id=replay.brand)
    scope = insight.related_data["scope"]
    assert insight.insight_type == "high_cpa"
    assert scope["platform"] == rise["platform"]
    assert scope["entity_id"] == rise["campaign_id"]
    assert insight.related_data["window"]["end"] >= rise["first_day"]
    # the rate halved: cost per conversion doubled
    effect = insight.related_data["effect"]
    assert 1.4 < effect["ratio"] < 2.8

    (health,) = await list_health_findings(
        replay.database, user_id=replay.person, brand_id=replay.brand
    )
    assert (health.finding_type, health.platform) == ("tracking_outage", outage["platform"])
    assert abs(day(health.evidence["window"]["start"]) - day(outage["first_day"])).days <= 1
    assert abs(day(health.evidence["window"]["end"]) - day(outage["last_day"])).days <= 1

    # not only on the last morning: on none of the thirty was anything wrong said to be the matter
    said = await replay.rows(
        "select f.*, i.priority from aura.findings f"
        " left join public.insights i on i.id = f.insight_id order by f.opened_on"
    )
    problems = [row for row in said if row["finding_type"] != "budget_recommendation"]
    assert {(row["finding_type"], row["entity_external_id"]) for row in problems} == {
        ("high_cpa", rise["campaign_id"]),
        ("tracking_outage", ""),
    }
    # a small test of budgets was fair advice on quiet mornings, and ended when something broke
    for row in said:
        if row not in problems:
            assert (row["priority"], row["status"]) == ("low", "expired")
            assert row["updated_on"] < problems[0]["opened_on"]
    assert len(problems) == 2


def day(text: str) -> date:
    return date.fromisoformat(text)
