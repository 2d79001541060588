r"""Rows written as the text that PostgreSQL reads: a row at a time is what takes the time.

For COPY: columns apart by tabs, an unknown value as \N, and a backslash before what would otherwise
end a column or a row (PostgreSQL manual, COPY, "Text Format"). For parameters: a column's values as
elements of an array, apart by commas, text in quotes (the same, "Array Input and Output Syntax").
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice, repeat
from typing import Any, LiteralString

from psycopg.types.json import Jsonb

from aura.store.database import Connection

_ROWS = 1000
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_QUOTED = str.maketrans({"\\": r"\\", '"': r"\""})

_Written = Mapping[type, Callable[[Any], str]]


async def copy_rows(
    connection: Connection, statement: LiteralString, rows: Iterable[Sequence[Any]]
) -> None:
    """Copy rows of None, text, bool, int, Decimal, bytes, day, aware moment or Jsonb."""
    coming = iter(rows)
    async with connection.cursor() as cursor, cursor.copy(statement) as copy:
        while some := list(islice(coming, _ROWS)):
            columns = (_column(values, _COPIED) for values in zip(*some, strict=True))
            lines = map("\t".join, zip(*columns, strict=True))
            await copy.write("\n".join([*lines, ""]))


def array_elements(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, list[str]]]:
    """Rows of what `copy_rows` takes, some at a time: how many, and each column's elements."""
    coming = iter(rows)
    while some := list(islice(coming, _ROWS)):
        columns = zip(*some, strict=True)
        yield len(some), [",".join(_column(values, _ELEMENTS)) for values in columns]


def _column(values: Sequence[Any], written_as: _Written) -> Iterable[str]:
    """Values that stand below each other: mostly of one type, days and words again and again."""
    types = set(map(type, values))
    if len(types) > 1:
        return [written_as[type(value)](value) for value in values]
    [only] = types
    if only is type(None):
        return repeat(written_as[only](None), len(values))
    if only in (str, date):
        written = {value: written_as[only](value) for value in set(values)}
        return map(written.__getitem__, values)
    return map(written_as[only], values)


def _text(value: str) -> str:
    return value.translate(_ESCAPED) if not value.isalnum() else value


def _quoted(value: str) -> str:
    return f'"{value.translate(_QUOTED)}"'


_COPIED: _Written = {
    type(None): lambda _: r"\N",
    str: _text,
    bool: lambda value: "t" if value else "f",
    int: str,
    Decimal: str,
    bytes: lambda value: rf"\\x{value.hex()}",
    date: date.isoformat,
    datetime: datetime.isoformat,
    Jsonb: lambda value: _text(json.dumps(value.obj)),
}
_ELEMENTS: _Written = {
    **_COPIED,
    type(None): lambda _: "NULL",
    str: _quoted,
    bytes: lambda value: rf'"\\x{value.hex()}"',
    Jsonb: lambda value: _quoted(json.dumps(value.obj)),
}
