"""Whatever is sent, the answer is a page of ours and never a failure inside."""

from __future__ import annotations

import pytest

from aura.connectors.registry import build_connectors


@pytest.fixture
async def connectors(settings):
    """The real ones: nothing of this reaches a platform."""
    built = build_connectors(settings)
    yield built
    for connector in built.values():
        await connector.aclose()


ODD = (
    "\x00",
    "\x7f\x1b[31m",
    "<script>alert(1)</script>",
    "'; drop table brands; --",
    "../../etc/passwd",
    "\u202e\ufeff\U0001f600",
    "9" * 5000,
    "%00%ff",
    "a\r\nSet-Cookie: x=1",
    "٣",
)


@pytest.mark.parametrize("text", ODD)
async def test_odd_text_in_forms_and_addresses_is_answered(browser, signed_in, measure, text):
    for path in ("/sign-in", "/sign-up"):
        answer = await browser.client.get(path, params={"next": text})
        assert answer.status_code == 200, path
    for path in ("/sign-in", "/sign-up"):
        await browser.submit(path, path, email=text, password=text, name=text, next=text)
        assert browser.answer.status_code in {401, 422}, path
    made = await measure(person=await signed_in())
    for name in ("days", "from", "to"):
        answer = await browser.client.get(f"/b/{made.brand}", params={name: text})
        assert answer.status_code == 422, name
        assert "<script>alert" not in answer.text
    for path in ("/oauth/meta/callback", "/oauth/shopify/callback"):
        answer = await browser.client.get(
            path, params={"state": text, "code": text, "hmac": text, "shop": text}
        )
        assert answer.status_code in {403, 422}, path
    await browser.submit("/brands/new", "/brands/new", name=text, currency=text, timezone=text)
    assert browser.answer.status_code == 422
    csrf = (await browser.get("/brands/new")).form("/brands/new")["csrf"]
    await browser.post(f"/b/{made.brand}/connections/shopify/connect", {"csrf": csrf, "shop": text})
    assert browser.answer.status_code == 422
    await browser.post(
        f"/b/{made.brand}/connections/{made.integrations['meta']}/accounts",
        {"csrf": csrf, f"account:{text}": "on"},
    )
    assert browser.answer.status_code in {409, 422}
