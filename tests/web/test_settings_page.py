"""The page Settings without JavaScript: every form, what it refuses and what becomes of it."""

from __future__ import annotations

import pytest

from browserless import Page
from measured_brand import measure

__all__ = ["measure"]


@pytest.fixture
async def place(signed_in, make_brand):
    return f"/b/{await make_brand(await signed_in(), name='Aurora', currency='EUR')}/settings"


@pytest.fixture
def send(browser, place):
    async def send(what="", **fields):
        action = f"{place}/{what}" if what else place
        token = (await browser.get(place)).form(place)["csrf"]
        named = {name.replace("first", "from"): text for name, text in fields.items()}
        answer = await browser.post(action, {"csrf": token, **named})
        return await browser.get(place) if browser.answer.status_code == 303 else answer

    return send


@pytest.fixture
def bring(browser, place):
    async def bring(kind, name, content, **fields):
        token = (await browser.get(place)).form(place)["csrf"]
        answer = await browser.client.post(
            f"{place}/files/{kind}",
            data={"csrf": token, **fields},
            files={"file": (name, content)},
        )
        browser.answer = answer
        return Page(answer.text)

    return bring


async def test_everything_can_be_stated_and_is_listed(send):
    await send("goods", basis="margin", amount="60", includes_shipping="yes")
    await send("fees", percent="2.9", amount="0,25")
    await send("other", name="Rent", amount="1200", every="monthly", first="2026-01-01")
    await send("spend", name="TikTok", amount="900", every="monthly", first="2026-03-01")
    await send("target", metric="revenue", amount="90000", month="")
    shown = await send("promotion", name="Black Friday", first="2026-11-20", to="2026-11-30")
    for text in (
        "60 % margin on net sales, after shipping",
        "2.9 % of total sales and €0.25 an order",
        "Rent : €1,200.00 a month",
        "TikTok : €900.00 a month",
        "€90,000.00 a month",
        "Black Friday",
    ):
        assert text in shown.text
    assert "Not stated for today" not in shown.text


async def test_the_month_stands_against_its_targets(browser, signed_in, measure):
    made = await measure(person=await signed_in())
    place = f"/b/{made.brand}/settings"
    token = (await browser.get(place)).form(place)["csrf"]
    assert "November 2026" not in (await browser.get(place)).text
    await browser.post(
        f"{place}/target", {"csrf": token, "metric": "revenue", "amount": "1", "month": ""}
    )
    shown = await browser.get(place)
    assert "November 2026: 21 of 30 days are over" in shown.text
    [revenue] = [row for row in shown.rows if row and row[0] == "Revenue"]
    assert revenue[2] == "$1.00"
    assert revenue[4].endswith("likely above the target")


async def test_a_rate_makes_a_blank_figure_known_and_taking_it_back_blanks_it(
    browser, signed_in, measure
):
    made = await measure(
        person=await signed_in(), currency="USD", platforms={"shopify": "USD", "meta": "KWD"}
    )
    place = f"/b/{made.brand}/settings"

    async def spend():
        shown = await browser.get(f"/b/{made.brand}")
        return shown.html.split('id="tile-ad_spend"')[1].split("</article>")[0]

    assert "state a rate of your own in Settings" in await spend()
    token = (await browser.get(place)).form(place)["csrf"]
    rate = {"csrf": token, "name": "kwd", "amount": "3.25", "from": "", "to": ""}
    refused = await browser.post(f"{place}/rate", {**rate, "amount": "0"})
    assert "A rate is more than 0" in refused.text
    await browser.post(f"{place}/rate", rate)
    shown = await browser.get(place)
    assert "KWD : 1 KWD = 3.25 USD" in shown.text
    expected = 3.25 * sum(40 + (28 + n) % 9 for n in range(28))
    assert f'value="{expected:.2f}"' in await spend()
    [remove] = [a["action"] for _, a in shown.tags if a.get("action", "").endswith("/remove")]
    await browser.post(remove, {"csrf": token})
    assert "state a rate of your own in Settings" in await spend()


