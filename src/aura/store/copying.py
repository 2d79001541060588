r"""Rows into a table by COPY, written as text here: a row at a time is what takes the time.

PostgreSQL's text format: columns apart by tabs, an unknown value as \N, and a backslash before
what would otherwise end a column or a row (PostgreSQL manual, COPY, "Text Format").
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, LiteralString

from psycopg.types.json import Jsonb

from aura.store.database import Connection

_ROWS = 1000
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


async def copy_rows(
    connection: Connection, statement: LiteralString, rows: Iterable[Sequence[Any]]
) -> None:
    """Copy rows of None, text, bool, int, Decimal, bytes, day, aware moment or Jsonb."""
    coming = iter(rows)
    async with connection.cursor() as cursor, cursor.copy(statement) as copy:
        while some := list(islice(coming, _ROWS)):
            columns = map(_column, zip(*some, strict=True))
            lines = map("\t".join, zip(*columns, strict=True))
            await copy.write("\n".join([*lines, ""]))


def _column(values: Sequence[Any]) -> Iterable[str]:
    """Values that stand below each other: mostly of one type, days and words again and again."""
    types = set(map(type, values))
    if len(types) > 1:
        return [_WRITTEN[type(value)](value) for value in values]
    [only] = types
    if only in (str, date):
        written = {value: _WRITTEN[only](value) for value in set(values)}
        return map(written.__getitem__, values)
    return map(_WRITTEN[only], values)


def _text(value: str) -> str:
    return value.translate(_ESCAPED) if not value.isalnum() else value


def _json(value: Jsonb) -> str:
    return _text(json.dumps(value.obj))


_WRITTEN: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: r"\N",
    str: _text,
    bool: lambda value: "t" if value else "f",
    int: str,
    Decimal: str,
    bytes: lambda value: rf"\\x{value.hex()}",
    date: date.isoformat,
    datetime: datetime.isoformat,
    Jsonb: _json,
}
