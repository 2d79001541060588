"""The demo's brand read night after night over real HTTP, for tests of what it then tells.

The sandbox knows which events it injected; Aura reads what the platforms state each night, through
its own connectors, and evaluates after each sync.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from aura.connectors.registry import build_connectors
from aura.sync.schedule import Worker
from sandbox_fixture import running_sandbox
from sync.sandboxed import Brand, World

ANCHOR = date(2026, 11, 22)
NIGHTS = 30
OPENING = datetime(2026, 11, 22, 11, tzinfo=UTC)


class Replay:
    """A brand connected to the demo's sandbox, and the nights it is read."""

    def __init__(self, brand: Brand) -> None:
        self.database, self.sandbox = brand.database, brand.world
        self.person, self.brand = brand.person, brand.brand_id
        self.worker = Worker(
            brand.database, brand.keyring, brand.connectors, brand.world, backfill_days=180
        )

    async def nights(self) -> None:
        await self.read()
        for _ in range(NIGHTS):
            self.sandbox.set_clock(self.sandbox() + timedelta(days=1))
            await self.read()

    async def read(self) -> None:
        results = await self.worker.run_due_once()
        assert [one for one in results if one.outcome != "succeeded"] == []

    async def rows(self, statement: str):
        async with self.database.as_owner() as connection:
            return await (await connection.execute(statement)).fetchall()


@pytest.fixture
def connected(database, keyring, make_person, make_brand, tmp_path):
    """Connects a new brand to the demo's platforms at a moment; nothing is read yet."""

    @asynccontextmanager
    async def connected(start: datetime, anchor: date = ANCHOR):
        person = await make_person()
        brand_id = await make_brand(person, timezone="America/New_York")
        with running_sandbox("demo", anchor=anchor, now=start) as sandbox:
            world = World(sandbox, start)
            connectors = build_connectors(world.settings(tmp_path), clock=world)
            brand = Brand(database, keyring, world, connectors, person, brand_id)
            for platform in ("shopify", "meta", "google_ads"):
                await brand.connect(platform)
            yield Replay(brand)
            for connector in connectors.values():
                await connector.aclose()

    return connected


@pytest.fixture
async def replay(connected):
    """Thirty nights, read one by one."""
    async with connected(OPENING - timedelta(days=NIGHTS)) as one:
        await one.nights()
        yield one
