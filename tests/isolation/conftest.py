"""Two tenants in a database of their own, for all tests of a module: attempts undo themselves."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import psycopg
import pytest

from conftest import TEMPLATE, Postgres
from isolation.ground import Ground


@pytest.fixture(scope="module")
def migrated_url(postgres: Postgres) -> Iterator[str]:
    """The owner's URL of a fresh database, for a whole module."""
    name = f"test_{secrets.token_hex(6)}"
    postgres.run(f"create database {{}} owner aura template {TEMPLATE}", name)
    yield postgres.url(name)
    postgres.run("drop database {} with (force)", name)


@pytest.fixture(scope="module")
def ground(migrated_url: str) -> Iterator[Ground]:
    """An attacker and a victim with a row in every table; never committed."""
    with psycopg.connect(migrated_url, prepare_threshold=None) as connection:
        yield Ground(connection)
        connection.rollback()
