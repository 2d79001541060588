"""The store at SIZE rows of `public.metrics`: reads against the floor, the writer, revisions.

Reads are those that the reports send, as the person, under row level security, through the driver;
the floor is one index range count over the same rows in the same kind of transaction. Growth
compares with a store of a million rows in the same run. Beside it, on the same rows: DuckDB, and
the specification's indexes alone. Last line: JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import psycopg

sys.path.insert(0, str(Path(__file__).parent))
# behind the modules of its own folder: what several benchmarks share lies one above
sys.path.append(str(Path(__file__).parents[1]))

from beside import duckdb, postgres, revenue, specified_indexes
from loading import DAYS, Store, made_store
from page import overview_page
from reading import all_reads, growth, reads, row_level_security
from restating import revision_bytes
from writing import readers_beside_writer, writer

from aura.store import embedded
from aura.store.binaries import find_binaries
from aura.store.database import Database
from aura.store.migrate import migrate

SIZE = int(os.environ.get("SIZE", "20000000"))
SMALL = 1_000_000
NIGHTS = int(os.environ.get("NIGHTS", "92"))
# a server with memory for a store of this size; the rest is as the product starts it
OPTIONS = {
    "shared_buffers": "2GB",
    "max_wal_size": "8GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "30min",
}
Figures: TypeAlias = dict[str, Any]
# what is asked about each bar, and whether more or less is better
BARS = {
    "daily_90d": ("<=", 6),
    "totals_30d": ("<=", 5),
    "totals_90d": ("<=", 5),
    "totals_365d": ("<=", 5),
    "all_time": ("<=", 5),
    "campaigns_90d": ("<=", 6),
    "brands_100": ("<=", 8),
    "overview_page": ("<=", 4),
    "cold_90d": ("<=", 10),
    "rls_ratio": ("<=", 1.1),
    "rls_unfiltered": ("<=", 2),
    "growth": ("<=", 1.2),
    "new_rows": (">=", 0.5),
    "unchanged_rows": (">=", 3),
    "readers_beside_writer": (">=", 0.7),
    "revision_bytes": ("<=", 12_000_000),
}


@contextmanager
def step(label: str) -> Iterator[None]:
    """Says how long a part took, so that nobody wonders."""
    began = time.monotonic()
    yield
    print(f"# {label}: {time.monotonic() - began:.0f} s", flush=True)


def url_of(base: str, name: str) -> str:
    return f"{base.rpartition('/')[0]}/{name}"


def new_store(server: embedded.EmbeddedServer, name: str, rows: int) -> Store:
    """A database of its own on the server, filled."""
    new_database(server, name)
    with step(f"{name} store of {rows:,} rows made"):
        return made_store(url_of(server.url, name), url_of(server.superuser_url, name), rows=rows)


def new_database(server: embedded.EmbeddedServer, name: str) -> None:
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(f"create database {name} owner aura")  # type: ignore[arg-type]


@asynccontextmanager
async def opened(*urls: str, pool_size: int = 8) -> Any:
    """The databases, opened."""
    found = [await Database.open(url, pool_size=pool_size) for url in urls]
    try:
        yield found
    finally:
        for database in found:
            await database.close()


async def asked(store: Store, small: Store | None) -> Figures:
    """Reads: against the floor, with and without row level security, large against small."""
    figures: Figures = {}
    async with opened(store.url, store.superuser_url, pool_size=1) as (database, bare):
        for name, timing in (await all_reads(database, store)).items():
            figures[name] = timing.p95 if name == "all_time" else timing.ratio
            figures[f"{name}_ms"], figures[f"{name}_floor_ms"] = timing.median, timing.floor
            figures[f"{name}_p95_ms"] = timing.p95
            figures[f"{name}_processor_ms"] = timing.processor
            figures[f"{name}_processor"] = timing.processor / timing.floor_processor
        figures |= await row_level_security(database, bare, store)
        if small is not None:
            async with opened(small.url, pool_size=1) as (small_database,):
                grown = await growth(database, store, small_database, small)
            figures["growth"] = max(grown.values())
            figures["growth_by_read"] = grown
    return figures


async def written(store: Store) -> Figures:
    async with opened(store.url, store.superuser_url) as (database, bare):
        figures: Figures = await writer(database, bare, store)
    figures["readers_beside_writer"] = await readers_beside_writer(store)
    return figures


async def restated(server: embedded.EmbeddedServer) -> Figures:
    """In a database of its own, whose size is that of one brand."""
    new_database(server, "restated")
    url = url_of(server.url, "restated")
    await migrate(url)
    async with opened(url) as (database,):
        return await revision_bytes(database, NIGHTS)


async def paged(store: Store, folder: Path) -> Figures:
    async with opened(store.url) as (database,):
        return await overview_page(database, folder)


async def cold(store: Store) -> Figures:
    """Milliseconds of the first read of brands, after a server that has read nothing was warmed."""
    async with opened(store.url) as (database,):
        daily, milliseconds = reads(())["daily_90d"], []
        warming, *brands = store.own_brands[-6:]
        for brand in (warming, *brands):
            began = time.perf_counter()
            async with database.as_user(store.person) as connection:
                await daily.ask(connection, brand)
            milliseconds.append((time.perf_counter() - began) * 1000)
    return {"cold_90d": statistics.median(milliseconds[1:] or milliseconds)}


def evict(folder: Path) -> None:
    """Ask the system to forget the pages of every file below the folder."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def sizes(store: Store) -> Figures:
    """Rows and bytes, indexes included, of the tables that hold a time series."""
    figures: Figures = {}
    with psycopg.connect(store.superuser_url) as connection:
        for table in ("public.metrics", "aura.brand_days", "aura.brand_months", "aura.entity_days"):
            found = connection.execute(
                "select pg_table_size(%(table)s), pg_indexes_size(%(table)s),"
                " (select reltuples::bigint from pg_class where oid = %(table)s::regclass)",
                {"table": table},
            )
            [(heap, indexes, rows)] = found.fetchall()
            figures[table] = {"rows": rows, "heap_bytes": heap, "index_bytes": indexes}
    return {"brands": len(store.brands), "days": DAYS, "sizes": figures}


