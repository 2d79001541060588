"""Rows of aura.sessions that are read-only addresses of one table, as aura_accounts sees them.

A link's scopes are the brand's id and the table's name. Only the hash of its token is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aura.store.database import Connection
from aura.store.statements import statements


@dataclass(frozen=True, slots=True)
class Link:
    """A read-only address of one table; `prefix` is how its token begins."""

    id: UUID
    name: str
    scopes: str
    prefix: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None

    @property
    def dataset(self) -> str:
        """The table that it gives."""
        return self.scopes.partition(" ")[2]


@dataclass(frozen=True, slots=True)
class UsedLink:
    """Whose table an address gives."""

    user_id: UUID
    brand_id: UUID
    dataset: str


async def add_link(connection: Connection, link: Link, *, token_hash: bytes, user_id: UUID) -> None:
    """Keep a new address of the claimed person (`Database.as_accounts`)."""
    await connection.execute(
        statements("links")["add_link"],
        {
            "token_hash": token_hash,
            "user_id": user_id,
            "now": link.created_at,
            "expires_at": link.expires_at,
            "id": link.id,
            "name": link.name,
            "scopes": link.scopes,
            "prefix": link.prefix,
        },
    )


async def links(connection: Connection, *, user_id: UUID, brand_id: UUID) -> list[Link]:
    """The claimed person's addresses of a brand, the newest first."""
    cursor = await connection.execute(
        statements("links")["links"], {"user_id": user_id, "brand_id": brand_id}
    )
    return [Link(**row) for row in await cursor.fetchall()]


async def use_link(connection: Connection, token_hash: bytes, now: datetime) -> UsedLink | None:
    """What the claimed address gives, None for one that does not hold; notes the use."""
    cursor = await connection.execute(
        statements("links")["use_link"], {"token_hash": token_hash, "now": now}
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    brand_id, _, dataset = row["scopes"].partition(" ")
    return UsedLink(row["user_id"], UUID(brand_id), dataset)


async def end_link(connection: Connection, *, user_id: UUID, brand_id: UUID, link_id: UUID) -> bool:
    """End an address of the claimed person's; whether there was one."""
    cursor = await connection.execute(
        statements("links")["end_link"],
        {"user_id": user_id, "brand_id": brand_id, "id": link_id},
    )
    return cursor.rowcount > 0
