"""Before anything is asked: who asks, what they may do, how often; after: how to keep the answer.

In: `Authorization: Bearer` with an API key or an access token. Out: `Access` in the request's
state. The decision: this stands around every operation, so that none can forget it. An operation
that needs nobody, such as the description of the API, is answered without the header as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aura.accounts.keys import SCOPES, looks_like_key, use_key
from aura.accounts.limits import Limits, Room
from aura.accounts.people import Person, person_of_token
from aura.api.parts import Parts
from aura.api.problems import problem_of
from aura.errors import AuraError, ScopeError, SignInError, TooManyRequestsError

READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks, and what they may do; `key_id` is None for a person's own access token."""

    person: Person
    scopes: frozenset[str]
    key_id: UUID | None

    @property
    def caller(self) -> str:
        """Whose bucket of requests is used: each key has one, a person's tokens share one."""
        return f"key {self.key_id}" if self.key_id else f"person {self.person.id}"


async def access_of(request: Request, parts: Parts) -> Access | None:
    """What the header gives access to, None without one; SignInError for one that is not good."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, secret = header.partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret:
        raise SignInError("Send an API key or an access token: Authorization: Bearer <token>.")
    if looks_like_key(secret):
        key = await use_key(parts.database, secret, now=parts.clock())
        return Access(key.person, frozenset(key.scopes), key.id)
    person = await person_of_token(parts.database, parts.signer, secret, now=parts.clock())
    return Access(person, frozenset(SCOPES), None)


class Gate:
    """Lets in whom the header names, within their scopes and their number of requests."""

    def __init__(self, application: ASGIApp, *, parts: Parts, limits: Limits) -> None:
        self._application = application
        self._parts = parts
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what may not pass; complete the headers of what may."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        room: Room | None = None

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Authorization")
                # kept by the one who asked, and asked about before it is used again
                headers.setdefault("cache-control", "private, no-cache")
                headers.update({} if room is None else room.headers)
            await send(message)

        try:
            access = await access_of(Request(scope), self._parts)
            if access is not None:
                room = self._limits.take(access.caller)
                _check(access, room, scope["method"])
        except AuraError as error:
            await problem_of(error)(scope, receive, complete)
            return
        scope.setdefault("state", {})["access"] = access
        await self._application(scope, receive, complete)


def _check(access: Access, room: Room, method: str) -> None:
    if room.is_over:
        raise TooManyRequestsError(
            f"At most {room.most} requests in {room.window} seconds: "
            f"go on in {room.seconds} seconds.",
            retry_after=room.seconds,
        )
    needed = "read" if method in READING else "write"
    if needed not in access.scopes:
        raise ScopeError(f"This needs a key with the scope {needed}.")
