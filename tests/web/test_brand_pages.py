"""Brands: adding, switching, and what is somebody else's."""

from __future__ import annotations

from uuid import uuid4

import pytest


async def test_the_first_page_is_the_first_brand_or_the_form_for_one(browser, signed_in):
    await signed_in()
    await browser.get("/")
    assert browser.location == "/brands/new"
    await browser.submit(
        "/brands/new", "/brands/new", name="Zeta", currency="EUR", timezone="Europe/Berlin"
    )
    first = browser.location
    await browser.get("/")
    assert browser.location == first


async def test_the_switcher_lists_every_brand_and_marks_this_one(browser, signed_in):
    await signed_in()
    paths = []
    for name in ("Zeta", "Alpha & Söhne"):
        await browser.submit(
            "/brands/new", "/brands/new", name=name, currency="EUR", timezone="UTC"
        )
        paths.append(browser.location)
    page = await browser.get(paths[1])
    switcher = page.html.split('aria-label="Brands"')[1].split("</nav>")[0]
    assert switcher.index(paths[1]) < switcher.index(paths[0])
    marked = [a for tag, a in page.tags if tag == "a" and a.get("aria-current") == "true"]
    assert [one["href"] for one in marked] == [paths[1]]
    assert "Alpha & Söhne" in page.text
    assert "<title>Overview – Alpha &amp; Söhne – Aura</title>" in page.html  # noqa: RUF001 - as shown


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "", "currency": "EUR", "timezone": "UTC"}, "needs a name"),
        ({"name": "A", "currency": "EURO", "timezone": "UTC"}, "currency is not known"),
        ({"name": "A", "currency": "EUR", "timezone": "Mars"}, "time zone is not known"),
    ],
)
async def test_a_brand_that_cannot_be_is_explained_and_kept_in_the_form(
    browser, signed_in, fields, words
):
    await signed_in()
    page = await browser.submit("/brands/new", "/brands/new", **fields)
    assert browser.answer.status_code == 422
    assert words in page.text
    assert page.form("/brands/new")["name"] == fields["name"]


async def test_a_second_brand_of_the_same_name_is_refused(browser, signed_in):
    await signed_in()
    for _ in range(2):
        page = await browser.submit(
            "/brands/new", "/brands/new", name="Twin", currency="EUR", timezone="UTC"
        )
    assert browser.answer.status_code == 409
    assert "You have a brand of this name already" in page.text


@pytest.mark.parametrize("section", ["", "/connections", "/imports", "/insights"])
async def test_a_foreign_brand_and_a_missing_one_look_the_same(
    browser, signed_in, measure, section
):
    await signed_in()
    foreign = await measure()
    answers = []
    for brand in (foreign.brand, uuid4(), "nonsense"):
        await browser.get(f"/b/{brand}{section}")
        assert browser.answer.status_code == 404
        answers.append(browser.answer.content)
    assert len(set(answers)) == 1


async def test_a_brand_without_sources_is_shown_how_to_begin(browser, signed_in):
    await signed_in()
    await browser.submit("/brands/new", "/brands/new", name="Fresh", currency="EUR", timezone="UTC")
    path = browser.location
    page = await browser.get(path)
    assert "See one number you can trust" in page.text
    assert f"{path}/connections#shopify" in page.links
    assert 'aura import orders orders_export.csv --brand "Fresh"' in page.text
