"""Everything that a person owns, as one file: an address comes in, a zip of CSV files goes out.

Run by the installation's owner, before an account is deleted or when its person asks for it. Every
table is asked, as the catalogue lists them: a new one is in it by itself, or nothing is written.
All of it is of one moment. Secrets stay: sealed tokens, hashes and keys are of use to nobody else.
"""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from psycopg import IsolationLevel, sql

from aura.errors import DatabaseError, InputError
from aura.store.database import Connection, connect
from aura.store.statements import statements

SECRETS: Final = (
    "password_hash",
    "access_token",
    "refresh_token",
    "token_hash",
    "customer_hash_key",
    "sealed_request",
)
LIST: Final = "contents.json"


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows went into the file, by table; those of none are in it as well."""

    rows: dict[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.rows.values())


async def export_person(url: str, email: str, file: Path) -> Exported | None:
    """Write everything that a person owns into `file`, a new one that its owner alone may read.

    None when there is no such account. Raises InputError when the file is there or cannot be made,
    DatabaseError for a table of which nobody can say whose its rows are.
    """
    async with await connect(url) as connection:
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        cursor = await connection.execute(statements("owned")["person"], {"email": email})
        person = await cursor.fetchone()
        if person is None:
            return None
        half_done = _made(file)
        try:
            exported = await _write(connection, person["id"], half_done)
            # another one of that name may have come meanwhile: it is never replaced
            os.link(half_done, file)
        except FileExistsError:
            raise _is_there(file) from None
        except OSError as error:
            raise InputError(f"{file} cannot be made there: {error.strerror}.") from error
        finally:
            half_done.unlink(missing_ok=True)
    return exported


def _made(file: Path) -> Path:
    """The file's beginning, empty; InputError when there is one of its name or no such folder."""
    if file.exists():
        raise _is_there(file)
    half_done = file.with_name(f".{file.name}.part")
    try:
        half_done.unlink(missing_ok=True)
        os.close(os.open(half_done, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.") from None
    return half_done


def _is_there(file: Path) -> InputError:
    return InputError(f"{file} is there already: name another file.")


async def _write(connection: Connection, user_id: UUID, file: Path) -> Exported:
    tables = await _owned_tables(connection)
    rows: dict[str, int] = {}
    contents: dict[str, Any] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables:
            name = f"{table['place']}.{table['relation']}"
            with archive.open(f"{name}.csv", "w", force_zip64=True) as entry:
                rows[name] = await _copy(connection, table, user_id, entry)
            contents[name] = {"rows": rows[name], "withheld": table["withheld"] or []}
        archive.writestr(LIST, json.dumps(contents, indent=1))
    return Exported(rows)


async def _owned_tables(connection: Connection) -> list[dict[str, Any]]:
    cursor = await connection.execute(
        statements("owned")["owned_tables"], {"secrets": list(SECRETS)}
    )
    return await cursor.fetchall()


async def _copy(connection: Connection, table: dict[str, Any], user_id: UUID, entry: Any) -> int:
    """Write one table's rows that are the person's; how many they were."""
    statement = sql.SQL(statements("any_table")[_by(table)]).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, table["columns"])),
        table=sql.Identifier(table["place"], table["relation"]),
        user=sql.Literal(user_id),
    )
    async with connection.cursor() as cursor:
        async with cursor.copy(statement) as copy:
            async for block in copy:
                entry.write(block)
        return cursor.rowcount


def _by(table: dict[str, Any]) -> str:
    """Which statement gives the rows of the table that are one person's."""
    if (table["place"], table["relation"]) == ("public", "users"):
        return "copy_person"
    if (table["place"], table["relation"]) == ("aura", "events"):
        return "copy_events"
    if table["by_column"] is None:
        raise DatabaseError(
            f"{table['place']}.{table['relation']} does not say whose its rows are: nothing was "
            "exported. Is this a table of Aura's?"
        )
    return "copy_by_brand" if table["by_column"] == "brand_id" else "copy_by_user"
