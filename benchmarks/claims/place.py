"""Where claims are tried: a PostgreSQL of its own, a fresh migrated database for each claim."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from aura.accounts.brands import create_brand
from aura.accounts.people import sign_up
from aura.store import embedded
from aura.store.binaries import Binaries, find_binaries
from aura.store.database import Database
from conftest import OPTIONS, TEMPLATE, Postgres, make_template

ROOT = Path(__file__).parents[2]
# texts and data that the project was given; not part of a checkout
SHARED = ROOT.parent / "shared"
# who made_brand signs up
EMAIL = "owner@claims.example"
PASSWORD = secrets.token_urlsafe(12)


@dataclass(frozen=True)
class Claim:
    """What is claimed, what was measured, and the command that shows it in detail."""

    name: str
    figure: str
    command: str
    holds: bool
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A folder, and a running server with a migrated template."""

    folder: Path
    programs: Binaries
    postgres: Postgres

    @contextmanager
    def database_url(self) -> Iterator[str]:
        """The owner's URL of a fresh, migrated database."""
        name = f"claim_{secrets.token_hex(6)}"
        self.postgres.run(f"create database {{}} owner aura template {TEMPLATE}", name)
        try:
            yield self.postgres.url(name)
        finally:
            self.postgres.run("drop database {} with (force)", name)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """A fresh, migrated database, opened."""
        with self.database_url() as url:
            opened = await Database.open(url, pool_size=4)
            try:
                yield opened
            finally:
                await opened.close()


@contextmanager
def made_place(folder: Path) -> Iterator[Place]:
    """Start a server below the folder; it ends with the block."""
    programs = find_binaries(folder)
    server = embedded.start(folder, binaries=programs, options=OPTIONS)
    try:
        postgres = Postgres(server.superuser_url, server.url, server.place / "server.log")
        make_template(postgres)
        yield Place(folder, programs, postgres)
    finally:
        server.release()


async def made_brand(
    database: Database, *, currency: str = "USD", timezone: str = "America/New_York"
) -> tuple[UUID, UUID]:
    """Somebody who signed up, with a brand; the ids of both."""
    person = await sign_up(database, email=EMAIL, password=PASSWORD, name="Owner")
    brand_id = await create_brand(
        database, user_id=person.id, name="Claims", currency=currency, timezone=timezone
    )
    return person.id, brand_id
