"""The demo's thirty nights over real HTTP: the true rise is found, the outage named, nothing false.

The sandbox knows which events it injected; Aura reads what the platforms state each night, through
its own connectors, and evaluates after each sync.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from aura.connectors.registry import build_connectors
from aura.reports.insights import list_health_findings, list_insights
from aura.sync.schedule import Worker
from sandbox_fixture import running_sandbox
from sync.sandboxed import Brand, World

ANCHOR = date(2026, 11, 22)
NIGHTS = 30
OPENING = datetime(2026, 11, 22, 11, tzinfo=UTC)


class Replay:
    """A brand connected to the demo's sandbox, and the nights it is read."""

    def __init__(self, brand: Brand) -> None:
        self.database, self.sandbox = brand.database, brand.world
        self.person, self.brand = brand.person, brand.brand_id
        self.worker = Worker(
            brand.database, brand.keyring, brand.connectors, brand.world, backfill_days=180
        )

    async def nights(self) -> None:
        await self.read()
        for _ in range(NIGHTS):
            self.sandbox.set_clock(self.sandbox() + timedelta(days=1))
            await self.read()

    async def read(self) -> None:
        results = await self.worker.run_due_once()
        assert [one for one in results if one.outcome != "succeeded"] == []

    async def rows(self, statement: str):
        async with self.database.as_owner() as connection:
            return await (await connection.execute(statement)).fetchall()


@pytest.fixture
async def replay(database, keyring, make_person, make_brand, tmp_path):
    person = await make_person()
    brand_id = await make_brand(person, timezone="America/New_York")
    start = OPENING - timedelta(days=NIGHTS)
    with running_sandbox("demo", anchor=ANCHOR, now=start) as sandbox:
        world = World(sandbox, start)
        connectors = build_connectors(world.settings(tmp_path), clock=world)
        brand = Brand(database, keyring, world, connectors, person, brand_id)
        for platform in ("shopify", "meta", "google_ads"):
            await brand.connect(platform)
        one = Replay(brand)
        await one.nights()
        yield one
        for connector in connectors.values():
            await connector.aclose()


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
