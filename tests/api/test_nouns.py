"""Entities with their days and revisions, insights, integrations: listed, and acted upon."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from aura.metrics import CATALOGUE
from measured_campaigns import write_three_campaigns


@pytest.fixture
async def ground(token, measure, database, browser):
    """A measured brand of the token's person, and how to ask about it."""
    access = await token()
    async with database.as_owner() as connection:
        cursor = await connection.execute("select id from public.users")
        (row,) = await cursor.fetchall()
    made = await measure(person=row["id"])
    await write_three_campaigns(database, made)
    browser.client.cookies.clear()

    async def ask(path, method="GET"):
        headers = {"authorization": f"Bearer {access}"}
        return await browser.client.request(
            method, f"/v1/brands/{made.brand}/{path}", headers=headers
        )

    return made, ask


async def test_entities_are_listed_page_by_page(ground):
    _, ask = ground
    whole = (await ask("entities")).json()["entities"]
    assert [one["id"] for one in whole] == sorted(one["id"] for one in whole)
    seen, cursor = [], ""
    while cursor is not None:
        page = (await ask(f"entities?limit=2&cursor={cursor}")).json()
        seen += page["entities"]
        cursor = page["next_cursor"]
    assert seen == whole
    campaigns = (await ask("entities?level=campaign&platform=meta")).json()["entities"]
    assert {one["level"] for one in campaigns} == {"campaign"}
    assert (await ask(f"entities/{campaigns[0]['id']}")).json() == campaigns[0]
    assert (await ask("entities?level=planet")).status_code == 422


async def test_days_of_an_entity_are_exact_and_page_by_page(ground):
    _, ask = ground
    listed = (await ask("entities?level=campaign")).json()["entities"]
    path = f"entities/{listed[0]['id']}/days"
    whole = (await ask(path)).json()["days"]
    assert len(whole) > 5
    report = (await ask(f"campaigns/{listed[0]['id']}")).json()
    spent = {day["date"]: Decimal(day["values"]["ad_spend"]) for day in whole}
    for day in report["days"]:
        if day["date"] in spent:
            assert Decimal(day["sums"]["ad_spend"]) == spent[day["date"]]
    seen, cursor = [], ""
    while cursor is not None:
        page = (await ask(f"{path}?limit=3&cursor={cursor}")).json()
        seen += page["days"]
        cursor = page["next_cursor"]
    assert seen == whole


async def test_what_was_said_before_is_listed(ground, database):
    made, ask = ground
    async with database.as_owner() as connection:
        await connection.execute(
            "insert into aura.revisions (brand_id, entity_id, date, observed_at, replaced_at,"
            " currency, ad_spend) select brand_id, entity_id, date, observed_at,"
            " observed_at + n * '1 h'::interval, currency, 7 from aura.entity_days,"
            " generate_series(1, 2) as n where brand_id = %s",
            [made.brand],
        )
    listed = (await ask("entities?level=campaign")).json()["entities"]
    path = f"entities/{listed[0]['id']}/revisions"
    whole = (await ask(path)).json()["revisions"]
    assert {one["values"]["ad_spend"] for one in whole} == {"7"}
    first = (await ask(f"{path}?limit=1")).json()
    second = (await ask(f"{path}?limit=500&cursor={first['next_cursor']}")).json()
    assert first["revisions"] + second["revisions"] == whole


async def test_a_sync_is_asked_for_and_an_integration_ended(ground, database):
    made, ask = ground
    listed = (await ask("integrations")).json()["integrations"]
    assert {one["id"] for one in listed} == {str(i) for i in made.integrations.values()}
    path = f"integrations/{made.integrations['meta']}"
    assert (await ask(path)).json()["connection"]["platform"] == "meta"
    assert (await ask(f"{path}/sync", "POST")).status_code in {202, 409, 422}
    assert (await ask(path, "DELETE")).status_code == 204
    assert (await ask(f"{path}/sync", "POST")).status_code == 409
    assert (await ask("metrics/rows?platform=meta&limit=1")).json()["rows"]


async def test_a_metric_that_is_added_is_found_everywhere(ground, application, monkeypatch):
    _, ask = ground
    added = replace(CATALOGUE["aov"], key="aov_again")
    monkeypatch.setitem(CATALOGUE, "aov_again", added)
    (mounted,) = (route.app for route in application.routes if getattr(route, "path", "") == "/v1")
    assert "aov_again" in mounted.openapi()["components"]["schemas"]["MetricKey"]["enum"]
    figures = (await ask("metrics?metrics=aov,aov_again")).json()["figures"]
    assert figures[0]["value"] == figures[1]["value"] is not None
    assert (await ask("series?metric=aov_again")).status_code == 200
