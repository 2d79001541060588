"""What a page asks of the database: its statements as it sends them, timed by a bare driver.

In: the address of a page of a signed-in person. Out: milliseconds of all its statements together,
each the median of many, sent one after the other by a plain blocking connection under the same
roles. That is the floor of a page: what it takes beyond this is the page's own doing.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg

from aura.cli.installation import Installation
from aura.cli.processes import application_of

REPEATS = 25

Asked = list[tuple[str, Any]]


@contextmanager
def _noted(asked: Asked) -> Iterator[None]:
    """Every statement that is sent meanwhile, and still answered by the database."""
    send = psycopg.AsyncCursor.execute

    async def noting(self: Any, query: Any, params: Any = None, **others: Any) -> Any:
        asked.append((query, params))
        return await send(self, query, params, **others)

    psycopg.AsyncCursor.execute = noting  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        psycopg.AsyncCursor.execute = send  # type: ignore[method-assign]


async def statements_of(
    installation: Installation, client: httpx.Client, addresses: Mapping[str, str]
) -> dict[str, Asked]:
    """What each address makes the page send to the database, for the person of the client."""
    application = application_of(installation)
    found: dict[str, Asked] = {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application),
        base_url=client.base_url,
        cookies=client.cookies,
    ) as inside:
        for name, address in addresses.items():
            found[name] = []
            with _noted(found[name]):
                (await inside.get(address)).raise_for_status()
    return found


def beside(url: str, asked: Asked, page: Callable[[], object]) -> tuple[float, float]:
    """Medians of the page's own time and of the sum of its statements', in milliseconds.

    The two take turns, so that whatever else the machine does meets both.
    """
    pages: list[float] = []
    taken: list[list[float]] = [[] for _ in asked]
    with psycopg.connect(url, autocommit=False, prepare_threshold=None) as connection:
        for _ in range(REPEATS):
            pages.append(_timed(page))
            for n, (statement, parameters) in enumerate(asked):
                taken[n].append(_timed(lambda s=statement, p=parameters: _ask(connection, s, p)))
            connection.rollback()
    return statistics.median(pages), sum(statistics.median(one) for one in taken)


def _ask(connection: psycopg.Connection[Any], statement: Any, parameters: Any) -> None:
    cursor = connection.execute(statement, parameters)
    if cursor.description is not None:
        cursor.fetchall()


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
