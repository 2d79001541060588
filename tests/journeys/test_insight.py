"""A person reads an insight, answers it with the keyboard, and looks at an earlier morning."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect
from psycopg.types.json import Jsonb

from aura.accounts.people import sign_up
from journeys.sign_in import EMAIL, PASSWORD, sign_in

EVIDENCE = {
    "currency": "USD",
    "window": {"start": "2026-11-08", "end": "2026-11-14", "days": 7},
    "scope": {"level": "platform", "platform": "meta", "entity_id": "", "name": "Meta Ads"},
    "observed": {"cpa_settled": "43.10", "conversions": 38.5, "spend": "1640.00"},
    "expected": {"cpa": "31.20", "conversions": 52.3},
    "effect": {"metric": "cpa", "ratio": 1.38, "low": 1.19, "high": 1.58},
    "money_at_stake": {"amount": "410.00", "low": "220.00", "high": "600.00", "currency": "USD"},
}


@pytest.fixture
async def insight(database, measure):
    person = await sign_up(database, email=EMAIL, password=PASSWORD)
    made = await measure(person=person.id)
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "insert into public.insights (brand_id, insight_type, priority, title, description,"
            " related_data) values (%s, 'high_cpa', 'high', 'Meta Ads: CPA up 38 %%',"
            " 'A conversion costs $43.', %s) returning id",
            [made.brand, Jsonb(EVIDENCE)],
        )
        row = await cursor.fetchone()
        await connection.execute(
            "insert into aura.findings (id, brand_id, insight_id, finding_type, scope_level,"
            " platform, dedup_key, status, opened_on, updated_on, title)"
            " values (gen_random_uuid(), %s, %s, 'high_cpa', 'platform', 'meta', 'key', 'open',"
            " '2026-11-15', '2026-11-21', 'CPA up')",
            [made.brand, row["id"]],
        )
    return f"/b/{made.brand}/insights"


async def test_an_insight_is_read_answered_by_keyboard_and_an_earlier_morning_is_seen(
    insight, served, chromium
):
    context = await chromium.new_context(viewport={"width": 360, "height": 740})
    page = await context.new_page()
    await sign_in(page, served.url)
    await page.goto(f"{served.url}{insight}")
    await page.get_by_role("link", name="Meta Ads: CPA up 38 %").click()
    await expect(page.get_by_role("heading", name="The counts")).to_be_visible()
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    await page.get_by_label("Dismiss, because").select_option("planned")
    await page.get_by_role("button", name="Dismiss").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("dismissed: It was planned")).to_be_visible()
    await page.get_by_role("link", name="All insights").click()
    await expect(page.get_by_role("heading", name="Nothing needs you")).to_be_visible()
    await page.get_by_role("link", name="See an earlier morning").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="What Aura said")).to_be_visible()
    await page.get_by_role("link", name="Day before").click()
    await expect(page).to_have_url(f"{served.url}{insight}?as_of=2026-11-20")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await context.close()


async def test_the_slider_leads_to_other_mornings_by_keyboard_and_by_mouse(
    insight, served, chromium
):
    context = await chromium.new_context(viewport={"width": 1280, "height": 860})
    page = await context.new_page()
    await sign_in(page, served.url)
    brand = insight.removesuffix("/insights")
    for path in (insight, brand, f"{brand}/campaigns"):
        await page.goto(f"{served.url}{path}?as_of=2026-11-20")
        slider = page.get_by_role("slider", name="Mornings")
        await expect(slider).to_have_attribute("aria-valuetext", "Fri 20 Nov")
        await slider.focus()
        await page.keyboard.press("ArrowLeft")
        await page.keyboard.press("ArrowLeft")
        await expect(page).to_have_url(re.compile("as_of=2026-11-18"))
        slider = page.get_by_role("slider", name="Mornings")
        await expect(slider).to_have_attribute("aria-valuetext", "Wed 18 Nov")
        box = await slider.bounding_box()
        # sixty mornings lie on it, the newest at its right end
        await page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
        await expect(page).to_have_url(re.compile("as_of=2026-10-2[1-5]"))
        await expect(page.get_by_role("slider", name="Mornings")).to_have_attribute(
            "aria-valuetext", re.compile("2[1-5] Oct")
        )
    await context.close()
