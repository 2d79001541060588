"""Is the database what it should be? A connection as its owner comes in, complaints go out.

Three questions: does the schema equal the migrations, do rollup and metrics equal the facts, does
every row belong to something. For the first, the migrations run once more in schemas of their own,
in a transaction that is undone: the comparison needs no list that could grow old, and takes no lock
that would hold up anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import psycopg

from aura.store.database import Connection
from aura.store.migrations import migrations
from aura.store.statements import statements

SCRATCH: Final = {"public": "public_soundness", "aura": "aura_soundness"}
# a schema as a migration writes it: before a dot, quoted, or in `schema aura`
NAMES: Final = re.compile(r"(?<!\w)(public|aura)(?=\.)|'(public|aura)'|(?<=schema )(public|aura)\b")
# statements that find figures which are not what others give, and what those are figures of
FIGURES: Final = {"wrong_rollup": "rollup", "wrong_months": "month", "wrong_metrics": "metrics"}


@dataclass(frozen=True, slots=True)
class Soundness:
    """What is wrong, in words; all empty when nothing is.

    Attributes:
        schema: differences between the database and the migrations.
        figures: days and months whose rollup or metrics are not what the facts give, by brand.
        orphans: tables with rows that belong to nothing.
        brands: how many brands were looked at.
    """

    schema: tuple[str, ...]
    figures: tuple[str, ...]
    orphans: tuple[str, ...]
    brands: int

    @property
    def complaints(self) -> tuple[str, ...]:
        """All of them."""
        return self.schema + self.figures + self.orphans


async def examine(connection: Connection) -> Soundness:
    """Look at everything; reads alone, in the caller's transaction."""
    schema = await schema_differences(connection)
    cursor = await connection.execute(statements("soundness")["all_brands"])
    brand_ids = [row["brand_id"] for row in await cursor.fetchall()]
    figures: list[str] = []
    for brand_id in brand_ids:
        for name, what in FIGURES.items():
            found = await connection.execute(statements("soundness")[name], {"brand_id": brand_id})
            figures += [
                f"brand {brand_id}: the {what} of {row['date']} ({row['platform']}) "
                "is not what its facts give"
                for row in await found.fetchall()
            ]
    cursor = await connection.execute(statements("soundness")["orphans"])
    orphans = [
        f"{row['place']}: {row['found']} rows belong to nothing that is there"
        for row in await cursor.fetchall()
        if row["found"]
    ]
    return Soundness(tuple(schema), tuple(figures), tuple(orphans), len(brand_ids))


async def schema_differences(connection: Connection) -> list[str]:
    """What the database has otherwise than the migrations say."""
    found = await _shapes(connection, {name: name for name in SCRATCH})
    expected: Mapping[str, str] = {}
    async with connection.transaction() as undone:
        for migration in migrations():
            # the text comes from our own files
            await connection.execute(_elsewhere(migration.text))
        expected = await _shapes(connection, SCRATCH)
        raise psycopg.Rollback(undone)
    return [
        *(f"missing: {item}" for item in expected.keys() - found.keys()),
        *(f"not of Aura: {item}" for item in found.keys() - expected.keys()),
        *(
            f"{item} is {found[item]!r}, the migrations say {expected[item]!r}"
            for item in expected.keys() & found.keys()
            if expected[item] != found[item]
        ),
    ]


def _elsewhere(script: str) -> str:
    """The script, about the schemas that will be undone."""

    def other(match: re.Match[str]) -> str:
        name = next(group for group in match.groups() if group)
        return match[0].replace(name, SCRATCH[name])

    return "".join(f"create schema if not exists {name};" for name in SCRATCH.values()) + NAMES.sub(
        other, script
    )


async def _shapes(connection: Connection, schemas: Mapping[str, str]) -> dict[str, str]:
    """By item what it is like, in the names of the real schemas."""
    async with connection.transaction():
        # names are then written with their schemas
        await connection.execute(statements("soundness")["full_names"])
        cursor = await connection.execute(
            statements("soundness")["shapes"], {"schemas": list(schemas.values())}
        )
        rows = await cursor.fetchall()

    def real(text: str) -> str:
        for name, place in schemas.items():
            text = text.replace(place, name)
        return text

    return {real(row["item"]): real(row["detail"] or "") for row in rows}
