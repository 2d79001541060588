"""Campaigns: the page says what the report says; its address says everything."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest

from aura.metrics import CATALOGUE
from aura.model import DayRange
from aura.reports.campaign import campaign_report
from aura.reports.rates import published_rates
from measured_brand import NOW, READ_AT, YESTERDAY
from measured_campaigns import (
    BOTH,
    WEEK,
    campaign_day,
    write_campaigns,
    write_three_campaigns,
)

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
    # ticks of the column chooser
    del form["columns"], form["orders"]
    assert form == {"days": "7", "sort": "clicks", "search": "", "min_spend": ""}
    page = await browser.get(f"{base}?days=7&sort=clicks&search=Pros%26pecting%22")
    assert "No campaign that fits ran" in page.text
    ranges = [link for link in page.links if link.startswith("?days=28")]
    assert ranges == ["?days=28&search=Pros%26pecting%22&sort=clicks"]


async def test_hostile_names_are_text(browser, made, base, database):
    name = '<script>alert(1)</script> "quoted" & 100 %'
    await write_campaigns(database, made, "meta", [campaign_day(name, YESTERDAY, "9")])
    page = await browser.get(f"{base}?days=7&platform=meta")
    assert "<script>alert" not in page.html
    assert lines(page)[0][0].startswith(name)


async def test_a_least_spend_leaves_small_campaigns_out_and_the_total_is_that_of_the_others(
    browser, made, base
):
    page = await browser.get(f"{base}?days=7&min_spend=100")
    assert [row[0].split("Meta")[0].split("Google")[0] for row in lines(page)] == [
        "Prospecting",
        "Brand",
        "2 campaigns",
    ]
    assert "?days=28&min_spend=100" in page.links
    page = await browser.get(f"{base}?days=7&min_spend=99999")
    assert "No campaign that fits ran" in page.text


async def test_the_address_chooses_the_columns(browser, made, base):
    page = await browser.get(f"{base}?days=7&columns=cpm&columns=ad_spend")
    heads = next(row for row in page.rows if row and row[0].startswith("Campaign"))
    assert [head.rstrip("▲▼") for head in heads] == ["Campaign", "Ad spend", "CPM"]
    # every link keeps them, whatever it changes
    assert "?days=28&columns=ad_spend%2Ccpm" in page.links
    ticked = [
        found["value"]
        for tag, found in page.tags
        if tag == "input" and found.get("name") == "columns" and "checked" in found
    ]
    assert ticked == ["ad_spend", "cpm"]
    page = await browser.get(f"{base}?days=7&columns=ad_spend,secret")
    assert browser.answer.status_code == 422


async def test_the_csv_has_every_campaign_found_in_the_order_asked_for(browser, made, base):
    page = await browser.get(f"{base}?days=7&sort=name&columns=ad_spend&columns=platform_roas")
    link = next(link for link in page.links if "campaigns.csv" in link)
    await browser.get(link)
    rows = list(csv.DictReader(io.StringIO(browser.answer.text.removeprefix("\ufeff"))))
    assert [row["campaign"] for row in rows] == ["Brand", "Prospecting", "Retargeting"]
    assert rows[1]["ad_spend"] == "210.70"
    assert rows[1]["previous_ad_spend"] == "210.70"
    assert rows[2]["previous_ad_spend"] == "0"
    assert Decimal(rows[0]["platform_roas"]) == round(Decimal("116.66655") / 140, 6)


@pytest.mark.parametrize(
    "query",
    [
        "sort=revenue",
        "order=up",
        "page=0",
        "platform=x",
        "from=1",
        "min_spend=-1",
        "min_spend=1e9",
        "columns=revenue",
    ],
)
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


async def test_a_campaign_is_in_the_brands_currency_with_the_accounts_beside_it(
    browser, signed_in, measure, database
):
    platforms = {"shopify": "USD", "meta": "EUR"}
    made = await measure(person=await signed_in(), platforms=platforms)
    days = [campaign_day("Abroad", day, "10", currency="EUR") for day in BOTH.days()]
    await write_campaigns(database, made, "meta", days, currency="EUR")
    listed = await browser.get(f"/b/{made.brand}/campaigns?days=7")
    address = next(link for link in listed.links if "/campaigns/" in link)
    page = await browser.get(address)
    rates = published_rates()
    worth = sum(
        10 / rates.per_euro("EUR", day).value * rates.per_euro("USD", day).value
        for day in WEEK.days()
    )
    row = next(row for row in page.rows if row and row[0] == "Ad spend")
    assert row[1].startswith(f"${worth:.2f}")
    assert row[2] == "€70.00"
    assert lines(listed)[0][1].startswith(f"${worth:.2f}")
    assert "each day at its own rate; the account bills in EUR" in page.text
    roas = next(row for row in page.rows if row and row[0] == "Platform ROAS")
    assert roas[2] == "10.00x"

    entry = address.split("?")[0].rsplit("/", 1)[1]
    report = await campaign_report(
        database,
        user_id=made.person,
        brand_id=made.brand,
        entity_id=int(entry),
        days=WEEK,
        now=NOW,
    )
    spend = CATALOGUE["ad_spend"]
    assert sum(row.value(spend) for row in report.series) == report.figures[0].value
    assert (report.currency, report.account_currency) == ("USD", "EUR")


async def test_the_columns_of_what_the_store_saw_are_those_of_attribution(
    browser, made, base, database
):
    async with database.as_owner() as connection:
        visit = '{"source": "facebook", "medium": "cpc", "campaign": "Prospecting"}'
        await connection.execute(
            "update aura.orders set last_visit = %s::jsonb, first_visit = %s::jsonb"
            " where date = %s",
            [visit, visit, YESTERDAY],
        )
        cursor = await connection.execute(
            "select count(*) as orders, sum(total_sales) as revenue from aura.orders"
            " where date = %s",
            [YESTERDAY],
        )
        truth = await cursor.fetchone()
    plain = await browser.get(f"{base}?days=7")
    assert "Orders by last visit" not in plain.text
    page = await browser.get(f"{base}?days=7&orders=1")
    head = next(row for row in page.rows if row and row[0].startswith("Campaign"))
    assert head[-2:] == ["Orders by last visit", "Revenue by last visit"]
    shown = {row[0]: row[-2:] for row in page.rows if len(row) == len(head)}
    mine = next(values for name, values in shown.items() if name.startswith("Prospecting"))
    assert truth["orders"] > 0
    assert mine[0] == str(truth["orders"])
    assert mine[1] == f"${truth['revenue']:.2f}"
    assert next(values for name, values in shown.items() if name.startswith("Brand"))[0] == "0"
    assert shown["3 campaigns"] == mine
    links = [link for link in page.links if "sort=ctr" in link]
    assert links
    assert all("orders=1" in link for link in links)
    page = await browser.get(f"{base}?days=7&orders=1&search=Brand")
    assert next(row for row in page.rows if row and row[0] == "1 campaign")[-2:] == ["", ""]


async def test_a_blank_cell_leads_to_what_would_fill_it(browser, signed_in, measure, database):
    through = {"google_ads": YESTERDAY - timedelta(days=3)}
    platforms = {"shopify": "USD", "meta": "USD", "google_ads": "TOP"}
    made = await measure(person=await signed_in(), platforms=platforms, through=through)
    page = await browser.get(f"/b/{made.brand}?days=7")
    table = page.html.split('id="platforms-title"')[1].split("</table>")[0]
    together = table.split('class="together"')[1]
    assert f'<a class="lacking" href="/b/{made.brand}/connections">' in together
    assert "Google Ads has data through" in together
    page = await browser.get(f"/b/{made.brand}?from=2026-11-10&to=2026-11-16")
    table = page.html.split('id="platforms-title"')[1].split("</table>")[0]
    assert f'<a class="lacking" href="/b/{made.brand}/settings#rate">' in table


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
