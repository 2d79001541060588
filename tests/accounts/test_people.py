from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import bcrypt
import pytest

from aura.accounts.people import (
    person_of,
    person_of_token,
    set_password,
    sign_in,
    sign_out,
    sign_up,
)
from aura.accounts.sessions import make_session_token, session_hash
from aura.accounts.tokens import TokenSigner
from aura.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    SignInError,
    TooManyTriesError,
)

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
EMAIL, PASSWORD = "ann@example.com", "correct horse battery"
WRONG = "The e-mail address or the password is wrong."


@pytest.fixture
async def ann(database):
    return await sign_up(database, email=EMAIL, password=PASSWORD, name="Ann")


@pytest.fixture
def sign(database):
    async def sign(email=EMAIL, password=PASSWORD, now=NOW, **options):
        return await sign_in(database, email=email, password=password, now=now, **options)

    return sign


@pytest.fixture
def change(database):
    async def change(statement, *parameters):
        async with database.as_owner() as connection:
            cursor = await connection.execute(statement, parameters)
            return await cursor.fetchall() if cursor.description else []

    return change


async def switch_off(change, person_id: UUID) -> None:
    await change("update public.users set is_active = false where id = %s", person_id)


async def test_a_new_person_is_stored_with_a_lower_case_address_and_a_bcrypt_hash(database, change):
    person = await sign_up(database, email=" Ann@Example.COM", password=PASSWORD, name=" Ann  E ")

    [row] = await change("select * from public.users")
    assert (person.id, person.email, person.name) == (row["id"], "ann@example.com", "Ann E")
    assert (row["email"], row["name"], row["is_active"]) == ("ann@example.com", "Ann E", True)
    assert row["password_hash"].startswith("$2b$12$")
    assert PASSWORD not in repr(row)


async def test_an_address_has_one_account_in_whatever_case(database, ann, change):
    await change("update public.users set email = 'Ann@Example.com'")
    with pytest.raises(ConflictError, match="Sign in instead") as refused:
        await sign_up(database, email="aNN@example.com", password=PASSWORD)
    assert "ann" not in refused.value.message.lower()
    assert len(await change("select * from public.users")) == 1


async def test_of_many_sign_ups_with_one_address_one_succeeds(database, change):
    outcomes = await asyncio.gather(
        *(sign_up(database, email=EMAIL, password=PASSWORD) for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, ConflictError) for outcome in outcomes) == 3
    assert len(await change("select * from public.users")) == 1


@pytest.mark.parametrize(
    ("email", "password"), [("ann", PASSWORD), (EMAIL, "short"), (EMAIL, "x" * 73)]
)
async def test_bad_input_makes_nobody(database, change, email, password):
    with pytest.raises(InputError):
        await sign_up(database, email=email, password=password)
    assert await change("select * from public.users") == []


async def test_signing_in_gives_a_session_that_names_the_person(database, ann, sign):
    signed_in = await sign(email="ANN@example.com")

    assert signed_in.person == ann
    assert await person_of(database, signed_in.token, now=NOW) == ann
    assert signed_in.token not in repr(signed_in)


