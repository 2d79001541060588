"""A new key for what is sealed: stored secrets come in, sealed by the first key they go out.

Online and resumable: each text is opened, sealed anew and put in place only if it is still the one
that was read, in small transactions. What was done stays done; running it again does the rest. A
text that does not open, or that was moved from another row, is left as it is and named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aura.errors import ConfigurationError
from aura.store.database import Database
from aura.store.secrets import Keyring, open_sealed, seal
from aura.store.statements import statements

BATCH: Final = 50
# statement suffix, and what people call it
PLACES: Final = (
    ("access_tokens", "access token of integration"),
    ("refresh_tokens", "refresh token of integration"),
    ("customer_keys", "customer key of brand"),
    ("requests", "privacy request"),
)


@dataclass(frozen=True, slots=True)
class Unopened:
    """A stored secret that was left as it is: where it stands, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did; `by_key` counts what each key has sealed now."""

    key_id: str
    resealed: int
    left: tuple[Unopened, ...]
    by_key: dict[str, int]


async def sealed_by_key(database: Database) -> dict[str, int]:
    """How many stored secrets each key has sealed."""
    async with database.as_owner() as connection:
        cursor = await connection.execute(statements("key_rotation")["sealed_by_key"])
        return {row["key_id"]: row["secrets"] for row in await cursor.fetchall()}


async def rotate(database: Database, keyring: Keyring) -> Rotation:
    """Seal with the keyring's first key whatever another one has sealed."""
    resealed, left = 0, list[Unopened]()
    for suffix, called in PLACES:
        after = ""
        while True:
            batch, after, unopened = await _reseal_batch(database, keyring, suffix, called, after)
            resealed += batch
            left += unopened
            if not after:
                break
    return Rotation(keyring.ids[0], resealed, tuple(left), await sealed_by_key(database))


async def _reseal_batch(
    database: Database, keyring: Keyring, suffix: str, called: str, after: str
) -> tuple[int, str, list[Unopened]]:
    """How many were sealed anew, where to go on (empty: at the end), what was left."""
    named = statements("key_rotation")
    done, left = 0, list[Unopened]()
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            named[f"due_{suffix}"], {"key_id": keyring.ids[0], "after": after, "limit": BATCH}
        )
        rows = await cursor.fetchall()
        for row in rows:
            try:
                text = await open_sealed(connection, keyring, row["row_id"], row["sealed"])
            except ConfigurationError as error:
                left.append(Unopened(f"{called} {row['place']}", error.message))
                continue
            fresh = await seal(connection, keyring, row["row_id"], text)
            written = await connection.execute(named[f"reseal_{suffix}"], row | {"resealed": fresh})
            done += written.rowcount
    return done, rows[-1]["place"] if len(rows) == BATCH else "", left
