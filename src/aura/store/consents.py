"""Consents that were begun: each is recognised once when the platform sends the browser back.

They stand in `aura.events`, where nobody but the role that connects platforms sees them. One that
came to nothing is deleted when its person begins another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aura.model import Platform
from aura.store.database import Connection
from aura.store.statements import statements


@dataclass(frozen=True, slots=True)
class Consented:
    """A consent that was taken: whose brand it is for and what its exchange needs."""

    brand_id: UUID
    shop: str | None
    code_verifier: str


async def keep(
    connection: Connection,
    *,
    state_hash: bytes,
    session_hash: bytes,
    brand_id: UUID,
    platform: Platform,
    shop: str | None,
    code_verifier: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Remember a consent that is about to be asked for; expired ones are forgotten."""
    await connection.execute(statements("integrations")["forget_old_consents"], {"now": now})
    await connection.execute(
        statements("integrations")["keep_consent"],
        {
            "event_id": _event_id(state_hash),
            "session_hash": session_hash,
            "brand_id": brand_id,
            "platform": platform,
            "shop": shop,
            "code_verifier": code_verifier,
            "now": now,
            "expires_at": expires_at,
        },
    )


async def use(
    connection: Connection,
    *,
    state_hash: bytes,
    session_hash: bytes,
    platform: Platform,
    now: datetime,
) -> Consented | None:
    """Take a consent, which works once.

    None when it is unknown, used, expired or was begun by another browser.
    """
    cursor = await connection.execute(
        statements("integrations")["take_consent"],
        {
            "event_id": _event_id(state_hash),
            "session_hash": session_hash,
            "platform": platform,
            "now": now,
        },
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    return Consented(row["brand_id"], row["shop"], row["code_verifier"])


def _event_id(state_hash: bytes) -> str:
    return f"consent:{state_hash.hex()}"
