"""Before the first migration: is something else in the way?

`create table if not exists` accepts a table of the same name whatever its shape, so the shapes are
compared first: the first migration runs in a schema of its own, in the same transaction, and is
undone.
"""

from __future__ import annotations

import psycopg

from aura.errors import DatabaseError
from aura.store.database import Connection
from aura.store.migrations import Migration
from aura.store.statements import statements

SCRATCH = "aura_shapes"
KINDS = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}
Shape = dict[str, dict[str, str]]


async def check_nothing_in_the_way(connection: Connection, first: Migration) -> None:
    """DatabaseError when the schema `aura` is in use or a public table is another than ours."""
    if await _shapes(connection, "aura"):
        raise DatabaseError(
            "The schema aura holds something else already. Use a database of its own for Aura."
        )
    public = await _shapes(connection, "public")
    expected = await _expected(connection, first)
    for relation in public.keys() & expected.keys():
        difference = _difference(public[relation], expected[relation])
        if difference is not None:
            raise DatabaseError(
                f"public.{relation} exists already and is not Aura's: {difference}. Use a "
                f"database of its own for Aura, or move that table away "
                f"(`alter table public.{relation} set schema …`)."
            )


async def _expected(connection: Connection, first: Migration) -> Shape:
    script = first.text.replace("public.", f"{SCRATCH}.")
    expected: Shape = {}
    async with connection.transaction() as undone:
        # the text comes from our own files
        await connection.execute(f"create schema {SCRATCH};{script}")
        expected = await _shapes(connection, SCRATCH)
        raise psycopg.Rollback(undone)
    return expected


async def _shapes(connection: Connection, schema: str) -> Shape:
    """Columns and their types of every relation in that schema; a view's carry its kind."""
    cursor = await connection.execute(statements("migrate")["relations_of"], {"schema": schema})
    shapes: Shape = {}
    for row in await cursor.fetchall():
        shape = shapes.setdefault(row["relation"], {"": KINDS[row["kind"]]})
        shape[row["column_name"]] = row["column_type"]
    return shapes


def _difference(found: dict[str, str], expected: dict[str, str]) -> str | None:
    """The first difference in words; None when the shapes are equal."""
    if found[""] != expected[""]:
        return f"it is a {found['']}"
    for column, column_type in expected.items():
        if column not in found:
            return f"it has no column {column}"
        if found[column] != column_type:
            return f"its column {column} is {found[column]}, not {column_type}"
    extra = sorted(found.keys() - expected.keys())
    return f"it has a column {extra[0]} of its own" if extra else None
