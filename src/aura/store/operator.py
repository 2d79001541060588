"""What the person who runs an installation may ask: all brands, their connections, the server.

These statements run as the owner of the database, from the command line only; no page uses them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from aura.model import Platform
from aura.store.statements import statements

Connection = AsyncConnection[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class OwnedBrand:
    """A brand and whose it is."""

    id: UUID
    name: str
    user_id: UUID
    email: str
    currency: str
    timezone: str


@dataclass(frozen=True, slots=True)
class KnownIntegration:
    """A brand's connection to a platform."""

    id: UUID
    platform: Platform
    status: str
    account_name: str | None
    last_sync_at: datetime | None


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """The database in figures: version text, size in bytes, rows."""

    version: str
    name: str
    bytes: int
    users: int
    brands: int
    metrics: int


@dataclass(frozen=True, slots=True)
class DescribedTable:
    """A table: columns as (name, type), and the tables that its foreign keys refer to."""

    name: str
    columns: tuple[tuple[str, str], ...]
    refers_to: tuple[str, ...]


async def described_tables(connection: Connection) -> list[DescribedTable]:
    """Every table of the schemas public and aura."""
    cursor = await connection.execute(statements("operator")["described_tables"])
    return [
        DescribedTable(
            row["name"],
            tuple((name, kind) for name, kind in row["columns"]),
            tuple(row["refers_to"]),
        )
        for row in await cursor.fetchall()
    ]


async def brands(connection: Connection) -> list[OwnedBrand]:
    """Every brand with an active owner, oldest first."""
    cursor = await connection.execute(statements("operator")["brands"])
    return [OwnedBrand(**row) for row in await cursor.fetchall()]


async def integrations_of_brand(connection: Connection, brand_id: UUID) -> list[KnownIntegration]:
    """The brand's connections: store first, then ads."""
    cursor = await connection.execute(
        statements("operator")["integrations_of_brand"], {"brand_id": brand_id}
    )
    return [
        KnownIntegration(
            id=row["id"],
            platform=row["platform"],
            status=row["status"],
            account_name=row["platform_account_name"],
            last_sync_at=row["last_sync_at"],
        )
        for row in await cursor.fetchall()
    ]


async def mark_sample(connection: Connection, brand_id: UUID) -> None:
    """Say that the brand holds sample data."""
    await connection.execute(statements("operator")["mark_sample"], {"brand_id": brand_id})


async def forget_person(connection: Connection, email: str) -> bool:
    """Delete an account with everything it owns; False when there is none."""
    cursor = await connection.execute(statements("operator")["forget_person"], {"email": email})
    return cursor.rowcount > 0


async def server_facts(connection: Connection) -> ServerFacts:
    """Version, size and row counts."""
    cursor = await connection.execute(statements("operator")["server"])
    row = await cursor.fetchone()
    if row is None:
        raise AssertionError("a select without from returns one row")
    return ServerFacts(**row)
