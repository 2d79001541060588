"""The five public tables, detail by detail, against the specification."""

from __future__ import annotations

from typing import Any

import psycopg

from claims.place import SHARED, Claim, Place
from contracts.specification import SPECIFICATION, Table, parse

DOCUMENT = SHARED / "spec" / "project-aura-database-schema.md"
Details = dict[tuple[str, ...], Any]

COLUMNS = """
    select
        c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        pg_get_expr(d.adbin, d.adrelid)
    from pg_attribute as a
    inner join pg_class as c on c.oid = a.attrelid
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
        and not a.attisdropped
"""
CONSTRAINTS = """
    select c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid)
    from pg_constraint as k inner join pg_class as c on c.oid = k.conrelid
    where c.relnamespace = 'public'::regnamespace and k.contype <> 'n'
"""
INDEXES = "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'"


def wanted(tables: dict[str, Table]) -> Details:
    """What must be found: (table, kind, name, property) -> value."""
    found: Details = {}
    for name, table in tables.items():
        found[name, "constraint", "primary key"] = "PRIMARY KEY (id)"
        for position, column in enumerate(table.columns, start=1):
            found[name, column.name, "position"] = position
            found[name, column.name, "type"] = column.type
            found[name, column.name, "required"] = column.is_required
            found[name, column.name, "default"] = column.default
            if column.references:
                target, action = column.references
                found[name, "constraint", f"({column.name})"] = (
                    f"FOREIGN KEY ({column.name}) REFERENCES public.{target}(id) ON DELETE {action}"
                )
        for index, columns in (table.indexes | table.unique).items():
            kind = "UNIQUE INDEX" if index in table.unique else "INDEX"
            found[name, "index", index] = (
                f"CREATE {kind} {index} ON public.{name} USING btree ({columns})"
            )
        for constraint, columns in table.unique.items():
            found[name, "constraint", constraint] = f"UNIQUE ({columns})"
    return found


def found(connection: psycopg.Connection[Any], named: Details) -> Details:
    """The same of a database; of its indexes those that are named, for more do no harm."""
    details: Details = {}
    for table, column, position, kind, is_required, default in connection.execute(COLUMNS):
        details[table, column, "position"] = position
        details[table, column, "type"] = kind
        details[table, column, "required"] = is_required
        details[table, column, "default"] = default
    for table, name, kind, definition in connection.execute(CONSTRAINTS):
        columns = definition.partition("KEY ")[2].partition(" REFERENCES")[0]
        place = {"p": "primary key", "f": columns}.get(kind, name)
        details[table, "constraint", place] = definition
    for table, name, definition in connection.execute(INDEXES):
        if (table, "index", name) in named:
            details[table, "index", name] = definition
    return details


async def claim(place: Place) -> Claim:
    """Every column with type, default and reference, every key, index and constraint."""
    document = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.is_file() else None
    details = wanted(SPECIFICATION if document is None else parse(document))
    with place.database_url() as url, psycopg.connect(url) as connection:
        # names are shown with their schema, whoever asks
        connection.execute("set search_path = ''")
        stored = found(connection, details)
    compared = sorted(details.keys() | stored.keys())
    different = [name for name in compared if details.get(name) != stored.get(name)]
    return Claim(
        "the five public tables equal the specification",
        f"differences: {len(different)} of {len(compared)} compared",
        "make test ARGS=tests/contracts/test_specification.py",
        not different,
        {"compared": len(compared), "different": len(different)},
    )