async def test_settings_change_what_revenue_means(send):
    shown = await send(currency="GBP", timezone="Europe/London", revenue_basis="net_sales")
    chosen = [attributes for tag, attributes in shown.tags if "selected" in attributes]
    assert {"GBP", "net_sales"} <= {one.get("value") for one in chosen}


async def test_a_refused_form_says_all_that_is_wrong_on_top_and_keeps_what_was_typed(send, browser):
    shown = await send("spend", name="", amount="1,234", every="monthly", first="2026-03-01")
    assert browser.answer.status_code == 422
    assert "Nothing was saved." in shown.text
    assert {"#spend-name", "#spend-amount"} <= set(shown.links)
    fields = {a["id"]: a for _, a in shown.tags if a.get("id")}
    assert fields["spend-amount"]["value"] == "1,234"
    assert fields["spend-amount"]["aria-invalid"] == "true"
    assert fields["spend-amount"]["aria-describedby"] in {name + " " for name in fields}


async def test_a_statement_is_removed(send, browser, place):
    shown = await send("goods", basis="margin", amount="60")
    [remove] = [action for action, _ in shown.forms if action.endswith("/remove")]
    await browser.post(remove, shown.form(remove))
    assert browser.answer.status_code == 303
    assert "60 % margin" not in (await browser.get(place)).text


async def test_a_file_of_spend_is_checked_then_kept_and_taken_back(bring, browser, place):
    file = b"day,name,amount,currency\n2026-03-01,TikTok,10.50,EUR\n2026-03-02,TikTok,4.50,EUR\n"
    checked = await bring("spend", "tiktok.csv", file, check="yes")
    assert "tiktok.csv can be imported; nothing was kept" in checked.text
    assert "15.00 EUR" in checked.text
    assert "TikTok :" not in (await browser.get(place)).text
    kept = await bring("spend", "tiktok.csv", file)
    assert "2 added, 0 replaced" in kept.text
    again = await bring("spend", "tiktok.csv", file)
    assert "0 added, 0 replaced, 2 as before" in again.text
    shown = await browser.get(place)
    assert "TikTok : €15.00 in all, 2 rows of files" in shown.text
    remove = f"{place}/spend/remove"
    await browser.post(remove, shown.form(remove))
    assert "TikTok :" not in (await browser.get(place)).text


async def test_a_calendar_brings_promotions_and_a_wrong_file_says_which_line(bring, browser):
    calendar = (
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Spring sale\r\n"
        b"DTSTART;VALUE=DATE:20260401\r\nDTEND;VALUE=DATE:20260404\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    shown = await bring("promotion", "sales.ics", calendar)
    assert "Spring sale" in shown.text
    assert "1 added" in shown.text
    wrong = await bring("spend", "wrong.csv", b"day,name,amount\n2026-03-01,TikTok,much\n")
    assert browser.answer.status_code == 422
    assert "Line 2" in wrong.text
    assert "#spend-file-file" in wrong.links
    assert "Choose a file first." in (await bring("spend", "", b"")).text


async def test_forms_need_their_token_and_pages_their_owner(
    browser, place, open_browser, signed_in, measure
):
    await browser.post(f"{place}/goods", {"amount": "60"})
    assert browser.answer.status_code == 403
    await browser.get(place + "/nonsense")
    assert browser.answer.status_code == 405
    stranger = open_browser()
    await signed_in("other@example.com", stranger)
    page = await stranger.get("/brands/new")
    token = page.form("/brands/new")["csrf"]
    await stranger.get(place)
    assert stranger.answer.status_code == 404
    for action in ("", "/goods", "/spend/remove", f"/entries/{place[3:39]}/remove"):
        await stranger.post(place + action, {"csrf": token, "amount": "60"})
        assert stranger.answer.status_code == 404
