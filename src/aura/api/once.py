"""A write that a program says twice happens once: `Idempotency-Key`.

In: POST or PATCH below a brand, or the POST that adds one, with the header. Out: what the first of
them was answered, with `Idempotency-Replayed: true`. The decision: a key is the caller's own, is
kept with the brand for a day, and only an answer that succeeded is kept: what failed may be tried
again with the same key. That a key was used is noted in the very transaction of the write: whatever
happens in between, both are kept or neither, and nothing is written twice.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.errors import InsufficientPrivilege
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aura.api.gate import Access
from aura.api.parts import Parts
from aura.api.problems import problem_of, problem_of_http
from aura.errors import (
    AnswerLostError,
    AuraError,
    IdempotencyKeyReusedError,
    InputError,
    StillRunningError,
)
from aura.store import requests
from aura.store.database import Connection, become_accounts, noted
from aura.store.requests import Answer, Kept

HEADER = "idempotency-key"
METHODS = frozenset({"POST", "PATCH"})
KEPT = timedelta(hours=24)
# a request that has not been answered by then was lost with its process
LOST_AFTER = timedelta(minutes=2)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_BRANDS = re.compile(r"/brands(?:/([0-9a-fA-F-]{36})(?:/.*)?)?")


def is_kept_once(method: str, path: str) -> bool:
    """Whether an operation heeds the header; `path` is a request's or one of the description."""
    return method in METHODS and (path == "/brands" or path.startswith("/brands/"))


@dataclass(slots=True)
class _Heard:
    """An answer as it is sent, kept beside."""

    status: int = 0
    kind: str = ""
    body: bytearray = field(default_factory=bytearray)

    @property
    def is_kept(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_refusal(self) -> bool:
        """Not so without an answer, and where something fell over: it may have written before."""
        return 400 <= self.status < 500

    def hear(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.kind = Headers(raw=message["headers"]).get("content-type", "")
        elif message["type"] == "http.response.body":
            self.body.extend(message.get("body", b""))

    def answer(self) -> Answer:
        return Answer(self.status, self.kind, self.body.decode())


class Once:
    """Answers a repeated write as it was answered the first time."""

    def __init__(self, application: ASGIApp, *, parts: Parts) -> None:
        self._application = application
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on whatever is no write with a key."""
        key = Headers(scope=scope).get(HEADER) if scope["type"] == "http" else None
        access: Access | None = scope.get("state", {}).get("access")
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if key is None or access is None or not is_kept_once(scope["method"], path):
            await self._application(scope, receive, send)
            return
        try:
            if not _KEY.fullmatch(key):
                raise InputError("Idempotency-Key holds 1 to 255 letters, digits and signs.")
            body = await Request(scope, receive).body()
            request = _Request(access, path, event_of(access, key), _mark(scope, body))
            await self._handle(request, scope, _again(body, receive), send)
        except HTTPException as error:
            await problem_of_http(error)(scope, receive, send)
        except AuraError as error:
            await problem_of(error)(scope, receive, send)

    async def _handle(self, request: _Request, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            kept = await self._begin(request)
        except InsufficientPrivilege:
            # not a brand of theirs: the operation says so, as for one that does not exist
            await self._application(scope, receive, send)
            return
        if kept is not None:
            await _replay(kept, request.mark)(scope, receive, send)
            return
        heard = _Heard()

        async def listen(message: Message) -> None:
            heard.hear(message)
            await send(message)

        async def note(connection: Connection) -> None:
            await become_accounts(connection, request.access.person.id)
            await requests.note_written(
                connection,
                brand_id=request.brand_id,
                event_id=request.event_id,
                mark=request.mark,
                now=self._parts.clock(),
            )

        try:
            with noted(note):
                await self._application(scope, receive, listen)
        finally:
            await self._end(request, heard)

    async def _begin(self, request: _Request) -> Kept | None:
        now = self._parts.clock()
        async with self._parts.database.as_accounts(user_id=request.access.person.id) as connection:
            if request.brand_id is None:
                return await requests.find(connection, request.event_id, since=now - KEPT)
            return await requests.claim(
                connection,
                brand_id=request.brand_id,
                event_id=request.event_id,
                mark=request.mark,
                now=now,
                kept_since=now - KEPT,
                lost_before=now - LOST_AFTER,
            )

    async def _end(self, request: _Request, heard: _Heard) -> None:
        """Keep the answer, or let the key be used again."""
        now = self._parts.clock()
        brand_id = request.brand_id or _added_brand(heard)
        if brand_id is None:
            return
        async with self._parts.database.as_accounts(user_id=request.access.person.id) as connection:
            where: dict[str, Any] = {"brand_id": brand_id, "event_id": request.event_id}
            if not heard.is_kept:
                await requests.release(connection, **where, was_refused=heard.is_refusal)
                return
            if request.brand_id is None:
                await requests.claim(
                    connection,
                    **where,
                    mark=request.mark,
                    now=now,
                    kept_since=now - KEPT,
                    lost_before=now,
                )
            await requests.answer(connection, **where, answer=heard.answer(), now=now)


@dataclass(frozen=True, slots=True)
class _Request:
    """A write with a key: whose, where to, under which name it is kept, and what it asks."""

    access: Access
    path: str
    event_id: str
    mark: str

    @property
    def brand_id(self) -> UUID | None:
        match = _BRANDS.fullmatch(self.path)
        try:
            return UUID(match[1]) if match and match[1] else None
        except ValueError:
            return None


def event_of(access: Access, key: str) -> str:
    """The name under which a caller's key is kept: nobody reads a key out of it."""
    return "api/" + hashlib.sha256(f"{access.person.id} {key}".encode()).hexdigest()


def _mark(scope: Scope, body: bytes) -> str:
    head = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"]
    return hashlib.sha256(head + b"\n" + body).hexdigest()


def _again(body: bytes, receive: Receive) -> Receive:
    """What gives a body that has been read once more."""
    is_given = False

    async def again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _added_brand(heard: _Heard) -> UUID | None:
    """The brand that the answer says was added."""
    match = re.search(rb'"id":"([0-9a-f-]{36})"', bytes(heard.body))
    return UUID(match[1].decode()) if heard.status == 201 and match else None


def _replay(kept: Kept, mark: str) -> Response:
    if kept.mark != mark:
        raise IdempotencyKeyReusedError(
            "This Idempotency-Key was used for another request. Use a new one for each request."
        )
    if kept.answer is None and kept.is_written:
        raise AnswerLostError(
            "This request was carried out and its answer was lost. Read what it has changed; "
            "use a new Idempotency-Key for anything else."
        )
    if kept.answer is None:
        raise StillRunningError("This request is being carried out. Ask again in a moment.")
    answer = kept.answer
    response = Response(answer.body, status_code=answer.status, media_type=answer.kind or None)
    response.headers["idempotency-replayed"] = "true"
    return response
