"""One PostgreSQL for the whole run, shared by its workers; a fresh, migrated database a test.

AURA_TEST_POSTGRES=system runs the suite on the system's PostgreSQL instead of the embedded one.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from aura.store import embedded
from aura.store.binaries import Binaries, find_binaries, system_binaries
from aura.store.database import Database
from aura.store.migrate import migrate
from aura.store.secrets import Keyring
from requirements import require
from sandbox_fixture import sandbox, start_sandbox  # noqa: F401 - fixtures for every test

# no test measures time; where every landing is checked, the same examples are tried each time
settings.register_profile(
    "aura",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("aura")

PLACE = "AURA_TEST_PLACE"
TEMPLATE = "aura_template"
# a database is three hundred files, and most tests have one of their own: in memory it takes a
# tenth of the processor's time that the file system of a disk does
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
ROOM = 4 * 2**30
# a test's data need not survive a power cut
OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

MakePerson = Callable[..., Awaitable[UUID]]
MakeBrand = Callable[..., Awaitable[UUID]]


@dataclass(frozen=True)
class Postgres:
    """A running server: where its log is, who may do everything, who owns databases."""

    superuser_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    log: Path

    def url(self, database: str) -> str:
        """The owner's URL of one database."""
        return self.owner_url.rpartition("/")[0] + "/" + database

    def run(self, statement: str, *names: str) -> None:
        """One statement as the superuser; `{}` stands for a quoted name each."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def pytest_configure(config: pytest.Config) -> None:
    """Choose once where the server and all that tests write for a while lie; workers inherit it."""
    if not hasattr(config, "workerinput"):
        _forget_killed_runs()
        home = MEMORY if _takes_a_run(MEMORY) else None
        place = Path(tempfile.mkdtemp(prefix=f"aura-tests-{os.getpid()}-", dir=home))
        place.chmod(0o711)
        os.environ[PLACE] = str(place)
        if home is not None:
            tempfile.tempdir = os.environ["TMPDIR"] = str(place)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The server has stopped with its last user; its files go too."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(PLACE), ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of one group go to one worker: they share what takes long to start.

    pytest-xdist 3.8 writes a group's name where pytest 9.2 no longer looks for it.
    """
    if not config.getoption("loadgroup", default=False):
        return
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group is not None and not item.nodeid.endswith(f"@{group.args[0]}"):
            item._id = type(item.id).parse(f"{item.nodeid}@{group.args[0]}")


def _takes_a_run(folder: Path) -> bool:
    """Whether that folder is there, has room, and lets our programs run: a container's may not."""
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC


def _forget_killed_runs() -> None:
    """What runs left in memory that were killed before they could tidy up."""
    for left in MEMORY.glob("aura-tests-*-*"):
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)


@pytest.fixture(scope="session")
def programs() -> Binaries:
    """The PostgreSQL this run is on."""
    if os.environ.get("AURA_TEST_POSTGRES") != "system":
        return find_binaries(Path(os.environ[PLACE]))
    found = system_binaries()
    require("a PostgreSQL of the system", found is not None)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def postgres(programs: Binaries) -> Iterator[Postgres]:
    """A server with a migrated template database."""
    place = Path(os.environ[PLACE])
    server = embedded.start(place, binaries=programs, options=OPTIONS)
    found = Postgres(server.superuser_url, server.url, server.place / "server.log")
    try:
        with (place / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            make_template(found)
        yield found
    finally:
        server.release()


def make_template(server: Postgres) -> None:
    with psycopg.connect(server.superuser_url) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [TEMPLATE])
        if found.fetchone() is not None:
            return
    server.run("create database {} owner aura", "aura_half_done")
    asyncio.run(migrate(server.url("aura_half_done")))
    server.run("alter database {} rename to {}", "aura_half_done", TEMPLATE)


@pytest.fixture
def empty_url(postgres: Postgres) -> Iterator[str]:
    """The owner's URL of a fresh database in which nothing has been migrated."""
    yield from _fresh(postgres, "create database {} owner aura")


@pytest.fixture
def owner_url(postgres: Postgres) -> Iterator[str]:
    """The owner's URL of a fresh, migrated database."""
    yield from _fresh(postgres, f"create database {{}} owner aura template {TEMPLATE}")


def _fresh(server: Postgres, statement: str) -> Iterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    server.run(statement, name)
    yield server.url(name)
    _drop(server, name)


def _drop(server: Postgres, name: str) -> None:
    """Remove a test's database; where the checkpoint for it failed (seen once), ask again."""
    statement = "drop database if exists {} with (force)"
    try:
        server.run(statement, name)
    except psycopg.errors.InternalError_ as error:
        try:
            server.run(statement, name)
        except psycopg.Error:
            error.add_note(server.log.read_text(errors="replace")[-2000:])
            raise error from None


@pytest.fixture
def superuser_url(postgres: Postgres, owner_url: str) -> str:
    """The superuser's URL of this test's database."""
    name = conninfo_to_dict(owner_url)["dbname"]
    return postgres.superuser_url.rpartition("/")[0] + f"/{name}"


@pytest.fixture
async def database(owner_url: str) -> AsyncIterator[Database]:
    """This test's database, opened."""
    opened = await Database.open(owner_url, pool_size=4)
    yield opened
    await opened.close()


@pytest.fixture
def keyring() -> Keyring:
    """Keys made for one test."""
    return Keyring.generate()


@pytest.fixture
def make_person(database: Database) -> MakePerson:
    """Inserts a person who cannot sign in; gives the id."""

    async def make(*, email: str | None = None, is_active: bool = True) -> UUID:
        async with database.as_owner() as connection:
            cursor = await connection.execute(
                "insert into public.users (email, password_hash, is_active)"
                " values (%s, '!', %s) returning id",
                [email or f"{secrets.token_hex(6)}@example.com", is_active],
            )
            return await _id(cursor)

    return make


@pytest.fixture
def make_brand(database: Database) -> MakeBrand:
    """Inserts a brand of that person; gives the id."""

    async def make(
        person: UUID, *, name: str = "Brand", currency: str = "USD", timezone: str = "UTC"
    ) -> UUID:
        async with database.as_owner() as connection:
            cursor = await connection.execute(
                "insert into public.brands (user_id, name, currency, timezone)"
                " values (%s, %s, %s, %s) returning id",
                [person, name, currency, timezone],
            )
            return await _id(cursor)

    return make


async def _id(cursor: psycopg.AsyncCursor[dict[str, UUID]]) -> UUID:
    row = await cursor.fetchone()
    assert row is not None
    return row["id"]
