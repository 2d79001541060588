"""The page with a real database behind it, asked as a browser asks."""

from __future__ import annotations

import pytest

from aura.accounts.people import sign_up
from browserless import (
    PASSWORD,
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
def signed_in(database, browser):
    """Signs the browser in as a new person; gives their id."""

    async def signed_in(email="maya@example.com", other=None):
        person = await sign_up(database, email=email, password=PASSWORD, name="Maya")
        used = other or browser
        await used.submit("/sign-in", "/sign-in", email=email, password=PASSWORD)
        assert used.answer.status_code == 303
        return person.id

    return signed_in
