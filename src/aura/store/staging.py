"""Rows that wait to be compared with what is stored, and the statements that work on them.

Named statements work on tables that last for a transaction (`incoming_days`, `incoming_orders`, …).
They are temporary tables, filled by COPY, where the worker may make some. Where the right TEMPORARY
is taken back, because a pooler forbids temporary state or a host does not grant it, the rows are
held here, as arrays in PostgreSQL's text format, and go along with every statement that names their
table: the very same one, behind `with incoming_days as (select … from unnest(…))`. What it would
insert into such a table, or leave of it, comes back as arrays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString, Protocol

from psycopg import AsyncCursor
from psycopg.rows import DictRow

from aura.store.copying import array_elements, copy_rows
from aura.store.database import Connection
from aura.store.entities import Place
from aura.store.statements import statements

Parameters = Mapping[str, object]

_COMMENTS = re.compile(r"\A(--.*\n)+")
_MAKE = re.compile(r"create temporary table (\w+) \(\n(.*)\n\) on commit drop", re.DOTALL)
_COLUMN = re.compile(r"^    (?!primary )(\w+) (\w+)", re.MULTILINE)
_KEY = re.compile(r"(\w+) \w+ primary key")
_RENAME = re.compile(r"alter table (\w+) rename to (\w+)")
_DROP = re.compile(r"drop table (\w+)")
_FOR_THE_PLANNER = re.compile(r"analyze \w+|create unique index on \w+ ")
_COPY = re.compile(r"copy (\w+) \(([^)]*)\) from stdin")
_INSERT = re.compile(r"insert into (\w+) \(([^)]*)\)\n")
_DELETE = re.compile(r"delete from (\w+) as i\nwhere (.*)", re.DOTALL)
_ONCE = "\non conflict do nothing"


class Staging(Protocol):
    """A transaction's own tables, whatever they are made of."""

    @property
    def connection(self) -> Connection:
        """The one in whose transaction they are."""

    async def load(self, statement: LiteralString, rows: Iterable[Sequence[Any]]) -> None:
        """Bring rows into a table; the statement is the `copy … from stdin` of it."""

    async def run(self, statement: LiteralString, parameters: Parameters | None = None) -> int:
        """Run a statement that writes, or makes or drops a table; how many rows it wrote."""

    async def rows(
        self, statement: LiteralString, parameters: Parameters | None = None
    ) -> list[DictRow]:
        """Run a statement that answers; its rows."""


def staging(connection: Connection, place: Place) -> Staging:
    """No tables so far; they will be of the kind that the database allows."""
    return TemporaryTables(connection) if place.may_be_temporary else HeldTables(connection)


@dataclass(frozen=True, slots=True)
class TemporaryTables:
    """Tables of the server, which go when the transaction ends."""

    connection: Connection

    async def load(self, statement: LiteralString, rows: Iterable[Sequence[Any]]) -> None:
        """By COPY."""
        await copy_rows(self.connection, statement, rows)

    async def run(self, statement: LiteralString, parameters: Parameters | None = None) -> int:
        """As it is."""
        return (await self.connection.execute(statement, parameters)).rowcount

    async def rows(
        self, statement: LiteralString, parameters: Parameters | None = None
    ) -> list[DictRow]:
        """As it is."""
        return await (await self.connection.execute(statement, parameters)).fetchall()


@dataclass(frozen=True, slots=True)
class _Held:
    """A table by column: its type, and elements of an array. `key` is its primary key's column."""

    types: dict[str, str]
    key: str | None
    elements: dict[str, list[str]] = field(default_factory=dict)

    def add(self, count: int, elements: Mapping[str, str]) -> None:
        """So many rows, a column's values apart by commas; those of other columns are unknown."""
        unknown = ",".join(["NULL"] * count)
        for name in self.types:
            self.elements.setdefault(name, []).append(elements.get(name, unknown))

    def array(self, column: str) -> str:
        return f"{{{','.join(self.elements.get(column, ()))}}}"


