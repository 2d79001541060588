"""What the reports ask the store, each beside its floor: one index range count over the same rows.

Read and floor take turns on the same brand, in the same kind of transaction, through the driver, as
the person whose brands they are.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from loading import DAYS, Store, last_days

from aura.model import DayRange
from aura.store.campaigns import campaign_totals
from aura.store.database import Connection, Database
from aura.store.portfolio import totals_of_brands
from aura.store.reports import totals_and_days

REPEATS = 80
WARM = 10
FLOOR = (
    "select count(*) from aura.brand_days"
    " where brand_id = %(brand)s and date between %(first)s and %(last)s"
)
CAMPAIGNS_FLOOR = (
    "select count(*) from aura.entity_days"
    " where brand_id = %(brand)s and date between %(first)s and %(last)s"
)
BRANDS_FLOOR = (
    "select count(*) from aura.brand_days"
    " where brand_id = any(%(brands)s) and date between %(first)s and %(last)s"
)

Ask = Callable[[Connection, UUID], Awaitable[object]]
Transaction = Callable[[], AbstractAsyncContextManager[Connection]]


@dataclass(frozen=True)
class Read:
    """One read of the reports and the bare count of the rows that it needs."""

    ask: Ask
    floor: Ask


@dataclass(frozen=True)
class Side:
    """Who asks, what, and about which brands."""

    transaction: Transaction
    ask: Ask
    brands: tuple[UUID, ...]


@dataclass(frozen=True)
class Timing:
    """Milliseconds: median and 95th percentile of a read, median of its floor.

    `processor` and `floor_processor` are what both ends computed: fairer beside other work.
    """

    median: float
    p95: float
    floor: float
    processor: float
    floor_processor: float

    @property
    def ratio(self) -> float:
        return self.median / self.floor


async def _count(connection: Connection, brand: UUID, *, query: str, span: DayRange) -> object:
    parameters = {"brand": brand, "first": span.first, "last": span.last}
    return await (await connection.execute(query, parameters)).fetchall()  # type: ignore[arg-type]


async def _daily(connection: Connection, brand: UUID, *, count: int) -> object:
    days, previous = last_days(count)
    return await totals_and_days(connection, brand_id=brand, days=days, previous=previous)


async def _totals(connection: Connection, brand: UUID, *, count: int) -> object:
    return await totals_of_brands(connection, {brand: last_days(count)}, {brand: "total_sales"})


async def _campaigns(connection: Connection, brand: UUID, *, count: int) -> object:
    days, previous = last_days(count)
    return await campaign_totals(connection, brand_id=brand, days=days, previous=previous)


async def _brands(connection: Connection, _brand: UUID, *, brands: tuple[UUID, ...]) -> object:
    return await totals_of_brands(
        connection, dict.fromkeys(brands, last_days(30)), dict.fromkeys(brands, "total_sales")
    )


async def _brands_floor(
    connection: Connection, _brand: UUID, *, brands: tuple[UUID, ...]
) -> object:
    days, previous = last_days(30)
    parameters = {"brands": list(brands), "first": previous.first, "last": days.last}
    return await (await connection.execute(BRANDS_FLOOR, parameters)).fetchall()


def both(count: int) -> DayRange:
    """The range and the one it is compared with, which end in the last day of the store."""
    days, previous = last_days(count)
    return DayRange(max(previous.first, last_days(DAYS)[0].first), days.last)


def reads(brands: tuple[UUID, ...]) -> dict[str, Read]:
    """The reads by their names in the figures; `brands` are asked for together."""
    found = {
        "daily_90d": Read(partial(_daily, count=90), partial(_count, query=FLOOR, span=both(90)))
    }
    for name, count in (("30d", 30), ("90d", 90), ("365d", 365)):
        floor = partial(_count, query=FLOOR, span=both(count))
        found[f"totals_{name}"] = Read(partial(_totals, count=count), floor)
    found["all_time"] = Read(
        partial(_totals, count=DAYS), partial(_count, query=FLOOR, span=both(DAYS))
    )
    found["campaigns_90d"] = Read(
        partial(_campaigns, count=90), partial(_count, query=CAMPAIGNS_FLOOR, span=both(90))
    )
    found["brands_100"] = Read(
        partial(_brands, brands=brands), partial(_brands_floor, brands=brands)
    )
    return found


@dataclass
class Taken:
    """What each call took, in milliseconds: of the clock, and of the processor on both ends."""

    clock: list[float]
    processor: list[float]


def _processor(pid: int | None) -> float:
    """Milliseconds of the processor that this process and a local server's one have had so far."""
    try:
        text = Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii")
    except OSError:
        return math.nan
    return int(text.split()[0]) / 1e6 + time.process_time() * 1000


