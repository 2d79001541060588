"""`/v1`: tokens, brands, the overview as a document, errors as problems."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import jwt
import pytest

from aura.model import DayRange, SalesDay
from aura.reports.overview import overview
from aura.reports.reconcile import compare
from aura.store.reconciliation import keep
from measured_brand import NOW, YESTERDAY
from measured_campaigns import write_three_campaigns


async def owner(token: str) -> UUID:
    return UUID(jwt.decode(token, options={"verify_signature": False})["sub"])


async def test_a_token_is_checked_with_the_published_key(browser, token):
    access = await token()
    keys = (await browser.client.get("/.well-known/jwks.json")).json()["keys"]
    known = (await browser.client.get("/.well-known/openid-configuration")).json()
    key = jwt.PyJWK(keys[0])
    claims = jwt.decode(
        access,
        key,
        algorithms=["ES256"],
        audience="authenticated",
        issuer=known["issuer"],
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["role"] == "authenticated"
    assert claims["exp"] - claims["iat"] == 3600
    assert known["jwks_uri"] == f"{known['issuer']}/.well-known/jwks.json"


async def test_a_token_needs_the_session_and_its_form_token(browser, token):
    await token()
    answer = await browser.client.post("/v1/token")
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    browser.client.cookies.clear()
    answer = await browser.client.post("/v1/token", headers={"x-csrf-token": "0" * 64})
    assert answer.status_code == 401


async def test_the_overview_is_the_pages(token, call, measure, database):
    access = await token()
    made = await measure(person=await owner(access))
    answer = await call(f"/brands/{made.brand}/overview", access)
    assert answer.status_code == 200
    document = answer.json()
    days = DayRange(YESTERDAY - timedelta(days=27), YESTERDAY)
    shown = await overview(database, user_id=made.person, brand_id=made.brand, days=days, now=NOW)
    assert document["range"] == {"first": "2026-10-25", "last": "2026-11-21"}
    for stated, figure in zip(document["figures"], shown.figures, strict=True):
        assert stated["key"] == figure.metric.key
        assert Decimal(stated["value"]) == figure.value
        assert Decimal(stated["previous"]) == figure.previous
        assert stated["change"]["kind"] == figure.change.kind
    assert [Decimal(day["revenue"]) for day in document["days"]] == [
        row.revenue for row in shown.series
    ]
    assert [line["platform"] for line in document["platforms"]] == [
        "shopify",
        "meta",
        "google_ads",
        None,
    ]
    assert {source["through"] for source in document["sources"]} == {"2026-11-21"}


async def test_unknown_is_null_with_a_reason(token, call, measure):
    access = await token()
    made = await measure(person=await owner(access), platforms={"shopify": "USD"})
    document = (await call(f"/brands/{made.brand}/overview?days=7", access)).json()
    mer = next(one for one in document["figures"] if one["key"] == "mer")
    assert mer["value"] is None
    assert mer["reason"] == "No ad account is connected"


async def test_brands_are_those_of_the_token(token, call, measure):
    access = await token()
    mine = await measure(person=await owner(access), name="Mine")
    await measure(name="Theirs")
    document = (await call("/brands", access)).json()
    assert [(one["id"], one["name"]) for one in document["brands"]] == [(str(mine.brand), "Mine")]


@pytest.mark.parametrize("brand", ["foreign", "missing", "nonsense"])
async def test_foreign_and_missing_brands_are_one_problem(token, call, measure, brand):
    access = await token()
    wanted = {"foreign": (await measure()).brand, "missing": uuid4(), "nonsense": "x"}[brand]
    answer = await call(f"/brands/{wanted}/overview", access)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/v1/problems/not-found",
        "status": 404,
        "code": "not-found",
        "title": "Not found.",
    }


@pytest.mark.parametrize("access", [None, "", "x", "a.b.c"])
async def test_without_a_valid_token_there_is_nothing(call, access):
    answer = await call("/brands", access)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "sign-in"


async def test_an_inactive_person_has_no_token(token, call, database):
    access = await token()
    async with database.as_owner() as connection:
        await connection.execute("update public.users set is_active = false")
    assert (await call("/brands", access)).status_code == 401


async def test_a_range_that_makes_no_sense_is_a_problem(token, call, measure):
    access = await token()
    made = await measure(person=await owner(access))
    answer = await call(f"/brands/{made.brand}/overview?from=2026-11-02&to=2026-11-01", access)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "The range ends before it starts: swap the two days."


async def test_what_is_not_there_is_a_problem_too(call):
    answer = await call("/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_campaigns_are_stated_exactly_with_their_total(token, call, measure, database):
    access = await token()
    made = await measure(person=await owner(access))
    await write_three_campaigns(database, made)
    answer = await call(f"/brands/{made.brand}/campaigns?days=7&sort=name", access)
    document = answer.json()
    assert [one["name"] for one in document["campaigns"]] == ["Brand", "Prospecting", "Retargeting"]
    assert (document["found"], document["page"], document["pages"]) == (3, 1, 1)
    spend = document["campaigns"][2]["figures"]["ad_spend"]
    assert Decimal(spend["value"]) == Decimal("70.035")
    assert Decimal(document["total"]["ad_spend"]["value"]) == Decimal("420.735")
    one = document["campaigns"][0]["id"]
    report = (await call(f"/brands/{made.brand}/campaigns/{one}?days=7", access)).json()
    assert report["campaign"] == document["campaigns"][0]
    assert len(report["days"]) == 7
    assert Decimal(report["days"][0]["sums"]["conversions"]) == Decimal("0.333333")
    assert report["restated"] == []


async def test_all_brands_stand_side_by_side(token, call, measure):
    access = await token()
    person = await owner(access)
    for name in ("Aurora", "Boreal"):
        await measure(person=person, name=name)
    await measure(name="Theirs")
    document = (await call("/overview?days=7&sort=name", access)).json()
    assert [line["brand"]["name"] for line in document["brands"]] == ["Aurora", "Boreal"]
    own = document["brands"][0]
    single = (await call(f"/brands/{own['brand']['id']}/overview?days=7", access)).json()
    assert own["figures"]["mer"] == next(one for one in single["figures"] if one["key"] == "mer")
    assert (await call("/overview?days=9", access)).status_code == 422


@pytest.mark.parametrize("sort", ["name", "ad_spend&order=asc", "ad_spend", "platform_cpa", "cpm"])
async def test_campaigns_are_read_in_pages_by_a_cursor(token, call, measure, database, sort):
    access = await token()
    made = await measure(person=await owner(access))
    await write_three_campaigns(database, made)
    path = f"/brands/{made.brand}/campaigns?days=7&sort={sort}"
    whole = (await call(path, access)).json()
    assert whole["next_cursor"] is None
    wanted = [one["id"] for one in whole["campaigns"]]
    cursors, found = [""], []
    while cursors[-1] is not None:
        page = (await call(f"{path}&limit=1&cursor={cursors[-1]}", access)).json()
        found += [one["id"] for one in page["campaigns"]]
        cursors.append(page["next_cursor"])
        assert (page["total"], page["found"]) == (whole["total"], 3)
    assert found == wanted
    assert len(cursors) == 4

    # the campaign whose place a cursor names is gone: the next ones follow all the same
    async with database.as_owner() as connection:
        await connection.execute("delete from aura.entity_days where entity_id = %s", [wanted[0]])
    page = (await call(f"{path}&limit=1&cursor={cursors[1]}", access)).json()
    assert [one["id"] for one in page["campaigns"]] == [wanted[1]]
    assert (await call(f"{path}&cursor=nonsense", access)).status_code == 422


@pytest.mark.parametrize(
    "other",
    [
        "days=7&sort=ctr",
        "days=7&order=asc",
        "days=28",
        "days=7&search=r",
        "days=7&platform=meta",
        "days=7&min_spend=1",
    ],
)
async def test_a_cursor_of_campaigns_is_good_for_its_question_only(
    token, call, measure, database, other
):
    access = await token()
    made = await measure(person=await owner(access))
    await write_three_campaigns(database, made)
    path = f"/brands/{made.brand}/campaigns?limit=1"
    cursor = (await call(f"{path}&days=7", access)).json()["next_cursor"]
    assert (await call(f"{path}&days=7&cursor={cursor}&columns=ctr", access)).status_code == 200
    answer = await call(f"{path}&{other}&cursor={cursor}", access)
    assert (answer.status_code, answer.json()["code"]) == (422, "input")


@pytest.mark.parametrize(
    "path",
    ["campaigns?sort=x", "campaigns?page=0", "campaigns?order=x", "campaigns?page=2&limit=9"],
)
async def test_a_question_about_campaigns_without_sense_is_a_problem(token, call, measure, path):
    access = await token()
    made = await measure(person=await owner(access))
    answer = await call(f"/brands/{made.brand}/{path}", access)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("campaign", ["1", "999999999999", "x", "-1", "9" * 40])
async def test_foreign_and_missing_campaigns_are_one_problem(token, call, measure, campaign):
    access = await token()
    made = await measure(person=await owner(access))
    answer = await call(f"/brands/{made.brand}/campaigns/{campaign}", access)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


async def test_health_and_readiness_answer(browser, database):
    assert (await browser.client.get("/healthz")).json() == {"status": "ok"}
    ready = (await browser.client.get("/readyz")).json()
    assert ready["status"] == "ready"
    assert ready["schema"].isdigit()


async def test_what_shopify_analytics_said_is_told_exactly(token, call, measure, database):
    access = await token()
    made = await measure(person=await owner(access), platforms={"shopify": "USD"})
    address = f"/brands/{made.brand}/reconciliation"
    assert (await call(address, access)).json()["state"] == "unknown"

    day = SalesDay(YESTERDAY, *(Decimal(n) for n in range(8)))
    found = compare([day], [replace(day, taxes=day.taxes + Decimal("0.10"))], checked_at=NOW)
    async with database.as_worker(made.brand) as connection:
        await keep(connection, made.integrations["shopify"], found.document())
    document = (await call(address, access)).json()
    assert (document["state"], document["differing_days"]) == ("differs", 1)
    assert document["days"] == {"first": "2026-11-21", "last": "2026-11-21"}
    assert document["differences"] == [
        {"date": "2026-11-21", "figure": "taxes", "stored": "6", "reported": "6.10"}
    ]
    assert document["sentence"].endswith("On Sat 21 Nov it says $0.10 more taxes.")

    stranger = await token("sam@example.com")
    assert (await call(address, stranger)).status_code == 404
    assert (await call("/brands/no-brand/reconciliation", access)).status_code == 404


async def test_connections_state_what_an_account_counts_beyond_its_campaigns(
    token, call, measure, open_browser
):
    access = await token()
    made = await measure(person=await owner(access))
    answer = await call(f"/brands/{made.brand}/connections", access)
    assert answer.status_code == 200
    found = {one["platform"]: one for one in answer.json()["connections"]}
    assert [found[name]["state"] for name in found] == ["connected"] * 3
    (meta,) = found["meta"]["differences"]
    # the measured brand has no campaigns, so nothing below the account explains its spend
    for one in meta["differences"]:
        assert Decimal(one["difference"]) == Decimal(one["account"]) > Decimal(one["campaigns"])
    assert found["shopify"]["differences"] == []


async def test_connections_of_somebody_else_are_not_found(token, call, measure):
    access = await token()
    made = await measure()
    assert (await call(f"/brands/{made.brand}/connections", access)).status_code == 404
