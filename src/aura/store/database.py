"""The pool: a URL comes in, transactions that have lowered themselves to one role go out.

Every transaction names for whom it speaks. The role and the claims are set with `set_config(…,
true)`, so they end with the transaction and cannot leak through a pooler to the next client;
nothing is prepared on the server for the same reason. Row level security does the rest.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from aura.errors import DatabaseError
from aura.store.statements import statements

OLDEST_SERVER = 150000
CONNECT_SECONDS = 10
WAIT_SECONDS = 30.0

Connection = psycopg.AsyncConnection[DictRow]
Note = Callable[[Connection], Awaitable[None]]

# what this task notes in the transaction of whatever it writes, so that both are kept or neither
_NOTE: ContextVar[Note | None] = ContextVar("note of what is written", default=None)


def login_of(url: str) -> dict[str, Any]:
    """The parts of a connection URL or string; DatabaseError when it cannot be read."""
    try:
        return conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # the driver's own message may quote the password
        raise DatabaseError(
            "The database URL cannot be read. It should look like "
            "postgresql://user:password@host:5432/database."
        ) from None


def where(url: str) -> str:
    """Host, port and database of a URL for messages: never the user's password."""
    login = login_of(url)
    host, port = login.get("host") or "localhost", login.get("port") or 5432
    return f"{host}:{port}/{login.get('dbname') or login.get('user') or ''}"


def unreachable(url: str, error: psycopg.Error) -> DatabaseError:
    """What to tell a person when a connection could not be made."""
    first_line = str(error).strip().partition("\n")[0]
    return DatabaseError(
        f"No connection to the database at {where(url)}: {first_line}. "
        "Check that it runs and that AURA_DATABASE_URL is right."
    )


def without_room(url: str, error: psycopg.Error) -> DatabaseError | None:
    """What to tell a person when a sound server takes no writes; None for any other error.

    A hosted project whose disk is nearly full is made read-only.
    """
    if isinstance(error, psycopg.errors.DiskFull):
        return DatabaseError(
            f"The disk of the database server at {where(url)} is full; nothing of this was kept. "
            "Free space or enlarge it: Aura goes on by itself."
        )
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return DatabaseError(
            f"The database at {where(url)} takes no writes: it is a standby, or read-only because "
            "its disk is nearly full. Name the primary in AURA_DATABASE_URL, or free space."
        )
    return None


async def connect(url: str, *, autocommit: bool = False) -> Connection:
    """One connection outside any pool; DatabaseError when the server does not let us in."""
    login_of(url)
    try:
        return await psycopg.AsyncConnection.connect(
            url,
            autocommit=autocommit,
            prepare_threshold=None,
            row_factory=dict_row,
            connect_timeout=CONNECT_SECONDS,
            application_name="aura",
        )
    except psycopg.OperationalError as error:
        raise unreachable(url, error) from error


def check_version(facts: DictRow) -> None:
    """DatabaseError for a server older than PostgreSQL 15."""
    if facts["version_number"] < OLDEST_SERVER:
        raise DatabaseError(
            f"The server is PostgreSQL {facts['version']}; Aura needs 15 or later. Upgrade it, or "
            "unset AURA_DATABASE_URL to use the embedded one."
        )


