"""API keys for programs: made once, shown once, good until they expire or are revoked.

In: a person, a name, scopes, a number of days. Out: the key, of which only a hash is kept. A key is
`aura_` and 32 random bytes, so that a scanner for leaked secrets recognises it and no session token
looks like one. An inactive person has no key.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from psycopg.errors import InsufficientPrivilege
from uuid_utils.compat import uuid7

from aura.accounts.sessions import session_hash
from aura.errors import ConflictError, InputError, NotFoundError, SignInError
from aura.store import keys
from aura.store.database import Database
from aura.store.keys import Key, KeyInUse

__all__ = ["SCOPES", "Key", "KeyInUse", "MadeKey", "Scope", "create_key"]

Scope = Literal["read", "write"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
DEFAULT_DAYS = 365
MOST_DAYS = 5 * 366
MOST_KEYS = 50
# how often the use of a key is noted: not with every request
NOTED_EVERY = timedelta(minutes=1)
_KEY = re.compile(r"aura_[A-Za-z0-9_-]{43}")
_SHOWN = len("aura_") + 4


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key; `secret` is shown this once."""

    key: Key
    secret: str = field(repr=False)


def looks_like_key(text: str) -> bool:
    """Whether it is worth asking the database."""
    return _KEY.fullmatch(text) is not None


async def create_key(
    database: Database,
    *,
    user_id: UUID,
    name: str,
    scopes: Iterable[str],
    days: int,
    now: datetime,
) -> MadeKey:
    """A new key of this person, good for `days` days.

    Raises InputError for a name, scopes or days that cannot be used, ConflictError when the person
    has 50 keys, SignInError when the person is inactive or gone.
    """
    secret = f"aura_{secrets.token_urlsafe(32)}"
    key = Key(
        id=uuid7(),
        name=_check_name(name),
        scopes=_check_scopes(scopes),
        prefix=secret[:_SHOWN],
        created_at=now,
        expires_at=now + timedelta(days=_check_days(days)),
        last_used_at=None,
    )
    try:
        async with database.as_accounts(user_id=user_id) as connection:
            was_added = await keys.add_key(
                connection, key, user_id=user_id, token_hash=session_hash(secret), most=MOST_KEYS
            )
    except InsufficientPrivilege:
        # the policy on sessions: nobody adds a key for an inactive person
        raise SignInError from None
    if not was_added:
        raise ConflictError(f"You have {MOST_KEYS} keys. Revoke one that is not used any more.")
    return MadeKey(key, secret)


async def list_keys(database: Database, *, user_id: UUID) -> list[Key]:
    """The person's keys, newest first, expired ones among them."""
    async with database.as_accounts(user_id=user_id) as connection:
        return await keys.keys_of_person(connection, user_id)


async def revoke_key(database: Database, *, user_id: UUID, key_id: UUID) -> None:
    """End a key at once; NotFoundError when the person has none of that id."""
    async with database.as_accounts(user_id=user_id) as connection:
        if not await keys.revoke_key(connection, user_id=user_id, key_id=key_id):
            raise NotFoundError("There is no such key.")


async def use_key(database: Database, secret: str, *, now: datetime) -> KeyInUse:
    """Whose key it is and what it may do; SignInError for one that is not good, or not any more."""
    found = None
    if looks_like_key(secret):
        token_hash = session_hash(secret)
        async with database.as_accounts(session=token_hash) as connection:
            found = await keys.find_key(connection, token_hash=token_hash, now=now)
            if found and (found.last_used_at is None or now - found.last_used_at >= NOTED_EVERY):
                await keys.note_used(connection, token_hash=token_hash, now=now)
    if found is None:
        raise SignInError("This API key is not valid: it is wrong, revoked or expired.")
    return found


def _check_name(name: str) -> str:
    trimmed = " ".join(name.split())
    if not trimmed:
        raise InputError("Give the key a name that says what uses it.")
    if len(trimmed) > 100:
        raise InputError("The key's name is too long: use at most 100 characters.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in trimmed):
        raise InputError("The key's name holds characters that cannot be shown.")
    return trimmed


def _check_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    wanted = set(scopes)
    if not wanted or not wanted <= set(SCOPES):
        raise InputError(f"Choose what the key may do: {' or '.join(SCOPES)}, or both.")
    return tuple(scope for scope in SCOPES if scope in wanted)


def _check_days(days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"A key is good for 1 to {MOST_DAYS} days.")
    return days
