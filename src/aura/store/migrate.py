"""Applying migrations: a URL comes in, the versions applied go out.

The Supabase CLI's bookkeeping table is kept as the CLI keeps it, so `supabase db push` and this may
take turns; checksums, which that table lacks, are kept in `aura.migrations`. Every migration
commits together with its bookkeeping, under a lock that ends with the transaction: two machines may
migrate at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from aura.errors import DatabaseError
from aura.store.database import Connection, check_version, connect
from aura.store.migrations import Migration, migrations, words
from aura.store.obstacles import check_nothing_in_the_way
from aura.store.statements import statements


@dataclass(frozen=True, slots=True)
class Applied:
    """A migration that the database has seen; the CLI alone records no checksum."""

    version: str
    statements: list[str] | None
    checksum: bytes | None


async def migrate(url: str, *, until: str | None = None) -> list[str]:
    """Apply what is pending, to the version `until` if given; the versions applied, oldest first.

    Raises DatabaseError, each time saying what to do: unreachable, too old, a login that may not,
    no pgcrypto, an edited migration, a newer Aura's database, foreign tables in the way, a failing
    migration. What was applied before the failing one stays.
    """
    known = [m for m in migrations() if until is None or m.version <= until]
    done: list[str] = []
    async with await connect(url, autocommit=True) as connection:
        await _check_server(connection)
        while True:
            version = await _apply_next(connection, known)
            if version is None:
                return done
            done.append(version)


async def pending(url: str) -> list[str]:
    """The versions that `migrate` would apply; raises what it raises before it begins."""
    known = migrations()
    async with await connect(url, autocommit=True) as connection:
        await _check_server(connection)
        return [migration.version for migration in _pending(known, await _applied(connection))]


async def _check_server(connection: Connection) -> None:
    facts = await (await connection.execute(statements("database")["server_facts"])).fetchone()
    login = await (await connection.execute(statements("migrate")["login_facts"])).fetchone()
    if facts is None or login is None:
        raise DatabaseError("The server does not say who we are.")
    check_version(facts)
    if not login["pgcrypto_is_available"]:
        raise DatabaseError(
            "The server has no extension pgcrypto, which seals tokens: install PostgreSQL's "
            "contrib package (Debian has it in `postgresql`, Fedora in `postgresql-contrib`)."
        )
    if login["pgcrypto_is_in"] not in {None, "extensions"} and not login["is_superuser"]:
        raise DatabaseError(
            f"pgcrypto is in the schema {login['pgcrypto_is_in']}; Aura calls it in the schema "
            "extensions. As a superuser: `create schema if not exists extensions authorization "
            f"{login['login']}; alter extension pgcrypto set schema extensions`."
        )
    if not login["may_bypass_policies"]:
        raise DatabaseError(
            f"The login {login['login']} lacks BYPASSRLS, without which a migration of data would "
            f"silently change nothing: `alter role {login['login']} bypassrls` as a superuser, or "
            "migrate as the owner of the project."
        )
    if not login["may_create_roles"] and not login["roles_exist"]:
        raise DatabaseError(
            f"The login {login['login']} may not create the roles that Aura needs: "
            f"`alter role {login['login']} createrole` as a superuser."
        )


async def _apply_next(connection: Connection, known: list[Migration]) -> str | None:
    """Apply the oldest pending migration in a transaction of its own; None when there is none."""
    migration: Migration | None = None
    try:
        async with connection.transaction():
            await connection.execute(statements("migrate")["take_turn"])
            applied = await _applied(connection)
            migration = next(iter(_pending(known, applied)), None)
            if migration is not None:
                if migration is known[0]:
                    await check_nothing_in_the_way(connection, migration)
                await _run(connection, migration)
            await _record_checksums(connection, known, migration, applied)
    except psycopg.Error as error:
        raise _failure(migration, error, is_lost=connection.closed) from error
    return migration.version if migration is not None else None


async def _run(connection: Connection, migration: Migration) -> None:
    # the text comes from our own files
    await connection.execute(migration.text)
    # a migration's own `set` would outlive the transaction, behind a pooler for somebody else
    await connection.execute("reset all")
    await connection.execute(statements("migrate")["create_history"])
    await connection.execute(
        statements("migrate")["record"],
        {
            "version": migration.version,
            "name": migration.name,
            "statements": migration.statements,
        },
    )


async def _applied(connection: Connection) -> list[Applied]:
    found = await (await connection.execute(statements("migrate")["bookkeeping"])).fetchone()
    history, checksums = [], {}
    if found is not None and found["has_history"]:
        history = await (await connection.execute(statements("migrate")["history"])).fetchall()
    if found is not None and found["has_checksums"]:
        rows = await (await connection.execute(statements("migrate")["checksums"])).fetchall()
        checksums = {row["version"]: bytes(row["checksum"]) for row in rows}
    seen = {row["version"]: row["statements"] for row in history}
    return [
        Applied(version, seen.get(version), checksums.get(version))
        for version in sorted(seen.keys() | checksums.keys())
    ]


def _pending(known: list[Migration], applied: list[Applied]) -> list[Migration]:
    """What is still to be applied; DatabaseError when the past is not the one we know."""
    by_version = {migration.version: migration for migration in known}
    foreign = [seen.version for seen in applied if seen.version not in by_version]
    if foreign and len(foreign) == len(applied):
        raise DatabaseError(
            f"The database has migrations that are not Aura's ({foreign[0]}, recorded in "
            "supabase_migrations.schema_migrations). Use a database or a project of its own "
            "for Aura."
        )
    for seen in applied:
        migration = by_version.get(seen.version)
        if migration is None:
            raise DatabaseError(
                f"The database has seen migration {seen.version}, which this Aura does not know: a "
                "newer Aura has migrated it. Upgrade Aura; a database never goes back."
            )
        if not _is_same(migration, seen):
            raise DatabaseError(
                f"Migration {seen.version}_{migration.name} was edited after it was applied to "
                "this database. Restore the file; a change is a new migration."
            )
    versions = {seen.version for seen in applied}
    missing = [migration for migration in known if migration.version not in versions]
    if missing and versions and missing[0].version < max(versions):
        raise DatabaseError(
            f"Migration {missing[0].version}_{missing[0].name} is missing from this database "
            f"although the later {max(versions)} is there. Restore a backup from before, or apply "
            "it by hand and add it to supabase_migrations.schema_migrations."
        )
    return missing


def _is_same(migration: Migration, seen: Applied) -> bool:
    if seen.checksum is not None:
        return seen.checksum == migration.checksum
    # `supabase migration repair` records a version without statements: taken at its word
    if seen.statements is None:
        return True
    return words(seen.statements) == words(migration.statements)


async def _record_checksums(
    connection: Connection,
    known: list[Migration],
    just_applied: Migration | None,
    applied: list[Applied],
) -> None:
    """Write the checksums that are missing, the CLI's rows included: they were compared above."""
    found = await (await connection.execute(statements("migrate")["bookkeeping"])).fetchone()
    if found is None or not found["has_checksums"]:
        return
    without = {seen.version for seen in applied if seen.checksum is None}
    for migration in known:
        if migration.version in without or migration is just_applied:
            await connection.execute(
                statements("migrate")["record_checksum"],
                {
                    "version": migration.version,
                    "name": migration.name,
                    "checksum": migration.checksum,
                },
            )


def _failure(migration: Migration | None, error: psycopg.Error, *, is_lost: bool) -> DatabaseError:
    said = error.diag.message_primary or str(error).strip()
    if migration is None:
        return DatabaseError(f"The database cannot be migrated: {said}.")
    name = f"{migration.version}_{migration.name}"
    if is_lost:
        return DatabaseError(
            f"The connection was lost during migration {name} ({said}). It is there as a whole or "
            "not at all: check that the server runs, then migrate again."
        )
    what = f"Migration {name} failed and left no trace: {said}."
    if isinstance(error, psycopg.errors.LockNotAvailable):
        what += " A table is in use by somebody else: stop Aura's other processes and try again."
    if isinstance(error, psycopg.errors.DiskFull):
        what += " The server's disk is full: free space, then migrate again."
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        what += " Migrate as the owner of the database."
    return DatabaseError(what)
