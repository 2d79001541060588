"""What is known of a connection's permission beside its tokens: its kind, its ends, what it lacks.

In: a transaction that may see the brand. Out: frozen rows, nothing secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from aura.model import DayRange, Platform
from aura.store.day_ranges import day_ranges
from aura.store.statements import statements


@dataclass(frozen=True, slots=True)
class Permission:
    """The permission behind one connection.

    Attributes:
        grant_kind: `consent` for one given on the platform's page, else the kind of credentials
            that a person brought: `client_credentials`, `system_user` or `own_project`.
        access_ends_at: when the access token ends; a refresh puts it off where there is one.
        refresh_ends_at: when the refresh token ends, None when never or unknown.
        data_ends_at: when the platform stops showing data to this permission, renewed or not.
        missing_scopes: needed ones that were not given.
        hidden_days: days that were not read while the platform showed them, oldest first.
    """

    integration_id: UUID
    platform: Platform
    status: str
    grant_kind: str = "consent"
    access_ends_at: datetime | None = None
    refresh_ends_at: datetime | None = None
    data_ends_at: datetime | None = None
    missing_scopes: tuple[str, ...] = ()
    hidden_days: tuple[DayRange, ...] = ()

    @property
    def ends_at(self) -> datetime | None:
        """The first end that Aura cannot put off by itself."""
        # only Meta has access tokens that nothing renews
        lasting = self.access_ends_at if self.platform == "meta" else None
        ends = (lasting, self.refresh_ends_at, self.data_ends_at)
        return min((end for end in ends if end is not None), default=None)


async def permissions(
    connection: AsyncConnection[dict[str, Any]], brand_id: UUID
) -> tuple[Permission, ...]:
    """Those of a brand's connections, store first."""
    cursor = await connection.execute(
        statements("permissions")["permissions"], {"brand_id": brand_id}
    )
    return tuple(
        Permission(
            **{
                **row,
                "missing_scopes": tuple(row["missing_scopes"]),
                "hidden_days": day_ranges(row["hidden_days"]),
            }
        )
        for row in await cursor.fetchall()
    )
