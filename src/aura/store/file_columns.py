"""What a brand's people said of the columns of files: kept in the brand's settings.

Both functions work on a connection of the signed-in person (`Database.as_user`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from psycopg.types.json import Jsonb

from aura.store.database import Connection
from aura.store.statements import statements

# a person makes a few kinds of files
_MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class SaidColumns:
    """Fields by the normal names of columns, and what the file was said to be."""

    is_a: str | None
    columns: Mapping[str, str]


async def said_columns(connection: Connection, brand_id: UUID) -> list[SaidColumns]:
    """What was said of files, the latest first."""
    cursor = await connection.execute(statements("brands")["file_columns"], {"brand_id": brand_id})
    row = await cursor.fetchone()
    return [SaidColumns(one["is_a"], one["columns"]) for one in (row["said"] if row else [])]


async def remember_columns(connection: Connection, brand_id: UUID, said: SaidColumns) -> None:
    """Put what was said first; what was said of the same columns before is forgotten."""
    others = [
        one
        for one in await said_columns(connection, brand_id)
        if set(one.columns) != set(said.columns)
    ]
    kept = [
        {"is_a": one.is_a, "columns": dict(one.columns)} for one in (said, *others)[:_MOST_KEPT]
    ]
    await connection.execute(
        statements("brands")["keep_file_columns"], {"brand_id": brand_id, "said": Jsonb(kept)}
    )
