from __future__ import annotations

import fcntl
from collections.abc import AsyncIterator
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from aura.errors import DatabaseError
from aura.store.database import Database, connect
from aura.store.roles import ROLES, WEB_LOGIN, WORKER_LOGIN, LoginRoles, make_login_roles, url_for


async def forget(superuser_url: str) -> None:
    async with await connect(superuser_url, autocommit=True) as connection:
        for login in ROLES:
            cursor = await connection.execute("select 1 from pg_roles where rolname = %s", [login])
            if await cursor.fetchone() is not None:
                await connection.execute(f"drop owned by {login}; drop role {login}")


@pytest.fixture
async def alone(postgres, superuser_url) -> AsyncIterator[None]:
    """Logins belong to the server, which tests of other processes use too: one at a time."""
    with (postgres.log.parent / "logins.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        await forget(superuser_url)
        yield
        await forget(superuser_url)


@pytest.fixture
async def made(alone, owner_url) -> LoginRoles:
    return await make_login_roles(owner_url)


async def lowered_to(url: str) -> dict[str, bool]:
    """Which kinds of transaction that login can begin."""
    database = await Database.open(url, pool_size=1)
    kinds = {
        "user": lambda: database.as_user(uuid4()),
        "accounts": database.as_accounts,
        "worker": lambda: database.as_worker(None),
    }
    found = {}
    try:
        for name, begin in kinds.items():
            try:
                async with begin():
                    found[name] = True
            except DatabaseError as error:
                assert "may not become" in error.message  # noqa: PT017 - either answer is looked at
                found[name] = False
    finally:
        await database.close()
    return found


async def test_the_web_speaks_for_people_and_accounts_alone(made):
    assert await lowered_to(made.web_url) == {"user": True, "accounts": True, "worker": False}


async def test_the_worker_speaks_for_itself_alone(made):
    assert await lowered_to(made.worker_url) == {"user": False, "accounts": False, "worker": True}


@pytest.mark.parametrize("table", ["public.users", "public.integrations", "aura.sessions"])
async def test_a_login_that_has_not_lowered_itself_reads_nothing(made, table):
    for url in (made.web_url, made.worker_url):
        async with await connect(url) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(f"select * from {table}")


async def test_the_logins_have_no_power_of_their_own(made, superuser_url):
    async with await connect(superuser_url) as connection:
        cursor = await connection.execute(
            "select rolname, rolsuper or rolinherit or rolcreaterole or rolcreatedb"
            " or rolreplication or rolbypassrls as power from pg_roles where rolname = any(%s)",
            [list(ROLES)],
        )
        powers = {row["rolname"]: row["power"] for row in await cursor.fetchall()}
    assert powers == {WEB_LOGIN: False, WORKER_LOGIN: False}


async def test_making_them_again_changes_the_passwords(made, owner_url):
    again = await make_login_roles(owner_url)
    assert await lowered_to(again.web_url) == await lowered_to(again.web_url)
    for old in (made.web_url, made.worker_url):
        with pytest.raises(DatabaseError, match="password authentication failed"):
            await Database.open(old)


async def test_making_them_again_takes_back_what_was_added(made, owner_url):
    async with await connect(owner_url, autocommit=True) as owner:
        await owner.execute(f"grant aura_worker to {WEB_LOGIN}")
    again = await make_login_roles(owner_url)
    assert (await lowered_to(again.web_url))["worker"] is False


@pytest.mark.parametrize("power", ["superuser", "bypassrls", "createrole"])
async def test_a_powerful_login_of_that_name_is_refused(alone, owner_url, superuser_url, power):
    async with await connect(superuser_url, autocommit=True) as superuser:
        await superuser.execute(f"create role {WORKER_LOGIN} login {power}")
    with pytest.raises(DatabaseError, match=f"{WORKER_LOGIN} exists and may do more"):
        await make_login_roles(owner_url)
    async with await connect(superuser_url) as superuser:
        cursor = await superuser.execute("select 1 from pg_roles where rolname = %s", [WEB_LOGIN])
        assert await cursor.fetchone() is None


async def test_an_owner_that_may_not_make_roles_is_told_so(alone, owner_url, superuser_url):
    async with await connect(superuser_url, autocommit=True) as superuser:
        await superuser.execute("create role test_weak login password 'weak'")
    try:
        with pytest.raises(DatabaseError, match=rf"test_weak may not make the login {WEB_LOGIN}"):
            await make_login_roles(make_conninfo(owner_url, user="test_weak", password="weak"))
    finally:
        async with await connect(superuser_url, autocommit=True) as superuser:
            await superuser.execute("drop role test_weak")


async def test_a_repr_shows_no_password(made):
    for url in (made.web_url, made.worker_url):
        assert conninfo_to_dict(url)["password"] not in repr(made)


@pytest.mark.parametrize(
    ("owner_url", "expected"),
    [
        ("postgresql://aura:old@db:5433/shop", "postgresql://web:n%3Aw@db:5433/shop"),
        (
            "postgresql://aura.project:old@pooler:6543/postgres?sslmode=require",
            "postgresql://web.project:n%3Aw@pooler:6543/postgres?sslmode=require",
        ),
        ("host=db port=5433 user=aura dbname=shop", "postgresql://web:n%3Aw@db:5433/shop"),
        ("postgresql://aura@/shop?host=/run/pg", "postgresql://web:n%3Aw@%2Frun%2Fpg/shop"),
        ("postgresql://aura@[::1]:5/x", "postgresql://web:n%3Aw@[::1]:5/x"),
        ("postgresql://aura@a:1,b:2/x", "postgresql://web:n%3Aw@a:1,b:2/x"),
        ("postgresql://aura@a,b/x", "postgresql://web:n%3Aw@a,b/x"),
        ("postgresql://aura@db", "postgresql://web:n%3Aw@db/aura"),
    ],
)
def test_an_address_changes_its_login_alone(owner_url, expected):
    made = url_for(owner_url, "aura", "web", "n:w")
    assert made == expected
    parts = conninfo_to_dict(owner_url)
    parts |= {"user": conninfo_to_dict(made)["user"], "password": "n:w"}
    assert conninfo_to_dict(made) == {"dbname": "aura"} | parts
