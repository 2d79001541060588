"""What one tenant gets of another: every verb on every table as every role, and nobody's claims."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import psycopg

from claims.place import Claim, Place
from isolation import catalog
from isolation.ground import Actor, Answer, Ground
from isolation.nobody import INACTIVE, NOBODY, inactive, nobody, without_brand
from isolation.probes import PROBES


class CountingGround(Ground):
    """Counts attempts, and the bytes of the victim's that answers to them hold."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        super().__init__(connection)
        self.attempts = 0
        self.leaked = 0
        self._marks = [mark.encode() for mark in marks_of_victim(self)]

    def attempt(self, *statement: Any, **options: Any) -> Answer:
        answer = super().attempt(*statement, **options)
        self.attempts += 1
        for value in (value for row in answer.rows for value in row):
            text = value if isinstance(value, bytes) else str(value).encode()
            self.leaked += len(text) if any(mark in text for mark in self._marks) else 0
        return answer


def marks_of_victim(ground: Ground) -> set[str]:
    """What nobody else's rows hold: ids, address, and the word in each made-up text."""
    victim = ground.victim
    # tables without a tenant are the same for everybody
    rows = [victim.rows[table.name] for table in ground.tables if table.tenant_column]
    words = set(re.findall(rf"{victim.mark}-[0-9a-f]{{12}}", repr(rows)))
    ids = {str(value) for row in rows for value in row.values() if isinstance(value, UUID)}
    # COPY shows bytes as hexadecimal digits
    return words | {word.encode().hex() for word in words} | ids | {victim.email}


def complaints(ground: Ground) -> list[str]:
    """What catalog and tenants have to say; nothing when they are apart."""
    found = list(catalog.complaints(ground.connection))
    for actor in ground.actors():
        for table in ground.tables:
            for probe in PROBES:
                found.extend(probe(ground, actor, table))
        for claims in NOBODY:
            found.extend(nobody(ground, Actor(actor.role, claims), ground.tables))
    for activity in INACTIVE:
        found.extend(inactive(ground, activity, ground.tables))
    found.extend(without_brand(ground))
    return found


async def claim(place: Place) -> Claim:
    """Two tenants with a row in every table; what one tries is undone."""
    with place.database_url() as url, psycopg.connect(url, prepare_threshold=None) as connection:
        ground = CountingGround(connection)
        found = complaints(ground)
        connection.rollback()
    for complaint in found[:5]:
        print(f"      {complaint}")
    return Claim(
        "a tenant reads and writes nothing of another",
        f"{ground.leaked} bytes and {len(found)} breaches in {ground.attempts:,} attempts",
        "make test ARGS=tests/isolation",
        not found and ground.leaked == 0,
        {"attempts": ground.attempts, "bytes": ground.leaked, "breaches": len(found)},
    )
