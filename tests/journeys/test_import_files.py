"""Files on their page: chosen, looked at, imported and taken back, by mouse and by keys alone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from aura.accounts.people import sign_up
from journeys.sign_in import EMAIL, PASSWORD

REPORT = (
    "Day,Campaign,Currency code,Cost,Clicks\n2026-06-01,Candles,EUR,10.50,3\n"
    "2026-06-02,Candles,EUR,4.00,1\n"
)


@pytest.fixture
async def imports(database, make_brand, served, open_window):
    """Opens the page for files in a window of a size and a theme."""
    person = await sign_up(database, email=EMAIL, password=PASSWORD)
    brand = await make_brand(person.id, currency="EUR", timezone="Europe/Berlin")

    async def imports(width=1280, theme="light"):
        page = await open_window(width, theme=theme)
        await page.wait_for_url("**/b/*")
        await page.goto(f"{served.url}/b/{brand}/imports")
        return page

    return imports


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "June.csv"
    path.write_text(REPORT)
    return path


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])
async def test_by_mouse(imports, report, width, theme):
    page = await imports(width, theme)
    async with page.expect_file_chooser() as chosen:
        await page.locator("input[type=file]").click()
    await (await chosen.value).set_files(report)
    await expect(page.get_by_role("heading", name="June.csv can be imported")).to_be_visible()
    await expect(page.get_by_role("cell", name="10.50")).to_be_visible()
    await expect(page.locator("#imported")).to_contain_text("None so far")
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.get_by_role("button", name="Import it").click()
    await expect(page.get_by_role("heading", name="June.csv is imported")).to_be_visible()
    await page.get_by_role("button", name="Undo June.csv").click()
    await expect(page.locator("#imported")).to_contain_text("undone")
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_by_keys_alone(imports, report):
    page = await imports()

    async def reach(locator):
        for _ in range(60):
            if await locator.evaluate("node => node === document.activeElement"):
                return
            await page.keyboard.press("Tab")
        raise AssertionError("Tab does not reach it")

    # waited for before the key: a browser told to hand over its file dialog is a moment behind
    async with page.expect_file_chooser() as chosen:
        await reach(page.locator("input[type=file]"))
        await page.keyboard.press("Space")
    await (await chosen.value).set_files(report)
    # a file is looked at as soon as it is chosen, and what was found has the focus
    await expect(page.get_by_role("heading", name="June.csv can be imported")).to_be_visible()
    await expect(page.locator("#outcome")).to_be_focused()
    await reach(page.get_by_role("button", name="Import it"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="June.csv is imported")).to_be_visible()
    await expect(page.locator("#outcome")).to_be_focused()
    await reach(page.get_by_role("button", name="Undo June.csv"))
    await page.keyboard.press("Enter")
    await expect(page.locator("#imported")).to_contain_text("undone")


async def test_a_file_with_bad_rows_and_unknown_columns_is_talked_through(imports, tmp_path):
    path = tmp_path / "July.csv"
    path.write_text(
        "Wann;Was;Summe (EUR)\n03/07/2026;Kerzen;1,50\n04/07/2026;Kerzen;viel\n"
        "05/07/2026;Kerzen;2,00\n06/07/2026;Kerzen;3,00\n"
    )
    page = await imports(360)
    await page.locator("input[type=file]").set_input_files(path)
    await expect(page.locator("#import-problem")).to_contain_text("could not recognise")
    await page.locator("select[name=is_a]").select_option("meta")
    for column, field in (("wann", "day"), ("was", "campaign"), ("summe (eur)", "ad spend")):
        await page.locator(f'label:has(input[value="{column}"]) select').select_option(label=field)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.get_by_role("button", name="Read it like this").click()
    await page.get_by_role("button", name="The day comes first").click()
    await expect(page.get_by_role("cell", name="is not a number")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download this list").click()
    listed = (await (await download.value).path()).read_text()
    assert listed.splitlines()[1].startswith("3,Summe (eur),is not a number")
    await page.get_by_role("button", name="Import the other 3").click()
    await expect(page.get_by_role("heading", name="July.csv is imported")).to_be_visible()
    await expect(page.locator("#outcome")).to_contain_text("1 row that could not be read")
    await expect(page.locator("#imported")).to_contain_text("2026-07-03 to 2026-07-06")
