"""RUNS requests of each kind to every operation of the API, from SEED; ends with 1 on a failure.

`make fuzz RUNS=200 SEED=1`. Judged are answers that are a 5xx, or that the description lacks. The
last line is JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

# as pytest does it: what tests share is found by its folder
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import httpx

from aura.accounts.tokens import TokenSigner
from aura.cli.faces import compose
from aura.config import Settings
from aura.store.secrets import Keyring
from claims.place import Place, made_place
from foreign_ids import NOW, make_tenant
from fuzzing import Judged, fuzz
from serving import served


async def ask(place: Place, *, runs: int, number: int) -> Judged:
    settings = Settings(home=place.folder / "api", api_requests_per_minute=1_000_000)
    settings.home.mkdir(exist_ok=True)
    signer = TokenSigner.load_or_make(settings)
    async with place.database() as database:
        application = compose(
            database=database,
            keyring=Keyring.generate(),
            connectors={},
            signer=signer,
            settings=settings,
            clock=lambda: NOW,
        )
        tenant = await make_tenant(database, signer, "a@fuzz.example")
        async with served(application) as address, httpx.AsyncClient() as client:
            document = (await client.get(f"{address}/v1/openapi.json")).json()
            return await asyncio.to_thread(
                fuzz,
                document,
                address=f"{address}/v1",
                access=tenant.access,
                ids=tenant.ids,
                examples=runs,
                number=number,
            )


def main() -> int:
    runs, number = int(os.environ.get("RUNS", "200")), int(os.environ.get("SEED", "1"))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="aura-fuzz-") as name:
        # PostgreSQL does not run as root: its own user passes through
        Path(name).chmod(0o711)
        with made_place(Path(name)) as place:
            judged = asyncio.run(ask(place, runs=runs, number=number))
    for failure in dict.fromkeys(judged.failures):
        print(failure)
    figures = {
        "seed": number,
        "answers": judged.answers,
        "statuses": dict(sorted(judged.statuses.items())),
        "failures": len(judged.failures),
        "seconds": round(time.monotonic() - began, 1),
    }
    print(json.dumps(figures))
    return 1 if judged.failures else 0


if __name__ == "__main__":
    sys.exit(main())
