"""Connections: through the sandbox's consent pages and back, and every way in which it may fail."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from aura.config import Settings
from browserless import PASSWORD
from connecting_site import base, connectors, now, world

__all__ = ["base", "connectors", "now", "world"]


@pytest.fixture
def settings(world, tmp_path, monkeypatch) -> Settings:
    for name, value in world.settings().items():
        monkeypatch.setenv(name, value)
    return Settings(home=tmp_path)


@pytest.fixture
def ask(browser, base, world):
    """Presses Connect; gives the platform's consent page."""

    async def ask(platform, **fields):
        if platform == "shopify":
            fields.setdefault("shop", world.shop)
        await browser.submit(base, f"{base}/{platform}/connect", **fields)
        assert browser.answer.status_code == 303, browser.answer.text
        return browser.location

    return ask


@pytest.fixture
def come_back(browser):
    async def come_back(address):
        parts = urlsplit(address)
        return await browser.get(f"{parts.path}?{parts.query}")

    return come_back


@pytest.fixture
def stored(database):
    async def stored():
        async with database.as_owner() as connection:
            cursor = await connection.execute(
                "select platform, status, access_token is not null as has_token, xmin::text"
                " from public.integrations order by platform"
            )
            return await cursor.fetchall()

    return stored


@pytest.mark.parametrize("platform", ["shopify", "meta", "google_ads"])
async def test_connecting_leads_to_the_consent_page_and_back(
    browser, base, world, ask, come_back, stored, platform
):
    consent = await ask(platform)
    assert consent.startswith(world.url)
    page = await come_back(world.approve(consent))
    assert browser.answer.status_code == 303
    assert [(row["platform"], row["status"], row["has_token"]) for row in await stored()] == [
        (platform, "connected", True)
    ]
    page = await browser.get(browser.location)
    if "Which accounts belong" in page.text:
        form = page.form("")
        accounts = [name for name in form if name.startswith("account:")]
        path = str(browser.answer.url.path)
        page = await browser.post(path, {"csrf": form["csrf"], accounts[0]: "yes"})
        page = await browser.get(browser.location)
    assert "The first numbers arrive within a few minutes." in page.text
    assert "Waiting for the first numbers." in page.text
    # the message stands once
    assert "arrive within" not in (await browser.get(base)).text


async def test_a_denied_consent_is_explained_and_changes_nothing(
    world, ask, come_back, browser, stored
):
    page = await come_back(world.approve(await ask("meta"), decision="deny"))
    assert 400 <= browser.answer.status_code < 500
    assert "Meta Ads was not connected" in page.text
    assert "Traceback" not in page.html
    assert await stored() == []


async def test_a_callback_works_once(world, ask, come_back, browser, stored):
    back = world.approve(await ask("google_ads"))
    await come_back(back)
    before = await stored()
    page = await come_back(back)
    assert browser.answer.status_code == 403
    assert "was used before" in page.text
    assert await stored() == before


@pytest.mark.parametrize("query", [{}, {"state": "made-up", "code": "x"}, {"code": "x"}])
@pytest.mark.parametrize("platform", ["shopify", "meta", "google_ads"])
async def test_a_state_that_is_not_ours_is_refused(browser, base, stored, platform, query):
    page = await browser.get(f"/oauth/{platform}/callback?{urlencode(query)}")
    assert browser.answer.status_code == 403
    assert "was not connected" in page.text
    assert await stored() == []


async def test_another_browser_of_the_same_person_cannot_finish(
    browser, open_browser, world, ask, stored
):
    back = urlsplit(world.approve(await ask("meta")))
    other = open_browser()
    await other.submit("/sign-in", "/sign-in", email="maya@example.com", password=PASSWORD)
    await other.get(f"{back.path}?{back.query}")
    assert other.answer.status_code == 403
    assert await stored() == []


