"""A stranger's first hour: an account, a brand, three platforms, true numbers, good-bye."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.async_api import Page, expect

PASSWORD = "correct horse battery"
LAST = date(2026, 11, 21)
FIRST = LAST - timedelta(days=27)


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
async def visitor(request, chromium):
    """A page of its own; anything that the browser complains about fails the test."""
    context = await chromium.new_context(
        viewport={"width": 1280, "height": 860},
        java_script_enabled=request.param == "with JavaScript",
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await context.close()
    assert [one for one in complaints if one.startswith(("error", "warning"))] == []


async def test_from_sign_up_to_true_numbers_and_out(served, visitor: Page):
    await visitor.goto(served.url)
    await visitor.get_by_role("link", name="Create an account").click()
    await visitor.get_by_label("Name (optional)").fill("Maya")
    await visitor.get_by_label("E-mail").fill("maya@example.com")
    await visitor.get_by_label("Password").fill(PASSWORD)
    await visitor.get_by_role("button", name="Create account").click()

    await visitor.get_by_label("Name", exact=True).fill("Plain Goods")
    await visitor.get_by_label("Currency").select_option("USD")
    await visitor.get_by_label("Time zone").select_option("America/New_York")
    await visitor.get_by_role("button", name="Add brand").click()
    await expect(
        visitor.get_by_role("heading", name="See one number you can trust")
    ).to_be_visible()

    await visitor.get_by_role("link", name="Connect Shopify").click()
    await visitor.get_by_label("Your shop's address").fill(served.sandbox.shop)
    for name in ("Shopify", "Meta Ads", "Google Ads"):
        await connect(visitor, name, served.sandbox.url)
    await served.worker.run_due_once()

    await visitor.get_by_role("link", name="Overview").click()
    await expect(visitor.get_by_text("Data through Sat 21 Nov, read 09:20").first).to_be_visible()
    shown = {
        key: Decimal(await visitor.locator(f"#tile-{key} data").get_attribute("value") or "")
        for key in ("revenue", "orders", "ad_spend", "mer", "cpa", "aov")
    }
    true = truth(served.sandbox)
    assert shown["revenue"] == true["revenue"]
    assert shown["orders"] == true["orders"]
    assert shown["ad_spend"] == true["ad_spend"]
    assert shown["mer"] == true["revenue"] / true["ad_spend"]
    assert shown["cpa"] == true["ad_spend"] / true["orders"]
    assert shown["aov"] == (true["gross_sales"] - true["discounts"]) / true["orders"]

    await visitor.get_by_text("Your account").locator("..").click()
    await visitor.get_by_role("button", name="Sign out").click()
    await expect(visitor.get_by_role("heading", name="Sign in to Aura")).to_be_visible()
    await visitor.goto(f"{served.url}/brands/new")
    await expect(visitor.get_by_role("heading", name="Sign in to Aura")).to_be_visible()


async def connect(visitor: Page, name: str, sandbox: str) -> None:
    """Press Connect, agree on the platform's own page, choose an account where asked."""
    await visitor.get_by_role("button", name=f"Connect {name}").click()
    assert visitor.url.startswith(sandbox)
    await visitor.locator("button[value=allow]").click()
    if await visitor.get_by_role("heading", name="Which accounts belong").is_visible():
        await visitor.get_by_role("checkbox").first.check()
        await visitor.get_by_role("button", name="Read these accounts").click()
    await expect(
        visitor.get_by_text("The first numbers arrive within a few minutes.")
    ).to_be_visible()


def truth(sandbox) -> dict[str, Decimal]:
    """What the range holds in truth, as far as it can be known by now."""
    world = sandbox.truth(FIRST, LAST, as_of=sandbox.clock())
    sums: dict[str, Decimal] = {}
    for day in world["shopify"].values():
        for key, value in day.items():
            sums[key] = sums.get(key, Decimal(0)) + Decimal(str(value))
    spent = Decimal(0)
    for platform in ("meta", "google_ads"):
        for account in world[platform]["accounts"].values():
            for day in account["account"].values():
                spent += Decimal(str(day["ad_spend"]))
    return sums | {"ad_spend": spent}
