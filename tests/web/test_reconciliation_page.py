"""Reconciliation: days, accounts and claims with verdict and cause; the same in `/v1` and CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from psycopg.types.json import Jsonb

from aura.model import DayRange
from aura.reports.reconcile import Reconciliation, compare
from aura.reports.reconciliation import reconciliation
from aura.store.reconciliation import keep, sales_days
from measured_brand import NOW, READ_AT, YESTERDAY
from measured_campaigns import write_three_campaigns

DAYS = DayRange(YESTERDAY - timedelta(days=34), YESTERDAY)


@pytest.fixture
async def made(signed_in, measure, database):
    made = await measure(person=await signed_in())
    await write_three_campaigns(database, made)
    return made


@pytest.fixture
def compared(made, database):
    """Keeps a comparison in which the report says more orders on some days."""

    async def compared(*differing):
        async with database.as_worker(made.brand) as connection:
            stored = await sales_days(connection, made.brand, DAYS)
            reported = [
                replace(day, orders=day.orders + 2, total_sales=day.total_sales + Decimal("12.30"))
                if day.date in differing
                else day
                for day in stored
            ]
            document = compare(stored, reported, checked_at=READ_AT).document()
            await keep(connection, made.integrations["shopify"], document)

    return compared


async def test_before_a_comparison_the_page_says_what_is_needed(browser, made):
    page = await browser.get(f"/b/{made.brand}/reconciliation")
    assert browser.answer.status_code == 200
    assert "Not compared with Shopify Analytics yet" in page.text
    assert "read_reports" in page.text


async def test_every_day_stands_with_its_verdict(browser, made, compared):
    await compared()
    page = await browser.get(f"/b/{made.brand}/reconciliation")
    assert "35 of 35 days equal to the cent" in page.text
    rows = [row for row in page.rows if len(row) == 6 and row[4] in {"equal", "differs"}]
    assert len([row for row in rows if row[0].endswith("2026")]) == 35
    assert rows[0][1] == rows[0][2]


async def test_a_difference_stands_with_its_size_and_its_cause(browser, made, compared):
    await compared(YESTERDAY - timedelta(days=3))
    page = await browser.get(f"/b/{made.brand}/reconciliation")
    assert "34 of 35 days equal to the cent" in page.text
    row = next(row for row in page.rows if len(row) == 6 and row[4] == "differs")
    assert row[0] == "Wed 18 Nov 2026"
    assert row[3].startswith("$12.30")
    assert "orders +2" in row[3]
    assert "Shopify counts 2 orders that were not read" in row[5]

    link = next(link for link in page.links if link.endswith("reconciliation.csv"))
    await browser.get(link)
    rows = list(csv.DictReader(io.StringIO(browser.answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 35
    (row,) = (row for row in rows if row["verdict"] == "differs")
    assert (row["cause"], row["total_sales"], row["orders"]) == ("missing_orders", "12.30", "2")


async def test_what_could_not_be_compared_says_why(browser, made, database):
    found = Reconciliation(READ_AT, problem="The shop did not grant read_reports.")
    async with database.as_worker(made.brand) as connection:
        await keep(connection, made.integrations["shopify"], found.document())
    page = await browser.get(f"/b/{made.brand}/reconciliation")
    assert "The shop did not grant read_reports." in page.text


async def test_accounts_and_claims_stand_beside_what_they_are_made_of(browser, made, database):
    report = await reconciliation(database, user_id=made.person, brand_id=made.brand, now=NOW)
    assert report.account_verdict == "0 of 2 ad accounts equal to the campaigns"
    assert {check.cause.key for check in report.accounts} == {"removed_campaigns"}
    meta = report.claims[0]
    assert meta.days.last == YESTERDAY - timedelta(days=6)
    assert meta.difference == meta.claimed - meta.seen
    keys = {cause.key for cause in meta.causes}
    assert "without_a_last_visit" in keys
    page = await browser.get(f"/b/{made.brand}/reconciliation")
    assert meta.causes[0].sentence in page.text
    assert report.claim_verdict in page.text
    assert report.accounts[0].cause.sentence in page.text


async def test_the_api_says_the_same(browser, made, compared, database):
    await compared(YESTERDAY)
    form = (await browser.get("/brands/new")).form("/sign-out")
    answer = await browser.client.post("/v1/token", headers={"x-csrf-token": form["csrf"]})
    access = {"authorization": f"Bearer {answer.json()['access_token']}"}
    path = f"/v1/brands/{made.brand}/reconciliation"
    told = (await browser.client.get(path, headers=access)).json()
    assert (told["state"], told["store_verdict"]) == ("differs", "34 of 35 days equal to the cent")
    assert told["store_days"][0]["cause"]["key"] == "missing_orders"
    assert Decimal(told["store_days"][0]["figures"]["total_sales"]) == Decimal("12.30")
    assert [one["platform"] for one in told["claims"]] == ["meta", "google_ads"]
    assert len(told["accounts"]) == 2


async def test_reconciliation_of_somebody_else_is_not_there(browser, made, measure):
    other = await measure(name="Theirs")
    for path in ("reconciliation", "reconciliation.csv"):
        await browser.get(f"/b/{other.brand}/{path}")
        assert browser.answer.status_code == 404


async def test_claims_of_days_that_the_store_lacks_are_not_set_against_its_orders(
    browser, made, database
):
    first = YESTERDAY - timedelta(days=12)
    async with database.as_owner() as connection:
        await connection.execute(
            "update public.integrations set metadata = metadata || %s where id = %s",
            [Jsonb({"known_from": first.isoformat()}), made.integrations["shopify"]],
        )
        await connection.execute("update aura.brand_settings set history_complete_from = null")
    asked = {"user_id": made.person, "brand_id": made.brand, "now": NOW}
    report = await reconciliation(database, **asked)
    assert {one.days.first for one in report.claims} == {first}
    async with database.as_owner() as connection:
        await connection.execute(
            "update public.integrations set metadata = metadata || %s where id = %s",
            [Jsonb({"known_from": YESTERDAY.isoformat()}), made.integrations["shopify"]],
        )
    assert (await reconciliation(database, **asked)).claims == ()
