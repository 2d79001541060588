from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from aura.errors import DatabaseError
from aura.store.database import Database, check_version, connect

CLAIM = "select current_user::text as role, current_setting('request.jwt.claims', true) as claims"


async def whoami(connection):
    return await (await connection.execute(CLAIM)).fetchone()


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refuses every connection
        yield taken.getsockname()[1]


async def test_a_person_sees_their_own_brands_and_no_others(database, make_person, make_brand):
    anna, ben = await make_person(), await make_person()
    annas, bens = await make_brand(anna), await make_brand(ben)
    async with database.as_user(anna) as connection:
        rows = await (await connection.execute("select id from public.brands")).fetchall()
    assert [row["id"] for row in rows] == [annas]
    async with database.as_user(ben) as connection:
        rows = await (await connection.execute("select id from public.brands")).fetchall()
    assert [row["id"] for row in rows] == [bens]


async def test_the_worker_sees_the_one_brand_it_names(database, make_person, make_brand):
    person = await make_person()
    brand, _other = await make_brand(person, name="One"), await make_brand(person, name="Two")
    async with database.as_worker(brand) as connection:
        rows = await (await connection.execute("select id from public.brands")).fetchall()
    assert [row["id"] for row in rows] == [brand]
    async with database.as_worker(None) as connection:
        rows = await (await connection.execute("select id from public.brands")).fetchall()
    assert rows == []


async def test_accounts_speaks_for_the_named_person_address_and_session(database):
    person = uuid4()
    async with database.as_accounts(
        user_id=person, email="Anna@Example.COM", session=b"\x01\xff"
    ) as connection:
        found = await whoami(connection)
        claims = await (
            await connection.execute("select current_setting('request.jwt.claims')::jsonb as c")
        ).fetchone()
    assert found["role"] == "aura_accounts"
    assert claims["c"] == {
        "role": "aura_accounts",
        "sub": str(person),
        "email": "anna@example.com",
        "session": "01ff",
    }


async def test_claims_that_were_not_given_are_absent(database):
    async with database.as_accounts() as connection:
        claims = (await whoami(connection))["claims"]
    assert claims == '{"role": "aura_accounts"}'


async def test_role_and_claims_end_with_the_transaction(owner_url):
    database = await Database.open(owner_url, pool_size=1)
    try:
        async with database.as_user(uuid4()) as connection:
            inside = await whoami(connection)
        async with database.as_owner() as connection:
            outside = await whoami(connection)
    finally:
        await database.close()
    assert inside["role"] == "authenticated"
    assert outside == {"role": "aura", "claims": ""}


async def test_role_and_claims_end_with_a_transaction_that_fails(owner_url):
    database = await Database.open(owner_url, pool_size=1)
    try:
        with pytest.raises(psycopg.errors.DivisionByZero):
            async with database.as_user(uuid4()) as connection:
                await connection.execute("select 1 / 0")
        async with database.as_owner() as connection:
            assert await whoami(connection) == {"role": "aura", "claims": ""}
    finally:
        await database.close()


async def test_many_people_at_once_never_speak_for_each_other(database):
    async def ask(person):
        async with database.as_user(person) as connection:
            await asyncio.sleep(0.001)
            claims = (await whoami(connection))["claims"]
        return str(person) in claims

    people = [uuid4() for _ in range(60)]
    assert all(await asyncio.gather(*map(ask, people)))


async def test_what_was_written_is_kept_at_exit(database, make_person, make_brand):
    person = await make_person()
    brand = await make_brand(person, name="Before")
    async with database.as_user(person) as connection:
        await connection.execute("update public.brands set name = 'After'")
    async with database.as_user(person) as connection:
        row = await (await connection.execute("select id, name from public.brands")).fetchone()
    assert row == {"id": brand, "name": "After"}


async def test_nothing_is_kept_when_the_block_raises(database, make_person, make_brand):
    person = await make_person()
    await make_brand(person, name="Before")

    class StopError(Exception):
        pass

    with pytest.raises(StopError):
        async with database.as_user(person) as connection:
            await connection.execute("update public.brands set name = 'After'")
            raise StopError
    async with database.as_user(person) as connection:
        row = await (await connection.execute("select name from public.brands")).fetchone()
    assert row == {"name": "Before"}