def elsewhere(store: Store, folder: Path) -> Figures:
    found = {"postgres": postgres(store), "specified": specified_indexes(store)}
    if duck := duckdb(store, folder):
        assert duck["check"] == revenue(store), "DuckDB holds other rows"
        found["duckdb"] = duck
    return {"beside": found}


def measured(place: Path) -> Figures:
    binaries = find_binaries(place)
    start = partial(embedded.start, place, binaries=binaries, options=OPTIONS)
    server = start()
    try:
        small = new_store(server, "small", SMALL) if SIZE > SMALL else None
        store = new_store(server, "large", SIZE)
        figures = sizes(store)
        with step("reads"):
            figures |= asyncio.run(asked(store, small))
        with step("page"):
            figures |= asyncio.run(paged(store, place))
        with step("DuckDB and the specification's indexes"):
            figures |= elsewhere(store, place)
        with step("writer"):
            figures |= asyncio.run(written(store))
        with step("revisions"):
            figures |= asyncio.run(restated(server))
    finally:
        server.release()
    evict(server.place / "data")
    server = start()
    try:
        name = store.url.rpartition("/")[2]
        again = Store(
            url_of(server.url, name), url_of(server.superuser_url, name), store.person, store.brands
        )
        with step("cold"):
            return figures | asyncio.run(cold(again))
    finally:
        server.release()


def told(figures: Figures) -> None:
    for name, (sense, bar) in BARS.items():
        if name not in figures:
            continue
        value = figures[name]
        holds = value <= bar if sense == "<=" else value >= bar
        beside = ""
        if f"{name}_ms" in figures and f"{name}_floor_ms" in figures:
            beside = (
                f"  {figures[f'{name}_ms']:.2f} ms, floor {figures[f'{name}_floor_ms']:.2f} ms;"
                f" of the processor {figures[f'{name}_processor']:.1f} times"
            )
        print(f"{'holds' if holds else 'misses'}  {name:22} {value:12.2f} {sense} {bar}{beside}")


def rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return round(value, 3) if isinstance(value, float) else value


def main() -> None:
    before, began = os.getloadavg()[0], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="aura-scale-") as folder:
        place = Path(folder)
        place.chmod(0o711)
        figures = measured(place)
    figures["load"] = [before, os.getloadavg()[0]]
    figures["seconds"] = time.monotonic() - began
    told(figures)
    print(json.dumps(rounded(figures)))


if __name__ == "__main__":
    main()
