"""A brand that goes for good: in small transactions, and then proved to be gone.

Run by the installation's owner from the shell. Rows go table by table, some thousands at a time, so
that nobody waits for a lock; the brand's own row goes last and takes along what a worker wrote
meanwhile. Then every table that names brands is asked whether it still names this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg import sql

from aura.errors import DatabaseError
from aura.store.database import Database
from aura.store.operator import forget_person
from aura.store.statements import statements

BATCH: Final = 5000


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many rows went, by table."""

    rows: dict[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.rows.values())


async def delete_brand(database: Database, brand_id: UUID) -> Deleted:
    """Delete a brand with everything that is stored about it.

    May be stopped and run again. Raises DatabaseError when a row is left.
    """
    named = statements("deletion")
    async with database.as_owner() as connection:
        await connection.execute(named["stop_syncing"], {"brand_id": brand_id})
        cursor = await connection.execute(named["tables_of_brands"])
        tables = [(row["place"], row["relation"]) for row in await cursor.fetchall()]
    gone: dict[str, int] = {}
    for place, relation in tables:
        gone[f"{place}.{relation}"] = await _empty(database, brand_id, place, relation)
    async with database.as_owner() as connection:
        cursor = await connection.execute(named["delete_brand"], {"brand_id": brand_id})
        gone["public.brands"] = cursor.rowcount
        for place, relation in tables:
            left = await connection.execute(
                sql.SQL(statements("any_table")["rows_left"]).format(
                    table=sql.Identifier(place, relation)
                ),
                {"brand_id": brand_id},
            )
            row = await left.fetchone()
            if row is None or row["rows"]:
                raise DatabaseError(
                    f"{place}.{relation} still holds rows of this brand: nothing more was deleted. "
                    "Stop the workers and run this again."
                )
    return Deleted({table: rows for table, rows in gone.items() if rows})


async def _empty(database: Database, brand_id: UUID, place: str, relation: str) -> int:
    statement = sql.SQL(statements("any_table")["delete_batch"]).format(
        table=sql.Identifier(place, relation)
    )
    total = 0
    while True:
        async with database.as_owner() as connection:
            cursor = await connection.execute(statement, {"brand_id": brand_id, "limit": BATCH})
        total += cursor.rowcount
        if cursor.rowcount < BATCH:
            return total


async def delete_person(database: Database, email: str) -> dict[str, Deleted] | None:
    """Delete an account with its brands; what went by brand, None when there is no such account."""
    async with database.as_owner() as connection:
        cursor = await connection.execute(
            statements("deletion")["brands_of_person"], {"email": email}
        )
        brands = [(row["name"], row["id"]) for row in await cursor.fetchall()]
    gone = {name: await delete_brand(database, brand_id) for name, brand_id in brands}
    async with database.as_owner() as connection:
        found = await forget_person(connection, email)
    return gone if found else None
