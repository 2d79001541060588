"""API keys: made and shown once, hashed, scoped, ended; never in a log."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from aura.accounts.keys import MOST_KEYS, create_key, list_keys, use_key
from aura.errors import ConflictError, SignInError
from measured_brand import NOW


@pytest.fixture
def make_key(database, make_person):
    """A key of a person, a new one unless one is given."""

    async def make_key(person=None, scopes=("read", "write"), days=30):
        owner = person or await make_person()
        return await create_key(
            database, user_id=owner, name="Sheet", scopes=scopes, days=days, now=NOW
        )

    return make_key


@pytest.fixture
def ask(browser):
    """Any request of a program, with a key and without cookies."""

    async def ask(method, path, secret, **options):
        browser.client.cookies.clear()
        headers = {"authorization": f"Bearer {secret}"} | options.pop("headers", {})
        return await browser.client.request(method, f"/v1{path}", headers=headers, **options)

    return ask


async def test_a_key_reads_what_its_person_may(measure, make_key, ask, database):
    made = await measure()
    key = await make_key(made.person)
    found = (await ask("GET", "/brands", key.secret)).json()["brands"]
    assert [one["id"] for one in found] == [str(made.brand)]
    (listed,) = await list_keys(database, user_id=made.person)
    assert listed.last_used_at == NOW
    assert key.secret.startswith(listed.prefix)
    assert len(listed.prefix) < 12


async def test_only_a_hash_is_kept(make_key, database):
    key = await make_key()
    async with database.as_owner() as connection:
        cursor = await connection.execute("select s::text as row from aura.sessions as s")
        (row,) = await cursor.fetchall()
    assert key.secret not in row["row"]
    assert key.secret[9:] not in row["row"]
    assert key.secret not in repr(key)


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"), [(["read"], 200, 403), (["write"], 403, 201)]
)
async def test_a_scope_says_what_a_key_may_do(make_key, ask, scopes, reads, writes):
    key = await make_key(scopes=scopes)
    assert (await ask("GET", "/brands", key.secret)).status_code == reads
    brand = {"name": "New", "currency": "EUR", "timezone": "UTC"}
    answer = await ask("POST", "/brands", key.secret, json=brand)
    assert answer.status_code == writes
    assert writes == 201 or answer.json()["code"] == "scope"


@pytest.mark.parametrize("end", ["expired", "revoked", "inactive"])
async def test_a_key_that_has_ended_is_no_key(make_person, make_key, ask, database, end):
    person = await make_person()
    key = await make_key(person, days=1)
    assert (await ask("GET", "/brands", key.secret)).status_code == 200
    statement = {
        "expired": "update aura.sessions set expires_at = %s where user_id = %s",
        "revoked": "delete from aura.sessions where created_at <= %s and user_id = %s",
        "inactive": "update public.users set is_active = false where %s is not null and id = %s",
    }[end]
    async with database.as_owner() as connection:
        await connection.execute(statement, [NOW, person])
    answer = await ask("GET", "/brands", key.secret)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_inactive_person_gets_no_key(make_person, make_key):
    with pytest.raises(SignInError):
        await make_key(await make_person(is_active=False))


@pytest.mark.parametrize("secret", ["", "aura_", "aura_" + "x" * 43, "aura_\u00e9", "x" * 43])
async def test_what_is_no_key_opens_nothing(database, ask, secret):
    with pytest.raises(SignInError):
        await use_key(database, secret, now=NOW)
    if secret.isascii():
        assert (await ask("GET", "/brands", secret)).status_code == 401


async def test_a_key_signs_no_browser_in(make_key, browser):
    key = await make_key()
    for value in (key.secret, key.secret.removeprefix("aura_")):
        browser.client.cookies.set("aura_session", value)
        assert (await browser.client.get("/brands")).status_code == 303


async def test_a_key_makes_and_ends_no_keys(make_key, ask):
    key = await make_key()
    assert (await ask("GET", "/keys", key.secret)).status_code == 403
    assert (await ask("POST", "/keys", key.secret, json={"name": "More"})).status_code == 403
    assert (await ask("DELETE", f"/keys/{key.key.id}", key.secret)).status_code == 403


async def test_a_person_makes_lists_and_revokes_keys(token, ask):
    access = await token()
    made = (await ask("POST", "/keys", access, json={"name": "Sheet", "scopes": ["read"]})).json()
    assert (await ask("GET", "/brands", made["secret"])).status_code == 200
    (listed,) = (await ask("GET", "/keys", access)).json()["keys"]
    assert listed["name"] == "Sheet"
    assert listed["scopes"] == ["read"]
    assert "secret" not in listed
    assert (await ask("DELETE", f"/keys/{made['id']}", access)).status_code == 204
    assert (await ask("DELETE", f"/keys/{made['id']}", access)).status_code == 404
    assert (await ask("GET", "/brands", made["secret"])).status_code == 401


async def test_keys_are_not_without_end(make_person, make_key):
    person = await make_person()
    for _ in range(MOST_KEYS):
        await make_key(person)
    with pytest.raises(ConflictError, match="Revoke one"):
        await make_key(person)


async def test_a_key_is_in_no_log(make_key, ask, caplog, postgres, database):
    key = await make_key()
    with caplog.at_level(logging.DEBUG):
        await ask("GET", "/brands", key.secret)
        await ask("GET", "/nothing", key.secret)
        await ask("POST", "/brands", key.secret, json={"name": ""})
        async with database.as_owner() as connection:
            await connection.execute("drop table aura.migrations cascade")
            await connection.execute("alter table public.users rename to people")
        assert (await ask("GET", "/brands", key.secret)).status_code == 500
    assert "unexpected error" in caplog.text
    for log in (caplog.text, postgres.log.read_text("utf-8", errors="replace")):
        assert key.secret not in log
        assert key.secret[9:] not in log


async def test_a_long_lived_key_is_noted_now_and_then(make_key, database):
    key = await make_key()
    person = None
    for minutes in (0.0, 0.5, 2.0):
        found = await use_key(database, key.secret, now=NOW + timedelta(minutes=minutes))
        person = found.person.id
    assert person is not None
    (listed,) = await list_keys(database, user_id=person)
    assert listed.last_used_at == NOW + timedelta(minutes=2)
