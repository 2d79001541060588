"""Killing a worker somewhere in a first sync, resuming it, and comparing what is stored in the end.

One brand is connected once and its database cloned for every kill. Its access tokens have run out,
so every worker refreshes; all of it happens within the hour for which the new tokens are good, so
the clones may share the refresh token that the platform keeps until its successor is used.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import secrets
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from aura.store.database import Database
from aura.sync.lease import LEASE
from faults import dying
from faults.dying import Errand, Point
from faults.playing import connected
from sync.sandboxed import World

START = datetime(2026, 10, 26, 10, tzinfo=UTC)
SYNC_AT = START + timedelta(hours=2)
RESUME_AT = SYNC_AT + LEASE + timedelta(seconds=1)
LAST_SYNC_AT = SYNC_AT + timedelta(minutes=40)

# ids, moments and keys that are made anew in every database are left out; who bought which orders
# is kept as the first order of the same buyer
TABLES = {
    "metrics": """
        select i.platform, m.date, m.metric_type, m.value
        from public.metrics as m inner join public.integrations as i on i.id = m.integration_id
    """,
    "entity_days": """
        select e.platform, e.level, e.external_id, e.name,
            to_jsonb(d) - '{brand_id,entity_id,observed_at,import_id}'::text[] as figures
        from aura.entity_days as d inner join aura.entities as e on e.id = d.entity_id
    """,
    "orders": """
        select
            to_jsonb(o)
            - '{brand_id,integration_id,import_id,customer_key,email_key}'::text[] as fields,
            min(o.order_id) over (partition by o.customer_key) as same_customer,
            min(o.order_id) over (partition by o.email_key) as same_email
        from aura.orders as o
    """,
    "refunds": """
        select to_jsonb(r) - '{brand_id,integration_id}'::text[] as fields from aura.refunds as r
    """,
    "brand_days": """
        select to_jsonb(d) - '{brand_id}'::text[] as fields from aura.brand_days as d
    """,
    "brand_months": """
        select to_jsonb(m) - '{brand_id}'::text[] as fields from aura.brand_months as m
    """,
}
LEFTOVERS = """
    select
        (select count(*) from aura.sync_runs where outcome = 'running') as running,
        (select count(*) from aura.sync_state where leased_until is not null) as leased,
        (
            select count(*) from aura.sync_state
            where kind = 'backfill' and not coalesce((cursor ->> 'done')::boolean, false)
        ) as unfinished
"""
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["faults.dying"])


@dataclass(frozen=True)
class Ground:
    """Where workers are killed: clones of a database, the platforms, the errand to send them on."""

    clone: Callable[[], contextlib.AbstractContextManager[str]]
    world: World
    errand: Errand


@contextlib.contextmanager
def made_ground(
    run: Callable[..., None], url: Callable[[str], str], world: World, template: str, home: Path
) -> Iterator[Ground]:
    """Connect a brand in a database of its own; `run` and `url` are those of the server."""
    source = f"kills_{secrets.token_hex(4)}"
    run(f"create database {{}} owner aura template {template}", source)

    @contextlib.contextmanager
    def clone() -> Iterator[str]:
        name = f"kill_{secrets.token_hex(4)}"
        run(f"create database {{}} owner aura template {source}", name)
        try:
            yield url(name)
        finally:
            run("drop database {} with (force)", name)

    try:
        world.set_clock(START)
        keys = asyncio.run(_connect(url(source), world, home))
        yield Ground(clone, world, Errand("", world.sandbox.settings(), keys, home, SYNC_AT))
    finally:
        run("drop database {} with (force)", source)


async def _connect(url: str, world: World, home: Path) -> str:
    database = await Database.open(url, pool_size=2)
    try:
        async with connected(database, world, home) as brand:
            return brand.keyring.text()
    finally:
        await database.close()


def unkilled(ground: Ground) -> tuple[dict[str, int], dict[str, str]]:
    """How many points there are, and the tables of a worker that nobody killed."""
    with ground.clone() as url:
        errand = replace(ground.errand, database_url=url)
        ground.world.set_clock(SYNC_AT)
        counts, code = _send(errand, None)
        assert (code, counts is None) == (0, False), "the worker that nobody kills must end well"
        assert counts is not None
        return counts, _finish(ground, errand)


def killed(ground: Ground, point: Point) -> tuple[bool, dict[str, str]]:
    """Kill a worker at a point and resume: whether it died, and the tables in the end."""
    with ground.clone() as url:
        errand = replace(ground.errand, database_url=url)
        ground.world.set_clock(SYNC_AT)
        _, code = _send(errand, point)
        ground.world.set_clock(RESUME_AT)
        asyncio.run(dying.work(replace(errand, now=RESUME_AT), concurrency=3))
        return code == -signal.SIGKILL, _finish(ground, errand)


def _send(errand: Errand, point: Point | None) -> tuple[dict[str, int] | None, int | None]:
    mine, theirs = _processes.Pipe(duplex=False)
    process = _processes.Process(target=dying.main, args=(errand, point, theirs))
    process.start()
    theirs.close()
    counts = None
    with contextlib.suppress(EOFError):
        counts = mine.recv()
    mine.close()
    process.join()
    return counts, process.exitcode


def _finish(ground: Ground, errand: Errand) -> dict[str, str]:
    """A last reading at the same moment for all, and a digest of every table."""
    ground.world.set_clock(LAST_SYNC_AT)
    with psycopg.connect(errand.database_url) as connection:
        connection.execute(
            "update aura.sync_state set due_at = %s where kind = 'daily'", [LAST_SYNC_AT]
        )
    asyncio.run(dying.work(replace(errand, now=LAST_SYNC_AT), concurrency=3))
    return digests(errand.database_url)


def digests(url: str) -> dict[str, str]:
    """Of every table that facts are written to its rows and their sum, and what is left over."""
    found = {}
    with psycopg.connect(url) as connection:
        for name, query in TABLES.items():
            digest = connection.execute(
                "select count(*) || ' rows, ' || coalesce(md5(string_agg(t::text, '|' order by"
                f" t::text)), 'none') from ({query}) as t"
            ).fetchone()
            assert digest is not None
            found[name] = digest[0]
        left = connection.execute(LEFTOVERS).fetchone()
        found["left over"] = str(left)
    return found
