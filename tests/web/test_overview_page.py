"""The Overview: what stands on it is what the report says, in words, in a table and drawn."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal

import pytest

from aura.metrics import CATALOGUE
from aura.model import DayRange
from aura.reports.overview import overview
from aura.store.brand_entries import Entry, add_entries
from measured_brand import NOW, YESTERDAY

SPACE = "\u00a0"


@pytest.fixture
async def made(signed_in, measure):
    return await measure(person=await signed_in())


@pytest.fixture
def report(database, made):
    async def report(count=28):
        days = DayRange(YESTERDAY - timedelta(days=count - 1), YESTERDAY)
        return await overview(
            database, user_id=made.person, brand_id=made.brand, days=days, now=NOW
        )

    return report


async def test_every_tile_states_value_change_formula_source_and_freshness(browser, made, report):
    page = await browser.get(f"/b/{made.brand}")
    assert browser.answer.status_code == 200
    for figure in (await report()).figures:
        tile = page.html.split(f'id="tile-{figure.metric.key}"')[1].split("</article>")[0]
        assert f'value="{figure.value}"' in tile
        assert f">{figure.short}</data>" in tile
        assert figure.change.text in tile
        assert f"was {figure.previous_text}" in tile
        assert f'class="chip {figure.change.tone}"' in tile
        assert figure.metric.tooltip.replace("'", "&#39;") in tile
        assert "Data through Sat 21 Nov, read 06:10" in tile
    assert "Ad spend ÷ orders" in page.text
    assert "Shopify, Meta Ads and Google Ads" in page.text


async def test_the_table_holds_every_day_of_the_chart(browser, made, report):
    page = await browser.get(f"/b/{made.brand}?metric=ad_spend")
    shown = await report()
    rows = [row for row in page.rows if row and row[-1] in {"settled", "still settling"}]
    assert len(rows) == 28
    assert rows[0][0] == "Sun 25 Oct"
    assert rows[-1][-1] == "still settling"
    for row, day, before in zip(rows, shown.series, shown.previous_series, strict=True):
        assert row[1] == f"${day.ad_spend:,.2f}"
        assert row[2] == f"${before.ad_spend:,.2f}"
    page = await browser.get(f"/b/{made.brand}")
    assert "Revenue $" in page.text
    assert "the last 6 days are still settling." in page.text


async def test_the_chart_is_drawn_with_settled_and_unsettled_parts(browser, made):
    page = await browser.get(f"/b/{made.brand}")
    chart = page.html.split("data-chart")[1].split("</section>")[0]
    assert 'class="area revenue"' in chart
    assert 'class="dashed revenue"' not in chart
    assert 'class="previous"' in chart
    page = await browser.get(f"/b/{made.brand}?metric=ad_spend")
    chart = page.html.split("data-chart")[1].split("</section>")[0]
    assert 'class="dashed revenue"' in chart
    assert "still settling</text>" in chart
    assert "url(#hatching" in chart


async def test_missing_days_are_a_gap_and_blended_tiles_say_what_is_missing(
    browser, signed_in, measure
):
    person = await signed_in("late@example.com")
    made = await measure(person=person, through={"google_ads": date(2026, 11, 12)})
    page = await browser.get(f"/b/{made.brand}")
    tile = page.html.split('id="tile-mer"')[1].split("</article>")[0]
    assert "Not known" in tile
    assert "Google Ads has data through Thu 12 Nov" in tile
    assert ">0" not in tile
    page = await browser.get(f"/b/{made.brand}?metric=mer")
    assert [row[-1] for row in page.rows if row and row[0] == "Sat 21 Nov"] == ["not known"]
    chart = page.html.split("data-chart")[1].split("</section>")[0]
    assert 'class="gap"' in chart
    assert "MER over the whole range is not known: Google Ads has data through" in page.text


@pytest.mark.parametrize("count", [7, 91, 365])
async def test_ranges_are_links_and_stand_in_the_address(browser, made, count):
    page = await browser.get(f"/b/{made.brand}")
    assert f"?days={count}" in page.links
    page = await browser.get(f"/b/{made.brand}?days={count}")
    current = [a for tag, a in page.tags if tag == "a" and a.get("data-days") == str(count)]
    assert current[0]["aria-current"] == "true"


async def test_a_custom_range_is_a_form_and_wrong_ones_are_explained(browser, made):
    page = await browser.get(f"/b/{made.brand}?from=2026-10-01&to=2026-10-31")
    assert "1 Oct – 31 Oct 2026" in page.text  # noqa: RUF001 - as shown
    page = await browser.get(f"/b/{made.brand}?from=2026-10-31&to=2026-10-01")
    assert browser.answer.status_code == 422
    assert "The range ends before it starts: swap the two days." in page.text
    assert "Shown instead: the last 28 days." in page.text
    assert page.form("")["from"] == "2026-10-25"


async def test_a_range_without_data_offers_one_with(browser, made):
    page = await browser.get(f"/b/{made.brand}?from=2025-01-01&to=2025-01-31")
    assert "Nothing was read for these days." in page.text
    assert "?from=2026-10-25&to=2026-11-21" in page.links


async def test_sample_data_is_said_on_every_page_of_the_brand(browser, made, database):
    async with database.as_owner() as connection:
        await connection.execute("update aura.brand_settings set is_sample = true")
    for section in ("", "/connections", "/insights"):
        page = await browser.get(f"/b/{made.brand}{section}")
        assert "Sample data" in page.text
    assert "Sample data" not in (await browser.get("/brands/new")).text


async def test_platforms_have_their_own_lines(browser, made, report):
    page = await browser.get(f"/b/{made.brand}")
    names = [row[0] for row in page.rows if row]
    assert names[names.index("Platform") + 1 :] == [
        "Shopify",
        "Meta Ads",
        "Google Ads",
        "All together",
    ]
    together = next(row for row in page.rows if row and row[0] == "All together")
    shown = await report()
    assert together[1].startswith(shown.figure("revenue").text)
    assert together[5].startswith(shown.figure("mer").text)


async def test_an_account_that_differs_from_its_campaigns_is_said_below_the_table(browser, made):
    page = await browser.get(f"/b/{made.brand}")
    assert "less ad spend than the account Aurora Main" in page.text
    link = f'href="/b/{made.brand}/connections#meta"'
    assert link in page.html
    page = await browser.get(f"/b/{made.brand}/connections")
    card = page.html.split('id="meta"')[1].split("</section>")[0]
    assert "less ad spend than the account Aurora Main" in card
    assert "Aura&#39;s totals are the account&#39;s." in card


async def test_a_tile_is_a_link_that_puts_its_metric_into_the_chart(browser, made):
    page = await browser.get(f"/b/{made.brand}?days=7&compare=year")
    assert "?days=7&compare=year&metric=cac" in page.links
    page = await browser.get(f"/b/{made.brand}?days=7&compare=year&metric=cac&by=week")
    assert "CAC by week" in page.text
    assert 'class="tile chosen" id="tile-cac"' in page.html
    assert "?days=7&compare=year&by=week" in page.links
    assert "?days=28&compare=year&metric=cac&by=week" in page.links


@pytest.mark.parametrize("key", CATALOGUE)
async def test_every_metric_of_the_catalogue_can_be_drawn(browser, made, key):
    page = await browser.get(f"/b/{made.brand}?days=7&metric={key}&by=month")
    assert browser.answer.status_code == 200
    assert f"{CATALOGUE[key].label} by month" in page.text


async def test_the_file_holds_what_the_chart_shows_exactly(browser, made, report):
    await browser.get(f"/b/{made.brand}/series.csv?metric=mer")
    rows = list(csv.DictReader(browser.answer.text.removeprefix("\ufeff").splitlines()))
    shown = await report()
    assert [row["from"] for row in rows] == [str(one.date) for one in shown.series]
    for row, day in zip(rows, shown.series, strict=True):
        assert Decimal(row["mer"]) == round(day.value(CATALOGUE["mer"]), 6)
    assert rows[-1]["state"] == "still settling"


async def test_comparisons_are_links_and_nothing_is_compared_when_off(browser, made):
    page = await browser.get(f"/b/{made.brand}")
    assert {"?days=28&compare=year", "?days=28&compare=off", "?range=month"} <= set(page.links)
    page = await browser.get(f"/b/{made.brand}?compare=off")
    assert "compared with nothing" in page.text
    assert 'class="previous"' not in page.html
    assert 'class="ghost"' not in page.html
    await browser.get(f"/b/{made.brand}?compare=sometimes")
    assert browser.answer.status_code == 422


async def test_what_was_converted_is_said_with_rate_source_and_day(browser, signed_in, measure):
    person = await signed_in("euro@example.com")
    made = await measure(person=person, platforms={"shopify": "USD", "meta": "EUR"})
    page = await browser.get(f"/b/{made.brand}")
    tile = page.html.split('id="tile-ad_spend"')[1].split("</article>")[0]
    for place in (tile, page.html.split('class="said')[1].split("</ul>")[0]):
        assert "1 EUR = 1." in place
        assert "days after Fri 30 Oct 2026 have that day&#39;s rate, the last one known" in place


async def test_targets_and_promotions_stand_where_they_belong(browser, made, database):
    stated = [
        Entry("target", "revenue", date(2026, 1, 1), None, "monthly", Decimal(31_000), "USD"),
        Entry("target", "mer", date(2026, 1, 1), None, "monthly", Decimal(4)),
        Entry("promotion", "Singles' Day", date(2026, 11, 10), date(2026, 11, 11)),
    ]
    async with database.as_user(made.person) as connection:
        await add_entries(connection, brand_id=made.brand, entries=stated)
    page = await browser.get(f"/b/{made.brand}?from=2026-10-05&to=2026-10-11")
    assert "Target $7,000" in page.text
    assert "Target 4.00x" in page.text
    assert "Promotion" not in page.text
    page = await browser.get(f"/b/{made.brand}?days=28")
    assert "Promotions: Singles' Day (10 Nov – 11 Nov)" in page.text  # noqa: RUF001 - as shown
    assert 'class="promoted" x="57.14%"' in page.html


async def test_a_month_is_no_change_against_a_longer_one(browser, made):
    """Compared with days of one's choice, 10 days of November stand beside 20 of October."""
    asked = "from=2026-11-01&to=2026-11-10&by=month&compare=custom&metric="
    other = "&compare_from=2026-10-01&compare_to=2026-10-20"
    for metric, is_compared in (("revenue", False), ("aov", True)):
        page = await browser.get(f"/b/{made.brand}?{asked}{metric}{other}")
        assert browser.answer.status_code == 200
        row = page.html.split('<th scope="row">1 Nov')[1].split("</tr>")[0]
        assert ("<td>–</td>" not in row) == is_compared, row  # noqa: RUF001 - as shown


