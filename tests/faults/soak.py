"""Ten workers, killed at random while they read some brands, and what is stored in the end.

A round connects the brands, lets the fleet read their first days and some nights, and compares the
tables with those of one worker that nobody disturbed. Time is virtual and the same for all; where
only dead workers' leases hold the work up, it moves on by a lease. Killed workers are replaced at
once. In the end of a round all are told to stop, as a machine does that shuts down.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import os
import random
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

import psycopg

from aura.store.database import Database
from aura.store.secrets import Keyring
from aura.sync.lease import LEASE
from faults import dying
from faults.dying import Errand
from faults.kills import START, SYNC_AT, digests
from faults.playing import connected
from sync.sandboxed import World

WORKERS = 10
BRANDS = 2
NIGHTS = 1
# seconds from one death to the next, at most, and where nothing was stored since the last one: a
# machine that is slow must come forward, too
LONGEST_PAUSE = 1.0
PATIENCE = 4.0
_STORED = "select count(finished_at), sum(requests) from aura.sync_runs"
# who holds what is due, if anybody; an owner's name is host, process and chance
_HELD = """
    select split_part(leased_by, '-', -2)::integer
    from aura.sync_state
    where due_at <= %(now)s and leased_until > %(now)s
    union all
    select null from aura.sync_state where due_at <= %(now)s and leased_until > %(now)s is not true
"""
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["faults.dying"])


@dataclass
class Round:
    """What a round came to: the tables, how many were killed, how long stopping took in seconds."""

    tables: dict[str, str]
    killed: int = 0
    stopped_in: list[float] = field(default_factory=list)
    exit_codes: set[int | None] = field(default_factory=set)


@dataclass(frozen=True)
class Field:
    """Where rounds are played: a server, a template database, the platforms."""

    run: Callable[..., None]
    url: Callable[[str], str]
    world: World
    template: str
    home: Path

    @contextlib.contextmanager
    def brands(self) -> Iterator[Errand]:
        """A database of its own with some brands, connected long enough ago to refresh."""
        name = f"soak_{secrets.token_hex(4)}"
        self.run(f"create database {{}} owner aura template {self.template}", name)
        try:
            self.world.set_clock(START)
            keys = asyncio.run(self._connect(self.url(name)))
            settings = self.world.sandbox.settings()
            yield Errand(self.url(name), settings, keys, self.home, SYNC_AT)
        finally:
            self.run("drop database {} with (force)", name)

    async def _connect(self, url: str) -> str:
        keyring = Keyring.generate()
        database = await Database.open(url, pool_size=2)
        for number in range(BRANDS):
            email = f"owner{number}@soak.example"
            async with connected(database, self.world, self.home, email=email, keyring=keyring):
                pass
        await database.close()
        return keyring.text()


def moments() -> list[datetime]:
    """When everything is due: the first sync, and some mornings after it."""
    return [SYNC_AT + timedelta(days=night) for night in range(NIGHTS + 1)]


def undisturbed(field: Field) -> dict[str, str]:
    """The tables of one worker that nobody kills."""
    with field.brands() as errand:
        for moment in moments():
            field.world.set_clock(moment)
            asyncio.run(dying.work(replace(errand, now=moment), concurrency=3))
        return _last_look(field, errand)


def disturbed(field: Field, chance: random.Random) -> Round:
    """The tables of ten workers of which one is killed every now and then."""
    with field.brands() as errand:
        fleet = _Fleet(field.world, errand)
        try:
            for moment in moments():
                fleet.move(moment)
                fleet.work_off(chance)
            stopped_in, codes = fleet.stop()
        finally:
            fleet.end()
        return Round(_last_look(field, errand), fleet.killed, stopped_in, codes)


def _last_look(field: Field, errand: Errand) -> dict[str, str]:
    """Everything read once more, at the same moment for all."""
    last = moments()[-1] + timedelta(days=1)
    field.world.set_clock(last)
    asyncio.run(dying.work(replace(errand, now=last), concurrency=3))
    return digests(errand.database_url)


class _Fleet:
    """Workers in processes of their own, and the one clock that they all look at."""

    def __init__(self, world: World, errand: Errand) -> None:
        self._world = world
        self._errand = errand
        self._clock = _processes.Value("d", errand.now.timestamp())
        self._ready: dict[int | None, Event] = {}
        self._workers = [self._started() for _ in range(WORKERS)]
        self.killed = 0

    def _started(self) -> multiprocessing.process.BaseProcess:
        ready = _processes.Event()
        process = _processes.Process(target=main, args=(self._errand, self._clock, ready))
        process.start()
        self._ready[process.pid] = ready
        return process

    def move(self, moment: datetime) -> None:
        """Let it be that moment for everybody."""
        self._world.set_clock(moment)
        self._clock.value = moment.timestamp()

    def work_off(self, chance: random.Random) -> None:
        """Kill and replace until nothing is due any more."""
        with psycopg.connect(self._errand.database_url, autocommit=True) as connection:
            before, killed_at = None, time.monotonic()
            while True:
                now = datetime.fromtimestamp(self._clock.value, UTC)
                held_by = {row[0] for row in connection.execute(_HELD, {"now": now})}
                if not held_by:
                    return
                if not held_by & {None, *(process.pid for process in self._workers)}:
                    # nobody gives a dead worker's leases back: they run out
                    self.move(now + LEASE + timedelta(seconds=1))
                time.sleep(chance.uniform(0, LONGEST_PAUSE))
                stored = connection.execute(_STORED).fetchone()
                if stored != before or time.monotonic() - killed_at > PATIENCE:
                    self._kill_one(chance)
                    before, killed_at = stored, time.monotonic()

    def _kill_one(self, chance: random.Random) -> None:
        number = chance.randrange(WORKERS)
        victim = self._workers[number]
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        assert victim.exitcode == -signal.SIGKILL, f"a worker ended by itself: {victim.exitcode}"
        self.killed += 1
        self._workers[number] = self._started()

    def stop(self) -> tuple[list[float], set[int | None]]:
        """Tell all to stop; how long each took, in seconds, and with which codes they ended."""
        for process in self._workers:
            # one that has only just begun would not hear it
            self._ready[process.pid].wait()
        begun = time.monotonic()
        for process in self._workers:
            process.terminate()
        took = []
        for process in self._workers:
            process.join()
            took.append(time.monotonic() - begun)
        return took, {process.exitcode for process in self._workers}

    def end(self) -> None:
        """Leave no process behind, whatever happened."""
        for process in self._workers:
            process.kill()
            process.join()


def main(errand: Errand, clock: Synchronized[float], ready: Event) -> None:
    """Work until told to stop."""
    # what it says about the others' deaths is no news
    logging.disable(logging.CRITICAL)
    asyncio.run(_work(errand, clock, ready))


async def _work(errand: Errand, clock: Synchronized[float], ready: Event) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    ready.set()

    def now() -> datetime:
        return datetime.fromtimestamp(clock.value, UTC)

    async with dying.working(errand, now, concurrency=2) as worker:
        await worker.run(stop)
