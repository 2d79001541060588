"""Small screens, both themes, keyboard, and what the script adds."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from aura.accounts.people import sign_up
from journeys.sign_in import EMAIL, PASSWORD
from measured_campaigns import write_three_campaigns


@pytest.fixture
async def made(database, measure):
    person = await sign_up(database, email=EMAIL, password=PASSWORD)
    made = await measure(person=person.id)
    await write_three_campaigns(database, made)
    return made


@pytest.fixture
def enter(open_window):
    """Opens a window of a size and a theme, where the script has run."""

    async def enter(width=1280, height=860, theme="light"):
        page = await open_window(width, height, theme)
        # the chart is a slider from then on
        await expect(page.get_by_role("slider")).to_be_visible()
        return page

    return enter


@pytest.mark.parametrize("width", [320, 360, 768, 1440])
async def test_no_page_is_wider_than_the_screen(made, enter, served, width):
    page = await enter(width, 740)
    base = f"{served.url}/b/{made.brand}"
    disconnect = f"{base}/connections/{made.integrations['meta']}/disconnect"
    for address in (
        base,
        f"{base}?days=365",
        f"{base}/connections",
        f"{base}/insights",
        f"{base}/campaigns",
        f"{base}/cohorts",
        f"{base}/attribution",
        f"{base}/reconciliation",
        f"{served.url}/brands",
        f"{served.url}/brands/new",
        f"{served.url}/nowhere",
        disconnect,
    ):
        await page.goto(address)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, address


LUMINANCE = """
() => {
    const light = (text) => {
        const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
        const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        return a < 0.99 ? null : 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const weak = [];
    for (const node of document.querySelectorAll("body *")) {
        const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
        const box = node.getBoundingClientRect();
        if (!own || box.width < 2 || node.closest(".hidden, svg, .skip, .sample")) continue;
        let ground = node, back = null;
        while (ground && back === null) {
            back = light(getComputedStyle(ground).backgroundColor);
            ground = ground.parentElement;
        }
        const style = getComputedStyle(node), ink = light(style.color);
        const [high, low] = [Math.max(ink, back), Math.min(ink, back)];
        const ratio = (high + 0.05) / (low + 0.05);
        const name = `${node.tagName}.${node.className} ${node.textContent.trim()}`;
        if (ratio < 4.5) weak.push(`${name} ${ratio.toFixed(2)}`);
    }
    return weak;
}
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_text_stands_out_from_its_ground_in_both_themes(made, enter, served, theme):
    page = await enter(theme=theme)
    base = f"{served.url}/b/{made.brand}"
    sections = ("", "/campaigns", "/connections", "/insights", "/cohorts", "/attribution")
    sections += ("/reconciliation",)
    paths = ("/brands", "/brands/new")
    for address in (
        *(base + section for section in sections),
        *(served.url + path for path in paths),
    ):
        await page.goto(address)
        assert await page.evaluate(LUMINANCE) == []


async def test_every_control_has_a_name_and_is_large_enough_to_hit(made, enter, served):
    page = await enter(360, 740)
    for section in ("", "/campaigns", "/connections", "/cohorts", "/attribution"):
        await page.goto(f"{served.url}/b/{made.brand}{section}")
        for control in await page.locator("a, button, summary, input:not([type=hidden])").all():
            box = await control.bounding_box()
            if box is None or not await control.is_visible():
                continue
            name = await control.evaluate(
                "node => node.ariaLabel || node.textContent.trim() || node.labels?.[0]?.textContent"
            )
            assert name, await control.evaluate("node => node.outerHTML")
            inline = await control.evaluate("node => getComputedStyle(node).display === 'inline'")
            assert inline or min(box["width"], box["height"]) >= 24, name


async def test_the_keyboard_reaches_the_content_first_and_then_everything(made, enter):
    page = await enter()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Last 7 days")).to_be_focused()
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


async def test_arrow_keys_move_from_day_to_day_and_say_the_numbers(made, enter):
    page = await enter()
    chart = page.get_by_role("slider")
    await chart.focus()
    await page.keyboard.press("Home")
    await expect(chart).to_have_attribute("aria-valuetext", re.compile(r"^Sun 25 Oct, Revenue \$"))
    await page.keyboard.press("ArrowRight")
    await expect(chart).to_have_attribute("aria-valuetext", re.compile("^Mon 26 Oct"))
    await expect(page.locator(".tip")).to_contain_text("Mon 26 Oct")
    await page.keyboard.press("Escape")
    await expect(page.locator(".tip")).to_be_hidden()


async def test_a_tile_puts_its_metric_into_the_chart_by_keys_alone(made, enter):
    page = await enter()
    await page.evaluate("window.isTheSamePage = true")
    link = page.locator("#tile-cac a.pick")
    await link.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="CAC by day")).to_be_visible()
    await expect(link).to_be_focused()
    assert await page.evaluate("window.isTheSamePage")
    about = page.locator("#tile-cac summary")
    await about.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#tile-cac .about")).to_contain_text("Complete through")
    await page.keyboard.press("Escape")
    await expect(page.locator("#tile-cac .about")).to_be_hidden()
    await page.get_by_role("slider").focus()
    await page.keyboard.press("End")
    await expect(page.locator(".tip[aria-live]")).to_contain_text("still settling")
    table = page.get_by_text("The same numbers as a table")
    await table.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("columnheader", name="Before")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
