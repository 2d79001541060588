"""API keys: rows of aura.sessions of the kind `key`, as the role aura_accounts sees them.

In: a claimed person, or the claimed hash of a key. Out: what a key is called and may do; the key
itself is nowhere, only its SHA-256.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from aura.store.database import Connection
from aura.store.people import Person
from aura.store.statements import statements


@dataclass(frozen=True, slots=True)
class Key:
    """An API key without its secret; `prefix` is its beginning, by which its owner tells it."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    prefix: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """Whose key it is, what it may do, and when it was last noted as used."""

    id: UUID
    person: Person
    scopes: tuple[str, ...]
    last_used_at: datetime | None


async def add_key(
    connection: Connection, key: Key, *, user_id: UUID, token_hash: bytes, most: int
) -> bool:
    """Keep a key of the claimed person; False when they have `most` keys already."""
    parameters: dict[str, Any] = {
        "id": key.id,
        "user_id": user_id,
        "token_hash": token_hash,
        "name": key.name,
        "scopes": _written(key.scopes),
        "prefix": key.prefix,
        "now": key.created_at,
        "expires_at": key.expires_at,
        "most": most,
    }
    await connection.execute(statements("keys")["lock_keys"], parameters)
    cursor = await connection.execute(statements("keys")["add_key"], parameters)
    return await cursor.fetchone() is not None


async def keys_of_person(connection: Connection, user_id: UUID) -> list[Key]:
    """The claimed person's keys, newest first, expired ones among them."""
    cursor = await connection.execute(statements("keys")["keys_of_person"], {"user_id": user_id})
    return [Key(**row | {"scopes": _read(row["scopes"])}) for row in await cursor.fetchall()]


async def find_key(connection: Connection, *, token_hash: bytes, now: datetime) -> KeyInUse | None:
    """The claimed key, unless it has expired or its person is inactive."""
    cursor = await connection.execute(
        statements("keys")["person_of_key"], {"token_hash": token_hash, "now": now}
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    person = Person(id=row["id"], email=row["email"], name=row["name"])
    return KeyInUse(row["key_id"], person, _read(row["scopes"]), row["last_used_at"])


async def note_used(connection: Connection, *, token_hash: bytes, now: datetime) -> None:
    """Keep when the claimed key was last used."""
    await connection.execute(
        statements("keys")["note_used"], {"token_hash": token_hash, "now": now}
    )


async def revoke_key(connection: Connection, *, user_id: UUID, key_id: UUID) -> bool:
    """End a key of the claimed person; False when they have none of that id."""
    cursor = await connection.execute(
        statements("keys")["revoke_key"], {"user_id": user_id, "id": key_id}
    )
    return await cursor.fetchone() is not None


def _written(scopes: Sequence[str]) -> str:
    return " ".join(scopes)


def _read(scopes: str) -> tuple[str, ...]:
    return tuple(scopes.split())
