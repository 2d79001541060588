"""The form for credentials of one's own: sent by HTTP as a browser does, to a real sandbox."""

from __future__ import annotations

import logging

import pytest

from aura.config import Settings
from aura.model import PLATFORMS
from aura.sync.own_credentials import FIELDS
from connecting_site import base, connectors, now, world

__all__ = ["base", "connectors", "now", "world"]


@pytest.fixture
def settings(world, tmp_path, monkeypatch) -> Settings:
    """An installation without any application of its own."""
    for name, value in world.settings().items():
        if "CLIENT" not in name:
            monkeypatch.setenv(name, value)
    return Settings(home=tmp_path)


def form_of(world, platform):
    made = world.credentials(platform)
    if platform == "meta":
        made["app_secret"] = made["client_secret"]
    return {field.name: made.get(field.name, "") for field in FIELDS[platform]}


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_person_connects_with_credentials_and_no_page_or_log_shows_a_secret(
    browser, base, world, platform, caplog
):
    caplog.set_level(logging.DEBUG)
    page = await browser.get(base)
    path = f"{base}/{platform}/own"
    assert path in page.links
    form = form_of(world, platform)
    pages = [page.html, (await browser.get(path)).html]
    await browser.submit(path, "", **form)
    assert browser.answer.status_code == 303, browser.answer.text
    if browser.location.endswith("/accounts"):
        page = await browser.get(browser.location)
        fields = page.form("")
        first = next(name for name in fields if name.startswith("account:"))
        pages.append(page.html)
        await browser.post(str(browser.answer.url.path), {"csrf": fields["csrf"], first: "yes"})
    page = await browser.get(browser.location)
    assert "The first numbers arrive within a few minutes." in page.text
    seen = "".join([*pages, page.html, caplog.text])
    secrets = [form[one.name] for one in FIELDS[platform] if one.is_secret and form[one.name]]
    assert secrets
    assert [one for one in secrets if one in seen] == []


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_is_wrong_is_said_and_only_what_is_no_secret_is_shown_again(
    browser, base, world, platform, database
):
    form = form_of(world, platform)
    secrets = {one.name: "canary-of-mine" for one in FIELDS[platform] if one.is_secret}
    page = await browser.submit(f"{base}/{platform}/own", "", **{**form, **secrets})
    assert browser.answer.status_code == 422
    assert "Nothing was stored" in page.text
    assert "canary-of-mine" not in page.html
    for one in FIELDS[platform]:
        if not one.is_secret and form[one.name]:
            assert form[one.name] in page.html
    async with database.as_owner() as connection:
        cursor = await connection.execute("select id from public.integrations")
        assert await cursor.fetchall() == []


async def test_what_is_missing_is_named(browser, base):
    page = await browser.submit(f"{base}/google_ads/own", "")
    assert browser.answer.status_code == 422
    assert "Still missing: Client id, Client secret, Refresh token." in page.text


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_secrets_are_masked_and_browsers_asked_to_forget_them(browser, base, platform):
    page = await browser.get(f"{base}/{platform}/own")
    inputs = {fields.get("name"): fields for tag, fields in page.tags if tag == "input"}
    for one in FIELDS[platform]:
        assert inputs[one.name]["type"] == ("password" if one.is_secret else "text")
        assert inputs[one.name]["autocomplete"] == "off"
        assert "value" not in inputs[one.name]
    assert browser.answer.headers["cache-control"] == "no-store"


async def test_a_form_without_its_token_is_refused(browser, base, world, database):
    await browser.post(f"{base}/meta/own", form_of(world, "meta"))
    assert browser.answer.status_code == 403
    async with database.as_owner() as connection:
        cursor = await connection.execute("select id from public.integrations")
        assert await cursor.fetchall() == []


async def test_another_persons_brand_has_no_such_form(browser, base, open_browser, world):
    other = open_browser()
    await other.sign_up("other@example.com")
    await other.submit("/brands/new", "/brands/new", name="Own", currency="USD", timezone="Etc/UTC")
    own = f"{other.location}/connections/meta/own"
    await other.get(f"{base}/meta/own")
    assert other.answer.status_code == 404
    fields = (await other.get(own)).form("")
    await other.post(f"{base}/meta/own", {**fields, **form_of(world, "meta")})
    assert other.answer.status_code == 404