async def test_metric_grain_and_comparison_are_chosen_by_mouse(made, enter, width):
    page = await enter(width, 740)
    await page.locator("#tile-mer").click(position={"x": 40, "y": 60})
    await expect(page.get_by_role("heading", name="MER by day")).to_be_visible()
    await page.get_by_role("link", name="Week", exact=True).click()
    await expect(page.get_by_role("heading", name="MER by week")).to_be_visible()
    await page.locator(".compare summary").click()
    await page.get_by_role("link", name="Nothing").click()
    await expect(page.get_by_text("compared with nothing")).to_be_visible()
    assert page.url.endswith("?days=28&compare=off&metric=mer&by=week")
    await page.get_by_label("Any metric").select_option("ctr")
    await page.locator(".pick-metric button").click()
    await expect(page.get_by_role("heading", name="CTR by week")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_another_range_comes_without_a_new_page_and_back_works(made, enter):
    page = await enter()
    await page.evaluate("window.isTheSamePage = true")
    await page.get_by_role("link", name="Last 7 days").click()
    await expect(page.get_by_role("link", name="Last 7 days")).to_have_attribute(
        "aria-current", "true"
    )
    assert page.url.endswith("?days=7")
    assert await page.evaluate("window.isTheSamePage")
    await expect(page.get_by_role("slider")).to_have_attribute("aria-valuemax", "7")
    await page.go_back()
    await expect(page.get_by_role("link", name="Last 28 days")).to_have_attribute(
        "aria-current", "true"
    )
    assert await page.evaluate("window.isTheSamePage")


async def test_single_keys_work_can_be_switched_off_and_never_while_typing(made, enter):
    page = await enter()
    await page.keyboard.press("n")
    await page.wait_for_url("**days=91")
    await page.keyboard.press("?")
    await page.get_by_role("button", name="Switch keys off").click()
    await page.get_by_role("button", name="Close").click()
    await page.keyboard.press("w")
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    assert page.url.endswith("days=91")
    await page.keyboard.press("?")
    await page.get_by_role("button", name="Switch keys on").click()
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("n")
    await page.wait_for_url("**/connections")
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await page.wait_for_url("**/campaigns")
    await page.goto(page.url.replace("/campaigns", "/connections"))
    await page.goto(page.url.replace("/connections", ""))
    await page.locator(".custom:not(.compare) > summary").click()
    await page.get_by_label("First day", exact=True).focus()
    await page.keyboard.press("w")
    assert "days=7" not in page.url


async def test_menus_close_with_escape_and_a_click_elsewhere(made, enter):
    page = await enter()
    menu = page.locator("details.switcher")
    await menu.locator("summary").click()
    await expect(menu).to_have_attribute("open", "")
    await page.keyboard.press("Escape")
    await expect(menu).not_to_have_attribute("open", "")
    await expect(menu.locator("summary")).to_be_focused()
    await menu.locator("summary").click()
    await page.get_by_role("heading", name="By platform").click()
    await expect(menu).not_to_have_attribute("open", "")
