"""Rows for every table, made from the catalog: a new table gets its rows without an edit here.

A row takes its tenant's ids where a column or foreign key asks for them, a word of the check
constraint where there is one, and otherwise values that carry the tenant's mark. What cannot be
made is an error.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zlib import crc32

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

Row = dict[str, Any]
TENANT_COLUMNS = ("brand_id", "user_id")


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    length: int | None
    is_made_by_server: bool


@dataclass(frozen=True, slots=True)
class ForeignKey:
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    foreign_keys: tuple[ForeignKey, ...]
    words: Mapping[str, str]

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(*self.name.split("."))

    @property
    def tenant_column(self) -> str | None:
        """The column that says whose the row is; none for what belongs to everybody."""
        names = {column.name for column in self.columns}
        if self.name == "public.users":
            return "id"
        return next((name for name in TENANT_COLUMNS if name in names), None)

    @property
    def writable(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if not column.is_made_by_server)


@dataclass(slots=True)
class Tenant:
    """Somebody with one row in every table; `rows` are as the database holds them."""

    mark: str
    rows: dict[str, Row] = field(default_factory=dict)

    @property
    def user_id(self) -> uuid.UUID:
        return self.rows["public.users"]["id"]

    @property
    def brand_id(self) -> uuid.UUID:
        return self.rows["public.brands"]["id"]

    @property
    def email(self) -> str:
        return f"{self.mark}@example.test"

    def tenant_value(self, table: Table) -> uuid.UUID:
        """What the table's tenant column holds in this tenant's rows."""
        return self.brand_id if table.tenant_column == "brand_id" else self.user_id

    def parent(self, key: ForeignKey, table: Table) -> Row:
        """What a row's foreign key takes over from this tenant; a row may be its own parent."""
        if key.target == table.name and key.target not in self.rows:
            return dict.fromkeys(key.columns)
        target = self.rows[key.target]
        return {
            ours: target[its] for ours, its in zip(key.columns, key.target_columns, strict=True)
        }


def read_tables(connection: psycopg.Connection[Any]) -> list[Table]:
    """Every table of public and aura, parents before their children."""
    names = [
        row[0]
        for row in connection.execute(
            """
            select n.nspname || '.' || c.relname
            from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname in ('public', 'aura') and c.relkind in ('r', 'p')
            order by 1
            """
        )
    ]
    waiting = {name: _read_table(connection, name) for name in names}
    ordered: list[Table] = []
    while waiting:
        free = [
            table
            for table in waiting.values()
            if not any(k.target in waiting and k.target != table.name for k in table.foreign_keys)
        ]
        if not free:
            raise ValueError(f"the tables refer to each other in a circle: {sorted(waiting)}")
        ordered.extend(waiting.pop(table.name) for table in free)
    return ordered


def _read_table(connection: psycopg.Connection[Any], name: str) -> Table:
    columns = connection.execute(
        """
        select
            attname, format_type(atttypid, null),
            case when atttypid = 'varchar'::regtype and atttypmod > 0 then atttypmod - 4 end,
            attidentity <> '' or attgenerated <> ''
        from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped
        order by attnum
        """,
        [name],
    ).fetchall()
    keys = connection.execute(
        """
        select array(
            select a.attname::text
            from unnest(i.indkey::smallint[]) with ordinality as k (attnum, position)
            inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
            where k.position <= i.indnkeyatts order by k.position
        )
        from pg_index as i
        where i.indrelid = %s::regclass and i.indisunique
        order by not i.indisprimary, i.indexrelid
        """,
        [name],
    ).fetchall()
    foreign = connection.execute(
        """
        select
            array(
                select a.attname::text from unnest(c.conkey) with ordinality as k (attnum, position)
                inner join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.attnum
                order by k.position
            ),
            n.nspname || '.' || t.relname,
            array(
                select a.attname::text
                from unnest(c.confkey) with ordinality as k (attnum, position)
                inner join pg_attribute as a on a.attrelid = c.confrelid and a.attnum = k.attnum
                order by k.position
            )
        from pg_constraint as c
        inner join pg_class as t on t.oid = c.confrelid
        inner join pg_namespace as n on n.oid = t.relnamespace
        where c.conrelid = %s::regclass and c.contype = 'f'
        order by c.conname
        """,
        [name],
    ).fetchall()
    return Table(
        name=name,
        columns=tuple(Column(*column) for column in columns),
        keys=tuple(tuple(key[0]) for key in keys),
        foreign_keys=tuple(ForeignKey(tuple(o), target, tuple(t)) for o, target, t in foreign),
        words=_words_of_checks(connection, name),
    )