async def test_a_target_is_a_labelled_line_of_the_chart_and_a_column_of_its_table(
    browser, made, database
):
    stated = Entry("target", "revenue", date(2026, 1, 1), None, "monthly", Decimal(31_000), "USD")
    async with database.as_user(made.person) as connection:
        await add_entries(connection, brand_id=made.brand, entries=[stated])
    page = await browser.get(f"/b/{made.brand}?from=2026-10-05&to=2026-10-11")
    chart = page.html.split("data-chart")[1].split("</section>")[0]
    assert 'class="target"' in chart
    await browser.get(f"/b/{made.brand}/series.csv?from=2026-11-01&to=2026-11-21&by=week")
    rows = list(csv.DictReader(browser.answer.text.removeprefix("\ufeff").splitlines()))
    assert [Decimal(row["target"]) for row in rows] == [
        round(Decimal(31_000) / 30 * days, 6) for days in (1, 7, 7, 6)
    ]
    assert ">Target $1,000</text>" in chart
    assert [row[4] for row in page.rows if row and row[0] == "Sun 11 Oct"] == ["$1,000.00"]
    page = await browser.get(f"/b/{made.brand}?from=2026-10-05&to=2026-10-11&metric=mer")
    assert 'class="target"' not in page.html
    assert "Target" not in next(row for row in page.rows if row and row[0] == "Day")
    shown = page.html.split('id="month-title"')[1].split("</section>")[0]
    assert "21 of 30 days are over" in shown
    assert "of $31,000.00" in shown
    assert "against an even pace" in shown
    assert "the target" in shown.split("Month's end")[1]