@dataclass(frozen=True, slots=True)
class HeldTables:
    """Tables that are held here and sent with each statement that names them."""

    connection: Connection
    tables: dict[str, _Held] = field(default_factory=dict)

    async def load(self, statement: LiteralString, rows: Iterable[Sequence[Any]]) -> None:
        """Into memory."""
        [(name, columns)] = _COPY.findall(statement)
        for count, elements in array_elements(rows):
            self.tables[name].add(count, dict(zip(_names(columns), elements, strict=True)))

    async def run(self, statement: LiteralString, parameters: Parameters | None = None) -> int:
        """What it would do to the tables is done here, the rest by the server."""
        text = _COMMENTS.sub("", statement)
        if made := _MAKE.match(text):
            key = _KEY.search(made[2])
            self.tables[made[1]] = _Held(dict(_COLUMN.findall(made[2])), key and key[1])
        elif renamed := _RENAME.match(text):
            self.tables[renamed[2]] = self.tables.pop(renamed[1])
        elif dropped := _DROP.match(text):
            del self.tables[dropped[1]]
        elif inserted := _INSERT.search(text):
            return await self._insert(inserted, text, parameters)
        elif deleted := _DELETE.match(text):
            await self._delete(deleted, parameters)
        elif not _FOR_THE_PLANNER.match(text):
            return (await self._execute(text, parameters)).rowcount
        return 0

    async def rows(
        self, statement: LiteralString, parameters: Parameters | None = None
    ) -> list[DictRow]:
        """Behind the tables that it names."""
        return await (await self._execute(statement, parameters)).fetchall()

    async def _insert(
        self, inserted: re.Match[str], text: str, parameters: Parameters | None
    ) -> int:
        name, columns = inserted[1], _names(inserted[2])
        made = text[: inserted.start()] + text[inserted.end() :]
        frame = statements("staging")["inserted_once" if made.endswith(_ONCE) else "inserted"]
        query = frame.format(
            columns=inserted[2],
            statement=made.removesuffix(_ONCE),
            arrays=_arrays(columns),
            table=name,
            key=self.tables[name].key,
        )
        return await self._take(self.tables[name], query, parameters)

    async def _delete(self, deleted: re.Match[str], parameters: Parameters | None) -> None:
        name, before = deleted[1], self.tables[deleted[1]]
        query = statements("staging")["left_over"].format(
            table=name, condition=deleted[2], arrays=_arrays(before.types)
        )
        left = _Held(before.types, before.key)
        await self._take(left, query, parameters)
        self.tables[name] = left

    async def _take(self, table: _Held, query: str, parameters: Parameters | None) -> int:
        """Add the rows of the one answer that has them as arrays; how many they are."""
        [found] = await (await self._execute(query, parameters)).fetchall()
        count = int(found.pop("rows"))
        if count:
            table.add(count, {name: array[1:-1] for name, array in found.items()})
        return count

    async def _execute(self, text: str, parameters: Parameters | None) -> AsyncCursor[DictRow]:
        """Run a statement behind the tables that it names, each with the columns that it names."""
        text = _COMMENTS.sub("", text)
        words = set(re.findall(r"\w+", text))
        sent = dict(parameters or {})
        sources = []
        for name in self.tables.keys() & words:
            table = self.tables[name]
            columns = [column for column in table.types if column in words]
            sent |= {f"{name}_{column}": table.array(column) for column in columns}
            rows = statements("staging")["rows_of_arrays"].format(
                arrays=", ".join(f"%({name}_{one})s::{table.types[one]}[]" for one in columns),
                columns=", ".join(columns),
            )
            sources.append(f"{name} as (\n{rows}\n)")
        if sources:
            own = f",\n{text[5:]}" if text.startswith("with ") else f"\n{text}"
            text = f"with {', '.join(sources)}{own}"
        return await self.connection.execute(text, sent)


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",")]


def _arrays(columns: Iterable[str]) -> str:
    return ", ".join(f"array_agg({name})::text as {name}" for name in columns)
