"""Settings, statements and imported files in /v1: read, changed, refused, taken back."""

from __future__ import annotations

import pytest

from aura.imports.any_file import import_file
from aura.imports.report_result import ReportTerms
from browserless import NOW


@pytest.fixture
async def ask(token, measure, database, browser):
    """Asks about a measured brand of the token's person."""
    access = await token()
    async with database.as_owner() as connection:
        cursor = await connection.execute("select id from public.users")
        (row,) = await cursor.fetchall()
    made = await measure(person=row["id"])
    browser.client.cookies.clear()

    async def ask(method, path, body=None, **headers):
        headers |= {"authorization": f"Bearer {access}"}
        return await browser.client.request(
            method, f"/v1/brands/{made.brand}/{path}", json=body, headers=headers
        )

    ask.made = made
    return ask


async def test_settings_change_what_is_named_and_only_as_they_were_read(ask):
    read = await ask("GET", "settings")
    tag, was = {"if-match": read.headers["etag"]}, read.json()
    changed = await ask("PATCH", "settings", {"revenue_basis": "net_sales"}, **tag)
    assert changed.json() == was | {"revenue_basis": "net_sales"}
    assert (await ask("GET", "settings")).json() == changed.json()
    late = await ask("PATCH", "settings", {"currency": "EUR"}, **tag)
    assert late.status_code == 412
    refused = await ask("PATCH", "settings", {"timezone": "Mars", "revenue_basis": "guess"})
    assert refused.status_code == 422
    assert "time zone" in refused.json()["detail"]
    assert (await ask("GET", "settings")).json() == changed.json()


async def test_what_is_stated_bears_on_figures_until_it_is_taken_back(ask):
    async def other_spend():
        answer = await ask("GET", "metrics?metrics=other_spend")
        return answer.json()["figures"][0]["value"]

    was = await other_spend()
    spend = {"what": "spend", "name": "TikTok", "amount": "100", "every": "daily"}
    made = await ask("POST", "entries", spend | {"from": "2026-01-01"})
    assert made.status_code == 201
    said = made.json()
    assert (said["what"], said["kind"], said["amount"]) == ("spend", "spend", "100")
    path = made.headers["location"].partition("/entries/")[2]
    assert (await ask("GET", f"entries/{path}")).json() == said
    assert await other_spend() != was
    margin = {"what": "goods", "amount": "40", "includes": ["shipping"]}
    kept = (await ask("POST", "entries", margin)).json()
    assert kept["details"] == {"basis": "margin", "includes": ["shipping"]}
    listed = (await ask("GET", "entries")).json()["entries"]
    assert [one["id"] for one in listed] == [kept["id"], said["id"]]
    page = (await ask("GET", "entries?limit=1")).json()
    rest = (await ask("GET", f"entries?limit=1&cursor={page['next_cursor']}")).json()
    assert page["entries"] + rest["entries"] == listed
    assert (await ask("GET", "entries?kind=spend")).json()["entries"] == [said]
    assert (await ask("DELETE", f"entries/{path}")).status_code == 204
    assert (await ask("DELETE", f"entries/{path}")).status_code == 404
    assert await other_spend() == was


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"what": "spend", "name": "TikTok", "amount": "-5"}, "amount: "),
        ({"what": "spend", "amount": "5"}, "name: "),
        ({"what": "target", "metric": "luck", "amount": "5"}, "metric: "),
        ({"what": "weather"}, "what: "),
    ],
)
async def test_a_statement_that_cannot_be_names_its_field(ask, body, words):
    answer = await ask("POST", "entries", body)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert (await ask("GET", "entries")).json()["entries"] == []


async def test_an_unknown_kind_lists_the_known_ones(ask):
    answer = await ask("GET", "entries?kind=wish")
    assert answer.status_code == 422
    assert "promotion" in answer.json()["detail"]


async def test_an_imported_file_is_listed_and_taken_back_once(ask, database, keyring, tmp_path):
    report = tmp_path / "days.csv"
    report.write_text("Day,Total sales\n2020-01-01,12.50\n2020-01-02,7.50\n", encoding="utf-8")
    await import_file(
        database,
        keyring,
        path=report,
        brand_id=ask.made.brand,
        now=NOW,
        created_by=ask.made.person,
        terms=ReportTerms(currency="USD"),
        complete_history=False,
    )
    (one,) = (await ask("GET", "imports")).json()["imports"]
    assert (one["file_name"], one["control_total"], one["undone_at"]) == ("days.csv", "20.00", None)
    undone = await ask("POST", f"imports/{one['id']}/undo")
    assert undone.json()["days"] == ["2020-01-01", "2020-01-02"]
    assert (await ask("GET", "imports")).json()["imports"][0]["undone_at"] is not None
    assert (await ask("POST", f"imports/{one['id']}/undo")).status_code == 409
