"""The server's time for the Overview beside the time of the queries that it sends."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as moment
from pathlib import Path
from typing import Any

import httpx
import psycopg
from loading import EMAIL, LAST, PASSWORD

from aura.accounts.tokens import TokenSigner
from aura.cli.faces import compose
from aura.config import Settings
from aura.store.database import Database
from aura.store.secrets import Keyring

REPEATS, WARM = 25, 3


@contextmanager
def queries_timed() -> Iterator[list[float]]:
    """Seconds of every statement that is sent meanwhile, its answer included."""
    taken: list[float] = []
    sent = psycopg.AsyncCursor.execute

    async def execute(self: Any, *arguments: Any, **options: Any) -> Any:
        began = time.perf_counter()
        answer = await sent(self, *arguments, **options)
        taken.append(time.perf_counter() - began)
        return answer

    psycopg.AsyncCursor.execute = execute  # type: ignore[assignment,method-assign]
    try:
        yield taken
    finally:
        psycopg.AsyncCursor.execute = sent  # type: ignore[method-assign]


async def signed_in(client: httpx.AsyncClient) -> str:
    """Signs in; the path of the first page."""
    form = (await client.get("/sign-in")).text
    token = re.search(r'name="csrf"[^>]*value="([^"]+)"', form)
    data = {"email": EMAIL, "password": PASSWORD, **({"csrf": token[1]} if token else {})}
    (await client.post("/sign-in", data=data)).raise_for_status()
    return (await client.get("/")).url.path


async def overview_page(database: Database, folder: Path) -> dict[str, float]:
    """Medians: the page's milliseconds, those of its queries, how many there are, the ratio."""
    settings = Settings(home=folder)
    application = compose(
        database=database,
        keyring=Keyring.generate(),
        connectors={},
        signer=TokenSigner.load_or_make(settings),
        settings=settings,
        clock=lambda: datetime.combine(LAST + timedelta(days=1), moment(14), UTC),
    )
    transport = httpx.ASGITransport(application)
    pages, queries, counts = [], [], []
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8321", follow_redirects=True
    ) as client:
        path = await signed_in(client)
        for number in range(REPEATS + WARM):
            with queries_timed() as taken:
                began = time.perf_counter()
                answer = await client.get(f"{path}?days=90")
                seconds = time.perf_counter() - began
            assert answer.status_code == 200, answer.text
            if number >= WARM:
                pages.append(seconds)
                queries.append(sum(taken))
                counts.append(len(taken))
    page, asked = statistics.median(pages), statistics.median(queries)
    return {
        "overview_page": page / asked,
        "overview_page_ms": page * 1000,
        "overview_queries_ms": asked * 1000,
        "overview_queries": statistics.median(counts),
    }
