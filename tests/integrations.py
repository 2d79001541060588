"""A connected account for tests that need one without going through a platform's consent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from aura.store.database import Database

MakeIntegration = Callable[..., Awaitable[UUID]]


@pytest.fixture
def make_integration(database: Database) -> MakeIntegration:
    """Inserts an integration without tokens; gives the id."""

    async def make(
        brand_id: UUID, platform: str, *, status: str = "connected", account_id: str | None = None
    ) -> UUID:
        async with database.as_owner() as connection:
            cursor = await connection.execute(
                "insert into public.integrations (brand_id, platform, status, platform_account_id)"
                " values (%s, %s, %s, %s) returning id",
                [brand_id, platform, status, account_id],
            )
            row = await cursor.fetchone()
        assert row is not None
        return row["id"]

    return make