def _words_of_checks(connection: psycopg.Connection[Any], name: str) -> dict[str, str]:
    """For each column that a check limits to some words, the first of them."""
    checks = connection.execute(
        "select pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid = %s::regclass and contype = 'c'",
        [name],
    )
    found = (re.search(r"\((\w+) = ANY \(ARRAY\['([^']*)'", check[0]) for check in checks)
    return {match.group(1): match.group(2) for match in found if match}


def make_row(table: Table, tenant: Tenant) -> Row:
    """A fresh row for the tenant: its keys are new, its parents are the tenant's rows."""
    mark = f"{tenant.mark}-{uuid.uuid4().hex[:12]}"
    row = {
        column.name: table.words.get(column.name) or _value(table, column, mark)
        for column in table.columns
        if not column.is_made_by_server
    }
    for key in table.foreign_keys:
        row.update(tenant.parent(key, table))
    if table.tenant_column in TENANT_COLUMNS:
        row[table.tenant_column] = tenant.tenant_value(table)
    return row


def _value(table: Table, column: Column, mark: str) -> Any:
    number = uuid.uuid4().int % 10**9
    made: dict[str, Any] = {
        "uuid": uuid.uuid4(),
        "text": f"{mark}-{column.name}",
        "character varying": f"{mark}-{column.name}"[: column.length],
        "timestamp with time zone": datetime(2025, 3, 9, 12, tzinfo=UTC),
        # the same for all columns of a row: a period may not end before it begins
        "date": date.fromordinal(700_000 + crc32(mark.encode()) % 30_000),
        "numeric": Decimal(number) / 100,
        "integer": number,
        "integer[]": [number],
        "bigint": number,
        "boolean": True,
        "jsonb": Jsonb({"of": mark}),
        "bytea": mark.encode(),
    }
    if column.type not in made:
        raise TypeError(f"no value is known for {table.name}.{column.name} of type {column.type}")
    return made[column.type]


def insert(connection: psycopg.Connection[Any], table: Table, row: Mapping[str, Any]) -> Row:
    """Insert as whoever the connection is; the row as the database holds it."""
    statement = sql.SQL("insert into {} ({}) values ({}) returning *").format(
        table.identifier,
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
    with connection.cursor(row_factory=dict_row) as cursor:
        made = cursor.execute(statement, list(row.values())).fetchone()
    if made is None:
        raise ValueError(f"{table.name} did not keep the row")
    return {
        name: Jsonb(value) if isinstance(value, dict) else value for name, value in made.items()
    }


def populate(connection: psycopg.Connection[Any], tables: list[Table], mark: str) -> Tenant:
    """A tenant with one row in every table."""
    tenant = Tenant(mark)
    for table in tables:
        row = make_row(table, tenant)
        if table.name == "public.users":
            row["email"] = tenant.email
        if table.tenant_column in TENANT_COLUMNS:
            _forget(connection, table, tenant)
        tenant.rows[table.name] = insert(connection, table, row)
    return tenant


def _forget(connection: psycopg.Connection[Any], table: Table, tenant: Tenant) -> None:
    """What the database itself has made of the tenant's other rows."""
    statement = sql.SQL("delete from {} where {} = %s").format(
        table.identifier, sql.Identifier(table.tenant_column or "")
    )
    connection.execute(statement, [tenant.tenant_value(table)])


def imagine(tables: list[Table], mark: str) -> Tenant:
    """A tenant who does not exist: the same rows, with ids that no table holds."""
    tenant = Tenant(mark)
    for table in tables:
        row = make_row(table, tenant)
        made = {c.name: _value(table, c, mark) for c in table.columns if c.is_made_by_server}
        tenant.rows[table.name] = row | made
    return tenant
