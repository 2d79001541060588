"""Campaigns: the page says what the report says; its address says everything."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from aura.model import DayRange
from measured_brand import READ_AT, YESTERDAY
from measured_campaigns import campaign_day, write_campaigns, write_three_campaigns

DASH = "\u2013"


@pytest.fixture
async def made(signed_in, measure, database):
    made = await measure(person=await signed_in())
    await write_three_campaigns(database, made)
    return made


@pytest.fixture
def base(made):
    return f"/b/{made.brand}/campaigns"


def lines(page):
    """The table's lines: campaign's name and what follows."""
    wide = [row for row in page.rows if len(row) == 10]
    return [row for row in wide if not row[0].startswith("Campaign")]


async def test_every_campaign_has_a_line_and_a_total_below(browser, made, base):
    page = await browser.get(f"{base}?days=7")
    assert browser.answer.status_code == 200
    shown = lines(page)
    assert [row[0].split("Meta")[0].split("Google")[0] for row in shown] == [
        "Prospecting",
        "Brand",
        "Retargeting",
        "3 campaigns",
    ]
    assert shown[0][1].startswith("$210.70")
    assert shown[3][1].startswith("$420.74")
    assert "Data through Sat 21 Nov" in page.text


async def test_a_head_sorts_and_turns_the_order_and_says_so(browser, made, base):
    page = await browser.get(f"{base}?days=7")
    head = re.search(r'aria-sort="descending"><a class="sort" href="([^"]+)"', page.html)
    assert unescape(head.group(1)) == "?days=7&order=asc"
    page = await browser.get(base + unescape(head.group(1)))
    assert 'aria-sort="ascending"' in page.html
    assert lines(page)[0][0].startswith("Retargeting")
    by_name = next(link for link in page.links if link.endswith("sort=name"))
    page = await browser.get(base + by_name)
    assert lines(page)[0][0].startswith("Brand")


async def test_search_keeps_range_and_order_and_the_range_keeps_the_search(browser, made, base):
    page = await browser.get(f"{base}?days=7&sort=clicks")
    form = next(fields for action, fields in page.forms if "search" in fields)
    assert form == {"days": "7", "sort": "clicks", "search": ""}
    page = await browser.get(f"{base}?days=7&sort=clicks&search=Pros%26pecting%22")
    assert "No campaign with that name ran" in page.text
    ranges = [link for link in page.links if link.startswith("?days=28")]
    assert ranges == ["?days=28&search=Pros%26pecting%22&sort=clicks"]


async def test_hostile_names_are_text(browser, made, base, database):
    name = '<script>alert(1)</script> "quoted" & 100 %'
    await write_campaigns(database, made, "meta", [campaign_day(name, YESTERDAY, "9")])
    page = await browser.get(f"{base}?days=7&platform=meta")
    assert "<script>alert" not in page.html
    assert lines(page)[0][0].startswith(name)


@pytest.mark.parametrize("query", ["sort=revenue", "order=up", "page=0", "platform=x", "from=1"])
async def test_an_address_that_makes_no_sense_is_explained(browser, made, base, query):
    page = await browser.get(f"{base}?{query}")
    assert browser.answer.status_code == 422
    assert "Shown instead: the last 28 days" in page.text
    assert len(lines(page)) == 4


async def test_a_campaign_has_a_page_with_its_days_and_what_was_restated(
    browser, made, base, database
):
    day = YESTERDAY - timedelta(days=1)
    await write_campaigns(
        database,
        made,
        "google_ads",
        [campaign_day("Brand", day, "21.50", "0.333333")],
        window=DayRange(day, day),
        observed_at=READ_AT + timedelta(hours=1),
    )
    page = await browser.get(f"{base}?days=7&platform=google_ads")
    address = next(link for link in page.links if re.search(r"/campaigns/\d+\?days=7$", link))
    page = await browser.get(address)
    assert "Brand" in page.text
    days = [row for row in page.rows if row and row[-1] in {"settled", "still settling"}]
    assert len(days) == 7
    assert days[5][:3] == ["Fri 20 Nov", "$16.67", "$21.50"]
    assert ["Fri 20 Nov", "Ad spend", "$20.00", "$21.50", "07:10"] in page.rows
    assert "Ad spend ÷ conversions" in page.text


async def test_a_campaign_of_somebody_else_is_not_there(browser, made, measure, database):
    other = await measure(name="Theirs")
    await write_three_campaigns(database, other)
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select id from aura.entities where brand_id = %s and level = 'campaign'", [other.brand]
        )
        foreign = (await cursor.fetchone())["id"]
    for address in (
        f"/b/{made.brand}/campaigns/{foreign}",
        f"/b/{other.brand}/campaigns/{foreign}",
        f"/b/{other.brand}/campaigns",
        f"/b/{made.brand}/campaigns/999999999999",
        f"/b/{made.brand}/campaigns/1e3",
        f"/b/{made.brand}/campaigns/{'9' * 30}",
    ):
        await browser.get(address)
        assert browser.answer.status_code == 404, address


async def test_without_an_ad_account_the_page_says_what_to_do(browser, signed_in, measure):
    made = await measure(person=await signed_in("new@example.com"), platforms={"shopify": "USD"})
    page = await browser.get(f"/b/{made.brand}/campaigns")
    assert "No ad account is connected." in page.text
    assert f"/b/{made.brand}/connections" in page.links
