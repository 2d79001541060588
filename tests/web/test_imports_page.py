"""The page for files: sent as a browser sends them, without scripts."""

from __future__ import annotations

import tempfile
from datetime import date
from decimal import Decimal

import pytest

from aura.web.site import LINK_READS
from files_on_disk import files_below

REPORT = (
    "Day,Campaign,Currency code,Cost,Clicks\n2026-06-01,Zwitscher,EUR,10.50,3\n"
    "2026-06-02,Zwitscher,EUR,4.00,1\n"
)
ORDERS = (
    "Name,Email,Created at,Total,Currency,Financial Status,Id\n"
    "#1,zwitscher@example.com,2026-06-01 12:00:00 +0200,20.00,EUR,paid,901\n"
)


@pytest.fixture
async def brand(signed_in, make_brand):
    return await make_brand(await signed_in(), currency="EUR", timezone="Europe/Berlin")


@pytest.fixture
def send(browser, brand):
    """Fills in the form of the page and sends it with a file."""

    async def send(content: str | bytes, name: str = "report.csv", **fields: str):
        path = f"/b/{brand}/imports"
        form = (await browser.get(path)).form(path) | fields
        return await browser.post(path, form, files={"file": (name, content)})

    return send


async def spend(database, brand) -> dict[date, Decimal]:
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select date, value from public.metrics"
            " where brand_id = %s and metric_type in ('ad_spend', 'revenue')",
            [brand],
        )
        return {row["date"]: row["value"] for row in await cursor.fetchall()}


async def test_a_report_is_uploaded_listed_and_taken_back(browser, brand, send, database):
    await send(REPORT, "Bericht <b>März.csv")
    assert browser.answer.status_code == 200
    assert "Bericht _b_März.csv is imported" in browser.answer.text
    assert "2 rows read" in browser.answer.text
    assert await spend(database, brand) == {
        date(2026, 6, 1): Decimal("10.50"),
        date(2026, 6, 2): Decimal(4),
    }
    [action] = {
        part.split('"')[0]
        for part in browser.answer.text.split('action="')
        if part.split('"')[0].endswith("/undo")
    }
    await browser.submit(f"/b/{brand}/imports", action)
    assert browser.answer.status_code == 303
    assert await spend(database, brand) == {}
    await browser.get(f"/b/{brand}/imports")
    assert ", undone" in browser.answer.text
    assert "/undo" not in browser.answer.text


async def test_the_page_is_marked_among_the_others(browser, brand):
    page = await browser.get(f"/b/{brand}/imports")
    current = [a["href"] for tag, a in page.tags if tag == "a" and a.get("aria-current") == "page"]
    assert current == [f"/b/{brand}/imports"]


async def test_an_orders_export_is_recognised(browser, brand, send, database):
    await send(ORDERS, "orders_export.csv")
    assert browser.answer.status_code == 200
    assert await spend(database, brand) == {date(2026, 6, 1): Decimal(20)}
    assert "zwitscher@" not in browser.answer.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (REPORT.replace("4.00", "four"), "line 3"),
        ("<html>", "This is a web page"),
        ("", "The file is empty"),
        (b"PK\x03\x04junk", "damaged"),
    ],
)
async def test_a_refusal_says_where_and_what_to_do(browser, brand, send, database, content, words):
    await send(content)
    assert browser.answer.status_code == 422
    assert words in browser.answer.text
    assert await spend(database, brand) == {}


async def test_a_name_of_many_bytes_is_no_obstacle(browser, brand, send):
    await send("no report at all", "売" * 120 + ".csv")
    assert browser.answer.status_code == 422


async def test_without_a_file_or_the_forms_token_nothing_is_imported(browser, brand, database):
    path = f"/b/{brand}/imports"
    form = (await browser.get(path)).form(path)
    await browser.post(path, form)
    assert browser.answer.status_code == 422
    assert "Choose a file first" in browser.answer.text
    await browser.post(path, {"csrf": "0" * 64}, files={"file": ("a.csv", REPORT)})
    assert browser.answer.status_code == 403
    assert await spend(database, brand) == {}


