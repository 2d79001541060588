"""Cohorts, Attribution, Reconciliation: by mouse, by keyboard alone and without a script."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from aura.accounts.people import sign_up
from aura.reports.reconcile import compare
from aura.store.reconciliation import keep, sales_days
from journeys.sign_in import EMAIL, PASSWORD
from measured_brand import READ_AT
from measured_campaigns import BOTH, write_three_campaigns


@pytest.fixture
async def made(database, measure):
    person = await sign_up(database, email=EMAIL, password=PASSWORD)
    made = await measure(person=person.id)
    await write_three_campaigns(database, made)
    async with database.as_worker(made.brand) as connection:
        days = await sales_days(connection, made.brand, BOTH)
        document = compare(days, days, checked_at=READ_AT).document()
        await keep(connection, made.integrations["shopify"], document)
    return made


@pytest.fixture
def enter(open_window):
    """Opens a window, signs in and shows the brand's first page."""

    async def enter(**options):
        page = await open_window(**options)
        await page.wait_for_url("**/b/**")
        return page

    return enter


async def test_a_mouse_finds_every_report_and_turns_it(made, enter):
    page = await enter()
    more = page.locator("details.others > summary")
    await more.click()
    await page.get_by_role("link", name="Cohorts").click()
    await expect(page.get_by_role("heading", name="Lifetime value by age")).to_be_visible()
    await page.get_by_role("link", name="Repeat rate", exact=True).click()
    await expect(page.get_by_role("heading", name="Repeat rate by age")).to_be_visible()
    assert "metric=repeat" in page.url
    async with page.expect_download() as file:
        await page.get_by_role("link", name="CSV").click()
    assert (await file.value).suggested_filename == "aurora-cohorts.csv"

    await more.click()
    await page.get_by_role("link", name="Attribution").click()
    await expect(
        page.get_by_role("heading", name="What platforms claim, and what the store saw")
    ).to_be_visible()
    await page.get_by_role("link", name="Prospecting").first.click()
    await expect(page.get_by_role("heading", name="What the store saw of it")).to_be_visible()

    await more.click()
    await page.get_by_role("link", name="Reconciliation").click()
    await expect(page.get_by_text("14 of 14 days equal to the cent")).to_be_visible()


async def press_until(page, locator, key="Tab", most=60):
    """Press a key until what is looked for has the focus."""
    for _ in range(most):
        if await locator.evaluate("node => node === document.activeElement"):
            return
        await page.keyboard.press(key)
    raise AssertionError("the keyboard does not reach it")


async def test_the_keyboard_alone_reaches_cohorts_and_changes_the_metric(made, enter):
    page = await enter()
    more = page.locator("details.others > summary")
    await press_until(page, more)
    await page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Cohorts")
    await press_until(page, link)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/cohorts")
    picked = page.get_by_role("link", name="Orders per customer", exact=True)
    await press_until(page, picked)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Orders per customer by age")).to_be_visible()
    table = page.locator(".scroll").first
    await press_until(page, table)


async def test_the_keyboard_alone_chooses_columns_and_a_least_spend(made, enter, served):
    page = await enter()
    await page.goto(f"{served.url}/b/{made.brand}/campaigns?days=7")
    least = page.get_by_label("Least spend in these days")
    await press_until(page, least)
    await page.keyboard.type("100")
    await press_until(page, page.locator("details.columns > summary"))
    await page.keyboard.press("Enter")
    await press_until(page, page.get_by_role("checkbox", name="CTR"))
    await page.keyboard.press("Space")
    await press_until(page, page.get_by_role("button", name="Show these"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("2 campaigns").first).to_be_visible()
    heads = await page.get_by_role("columnheader").all_inner_texts()
    assert not any(head.startswith("CTR") for head in heads)
    assert "min_spend=100" in page.url


async def test_without_a_script_every_report_says_the_same(made, enter, served):
    page = await enter(java_script_enabled=False)
    base = f"{served.url}/b/{made.brand}"
    await page.goto(f"{base}/cohorts")
    await page.get_by_role("link", name="Customers who bought", exact=True).click()
    await expect(page.get_by_role("heading", name="Customers who bought by age")).to_be_visible()
    await page.goto(f"{base}/attribution")
    await page.get_by_role("link", name="Last 7").click()
    await expect(page.get_by_role("row", name="All orders")).to_be_visible()
    await page.goto(f"{base}/reconciliation")
    await expect(page.get_by_text("14 of 14 days equal to the cent")).to_be_visible()