async def test_a_callback_without_a_session_asks_to_sign_in(browser, world, ask, come_back, stored):
    back = world.approve(await ask("meta"))
    browser.client.cookies.clear()
    await come_back(back)
    assert browser.location.startswith("/sign-in?next=/oauth/meta/callback")
    assert await stored() == []


@pytest.mark.parametrize(
    "shop", ["", "not a shop", "evil.example/x", "a.myshopify.com.evil.example"]
)
async def test_a_shop_that_is_none_is_explained_beside_its_field(browser, base, shop):
    page = await browser.submit(base, f"{base}/shopify/connect", shop=shop)
    assert browser.answer.status_code == 422
    card = page.html.split('id="shopify"')[1].split("</section>")[0]
    assert 'role="alert"' in card
    assert 'aria-describedby="shopify-problem"' in card


async def test_disconnecting_asks_first_and_keeps_the_numbers(
    browser, base, world, ask, come_back, stored
):
    await come_back(world.approve(await ask("shopify")))
    page = await browser.get(base)
    path = next(link for link in page.links if link.endswith("/disconnect"))
    page = await browser.get(path)
    assert "The numbers read so far stay" in page.text
    await browser.submit(path, "")
    assert browser.location == base
    assert [(row["status"], row["has_token"]) for row in await stored()] == [
        ("disconnected", False)
    ]
    page = await browser.get(base)
    assert "Disconnected. The numbers read so far stay." in page.text


async def test_sync_now_makes_it_due(browser, base, world, ask, come_back, database):
    await come_back(world.approve(await ask("shopify")))
    async with database.as_owner() as connection:
        await connection.execute("update aura.sync_state set due_at = due_at + interval '1 day'")
    page = await browser.get(base)
    action = next(action for action, _ in page.forms if action.endswith("/sync"))
    await browser.submit(base, action)
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            "select due_at <= %s as is_due from aura.sync_state where kind = 'daily'",
            [world.clock()],
        )
        row = await cursor.fetchone()
    assert row is not None
    assert row["is_due"]


async def test_no_form_of_this_page_is_taken_without_its_token(
    browser, base, world, ask, come_back, stored
):
    await come_back(world.approve(await ask("shopify")))
    before = await stored()
    page = await browser.get(base)
    for action, _ in page.forms:
        await browser.post(action, {"shop": world.shop})
        assert browser.answer.status_code == 403, action
    disconnect = next(link for link in page.links if link.endswith("/disconnect"))
    await browser.post(disconnect)
    assert browser.answer.status_code == 403
    assert await stored() == before


async def test_somebody_elses_connection_is_not_there(
    browser, base, world, ask, come_back, open_browser, stored
):
    await come_back(world.approve(await ask("shopify")))
    page = await browser.get(base)
    theirs = next(link for link in page.links if link.endswith("/disconnect"))
    stranger = open_browser()
    await stranger.sign_up("eve@example.com")
    await stranger.submit("/brands/new", "/brands/new", name="E", currency="USD", timezone="UTC")
    own = stranger.location
    form = (await stranger.get(f"{own}/connections")).form(f"{own}/connections/meta/connect")
    for path in (theirs, theirs.replace(base, f"{own}/connections")):
        for action in ("disconnect", "sync", "accounts"):
            await stranger.post(path.replace("disconnect", action), form)
            assert stranger.answer.status_code == 404, path
    assert [row["has_token"] for row in await stored()] == [True]


async def test_a_platform_without_an_application_says_what_is_missing(
    browser, base, settings, monkeypatch, application
):
    monkeypatch.setenv("AURA_META_CLIENT_ID", "")
    object.__setattr__(application.state.site, "settings", Settings(home=settings.home))
    page = await browser.get(base)
    assert "set AURA_META_CLIENT_ID and AURA_META_CLIENT_SECRET" in page.text


async def test_the_way_back_is_this_very_address(ask):
    consent = await ask("meta")
    query = parse_qs(urlsplit(consent).query)
    assert query["redirect_uri"] == ["http://127.0.0.1:8321/oauth/meta/callback"]
