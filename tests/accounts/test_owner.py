from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from aura.accounts.owner import LOCAL_OWNER, ensure_local_owner
from aura.accounts.people import set_password, sign_in, sign_up
from aura.errors import InputError, NotFoundError, SignInError

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
PASSWORD = "correct horse battery"


async def test_an_empty_installation_gets_a_local_owner_who_cannot_sign_in_yet(database):
    made = await ensure_local_owner(database)
    assert (made.person.email, made.was_made) == (LOCAL_OWNER, True)
    with pytest.raises(SignInError):
        await sign_in(database, email=LOCAL_OWNER, password="", now=NOW)

    again = await ensure_local_owner(database)
    assert (again.person, again.was_made) == (made.person, False)
    await set_password(database, email=LOCAL_OWNER, password=PASSWORD)
    signed_in = await sign_in(database, email=LOCAL_OWNER, password=PASSWORD, now=NOW)
    assert signed_in.person == made.person


async def test_the_local_owner_may_be_named(database):
    made = await ensure_local_owner(database, email="Ann@Example.com")
    assert (made.person.email, made.was_made) == ("ann@example.com", True)


async def test_commands_that_start_at_once_make_one_owner(database):
    owners = await asyncio.gather(*(ensure_local_owner(database) for _ in range(4)))
    assert len({owner.person.id for owner in owners}) == 1
    assert sum(owner.was_made for owner in owners) == 1


async def test_the_only_person_is_taken_and_of_several_one_must_be_named(database):
    ann = await sign_up(database, email="ann@example.com", password=PASSWORD)
    assert (await ensure_local_owner(database)).person == ann

    bob = await sign_up(database, email="bob@example.com", password=PASSWORD)
    with pytest.raises(InputError, match="--user EMAIL") as refused:
        await ensure_local_owner(database)
    assert "example.com" not in refused.value.message
    assert (await ensure_local_owner(database, email="BOB@example.com")).person == bob


async def test_an_unknown_or_inactive_person_is_refused(database, make_person):
    await make_person(email="ann@example.com", is_active=False)
    with pytest.raises(NotFoundError):
        await ensure_local_owner(database, email="bob@example.com")
    with pytest.raises(InputError, match="switched off"):
        await ensure_local_owner(database, email="ann@example.com")
    with pytest.raises(InputError, match="switched off"):
        await ensure_local_owner(database)
