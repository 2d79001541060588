"""Aura's part of `make bench-sync`, in a process of its own as its peers are.

A job comes as JSON on standard input: the sandbox's addresses, the database and the moment. All
that is due is read and stored, as the worker does it. Last line: JSON.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from aura.config import Settings
from aura.connectors.registry import build_connectors
from aura.store.database import Database
from aura.store.secrets import Keyring
from aura.sync.schedule import Worker


async def run(job: dict[str, Any]) -> dict[str, Any]:
    made = {name.removeprefix("AURA_").lower(): value for name, value in job["settings"].items()}
    settings = Settings(home=Path(job["home"]), **made)
    now = datetime.fromisoformat(job["now"])
    connectors = build_connectors(settings, clock=lambda: now)
    keyring = Keyring.load_or_make(settings)
    database = await Database.open(job["database"], pool_size=6)
    worker = Worker(database, keyring, connectors, lambda: now, backfill_days=job["backfill_days"])
    try:
        results = await worker.run_due_once()
    finally:
        for connector in connectors.values():
            await connector.aclose()
        await database.close()
    wrong = [f"{one.platform}: {one.message}" for one in results if one.outcome != "succeeded"]
    if wrong:
        raise SystemExit(f"Aura's sync failed: {wrong}")
    return {"rows_read": sum(one.rows_read for one in results)}


def main() -> None:
    logging.disable(logging.CRITICAL)
    print(json.dumps(asyncio.run(run(json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
