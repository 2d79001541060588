"""Which database: settings come in, the owner's URL goes out, with a server behind it meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aura.config import Settings
from aura.store import embedded


@asynccontextmanager
async def running_database(settings: Settings) -> AsyncIterator[str]:
    """AURA_DATABASE_URL if set, else the embedded server of AURA_HOME, released at exit.

    Raises DatabaseError when no server can be started.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    server = await asyncio.to_thread(embedded.start, settings.home)
    try:
        yield server.url
    finally:
        await asyncio.to_thread(server.release)
