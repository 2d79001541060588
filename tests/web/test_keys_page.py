"""The page API keys without JavaScript: a key is shown once, does what it says, and ends."""

from __future__ import annotations

import re

import pytest


async def use(client, secret):
    return await client.get("/v1/brands", headers={"authorization": f"Bearer {secret}"})


async def test_a_key_is_shown_once_reads_and_ends(browser, open_browser, signed_in):
    await signed_in()
    assert "/keys" in (await browser.get("/brands/new")).links
    made = await browser.submit("/keys", "/keys", name="Weekly <b>", scope="read", days="30")
    (secret,) = re.findall(r"aura_[\w-]{43}", made.html)
    assert browser.answer.headers["cache-control"] == "no-store"
    program = open_browser().client
    assert (await use(program, secret)).status_code == 200
    page = await browser.get("/keys")
    assert secret not in page.html
    assert "Weekly <b>: reads" in page.text
    assert "2026-12-22" in page.text
    written = await program.post(
        "/v1/brands",
        headers={"authorization": f"Bearer {secret}"},
        json={"name": "A", "currency": "EUR", "timezone": "UTC"},
    )
    assert written.status_code == 403
    (action,) = [found for found, _ in page.forms if found.endswith("/revoke")]
    ended = await browser.submit("/keys", action)
    assert browser.location == "/keys"
    ended = await browser.get("/keys")
    assert "Revoked." in ended.text
    assert "None so far." in ended.text
    assert (await use(program, secret)).status_code == 401


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": " ", "days": "30"}, "name"),
        ({"name": "A", "days": "0"}, "good for 1 to"),
        ({"name": "A", "days": "soon"}, "good for 1 to"),
    ],
)
async def test_a_key_that_cannot_be_is_explained_and_kept_in_the_form(
    browser, signed_in, fields, words
):
    await signed_in()
    page = await browser.submit("/keys", "/keys", scope="write", **fields)
    assert browser.answer.status_code == 422
    assert words in page.text
    assert page.form("/keys")["days"] == fields["days"]
    assert "None so far." in page.text


async def test_nobody_ends_somebody_elses_key_or_comes_without_a_token(
    browser, open_browser, signed_in
):
    await signed_in()
    await browser.submit("/keys", "/keys", name="Mine", days="30")
    page = await browser.get("/keys")
    (action,) = [found for found, _ in page.forms if found.endswith("/revoke")]
    other = open_browser()
    await signed_in("other@example.com", other)
    token = (await other.get("/keys")).form("/keys")["csrf"]
    await other.post(action, {"csrf": token})
    assert other.answer.status_code == 404
    await browser.post(action, {})
    assert browser.answer.status_code == 403
    assert "Mine: reads" in (await browser.get("/keys")).text


async def test_a_visitor_signs_in_first(browser):
    await browser.get("/keys")
    assert browser.location.startswith("/sign-in")
