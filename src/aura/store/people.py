"""Rows of public.users and aura.sessions, as the role aura_accounts sees them.

What a function may see and change is the claimed person, address or session of its transaction
(`Database.as_accounts`); the two functions for the command line need `Database.as_owner`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncConnection

from aura.store.statements import statements

Connection = AsyncConnection[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in."""

    id: UUID
    email: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against."""

    person: Person
    password_hash: str = field(repr=False)
    is_active: bool


@dataclass(frozen=True, slots=True)
class SeenSession:
    """A session that holds, and when it was last prolonged."""

    person: Person
    last_seen_at: datetime


def _statement(name: str) -> LiteralString:
    return statements("people")[name]


def _person(row: dict[str, Any]) -> Person:
    return Person(id=row["id"], email=row["email"], name=row["name"])


async def find_credentials(connection: Connection, email: str) -> Credentials | None:
    """The person with this address (lower case), active or not."""
    cursor = await connection.execute(_statement("person_by_email"), {"email": email})
    row = await cursor.fetchone()
    if row is None:
        return None
    return Credentials(_person(row), row["password_hash"], row["is_active"])


async def find_person(connection: Connection, user_id: UUID) -> Person | None:
    """The active person with this id."""
    cursor = await connection.execute(_statement("person_by_id"), {"user_id": user_id})
    row = await cursor.fetchone()
    return None if row is None else _person(row)


async def add_person(
    connection: Connection, *, user_id: UUID, email: str, password_hash: str, name: str | None
) -> Person | None:
    """A new person, or None when the address is taken."""
    cursor = await connection.execute(
        _statement("add_person"),
        {"user_id": user_id, "email": email, "password_hash": password_hash, "name": name},
    )
    row = await cursor.fetchone()
    return None if row is None else _person(row)


async def change_password(
    connection: Connection, *, user_id: UUID, password_hash: str
) -> Person | None:
    """The claimed person with the new hash stored and every browser signed out; None if gone."""
    cursor = await connection.execute(
        _statement("change_password"), {"user_id": user_id, "password_hash": password_hash}
    )
    row = await cursor.fetchone()
    await connection.execute(_statement("end_sessions_of"), {"user_id": user_id})
    return None if row is None else _person(row)


async def first_active_people(connection: Connection) -> list[Person]:
    """Up to two people who may sign in, the oldest first (as owner)."""
    cursor = await connection.execute(_statement("first_people"))
    return [_person(row) for row in await cursor.fetchall()]


async def count_people(connection: Connection) -> int:
    """How many people there are, switched off or not (as owner)."""
    cursor = await connection.execute(_statement("count_people"))
    row = await cursor.fetchone()
    return 0 if row is None else int(row["people"])


async def start_session(
    connection: Connection,
    *,
    token_hash: bytes,
    user_id: UUID,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Sign the claimed person in on one browser, and drop their sessions that have run out."""
    await connection.execute(
        _statement("forget_expired_sessions"), {"user_id": user_id, "now": now}
    )
    await connection.execute(
        _statement("start_session"),
        {"token_hash": token_hash, "user_id": user_id, "now": now, "expires_at": expires_at},
    )


async def find_session(
    connection: Connection, *, token_hash: bytes, now: datetime
) -> SeenSession | None:
    """The claimed session, unless it has run out or its person is inactive."""
    cursor = await connection.execute(
        _statement("person_of_session"), {"token_hash": token_hash, "now": now}
    )
    row = await cursor.fetchone()
    return None if row is None else SeenSession(_person(row), row["last_seen_at"])


async def prolong_session(
    connection: Connection, *, token_hash: bytes, now: datetime, expires_at: datetime
) -> None:
    """Move the end of the claimed session."""
    await connection.execute(
        _statement("prolong_session"),
        {"token_hash": token_hash, "now": now, "expires_at": expires_at},
    )


async def end_session(connection: Connection, token_hash: bytes) -> None:
    """Sign the claimed browser out. One that is not signed in is no error."""
    await connection.execute(_statement("end_session"), {"token_hash": token_hash})
