"""History arriving while somebody looks: the bar moves by itself, and nobody is disturbed."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from aura.accounts.people import sign_up
from aura.config import Settings
from aura.connectors.registry import build_connectors
from aura.store.sync_state import Kind
from aura.sync.run import sync_integration
from journeys.conftest import BACKFILL_DAYS, NOW
from journeys.sign_in import EMAIL, PASSWORD, sign_in


@pytest.fixture
async def brand(database, make_brand):
    person = await sign_up(database, email=EMAIL, password=PASSWORD)
    return await make_brand(person.id, name="Plain Goods", timezone="America/New_York")


@pytest.fixture
async def read_window(database, keyring, brand, served, tmp_path):
    """Reads one window from the sandbox, as a worker does."""
    connectors = build_connectors(Settings(home=tmp_path), clock=lambda: NOW)

    async def read_window(kind: Kind):
        async with database.as_owner() as connection:
            cursor = await connection.execute("select id from public.integrations")
            row = await cursor.fetchone()
        assert row is not None
        return await sync_integration(
            database,
            keyring,
            connectors,
            integration_id=row["id"],
            brand_id=brand,
            kind=kind,
            now=NOW,
            backfill_days=BACKFILL_DAYS,
            windows=1,
        )

    yield read_window
    for connector in connectors.values():
        await connector.aclose()


@pytest.fixture
async def page(served, chromium, brand):
    context = await chromium.new_context(viewport={"width": 1280, "height": 860})
    page = await context.new_page()
    await sign_in(page, served.url)
    await page.goto(f"{served.url}/b/{brand}/connections")
    await page.get_by_role("button", name="Connect Meta Ads").click()
    await page.locator("button[value=allow]").click()
    await expect(page.get_by_text("Waiting for the first numbers.")).to_be_visible()
    await page.wait_for_load_state("load")
    yield page
    await context.close()


async def test_the_bar_moves_by_itself_until_history_is_there(page, read_window):
    loads: list[str] = []
    page.on("load", lambda one: loads.append(one.url))
    card = page.locator("#meta")
    await page.evaluate("document.getElementById('meta').dataset.mine = 'kept'")
    own = card.get_by_role("link", name="Use credentials of your own")
    await own.focus()

    await read_window("daily")
    result = await read_window("backfill")
    assert not result.is_finished
    # somebody is in the card: what moved stands in it, and the focus stays where it was
    bar = card.get_by_role("progressbar")
    await expect(bar).to_have_attribute("max", str(BACKFILL_DAYS), timeout=60_000)
    first = int(await bar.get_attribute("value") or "")
    assert 0 < first < BACKFILL_DAYS
    await expect(card).to_contain_text(f"Fetching day {first + 1} of {BACKFILL_DAYS}.")
    await expect(own).to_be_focused()
    assert await card.get_attribute("data-mine") == "kept"

    while not (await read_window("backfill")).is_finished:
        pass
    await page.evaluate("document.activeElement.blur()")
    await expect(card.locator(".state")).to_have_text("Connected", timeout=60_000)
    await expect(bar).to_have_count(0)
    await expect(card).to_contain_text(f"{BACKFILL_DAYS} days")
    await expect(page.locator("[data-spoken]")).to_have_text("Meta Ads: connected")
    assert loads == []
    # nothing moves any more, so nobody asks
    await expect(page.locator("[data-refresh]")).to_have_count(0)