class Database:
    """A pool of connections whose transactions each speak for one person, brand or sign-in."""

    def __init__(self, url: str, pool: AsyncConnectionPool[Connection], size: int) -> None:
        self._url = url
        self._pool = pool
        self._size = size

    def __repr__(self) -> str:
        return f"Database({where(self._url)})"

    @classmethod
    async def open(cls, url: str, *, pool_size: int = 8) -> Database:
        """Check the server and open a pool of at most `pool_size` connections.

        Raises DatabaseError when it is unreachable, older than 15, not migrated or without
        pgcrypto.
        """
        async with await connect(url) as connection:
            facts = await _one(connection, "server_facts")
        check_version(facts)
        if not facts["is_migrated"]:
            raise DatabaseError(
                f"The database at {where(url)} has not been migrated: run `aura db migrate`."
            )
        if not facts["has_pgcrypto"]:
            raise DatabaseError(
                "The extension pgcrypto is missing from the schema extensions: run "
                "`create extension pgcrypto schema extensions` as the database's owner."
            )
        pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            kwargs={
                "prepare_threshold": None,
                "row_factory": dict_row,
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "aura",
            },
            min_size=1,
            max_size=pool_size,
            timeout=WAIT_SECONDS,
            open=False,
        )
        await pool.open()
        return cls(url, pool, pool_size)

    async def close(self) -> None:
        """Close every connection; the database cannot be used afterwards."""
        await self._pool.close()

    @asynccontextmanager
    async def as_user(self, user_id: UUID) -> AsyncIterator[Connection]:
        """One transaction as the signed-in person: their own rows, never a hash or a token."""
        claims = {"sub": str(user_id), "role": "authenticated"}
        async with self._transaction("authenticated", claims) as connection:
            yield connection

    @asynccontextmanager
    async def as_worker(self, brand_id: UUID | None) -> AsyncIterator[Connection]:
        """One transaction as the worker: one brand's rows, or with None the due work of all."""
        claims = {"role": "aura_worker"}
        if brand_id is not None:
            claims["brand"] = str(brand_id)
        async with self._transaction("aura_worker", claims) as connection:
            yield connection

    @asynccontextmanager
    async def as_accounts(
        self,
        *,
        user_id: UUID | None = None,
        email: str | None = None,
        session: bytes | None = None,
        shop: str | None = None,
    ) -> AsyncIterator[Connection]:
        """One transaction for sign-up, sign-in and connecting, about the person it names.

        `session` is the hash of the session's token; `email` is compared without case. `shop` is
        one that has announced something: which brands have it, and making their sync due.
        """
        claims = {"role": "aura_accounts"}
        if user_id is not None:
            claims["sub"] = str(user_id)
        if email is not None:
            claims["email"] = email.lower()
        if session is not None:
            claims["session"] = session.hex()
        if shop is not None:
            claims["shop"] = shop
        async with self._transaction("aura_accounts", claims) as connection:
            yield connection

    @asynccontextmanager
    async def as_owner(self) -> AsyncIterator[Connection]:
        """One transaction as the login itself: for the command line of an installation's owner."""
        async with self._transaction(None, {}) as connection:
            yield connection

    @asynccontextmanager
    async def _transaction(
        self, role: str | None, claims: dict[str, str]
    ) -> AsyncIterator[Connection]:
        connection = await self._lowered(role, claims)
        try:
            async with connection:
                yield connection
                if connection.info.transaction_status is TransactionStatus.INERROR:
                    # the server would answer COMMIT with a silent rollback
                    raise DatabaseError(
                        "A statement of this transaction failed; nothing of it was kept."
                    )
                await _note_written(connection)
        except psycopg.Error as error:
            if connection.closed:
                raise unreachable(self._url, error) from error
            if told := without_room(self._url, error):
                raise told from error
            raise
        finally:
            await self._pool.putconn(connection)

    async def _lowered(self, role: str | None, claims: dict[str, str]) -> Connection:
        """A connection in a transaction of that role.

        A connection that the server has closed since is put away and the next one tried: nothing
        has been done on it yet.
        """
        for attempt in range(self._size + 1):
            connection = await self._take()
            try:
                await _lower(connection, role, claims)
            except BaseException as error:
                await self._pool.putconn(connection)
                if not isinstance(error, psycopg.Error):
                    raise
                if connection.closed and attempt < self._size:
                    continue
                raise self._cannot_lower(role, error) from error
            return connection
        raise AssertionError("the last attempt returns or raises")

    async def _take(self) -> Connection:
        try:
            return await self._pool.getconn()
        except PoolTimeout as error:
            raise DatabaseError(
                f"No connection to the database at {where(self._url)} became free within "
                f"{WAIT_SECONDS:.0f} seconds: it is out of reach, or AURA_POOL_SIZE is too small."
            ) from error

    def _cannot_lower(self, role: str | None, error: psycopg.Error) -> DatabaseError:
        login = login_of(self._url).get("user")
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            return DatabaseError(
                f"The login {login} may not become {role}. Use the owner's URL, or a login made by "
                "`aura db roles`."
            )
        if isinstance(error, psycopg.errors.InvalidParameterValue):
            return DatabaseError(
                f"The role {role} does not exist on this server: run `aura db migrate`."
            )
        return unreachable(self._url, error)


@contextmanager
def noted(note: Note) -> Iterator[None]:
    """Have everything that is written meanwhile in this task noted, in its own transaction."""
    token = _NOTE.set(note)
    try:
        yield
    finally:
        _NOTE.reset(token)


async def _note_written(connection: Connection) -> None:
    note = _NOTE.get()
    if note is None:
        return
    cursor = await connection.execute(statements("database")["has_written"])
    row = await cursor.fetchone()
    if row is not None and row["has_written"]:
        await note(connection)


async def become_accounts(connection: Connection, user_id: UUID) -> None:
    """Go on in the same transaction as the role that keeps accounts, about that person."""
    await _lower(connection, "aura_accounts", {"role": "aura_accounts", "sub": str(user_id)})


async def _lower(connection: Connection, role: str | None, claims: dict[str, str]) -> None:
    if role is None:
        await connection.execute(statements("database")["stay_owner"])
        return
    await connection.execute(
        statements("database")["lower"], {"role": role, "claims": json.dumps(claims)}
    )


async def _one(connection: Connection, name: str) -> DictRow:
    row = await (await connection.execute(statements("database")[name])).fetchone()
    if row is None:
        raise DatabaseError(f"The statement {name} gave no row.")
    return row
