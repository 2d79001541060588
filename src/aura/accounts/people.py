"""Sign-up, sign-in, sign-out: an e-mail address and a password in, a session token out.

A wrong address, a wrong password and an inactive person get the same answer after the same work.
Passwords are hashed and compared outside any transaction, so no connection waits for bcrypt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from weakref import WeakKeyDictionary

from uuid_utils.compat import uuid7

from aura.accounts.addresses import normalise_email, normalise_name
from aura.accounts.passwords import hash_password, password_matches
from aura.accounts.sessions import (
    LIFETIME,
    PROLONG_AFTER,
    looks_like_session_token,
    make_session_token,
    session_hash,
)
from aura.accounts.throttle import Throttle
from aura.accounts.tokens import TokenSigner
from aura.errors import ConflictError, InputError, NotFoundError, SignInError
from aura.store import people
from aura.store.database import Database
from aura.store.people import Person

__all__ = [
    "Person",
    "SignedIn",
    "person_of",
    "person_of_token",
    "set_password",
    "sign_in",
    "sign_out",
    "sign_up",
]

# one brake per database: two installations in one process do not share their guesses
_throttles: WeakKeyDictionary[Database, Throttle] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person and the token of their new session, which goes into the cookie and nowhere else."""

    person: Person
    token: str = field(repr=False)


async def sign_up(
    database: Database, *, email: str, password: str, name: str | None = None
) -> Person:
    """A new person.

    Raises InputError for an address, name or password that cannot be used, ConflictError for an
    address that has an account.
    """
    address = normalise_email(email)
    full_name = normalise_name(name)
    password_hash = await hash_password(password)
    async with database.as_accounts(email=address) as connection:
        # an account made elsewhere may have its address in capital letters
        if await people.find_credentials(connection, address) is None:
            person = await people.add_person(
                connection,
                user_id=uuid7(),
                email=address,
                password_hash=password_hash,
                name=full_name,
            )
            if person is not None:
                return person
    raise ConflictError("There is an account with this e-mail address already. Sign in instead.")


async def sign_in(
    database: Database,
    *,
    email: str,
    password: str,
    now: datetime,
    replaces: str | None = None,
) -> SignedIn:
    """A new session of 14 days; `replaces` is a session token of the same browser, which ends.

    Raises SignInError for a wrong address or password or an inactive person, without saying which,
    and TooManyTriesError after five wrong tries.
    """
    throttle = _throttles.setdefault(database, Throttle())
    try:
        address = normalise_email(email)
    except InputError:
        await password_matches(password, None)
        raise _wrong() from None
    throttle.enter(address, now)
    async with database.as_accounts(email=address) as connection:
        found = await people.find_credentials(connection, address)
    is_right = await password_matches(password, found.password_hash if found else None)
    if found is None or not is_right or not found.is_active:
        raise _wrong()
    throttle.forgive(address)
    return await _begin_session(database, found.person, now, replaces)


async def _begin_session(
    database: Database, person: Person, now: datetime, replaces: str | None
) -> SignedIn:
    token = make_session_token()
    old = session_hash(replaces) if replaces else None
    async with database.as_accounts(user_id=person.id, session=old) as connection:
        if old is not None:
            await people.end_session(connection, old)
        await people.start_session(
            connection,
            token_hash=session_hash(token),
            user_id=person.id,
            now=now,
            expires_at=now + LIFETIME,
        )
    return SignedIn(person, token)


def _wrong() -> SignInError:
    return SignInError("The e-mail address or the password is wrong.")


async def person_of(database: Database, token: str, *, now: datetime) -> Person | None:
    """Who is signed in with this session token, or None. Use prolongs the session."""
    if not looks_like_session_token(token):
        return None
    token_hash = session_hash(token)
    async with database.as_accounts(session=token_hash) as connection:
        seen = await people.find_session(connection, token_hash=token_hash, now=now)
        if seen is None:
            return None
        if now - seen.last_seen_at >= PROLONG_AFTER:
            await people.prolong_session(
                connection, token_hash=token_hash, now=now, expires_at=now + LIFETIME
            )
        return seen.person


async def person_of_token(
    database: Database, signer: TokenSigner, token: str, *, now: datetime
) -> Person:
    """Who an access token speaks for; SignInError when it is not valid or they are inactive."""
    user_id: UUID = signer.verify(token, now=now)
    async with database.as_accounts(user_id=user_id) as connection:
        person = await people.find_person(connection, user_id)
    if person is None:
        raise SignInError("This access token is no longer valid. Sign in again.")
    return person


async def sign_out(database: Database, token: str) -> None:
    """End the session. A token that is not one, or no longer, is no error."""
    if not looks_like_session_token(token):
        return
    token_hash = session_hash(token)
    async with database.as_accounts(session=token_hash) as connection:
        await people.end_session(connection, token_hash)


async def set_password(database: Database, *, email: str, password: str) -> Person:
    """Give a person another password and sign all their browsers out; for the command line.

    Raises InputError for a password that cannot be used, NotFoundError for an unknown address.
    """
    address = normalise_email(email)
    password_hash = await hash_password(password)
    async with database.as_accounts(email=address) as connection:
        found = await people.find_credentials(connection, address)
    if found is not None:
        async with database.as_accounts(user_id=found.person.id, email=address) as connection:
            person = await people.change_password(
                connection, user_id=found.person.id, password_hash=password_hash
            )
        if person is not None:
            return person
    raise NotFoundError("There is no account with this e-mail address.")
