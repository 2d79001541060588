"""Named SQL statements, read from `queries/*.sql`.

A file holds blocks: a line `-- name: statement_name`, a comment line that says what it does, then
the statement with psycopg's `%(name)s` parameters and, for the linter, a semicolon. The type is
LiteralString: text built at run time cannot be passed for one.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import LiteralString


@cache
def statements(topic: str) -> dict[str, LiteralString]:
    """The statements of `queries/<topic>.sql` by name."""
    text = (files("aura.store") / "queries" / f"{topic}.sql").read_text(encoding="utf-8")
    found: dict[str, LiteralString] = {}
    for block in text.split("-- name: ")[1:]:
        name, _, statement = block.partition("\n")
        if name.strip() in found:
            raise ValueError(f"queries/{topic}.sql names {name.strip()} twice")
        found[name.strip()] = statement.strip().removesuffix(";")
    return found
