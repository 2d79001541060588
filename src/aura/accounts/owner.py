"""Whose data a command of the command line is about, without signing in.

Who can start the command line can read the database's own files, so it asks for no password: it
takes the person that was named, or the only one there is; on an empty installation it makes one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from uuid_utils.compat import uuid7

from aura.accounts.addresses import normalise_email
from aura.accounts.passwords import hash_password
from aura.errors import InputError, NotFoundError
from aura.store import people
from aura.store.database import Connection, Database
from aura.store.people import Person

# .localhost never leads anywhere (RFC 6761)
LOCAL_OWNER = "owner@aura.localhost"


@dataclass(frozen=True, slots=True)
class LocalOwner:
    """The person a command works for; `was_made` when the installation had nobody yet.

    A made owner has a random password that nobody knows: `people.set_password` gives them one.
    """

    person: Person
    was_made: bool


async def ensure_local_owner(database: Database, *, email: str | None = None) -> LocalOwner:
    """The person of `email`, else the only one; on an empty installation a new one.

    Raises NotFoundError for an address without an account, InputError when there are several people
    and none was named, or nobody who may sign in.
    """
    address = None if email is None else normalise_email(email)
    async with database.as_owner() as connection:
        everybody = await people.count_people(connection)
        if everybody:
            return LocalOwner(await _choose(connection, address), was_made=False)
    return await _make(database, address or LOCAL_OWNER)


async def _choose(connection: Connection, address: str | None) -> Person:
    if address is not None:
        found = await people.find_credentials(connection, address)
        if found is None:
            raise NotFoundError(
                "There is no account with the e-mail address given with --user. "
                "Check its spelling, or sign up on the page."
            )
        if not found.is_active:
            raise InputError("The account given with --user is switched off.")
        return found.person
    active = await people.first_active_people(connection)
    if not active:
        raise InputError("All accounts of this installation are switched off.")
    if len(active) > 1:
        raise InputError("This installation has several accounts. Say whose with --user EMAIL.")
    return active[0]


async def _make(database: Database, address: str) -> LocalOwner:
    password_hash = await hash_password(secrets.token_urlsafe(32))
    async with database.as_accounts(email=address) as connection:
        made = await people.add_person(
            connection, user_id=uuid7(), email=address, password_hash=password_hash, name=None
        )
        if made is not None:
            return LocalOwner(made, was_made=True)
        # another command made it in the meantime
        found = await people.find_credentials(connection, address)
    if found is None:
        raise NotFoundError("The local owner was deleted while this command began. Try again.")
    return LocalOwner(found.person, was_made=False)
