"""A connection's card: what it says of runs, days, progress and accounts, as a browser gets it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from uuid_utils.compat import uuid7

from aura.model import SalesDay
from aura.reports.reconcile import compare
from aura.store.reconciliation import keep
from measured_brand import NOW, READ_AT, YESTERDAY


@pytest.fixture
async def made(signed_in, measure):
    return await measure(person=await signed_in())


@pytest.fixture
def change(database):
    async def change(statement, *parameters):
        async with database.as_owner() as connection:
            await connection.execute(statement, parameters)

    return change


@pytest.fixture
def run(change, made):
    async def run(outcome, message=None, at=READ_AT):
        run_id = uuid7()
        await change(
            "insert into aura.sync_runs (id, brand_id, integration_id, kind, started_at,"
            " finished_at, rows_read, rows_changed, requests, outcome, message)"
            " values (%s, %s, %s, 'daily', %s, %s, 1412, 31, 7, %s, %s)",
            *(run_id, made.brand, made.integrations["meta"], at, at, outcome, message),
        )
        return run_id

    return run


@pytest.fixture
def begin_backfill(change, made):
    async def begin_backfill(days_done):
        await change(
            "insert into aura.sync_state (integration_id, kind, brand_id, due_at, leased_until,"
            " days_done, days_total) values (%s, 'backfill', %s, %s, %s, %s, 400)"
            " on conflict (integration_id, kind) do update set days_done = excluded.days_done",
            *(made.integrations["meta"], made.brand, NOW, NOW + timedelta(minutes=1), days_done),
        )

    return begin_backfill


@pytest.fixture
def card(browser, made):
    async def card(platform="meta", part=""):
        page = await browser.get(f"/b/{made.brand}/connections{part}")
        assert browser.answer.status_code == 200
        return page.html.split(f'id="{platform}"')[1].split("</section>")[0]

    return card


async def test_a_card_names_its_account_with_number_currency_and_zone(card):
    assert "Aurora Main" in await card()
    assert re.search(r">meta-1</span> · USD · America/New_York<", await card())


async def test_a_run_is_listed_with_rows_and_requests(card, run):
    await run("succeeded")
    assert "Daily: done, 1,412 read, 31 changed, 7 requests" in await card()
    assert "Technical detail" not in await card()


async def test_a_failed_run_is_told_in_plain_words_with_an_id_to_copy(card, run):
    run_id = await run("try_later", "Meta is busy.")
    shown = await card()
    assert '<span class="why">Meta is busy.</span>' in shown
    assert f"<code data-copy>{run_id}</code>" in shown


async def test_each_of_14_days_is_said_and_titled(card, run):
    await run("succeeded", at=READ_AT - timedelta(days=1))
    await run("try_later", at=READ_AT)
    shown = await card()
    cell = r'<li class="(\w+)" title="([^"]+)">.*?<span class="hidden">([^<]+)<'
    cells = re.findall(cell, shown, re.DOTALL)
    assert len(cells) == 14
    assert all(title == said for _, title, said in cells)
    assert cells[-2:] == [
        ("ok", "Sat 21 Nov: read", "Sat 21 Nov: read"),
        ("failed", *["Sun 22 Nov: not read, every sync failed"] * 2),
    ]


async def test_while_history_is_read_the_cards_alone_can_be_asked_for(
    browser, made, card, begin_backfill
):
    path = f"/b/{made.brand}/connections"
    page = await browser.get(path)
    assert "data-refresh" not in page.html
    assert "Reload this page" not in page.html
    await begin_backfill(63)
    page = await browser.get(path)
    assert f'data-refresh="{path}/cards"' in page.html
    assert re.search(r"<noscript>.*Reload this page", page.html, re.DOTALL)
    assert '<progress max="400" value="63"' in await card(part="/cards")
    await begin_backfill(64)
    fresh = await card(part="/cards")
    assert '<progress max="400" value="64"' in fresh
    assert "Fetching day 65 of 400. You can leave this page." in fresh
    cards = (await browser.get(f"{path}/cards")).html
    assert "<html" not in cards
    assert cards.strip().startswith('<div class="stack"')


async def test_the_cards_are_nobody_elses(browser, made, open_browser):
    stranger = open_browser()
    await stranger.sign_up("eve@example.com")
    await stranger.get(f"/b/{made.brand}/connections/cards")
    assert stranger.answer.status_code == 404


async def test_a_sync_asked_for_during_one_is_promised(browser, made, card, begin_backfill, change):
    await change(
        "insert into aura.sync_state (integration_id, kind, brand_id, due_at) values"
        " (%s, 'daily', %s, %s)",
        *(made.integrations["meta"], made.brand, NOW + timedelta(hours=2)),
    )
    await begin_backfill(63)
    await change("update aura.sync_state set leased_until = %s", NOW + timedelta(minutes=1))
    path = f"/b/{made.brand}/connections"
    await browser.submit(path, f"{path}/{made.integrations['meta']}/sync")
    page = await browser.get(browser.location)
    assert "A sync is running. Another one follows as soon as it has ended." in page.text
    assert "The sync you asked for follows when this one has ended." in await card()


async def test_what_a_permission_lacks_stands_on_the_card_with_what_to_do(card, change):
    await change(
        "update public.integrations set metadata = metadata ||"
        " '{\"missing_scopes\": [\"read_all_orders\"]}' where platform = 'shopify'"
    )
    shown = await card("shopify")
    assert "Limited" in shown
    assert "only the orders of the last 60 days" in shown
    assert "then reconnect" in shown


async def test_what_shopify_analytics_says_stands_on_the_shops_card(card, made, database):
    day = SalesDay(YESTERDAY, *(Decimal(n) for n in range(8)))
    for taxes, said in (
        ("0", "says the same for 1 of 1 days, through Sat 21 Nov."),
        ("12.30", "says the same for 0 of 1 days. On Sat 21 Nov it says $12.30 more taxes."),
    ):
        other = replace(day, taxes=day.taxes + Decimal(taxes))
        found = compare([day], [other], checked_at=NOW)
        async with database.as_worker(made.brand) as connection:
            await keep(connection, made.integrations["shopify"], found.document())
        assert f"Shopify Analytics {said}" in await card("shopify")
    assert "Shopify Analytics" not in await card("meta")
