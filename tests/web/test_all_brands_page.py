"""All brands: a line for each, sorted by its address, leading to each brand's own pages."""

from __future__ import annotations

import pytest

from measured_brand import YESTERDAY


@pytest.fixture
async def two(signed_in, measure):
    person = await signed_in()
    return [await measure(person=person, name=name) for name in ("Aurora", "<i>Boreal</i>")]


async def test_every_brand_has_a_line_that_leads_to_it(browser, two):
    page = await browser.get("/brands?days=7&sort=name")
    assert browser.answer.status_code == 200
    names = [row[0] for row in page.rows if len(row) == 10][1:]
    assert [name.split("USD")[0] for name in names] == ["<i>Boreal</i>", "Aurora"]
    assert "<i>Boreal" not in page.html
    for made in two:
        assert f"/b/{made.brand}?days=7" in page.links
    assert "2 brands" in page.text
    assert YESTERDAY.strftime("%a %d %b") in page.text


async def test_the_address_sorts_and_a_wrong_one_is_explained(browser, two):
    page = await browser.get("/brands?days=7")
    assert "?days=7&sort=mer" in page.links
    assert "?days=7&order=asc" in page.links
    for query in ("sort=cpc", "days=3", "order=x"):
        page = await browser.get(f"/brands?{query}")
        assert browser.answer.status_code == 422
        assert "Shown instead: the last 28 days" in page.text


async def test_what_waits_is_counted_as_on_the_brands_own_page(browser, two, database):
    async with database.as_owner() as connection:
        await connection.execute(
            "insert into public.insights (brand_id, insight_type, title, description)"
            " values (%s, 'high_cpa', 'T', 'D')",
            [two[0].brand],
        )
    page = await browser.get("/brands?sort=name")
    waiting = [row[8] for row in page.rows if len(row) == 10][1:]
    assert waiting == ["nothing", "1 insight"]
    assert f"/b/{two[0].brand}/insights" in page.links


async def test_the_switcher_leads_there_only_when_there_are_several(browser, signed_in, measure):
    person = await signed_in("one@example.com")
    made = await measure(person=person)
    assert "/brands" not in (await browser.get(f"/b/{made.brand}")).links
    await measure(person=person, name="Second")
    assert "/brands" in (await browser.get(f"/b/{made.brand}")).links


async def test_without_a_sign_in_it_is_the_sign_in_page(browser):
    await browser.get("/brands")
    assert browser.answer.status_code == 303
    assert browser.location == "/sign-in?next=/brands"
