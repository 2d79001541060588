"""Addresses that a spreadsheet reads: one table of one brand, until they expire or are ended.

In: a person, their brand, a table, days. Out: a token that is shown once; its hash is kept. A token
is `auralink_` and 32 random bytes, so that none can be taken for a browser's session.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from aura.accounts.sessions import session_hash
from aura.errors import ConflictError, InputError, NotFoundError
from aura.store import links, reports
from aura.store.database import Database
from aura.store.links import Link, UsedLink

DEFAULT_DAYS = 365
MOST_DAYS = 5 * 366
MOST_LINKS = 20
_TOKEN = re.compile(r"auralink_[A-Za-z0-9_-]{43}")
_SHOWN = len("auralink_") + 4
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link; `token` is shown this once."""

    link: Link
    token: str = field(repr=False)


async def make_link(
    database: Database,
    *,
    user_id: UUID,
    brand_id: UUID,
    dataset: str,
    name: str,
    days: int = DEFAULT_DAYS,
    now: datetime,
) -> MadeLink:
    """A new address of one table of a brand of the person's.

    Raises NotFoundError for another brand, InputError for days that cannot be used, ConflictError
    when the brand has 20 of them.
    """
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"A link is good for 1 to {MOST_DAYS:,} days.")
    async with database.as_user(user_id) as connection:
        await reports.brand(connection, brand_id)
    token = f"auralink_{secrets.token_urlsafe(32)}"
    shown = " ".join(name.split())[:_LONGEST_NAME] or dataset
    link = Link(
        id=uuid7(),
        name=shown,
        scopes=f"{brand_id} {dataset}",
        prefix=token[:_SHOWN],
        created_at=now,
        expires_at=now + timedelta(days=days),
        last_used_at=None,
    )
    async with database.as_accounts(user_id=user_id) as connection:
        if len(await links.links(connection, user_id=user_id, brand_id=brand_id)) >= MOST_LINKS:
            raise ConflictError(f"A brand has at most {MOST_LINKS} links: end one first.")
        await links.add_link(connection, link, token_hash=session_hash(token), user_id=user_id)
    return MadeLink(link, token)


async def list_links(database: Database, *, user_id: UUID, brand_id: UUID) -> list[Link]:
    """The person's addresses of a brand, the newest first."""
    async with database.as_accounts(user_id=user_id) as connection:
        return await links.links(connection, user_id=user_id, brand_id=brand_id)


async def open_link(database: Database, token: str, *, now: datetime) -> UsedLink:
    """What an address gives; NotFoundError for one that does not hold."""
    found = None
    if _TOKEN.fullmatch(token):
        hashed = session_hash(token)
        async with database.as_accounts(session=hashed) as connection:
            found = await links.use_link(connection, hashed, now)
    if found is None:
        raise NotFoundError("This link has ended. Make a new one on the page Imports.")
    return found


async def end_link(database: Database, *, user_id: UUID, brand_id: UUID, link_id: UUID) -> None:
    """End an address of the person's at once; NotFoundError when there is none."""
    async with database.as_accounts(user_id=user_id) as connection:
        if not await links.end_link(
            connection, user_id=user_id, brand_id=brand_id, link_id=link_id
        ):
            raise NotFoundError("There is no such link.")
