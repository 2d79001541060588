"""Before the first migration: is something else in the way?

`create table if not exists` accepts a table of the same name whatever its shape, so the shapes are
compared first: the first migration runs in a schema of its own, in the same transaction, and is
undone.
"""

from __future__ import annotations

import secrets

import psycopg

from aura.errors import DatabaseError
from aura.store.database import Connection
from aura.store.migrations import Migration
from aura.store.statements import statements

KINDS = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
    "S": "sequence",
    "c": "type",
    "i": "index",
    "I": "index",
}
Shape = dict[str, dict[str, str]]


async def check_nothing_in_the_way(connection: Connection, first: Migration) -> None:
    """DatabaseError when the schema `aura` is in use or a public table is another than ours.

    The names of our indexes count as well: `create index if not exists` would take another table's
    for ours and leave ours out.
    """
    foreign = [*await _shapes(connection, "aura"), *await _things(connection, "aura")]
    if foreign:
        raise DatabaseError(
            f"The schema aura holds something else already ({foreign[0]}). "
            "Use a database of its own for Aura."
        )
    public = await _shapes(connection, "public")
    expected = await _expected(connection, first)
    for relation in public.keys() & expected.keys():
        difference = _difference(public[relation], expected[relation])
        if difference is not None:
            raise DatabaseError(
                f"public.{relation} exists already and is not Aura's: {difference}. Use a "
                "database of its own for Aura, or move that away "
                f"(for a table `alter table public.{relation} set schema …`)."
            )


async def _expected(connection: Connection, first: Migration) -> Shape:
    scratch = f"aura_shapes_{secrets.token_hex(4)}"
    script = first.text.replace("public.", f"{scratch}.")
    expected: Shape = {}
    async with connection.transaction() as undone:
        # the text comes from our own files
        await connection.execute(f"create schema {scratch};{script}")
        expected = await _shapes(connection, scratch)
        raise psycopg.Rollback(undone)
    return expected


async def _shapes(connection: Connection, schema: str) -> Shape:
    """Columns and their types of everything in that schema; under "" what kind of thing it is."""
    cursor = await connection.execute(statements("migrate")["relations_of"], {"schema": schema})
    shapes: Shape = {}
    for row in await cursor.fetchall():
        kind = KINDS.get(row["kind"], "relation of another kind")
        if row["index_of"] is not None:
            kind += f" of {row['index_of']}"
        shape = shapes.setdefault(row["relation"], {"": kind})
        if row["column_name"] is not None:
            shape[row["column_name"]] = row["column_type"]
    return shapes


async def _things(connection: Connection, schema: str) -> list[str]:
    cursor = await connection.execute(statements("migrate")["things_in"], {"schema": schema})
    return [row["name"] for row in await cursor.fetchall()]


def _difference(found: dict[str, str], expected: dict[str, str]) -> str | None:
    """The first difference in words; None when the shapes are equal."""
    if found[""] != expected[""]:
        article = "an" if found[""].startswith("i") else "a"
        return f"it is {article} {found['']}"
    for column, column_type in expected.items():
        if column not in found:
            return f"it has no column {column}"
        if found[column] != column_type:
            return f"its column {column} is {found[column]}, not {column_type}"
    extra = sorted(found.keys() - expected.keys())
    return f"it has a column {extra[0]} of its own" if extra else None