async def in_turns(sides: Sequence[Side]) -> list[Taken]:
    """What each side took; each asks about its brands in turn, over one connection."""
    taken = [Taken([], []) for _ in sides]
    servers: list[int | None] = [None for _ in sides]
    for number in range(REPEATS + WARM):
        for place, side in enumerate(sides):
            used, began = _processor(servers[place]), time.perf_counter()
            async with side.transaction() as connection:
                servers[place] = connection.info.backend_pid
                await side.ask(connection, side.brands[number % len(side.brands)])
            if number >= WARM:
                taken[place].clock.append((time.perf_counter() - began) * 1000)
                taken[place].processor.append(_processor(servers[place]) - used)
    return taken


def ratio_of(one: Taken, other: Taken) -> float:
    return statistics.median(one.clock) / statistics.median(other.clock)


async def timed(read: Read, transaction: Transaction, brands: tuple[UUID, ...]) -> Timing:
    """The read and its floor in turns, over the brands in turn."""
    asked, floor = await in_turns(
        [Side(transaction, read.ask, brands), Side(transaction, read.floor, brands)]
    )
    return Timing(
        statistics.median(asked.clock),
        sorted(asked.clock)[int(0.95 * len(asked.clock))],
        statistics.median(floor.clock),
        statistics.median(asked.processor),
        statistics.median(floor.processor),
    )


def _brands_for(name: str, store: Store) -> tuple[UUID, ...]:
    """Those that a read is asked about; brand 1 has the many campaigns."""
    return store.own_brands[:1] if name == "campaigns_90d" else store.own_brands[:10]


async def all_reads(database: Database, store: Store) -> dict[str, Timing]:
    """Every read with its floor."""
    as_person = partial(database.as_user, store.person)
    return {
        name: await timed(read, as_person, _brands_for(name, store))
        for name, read in reads(store.own_brands).items()
    }


async def growth(
    database: Database, store: Store, small_database: Database, small: Store
) -> dict[str, float]:
    """Each read of the store against the same of a small one, in turns."""
    found, together = {}, min(len(store.own_brands), len(small.own_brands))
    sides = ((database, store), (small_database, small))
    for name in reads(()):
        large_times, small_times = await in_turns(
            [
                Side(
                    partial(opened.as_user, one.person),
                    reads(one.own_brands[:together])[name].ask,
                    _brands_for(name, one),
                )
                for opened, one in sides
            ]
        )
        found[name] = ratio_of(large_times, small_times)
    return found


async def _of_metrics(
    connection: Connection, _brand: UUID, *, where: str, brands: list[UUID]
) -> object:
    query = (
        "select m.brand_id, m.date, m.metric_type, sum(m.value) as value from public.metrics as m"
        f" where {where} m.date > %(after)s group by 1, 2, 3"
    )
    parameters = {"brands": brands, "after": last_days(30)[1].last}
    return await (await connection.execute(query, parameters)).fetchall()  # type: ignore[arg-type]


async def row_level_security(database: Database, bare: Database, store: Store) -> dict[str, float]:
    """The cost of row level security, with the brand stated and without; `bare` bypasses it."""
    as_person, as_superuser = partial(database.as_user, store.person), bare.as_owner
    daily = reads(())["daily_90d"]
    on, off = await in_turns(
        [
            Side(as_person, daily.ask, store.own_brands[:10]),
            Side(as_superuser, daily.ask, store.own_brands[:10]),
        ]
    )
    two = store.brands[-2:]
    async with bare.as_owner() as connection:
        cursor = await connection.execute(
            "select user_id from public.brands where id = %s", [two[0]]
        )
        [owner] = [row["user_id"] for row in await cursor.fetchall()]
        cursor = await connection.execute(
            "select id from public.brands where user_id = %s", [owner]
        )
        own = [row["id"] for row in await cursor.fetchall()]
    stated = partial(_of_metrics, where="m.brand_id = any(%(brands)s) and", brands=own)
    unstated = partial(_of_metrics, where="", brands=own)
    without, with_filter = await in_turns(
        [
            Side(partial(database.as_user, owner), unstated, two),
            Side(as_superuser, stated, two),
        ]
    )
    return {
        "rls_ratio": ratio_of(on, off),
        "rls_unfiltered": ratio_of(without, with_filter),
    }
