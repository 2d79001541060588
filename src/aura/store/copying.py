r"""Rows into a table by COPY, written as text here: a row at a time is what takes the time.

PostgreSQL's text format: columns apart by tabs, an unknown value as \N, and a backslash before
what would otherwise end a column or a row (PostgreSQL manual, COPY, "Text Format").
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString

from psycopg.types.json import Jsonb

from aura.store.database import Connection

_ROWS = 1000
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


async def copy_rows(
    connection: Connection, statement: LiteralString, rows: Iterable[Sequence[Any]]
) -> None:
    """Copy rows of None, text, bool, int, Decimal, bytes, day, aware moment or Jsonb."""
    async with connection.cursor() as cursor, cursor.copy(statement) as copy:
        lines: list[str] = []
        for row in rows:
            lines.append("\t".join([_WRITTEN[type(value)](value) for value in row]))
            if len(lines) == _ROWS:
                lines.append("")
                await copy.write("\n".join(lines))
                lines = []
        if lines:
            lines.append("")
            await copy.write("\n".join(lines))


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