async def test_a_foreign_brand_and_a_visitor_get_nothing(
    browser, brand, make_person, make_brand, open_browser
):
    other = await make_brand(await make_person())
    await browser.get(f"/b/{other}/imports")
    assert browser.answer.status_code == 404
    await browser.post(f"/b/{other}/imports", {}, files={"file": ("a.csv", REPORT)})
    assert browser.answer.status_code == 404
    stranger = open_browser()
    await stranger.post(f"/b/{brand}/imports", {}, files={"file": ("a.csv", REPORT)})
    assert stranger.answer.status_code in {303, 401}


async def test_a_file_may_be_large_but_not_without_end(browser, brand, send):
    await send(REPORT + "\n" * 200_000)
    assert browser.answer.status_code == 200
    await send(b"\n" * (51 << 20))
    assert browser.answer.status_code == 413
    assert "50 MB" in browser.answer.text


async def test_no_upload_is_left_on_disk(browser, brand, send, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    await send(ORDERS + "\n" * 2_000_000)
    assert browser.answer.status_code == 200
    await send(REPORT.replace("4.00", "four") + "\n" * 2_000_000)
    assert browser.answer.status_code == 422
    assert list(files_below(scratch)) == []
    assert list(scratch.iterdir()) == []


async def test_a_file_is_looked_at_before_it_is_imported(browser, brand, send, database):
    await send(REPORT, step="check")
    assert browser.answer.status_code == 200
    for words in ("report.csv can be imported", "spend 14.50 EUR", "currency code", "Zwitscher"):
        assert words in browser.answer.text
    assert await spend(database, brand) == {}
    await send(REPORT, step="import")
    assert len(await spend(database, brand)) == 2


async def test_a_smaller_file_is_asked_about_with_a_button(browser, brand, send, database):
    await send(REPORT)
    less = REPORT.replace("10.50", "5.00")
    await send(less)
    assert browser.answer.status_code == 422
    assert 'name="anyway" value="yes">Replace anyway' in browser.answer.text
    assert (await spend(database, brand))[date(2026, 6, 1)] == Decimal("10.50")
    await send(less, anyway="yes")
    assert (await spend(database, brand))[date(2026, 6, 1)] == Decimal(5)


async def test_days_that_could_be_read_both_ways_are_asked_about(browser, brand, send, database):
    await send(REPORT.replace("2026-06-01", "03/04/2026").replace("2026-06-02", "04/04/2026"))
    assert "The day comes first" in browser.answer.text
    text = REPORT.replace("2026-06-01", "03/04/2026").replace("2026-06-02", "04/04/2026")
    await send(text, first_is="month")
    assert set(await spend(database, brand)) == {date(2026, 3, 4), date(2026, 4, 4)}


BAD = REPORT + "2026-06-03,Zwitscher,EUR,four,1\n2026-06-04,Zwitscher,EUR,5.00,1\n"


async def test_bad_rows_are_listed_and_the_others_imported(browser, brand, send, database):
    await send(BAD, step="check")
    assert browser.answer.status_code == 422
    page = browser.answer.text
    assert 'name="others" value="yes">Import the other 3' in page
    assert '<td class="text">is not a number</td>' in page
    assert "four" not in page
    assert 'download="rows.csv" href="data:text/csv' in page
    assert await spend(database, brand) == {}
    await send(BAD, others="yes")
    assert "1 row that could not be read was left out (line 4)" in browser.answer.text
    assert '<td class="text">is not a number</td>' in browser.answer.text
    assert len(await spend(database, brand)) == 3


async def test_what_was_answered_of_a_file_goes_along_to_its_next_question(
    browser, brand, send, database
):
    text = BAD.replace("2026-06-0", "0").replace(",Zw", "/04/2026,Zw")
    await send(text)
    assert "The day comes first" in browser.answer.text
    await send(text, first_is="day")
    assert "Import the other 3" in browser.answer.text
    carried = {
        name: browser.answer.text.split(f'name="{name}" value="')[1].split('"')[0]
        for name in ("kept_for", "kept_first_is")
    }
    assert carried == {"kept_for": "report.csv", "kept_first_is": "day"}
    await send(text, name="another.csv", others="yes", **carried)
    assert "The day comes first" in browser.answer.text
    await send(text, others="yes", **carried)
    assert set(await spend(database, brand)) == {date(2026, 4, n) for n in (1, 2, 4)}


async def test_columns_that_nobody_knows_may_be_named(browser, brand, send, database):
    text = REPORT.replace(
        "Day,Campaign,Currency code,Cost,Clicks", "Wann,Was,Geld,Summe,Klick-Zahl"
    )
    await send(text)
    assert browser.answer.status_code == 422
    names = [
        part.split('"')[0]
        for part in browser.answer.text.split('name="column" form="upload-form" value="')
    ]
    assert names[1:] == ["wann", "was", "geld", "summe", "klick-zahl"]
    said = {"column": names[1:], "field": ["day", "campaign", "currency", "ad_spend", "clicks"]}
    await send(text, step="check", **said)
    assert "Say what the file is" in browser.answer.text
    assert '<option value="ad_spend" selected>' in browser.answer.text
    await send(text, step="check", is_a="google_ads", **said)
    assert "spend 14.50 EUR" in browser.answer.text
    assert 'name="kept_is_a" value="google_ads"' in browser.answer.text
    assert await spend(database, brand) == {}
    await send(text, is_a="google_ads", **said)
    assert len(await spend(database, brand)) == 2
    await send(text.replace("14.50", "15.50"))
    assert "The columns were read as you said of an earlier file" in browser.answer.text


@pytest.mark.parametrize(
    "kept", ["{", "[1]", '{"a": 1}', "null", '{"wann": "wealth"}', "[" * 100_000]
)
async def test_a_form_that_was_tampered_with_is_refused_and_no_crash(browser, send, kept):
    await send(REPORT, kept_for="report.csv", kept_columns=kept, kept_is_a="x")
    assert browser.answer.status_code in {200, 422}


async def test_tables_are_downloaded_and_read_by_a_link(browser, brand, send):
    await send(REPORT)
    page = f"/b/{brand}/imports"
    await browser.get(f"/b/{brand}/export/metrics.csv")
    assert "attachment" in browser.answer.headers["content-disposition"]
    assert "2026-06-01,google_ads,EUR" in browser.answer.text
    action = f"/b/{brand}/links"
    await browser.submit(page, action, dataset="entities", name="Sheet", days="30")
    assert browser.answer.status_code == 200
    address = browser.answer.text.split("<code data-copy>")[1].split("</code>")[0]
    path = "/feed/" + address.rsplit("/feed/")[1]
    await browser.get(path)
    assert "Zwitscher" in browser.answer.text
    await browser.get(page)
    assert path not in browser.answer.text
    assert "last read" in browser.answer.text
    [end] = {
        part.split('"')[0]
        for part in browser.answer.text.split('action="')
        if part.split('"')[0].endswith("/end")
    }
    await browser.submit(page, end)
    await browser.get(path)
    assert browser.answer.status_code == 404
    await browser.submit(page, action, dataset="entities", days="0")
    assert browser.answer.status_code == 422


async def test_a_link_that_is_read_without_end_has_to_wait(browser, brand, send):
    await send(REPORT)
    links = []
    for name in ("Sheet", "Other"):
        await browser.submit(
            f"/b/{brand}/imports", f"/b/{brand}/links", dataset="entities", name=name, days="30"
        )
        address = browser.answer.text.split("<code data-copy>")[1].split("</code>")[0]
        links.append("/feed/" + address.rsplit("/feed/")[1])
    for _ in range(LINK_READS):
        await browser.get(links[0])
        assert browser.answer.status_code == 200
    await browser.get(links[0])
    assert browser.answer.status_code == 429
    assert 1 <= int(browser.answer.headers["retry-after"]) <= 60
    assert "read too often" in browser.answer.text
    await browser.get(links[1])
    assert browser.answer.status_code == 200


async def test_the_key_of_a_link_is_in_no_log(browser, brand, database, caplog):
    path = f"/feed/auralink_{'k' * 43}.csv"
    with caplog.at_level("DEBUG", logger="aura"):
        await browser.get(path)
        async with database.as_owner() as connection:
            await connection.execute("alter table aura.sessions rename to gone")
        await browser.get(path)
    assert browser.answer.status_code == 500
    assert "unexpected error at /feed/…" in caplog.text
    assert "k" * 43 not in caplog.text
