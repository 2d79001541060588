"""The API beside the page, with a real database behind both."""

from __future__ import annotations

import pytest

from browserless import (
    application,
    browser,
    connectors,
    now,
    open_browser,
    settings,
)
from measured_brand import measure

__all__ = ["application", "browser", "connectors", "measure", "now", "open_browser", "settings"]


@pytest.fixture
def token(browser):
    """An access token of the browser's new person."""

    async def token(email="maya@example.com"):
        await browser.sign_up(email)
        form = (await browser.get("/brands/new")).form("/sign-out")
        answer = await browser.client.post("/v1/token", headers={"x-csrf-token": form["csrf"]})
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    return token


@pytest.fixture
def call(browser):
    """Asks `/v1` as a program does: with a token and without cookies."""

    async def call(path, access=None, **options):
        browser.client.cookies.clear()
        headers = {"authorization": f"Bearer {access}"} if access else {}
        return await browser.client.get(f"/v1{path}", headers=headers, **options)

    return call
