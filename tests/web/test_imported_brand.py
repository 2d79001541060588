"""A brand whose numbers came from a file: old days, no ads, no connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from aura.imports.orders import import_orders
from measured_brand import NOW

FILE = Path(__file__).parents[1] / "imports" / "files" / "orders.csv"


@pytest.fixture
async def path(signed_in, database, keyring, make_brand):
    person = await signed_in()
    brand = await make_brand(person, name="Old Store", timezone="America/New_York")
    await import_orders(
        database,
        keyring,
        path=FILE,
        brand_id=brand,
        now=NOW,
        complete_history=True,
        created_by=person,
    )
    return f"/b/{brand}"


async def test_its_page_says_where_the_file_ends_and_leads_there(browser, path):
    page = await browser.get(path)
    assert "Nothing was read for these days." in page.text
    assert "imported 09:20" in page.text
    link = next(link for link in page.links if link.endswith("to=2026-03-12"))
    page = await browser.get(path + link)
    assert browser.answer.status_code == 200
    revenue = page.html.split('id="tile-revenue"')[1].split("</article>")[0]
    assert "<data" in revenue
    spend = page.html.split('id="tile-ad_spend"')[1].split("</article>")[0]
    assert "No ad account is connected" in spend


async def test_its_connection_is_a_file_and_can_become_a_live_one(browser, path):
    page = await browser.get(f"{path}/connections")
    card = page.html.split('id="shopify"')[1].split("</section>")[0]
    assert "File import" in card
    assert "Connect the platform to keep it up to date." in card
