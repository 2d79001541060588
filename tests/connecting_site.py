"""A page beside a sandbox that its tests only connect to; each says what the installation has."""

from __future__ import annotations

import pytest

from aura.connectors.registry import build_connectors
from sandbox_fixture import running_sandbox


@pytest.fixture(scope="module")
def world():
    """One sandbox for the tests of this file: they only connect, they do not read."""
    with running_sandbox("plain") as running:
        yield running


@pytest.fixture
async def connectors(settings):
    made = build_connectors(settings)
    yield made
    for connector in made.values():
        await connector.aclose()


@pytest.fixture
def now(world):
    """Aura's time is the sandbox's, as in a demo."""
    return world.clock


@pytest.fixture
async def base(browser):
    """A new person's new brand; the path of its connections."""
    await browser.sign_up()
    await browser.submit(
        "/brands/new",
        "/brands/new",
        name="Aurora Outfitters",
        currency="USD",
        timezone="America/New_York",
    )
    return f"{browser.location}/connections"