async def test_a_swallowed_failure_is_no_silent_rollback(database):
    with pytest.raises(DatabaseError, match="nothing of it was kept"):
        async with database.as_user(uuid4()) as connection:
            with pytest.raises(psycopg.errors.DivisionByZero):
                await connection.execute("select 1 / 0")


async def test_nothing_is_prepared_on_the_server(database):
    async with database.as_owner() as connection:
        for _ in range(20):
            await connection.execute("select %s::int", [1])
        cursor = await connection.execute("select count(*) as n from pg_prepared_statements")
        assert (await cursor.fetchone())["n"] == 0


async def test_connections_closed_by_the_server_are_replaced(database, superuser_url):
    await asyncio.gather(*(_use(database) for _ in range(8)))
    async with await connect(superuser_url, autocommit=True) as killer:
        await killer.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    await asyncio.gather(*(_use(database) for _ in range(8)))


async def _use(database):
    async with database.as_user(uuid4()) as connection:
        await connection.execute("select pg_sleep(0.01)")


async def test_a_server_lost_in_the_middle_is_a_database_error(database, superuser_url):
    with pytest.raises(DatabaseError, match="No connection to the database"):
        async with database.as_user(uuid4()) as connection:
            pid = connection.info.backend_pid
            async with await connect(superuser_url, autocommit=True) as killer:
                await killer.execute("select pg_terminate_backend(%s)", [pid])
            await connection.execute("select 1")


async def test_a_login_that_may_not_become_the_role_is_told_so(owner_url, superuser_url):
    async with await connect(superuser_url, autocommit=True) as superuser:
        await superuser.execute("create role test_stranger login password 'stranger'")
    try:
        url = make_conninfo(owner_url, user="test_stranger", password="stranger")
        database = await Database.open(url, pool_size=1)
        with pytest.raises(DatabaseError, match="test_stranger may not become authenticated"):
            async with database.as_user(uuid4()):
                pass
        await database.close()
    finally:
        async with await connect(superuser_url, autocommit=True) as superuser:
            await superuser.execute("drop role test_stranger")


async def test_a_closed_port_is_one_sentence_without_the_password(closed_port):
    url = f"postgresql://anna:opensesame@127.0.0.1:{closed_port}/shop"
    with pytest.raises(DatabaseError, match=rf"127\.0\.0\.1:{closed_port}/shop") as refused:
        await Database.open(url)
    assert "opensesame" not in refused.value.message
    assert "\n" not in refused.value.message


async def test_a_wrong_password_is_not_repeated(owner_url):
    with pytest.raises(DatabaseError, match="password authentication failed") as refused:
        await Database.open(make_conninfo(owner_url, password="opensesame"))
    assert "opensesame" not in refused.value.message


@pytest.mark.parametrize("url", ["postgresql://a:opensesame@[::1/x", "opensesame", "host='x"])
async def test_an_unreadable_url_is_not_repeated(url):
    with pytest.raises(DatabaseError, match="cannot be read") as refused:
        await Database.open(url)
    assert "opensesame" not in refused.value.message


async def test_a_database_without_migrations_says_what_to_run(empty_url):
    with pytest.raises(DatabaseError, match="run `aura db migrate`"):
        await Database.open(empty_url)


async def test_a_database_without_pgcrypto_says_what_to_run(owner_url):
    async with await connect(owner_url, autocommit=True) as owner:
        await owner.execute("drop extension pgcrypto cascade")
    with pytest.raises(DatabaseError, match="create extension pgcrypto schema extensions"):
        await Database.open(owner_url)


def test_a_server_older_than_15_is_refused():
    with pytest.raises(DatabaseError, match=r"PostgreSQL 14\.12; Aura needs 15"):
        check_version({"version_number": 140012, "version": "14.12"})
    check_version({"version_number": 150000, "version": "15.0"})


async def test_a_repr_names_the_place_alone(database, owner_url):
    password = psycopg.conninfo.conninfo_to_dict(owner_url)["password"]
    assert "127.0.0.1" in repr(database)
    assert password not in repr(database)
