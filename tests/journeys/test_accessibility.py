"""axe-core finds nothing on any page: full, empty and refused, light and dark, wide and small."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page

from aura.accounts.brands import create_brand
from aura.accounts.people import sign_up
from journeys.sign_in import EMAIL, PASSWORD
from measured_campaigns import write_three_campaigns
from requirements import require

AXE = Path(__file__).parents[1] / "contracts" / "node_modules" / "axe-core" / "axe.min.js"
WIDE, SMALL = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
LOOK = """
async (rules) => {
    const asked = rules ? { runOnly: { type: "rule", values: rules } } : {};
    const found = await axe.run(document, { ...asked, resultTypes: ["violations"] });
    return found.violations.flatMap((one) =>
        one.nodes.map((node) => `${one.id}: ${node.target.join(" ")} ${node.html.slice(0, 160)}`));
}
"""


@pytest.fixture
def axe() -> str:
    require("axe-core (npm)", AXE.is_file())
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
async def page(open_window, database):
    await sign_up(database, email=EMAIL, password=PASSWORD)
    page = await open_window(**WIDE)
    await page.wait_for_load_state()
    return page


async def person_of(database):
    async with database.as_owner() as connection:
        cursor = await connection.execute("select id from public.users")
        return (await cursor.fetchone())["id"]


async def violations(page: Page, address: str, axe: str) -> list[str]:
    """What axe has to say of one page in every theme and size, disclosures open."""
    await page.set_viewport_size(WIDE)
    await page.emulate_media(color_scheme="light")
    await page.goto(address)
    await page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
    # evaluated as a debugger does: the page's own policy lets no foreign script in
    await page.evaluate(axe)
    found = await page.evaluate(LOOK)
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in await page.evaluate(LOOK, ["color-contrast"])]
    await page.set_viewport_size(SMALL)
    found += [f"dark, small: {one}" for one in await page.evaluate(LOOK)]
    await page.emulate_media(color_scheme="light")
    found += [f"small: {one}" for one in await page.evaluate(LOOK, ["color-contrast"])]
    return [f"{address.split('/', 3)[-1]} {one}" for one in found]


async def linked(page: Page, address: str) -> list[str]:
    """Every page that the menus lead to."""
    await page.goto(address)
    found = await page.eval_on_selector_all(
        "header a[href], header ~ nav a[href]", "nodes => nodes.map(node => node.href)"
    )
    return sorted(set(found) | {address})


async def test_no_page_of_a_brand_with_data_violates_a_rule(served, database, page, measure, axe):
    made = await measure(person=await person_of(database))
    await write_three_campaigns(database, made)
    base = f"{served.url}/b/{made.brand}"
    addresses = await linked(page, base)
    assert {f"{base}/{name}" for name in ("campaigns", "cohorts", "settings")} <= set(addresses)
    await page.goto(f"{base}/campaigns")
    campaign = page.locator("main table a[href*='/campaigns/']").first
    addresses.append(await campaign.evaluate("node => node.href"))
    found = [one for address in addresses for one in await violations(page, address, axe)]
    assert not found, "\n".join(found)


async def test_no_page_of_a_brand_without_data_violates_a_rule(served, database, page, axe):
    brand_id = await create_brand(
        database,
        user_id=await person_of(database),
        name="Nothing yet",
        currency="EUR",
        timezone="Europe/Berlin",
    )
    addresses = await linked(page, f"{served.url}/b/{brand_id}")
    addresses += [f"{served.url}/nowhere", f"{served.url}/b/{brand_id}/nowhere"]
    found = [one for address in addresses for one in await violations(page, address, axe)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up"])
async def test_no_page_for_visitors_violates_a_rule(served, chromium, axe, path):
    context = await chromium.new_context(viewport=WIDE)
    assert await violations(await context.new_page(), served.url + path, axe) == []
    await context.close()
