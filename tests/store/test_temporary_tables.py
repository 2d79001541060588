"""A database that leaves nobody temporary tables: the missing grant is named, all is undone."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from aura.errors import DatabaseError
from store.filled_brand import fill_brand


@pytest.fixture
def forbid(owner_url):
    """Takes the right from everybody, or gives it back as the message says."""

    def run(statement):
        with psycopg.connect(owner_url, autocommit=True) as connection:
            connection.execute(statement.replace("DATABASE", f'"{connection.info.dbname}"'))

    run("revoke temporary on database DATABASE from public, aura_worker")
    return run


async def test_the_missing_grant_is_named_and_with_it_all_goes_on(
    forbid, database, keyring, make_person, make_brand, make_integration
):
    brand_id = await make_brand(await make_person())
    with pytest.raises(DatabaseError, match="As the owner: `grant temporary on database") as told:
        await fill_brand(database, keyring, make_integration, brand_id)
    async with database.as_owner() as connection:
        cursor = await connection.execute("select * from aura.entity_days")
        assert await cursor.fetchall() == []
    forbid(told.value.message.rpartition("`grant")[2].rstrip("`.").join(["grant", ""]))
    other = await make_brand(await make_person())
    await fill_brand(database, keyring, make_integration, other)
    async with database.as_owner() as connection:
        cursor = await connection.execute("select distinct brand_id from aura.entity_days")
        assert [row["brand_id"] for row in await cursor.fetchall()] == [other]


async def test_another_missing_right_is_what_it_is(database, make_person):
    with pytest.raises(errors.InsufficientPrivilege):
        async with database.as_user(await make_person()) as connection:
            await connection.execute("select password_hash from public.users")
