"""Counting the rows of many tables that belong to somebody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aura.store.database import Database


async def row_counts(
    database: Database, tables: str, belongs: Callable[[str], str], whose: Mapping[str, Any]
) -> dict[str, int]:
    """By table, of those whose names the question gives: how many rows meet the condition."""
    found = {}
    async with database.as_owner() as connection:
        cursor = await connection.execute(tables)
        for row in await cursor.fetchall():
            name = row["name"]
            counted = await connection.execute(
                f"select count(*) as rows from {name} where {belongs(name)}", whose
            )
            found[name] = (await counted.fetchone())["rows"]
    return found
