"""Aura served on a real port, a sandbox beside it, and a headless Chromium before both."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import uvicorn
from playwright.async_api import Browser, async_playwright

from aura.accounts.tokens import TokenSigner
from aura.cli.faces import compose
from aura.config import Settings
from aura.connectors.registry import build_connectors
from aura.sync.schedule import Worker
from journeys.sign_in import sign_in
from measured_brand import measure
from requirements import require
from sandbox_fixture import RunningSandbox, running_sandbox

__all__ = ["measure"]

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# the morning of the day after which the sandbox's story is told
NOW = datetime(2026, 11, 22, 14, 20, tzinfo=UTC)
BACKFILL_DAYS = 70


@pytest.fixture(scope="module")
def world():
    with running_sandbox("plain", now=NOW) as running:
        yield running


@dataclass
class Served:
    """Where the page is, and the worker that reads what is due when it is told to."""

    url: str
    worker: Worker
    sandbox: RunningSandbox


@pytest.fixture
async def served(database, keyring, world, tmp_path, monkeypatch) -> AsyncIterator[Served]:
    for name, value in world.settings().items():
        monkeypatch.setenv(name, value)
    settings = Settings(home=tmp_path)
    connectors = build_connectors(settings, clock=lambda: NOW)
    application = compose(
        database=database,
        keyring=keyring,
        connectors=connectors,
        signer=TokenSigner.load_or_make(settings),
        settings=settings,
        clock=lambda: NOW,
    )
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    worker = Worker(database, keyring, connectors, lambda: NOW, backfill_days=BACKFILL_DAYS)
    yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", worker, world)
    server.should_exit = True
    await task
    listener.close()
    for connector in connectors.values():
        await connector.aclose()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    require("chromium", shutil.which("chromium") is not None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False)
        yield browser
        await browser.close()


@pytest.fixture
async def open_window(served, chromium):
    """Opens a window of a size and a theme, in which nothing moves, and signs in there."""
    contexts = []

    async def open_window(width=1280, height=860, theme="light", **options):
        context = await chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        page = await context.new_page()
        await sign_in(page, served.url)
        return page

    yield open_window
    for context in contexts:
        await context.close()