async def test_only_a_hash_of_the_session_is_stored(database, ann, sign, change):
    token = (await sign()).token
    [row] = await change("select * from aura.sessions")
    assert row["token_hash"] == session_hash(token)
    assert row["expires_at"] == NOW + timedelta(days=14)
    assert token not in repr(row)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "another password"),
        (EMAIL, ""),
        (EMAIL, "x" * 100),
        ("bob@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("ann\0@example.com", PASSWORD),
    ],
)
async def test_a_wrong_address_and_a_wrong_password_are_one_answer_after_the_same_work(
    database, ann, sign, email, password, monkeypatch
):
    worked = []
    check = bcrypt.checkpw

    def counted(given, hashed):
        worked.append(hashed[:7])
        return check(given, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    with pytest.raises(SignInError) as refused:
        await sign(email, password)
    assert (type(refused.value), refused.value.message) == (SignInError, WRONG)
    assert worked == [b"$2b$12$"]


async def test_an_inactive_person_has_no_sign_in_no_session_and_no_token(
    database, ann, sign, change, tmp_path
):
    signer = TokenSigner(b"s" * 32, issuer="http://aura.example")
    token = signer.issue(ann.id, now=NOW)
    session = (await sign()).token
    assert await person_of_token(database, signer, token, now=NOW) == ann

    await switch_off(change, ann.id)
    assert await person_of(database, session, now=NOW) is None
    with pytest.raises(SignInError):
        await person_of_token(database, signer, token, now=NOW)
    with pytest.raises(SignInError, match=WRONG):
        await sign()
    assert len(await change("select * from aura.sessions")) == 1


async def test_a_token_of_nobody_is_refused(database):
    signer = TokenSigner(b"s" * 32, issuer="http://aura.example")
    with pytest.raises(SignInError, match="no longer valid"):
        await person_of_token(database, signer, signer.issue(uuid4(), now=NOW), now=NOW)


async def test_guessing_is_slowed_down_for_known_and_unknown_addresses_alike(database, ann, sign):
    for email in (EMAIL, "nobody@example.com"):
        # many at once gain nothing: tries count before the password is looked at
        outcomes = await asyncio.gather(
            *(sign(email, f"guess number {n}") for n in range(8)), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes].count(SignInError) == 5
        assert [type(outcome) for outcome in outcomes].count(TooManyTriesError) == 3
        with pytest.raises(TooManyTriesError, match="Wait 30 seconds"):
            await sign(email, PASSWORD)
    assert (await sign(now=NOW + timedelta(seconds=30))).person == ann
    assert (await sign()).person == ann


async def test_use_prolongs_a_session_and_14_quiet_days_end_it(database, ann, sign):
    token = (await sign()).token
    day = timedelta(days=1)
    assert await person_of(database, token, now=NOW + 13 * day) == ann
    assert await person_of(database, token, now=NOW + 26 * day) == ann
    assert await person_of(database, token, now=NOW + 40 * day) is None


async def test_signing_in_again_replaces_the_browsers_session_only(database, ann, sign, change):
    old, other = (await sign()).token, (await sign()).token
    new = (await sign(replaces=old)).token

    assert await person_of(database, old, now=NOW) is None
    assert await person_of(database, other, now=NOW) == ann
    assert await person_of(database, new, now=NOW) == ann
    await sign(now=NOW + timedelta(days=15))
    assert len(await change("select * from aura.sessions")) == 1


async def test_signing_out_ends_one_session(database, ann, sign):
    here, there = (await sign()).token, (await sign()).token
    await sign_out(database, here)
    await sign_out(database, here)

    assert await person_of(database, here, now=NOW) is None
    assert await person_of(database, there, now=NOW) == ann


@pytest.mark.parametrize("token", ["", "x", "\0" * 43, "\ud800" * 43, "a" * 43, "a" * 10_000])
async def test_what_is_no_session_names_nobody(database, ann, token):
    assert await person_of(database, token, now=NOW) is None
    await sign_out(database, token)


async def test_a_new_password_replaces_the_old_and_signs_every_browser_out(database, ann, sign):
    token = (await sign()).token
    assert await set_password(database, email="ANN@example.com", password="a new password") == ann

    assert await person_of(database, token, now=NOW) is None
    assert (await sign(password="a new password")).person == ann
    with pytest.raises(SignInError):
        await sign()
    with pytest.raises(NotFoundError):
        await set_password(database, email="bob@example.com", password="a new password")
    with pytest.raises(InputError, match="too short"):
        await set_password(database, email=EMAIL, password="short")


async def test_another_persons_session_is_out_of_reach(database, ann, sign, change):
    bob = await sign_up(database, email="bob@example.com", password=PASSWORD)
    theirs = (await sign()).token
    await sign(email="bob@example.com", replaces=make_session_token())
    async with database.as_accounts(user_id=bob.id) as connection:
        cursor = await connection.execute("delete from aura.sessions returning user_id")
        assert {row["user_id"] for row in await cursor.fetchall()} == {bob.id}
    assert await person_of(database, theirs, now=NOW) == ann


async def test_nothing_secret_is_logged(database, sign, caplog, postgres):
    caplog.set_level(logging.DEBUG)
    await sign_up(database, email=EMAIL, password=PASSWORD)
    with pytest.raises(ConflictError):
        await sign_up(database, email=EMAIL, password=PASSWORD)
    token = (await sign()).token
    await person_of(database, token, now=NOW)

    logged = caplog.text + postgres.log.read_text(errors="replace")
    for secret in (EMAIL, PASSWORD, token):
        assert secret not in logged
