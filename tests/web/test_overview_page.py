"""The Overview: what stands on it is what the report says, in words, in a table and drawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from aura.model import DayRange
from aura.reports.overview import overview
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
    page = await browser.get(f"/b/{made.brand}")
    shown = await report()
    rows = [row for row in page.rows if row and row[-1] in {"settled", "still settling"}]
    assert len(rows) == 28
    assert rows[0][0] == "Sun 25 Oct"
    assert rows[-1][-1] == "still settling"
    for row, day in zip(rows, shown.series, strict=True):
        assert row[1] == f"${day.revenue:,.2f}"
    assert "Revenue $" in page.text
    assert "the last 6 days are still settling." in page.text


async def test_the_chart_is_drawn_with_settled_and_unsettled_parts(browser, made):
    page = await browser.get(f"/b/{made.brand}")
    chart = page.html.split("data-chart")[1].split("</section>")[0]
    assert 'class="area revenue"' in chart
    assert 'class="dashed ad_spend"' in chart
    assert 'class="dashed revenue"' not in chart
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
    assert [row[-1] for row in page.rows if row and row[0] == "Sat 21 Nov"] == ["no ad spend"]


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