async def test_the_sentence_above_the_chart_speaks_of_its_metric(browser, made, report):
    shown = await report()
    page = await browser.get(f"/b/{made.brand}?metric=cpa")
    sentence = page.html.split('id="chart-sentence">')[1].split("</p>")[0]
    best = min(row.value(CATALOGUE["cpa"]) for row in shown.series)
    assert sentence.startswith(f"CPA {shown.figure('cpa').short}, ")
    assert f"with{SPACE}${best:,.2f}" in sentence
    assert "Revenue" not in sentence
    page = await browser.get(f"/b/{made.brand}")
    assert page.html.split('id="chart-sentence">')[1].startswith("Revenue $")


async def test_profit_is_one_line_until_its_costs_are_stated_and_then_tiles(
    browser, made, database
):
    page = await browser.get(f"/b/{made.brand}")
    assert "Profit: The cost of goods is not stated" in page.text
    assert 'id="tile-net_profit"' not in page.html
    assert f"/b/{made.brand}/settings#costs" in page.links
    stated = [
        Entry("cost", "goods", date(2000, 1, 1), amount=Decimal(60), details={"basis": "margin"}),
        Entry("cost", "shipping", date(2000, 1, 1), amount=Decimal(0), currency="USD"),
        Entry("cost", "fees", date(2000, 1, 1), amount=Decimal(0), currency="USD"),
    ]
    async with database.as_user(made.person) as connection:
        await add_entries(connection, brand_id=made.brand, entries=stated)
    page = await browser.get(f"/b/{made.brand}")
    tiles = {
        key: page.html.split(f'id="tile-{key}"')[1].split("</article>")[0]
        for key in ("contribution_margin", "net_profit", "mer_all_spend", "break_even_roas")
    }
    assert "<data value=" in tiles["contribution_margin"]
    assert f'href="/b/{made.brand}/settings#spend"' in tiles["mer_all_spend"]
    assert "Profit: The cost" not in page.text


