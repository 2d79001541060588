"""A worker as a process of its own that is killed, as by `kill -9`, while it writes a window.

Arguments: the database, the moment it is, and in which window's transaction to die: just before it
would commit. AURA_* variables say where the platforms are.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime

from aura.config import Settings
from aura.connectors.registry import build_connectors
from aura.store import sync_runs
from aura.store.database import Database
from aura.store.secrets import Keyring
from aura.sync.schedule import Worker


async def work(url: str, now: datetime, dies_in: int) -> None:
    settings = Settings()
    database = await Database.open(url, pool_size=4)
    keyring = Keyring.load(settings)
    connectors = build_connectors(settings, clock=lambda: now)
    written = 0
    finish_window = sync_runs.add_window

    async def die(*arguments: object, **facts: object) -> None:
        nonlocal written
        await finish_window(*arguments, **facts)
        written += 1
        if written == dies_in:
            os.kill(os.getpid(), signal.SIGKILL)

    sync_runs.add_window = die
    worker = Worker(database, keyring, connectors, lambda: now, backfill_days=400)
    await worker.run_due_once()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])))
