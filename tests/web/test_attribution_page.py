"""Attribution: the page says what the report says; so do `/v1`, both CSV files and a campaign."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest

from aura.reports.attribution import attribution
from aura.reports.present import multiple
from measured_brand import NOW
from measured_campaigns import WEEK, write_three_campaigns


@pytest.fixture
async def made(signed_in, measure, database):
    """Every second order came with Prospecting's tag, the others over a search."""
    made = await measure(person=await signed_in())
    await write_three_campaigns(database, made)
    async with database.as_owner() as connection:
        await connection.execute(
            "update aura.orders set first_visit = v.visit, last_visit = v.visit from"
            " (select order_id, case when order_id::integer %% 2 = 0 then"
            " jsonb_build_object('source', 'facebook', 'medium', 'paid_social', 'campaign',"
            " 'prospecting') else jsonb_build_object('source', 'Google') end as visit"
            " from aura.orders) as v where v.order_id = orders.order_id and brand_id = %s",
            [made.brand],
        )
    return made


@pytest.fixture
async def report(made, database):
    return await attribution(database, user_id=made.person, brand_id=made.brand, days=WEEK, now=NOW)


async def test_the_page_sets_claims_beside_what_the_store_saw(browser, made, report):
    page = await browser.get(f"/b/{made.brand}/attribution?days=7")
    assert browser.answer.status_code == 200
    claim = next(one for one in report.campaigns if one.name == "Prospecting").claim
    row = next(row for row in page.rows if row and row[0] == "Prospecting" and len(row) == 9)
    assert row[2] == str(claim.seen.last.orders)
    assert row[4] == multiple(claim.overclaim)
    assert "utm_campaign equals the campaign's id or its name" in page.text
    totals = next(row for row in page.rows if row and row[0] == "All orders")
    assert totals[1] == totals[3] == str(report.total.last.orders)
    assert "without paid tags: a search, a post" in page.text


async def test_both_tables_come_as_csv(browser, made, report):
    page = await browser.get(f"/b/{made.brand}/attribution?days=7")
    links = [link for link in page.links if "attribution.csv" in link]
    assert [re.search(r"table=(\w+)", link)[1] for link in links] == ["campaigns", "visits"]
    tables = []
    for link in links:
        await browser.get(link)
        text = browser.answer.text.removeprefix("\ufeff")
        tables.append(list(csv.DictReader(io.StringIO(text))))
    campaigns, visits = tables
    assert [row["campaign_name"] for row in campaigns] == [one.name for one in report.campaigns]
    assert sum(int(row["orders_last"]) for row in visits) == report.total.last.orders
    assert sum(Decimal(row["revenue_first"]) for row in visits) == report.total.first.revenue
    await browser.get(f"/b/{made.brand}/attribution.csv?table=users")
    assert browser.answer.status_code == 422


async def test_the_api_says_the_same(browser, made, report):
    form = (await browser.get("/brands/new")).form("/sign-out")
    answer = await browser.client.post("/v1/token", headers={"x-csrf-token": form["csrf"]})
    access = {"authorization": f"Bearer {answer.json()['access_token']}"}
    path = f"/v1/brands/{made.brand}/attribution?days=7"
    told = (await browser.client.get(path, headers=access)).json()
    assert told["total"]["last"]["orders"] == report.total.last.orders
    assert Decimal(told["total"]["last"]["revenue"]) == report.total.last.revenue
    for one, line in zip(told["campaigns"], report.campaigns, strict=True):
        assert one["name"] == line.name
        overclaim = one["claim"]["overclaim"]
        assert (overclaim and Decimal(overclaim)) == line.claim.overclaim


async def test_a_campaigns_own_page_says_what_the_store_saw_of_it(browser, made, report):
    line = next(one for one in report.campaigns if one.name == "Prospecting")
    page = await browser.get(f"/b/{made.brand}/campaigns/{line.campaign.entity_id}?days=7")
    assert "What the store saw of it" in page.text
    assert multiple(line.claim.overclaim) in page.text
    assert f"/b/{made.brand}/attribution?days=7" in page.links


async def test_attribution_of_somebody_else_is_not_there(browser, made, measure):
    other = await measure(name="Theirs")
    for path in ("attribution", "attribution.csv"):
        await browser.get(f"/b/{other.brand}/{path}")
        assert browser.answer.status_code == 404