async def test_the_range_looked_at_last_is_remembered_for_its_brand_alone(browser, made, measure):
    other = await measure(person=made.person, name="Boreal")

    async def days_of(address):
        page = await browser.get(address)
        [one] = [a for tag, a in page.tags if a.get("aria-current") and a.get("data-days")]
        return one["data-days"], page

    await browser.get(f"/b/{made.brand}?days=7&compare=year")
    days, page = await days_of(f"/b/{made.brand}?metric=mer")
    assert days == "7"
    assert "?days=28&compare=year&metric=mer" in page.links
    assert (await days_of(f"/b/{made.brand}/campaigns"))[0] == "7"
    assert (await days_of(f"/b/{made.brand}?days=91"))[0] == "91"
    assert (await days_of(f"/b/{made.brand}"))[0] == "91"
    assert (await days_of(f"/b/{other.brand}"))[0] == "28"
    await browser.get(f"/b/{made.brand}?days=0")
    assert browser.answer.status_code == 422
    assert (await days_of(f"/b/{made.brand}"))[0] == "91"


async def test_today_is_included_by_a_link_and_left_out_by_another(browser, made):
    page = await browser.get(f"/b/{made.brand}?days=7&metric=mer")
    assert "?days=7&today=1&metric=mer" in page.links
    page = await browser.get(f"/b/{made.brand}?days=7&today=1")
    assert "16 Nov – 22 Nov 2026" in page.text  # noqa: RUF001 - as shown
    assert {"?days=7", "?days=28&today=1"} <= set(page.links)
