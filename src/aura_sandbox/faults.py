"""A script of faults: the next requests that match fail the way the platform fails.

POST /__faults with a list of {"match": path prefix, "kind": ..., "times": n, "after": k}: the first
k matching requests pass, the next n fail. The kinds stand in `fault_kinds`. Faults of bulk
operations and of reports are met by those alone, whatever their path, and count those.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aura_sandbox.fault_kinds import KINDS
from aura_sandbox.refusals import REFUSALS, with_error_at_the_end, with_job
from aura_sandbox.surroundings import Surroundings

LATER_VERSION = b"2027-01"


@dataclass(slots=True)
class Fault:
    """One line of the script."""

    match: str
    kind: str
    times: int
    after: int = 0
    seconds: float = 60.0

    @property
    def is_bulk(self) -> bool:
        """Whether bulk operations meet it, not requests."""
        return self.kind.startswith("bulk_")

    @property
    def is_report(self) -> bool:
        """Whether reports of Shopify Analytics meet it, not requests."""
        return self.kind in {"late_report", "report_denied"}

    def meets(self, path: str) -> bool:
        """Whether a request to this path fails; a job's rows are not its state."""
        if self.is_bulk or self.is_report:
            return False
        is_job = self.kind.startswith("job_")
        return path.startswith(self.match) and not (is_job and path.endswith("/insights"))


class FaultScript:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def load(self, wish: Any) -> None:
        """Add faults. Raises ValueError for what is no fault; then nothing is added."""
        if not isinstance(wish, list):
            raise ValueError("a list is expected")  # noqa: TRY004 - one kind of refusal
        self._faults.extend([_fault(one) for one in wish])

    def clear(self) -> None:
        """Forget the rest."""
        self._faults.clear()

    def shown(self) -> list[dict[str, Any]]:
        """What is still to come."""
        return [{name: getattr(fault, name) for name in Fault.__slots__} for fault in self._faults]

    def next_for(self, path: str) -> Fault | None:
        """The fault this request meets, counted off."""
        return self._next(lambda fault: fault.meets(path))

    def next_for_report(self) -> Fault | None:
        """The fault that a report of Shopify Analytics meets, counted off."""
        return self._next(lambda fault: fault.is_report)

    def next_for_bulk(self) -> str | None:
        """The kind of fault that a bulk operation meets which begins now, counted off."""
        found = self._next(lambda fault: fault.is_bulk)
        return None if found is None else found.kind

    def _next(self, meets: Callable[[Fault], bool]) -> Fault | None:
        for fault in self._faults:
            if not meets(fault):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._faults.remove(fault)
            return fault
        return None


def _fault(wish: Any) -> Fault:
    if not isinstance(wish, dict) or not isinstance(wish.get("match"), str):
        raise ValueError('every fault has a "match", the start of a path')  # noqa: TRY004 - as above
    if str(wish.get("kind")) not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    numbers = {name: wish.get(name, default) for name, default in (("times", 1), ("after", 0))}
    for name, number in numbers.items():
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise ValueError(f"{name} is a whole number")
    seconds = wish.get("seconds", 60)
    if not isinstance(seconds, int | float) or not 0 <= seconds <= 604_800:
        raise ValueError("seconds is a number up to 604800, a week")
    return Fault(
        wish["match"], str(wish["kind"]), numbers["times"], numbers["after"], float(seconds)
    )


class FaultMiddleware:
    """Stands before the platforms; the sandbox's own addresses never fail."""

    def __init__(self, app: ASGIApp, script: FaultScript, around: Surroundings) -> None:
        self._app, self._script, self._around = app, script, around

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or let it fail."""
        path: str = scope.get("path", "")
        fault = None
        if scope["type"] == "http" and not path.startswith("/__"):
            self._around.count(scope["method"], path)
            fault = self._script.next_for(path)
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind in REFUSALS and not (fault.kind == "sunset" and _falls_forward(path)):
            await REFUSALS[fault.kind](path)(scope, receive, send)
        elif fault.kind == "timeout":
            await asyncio.sleep(fault.seconds)
            await _hang_up(send)
        elif fault.kind == "reset":
            await _reset(scope, receive, send)
        elif fault.kind == "lost_response":
            await self._app(scope, receive, _swallow)
            await _hang_up(send)
        elif fault.kind in {"revoke", "expire"}:
            await self._ended(scope, receive, send, fault.kind)
        else:
            await self._spoilt(scope, receive, send, fault.kind)

    async def _spoilt(self, scope: Scope, receive: Receive, send: Send, kind: str) -> None:
        """Have the request answered, then change the answer."""
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, collect)
        body = b"".join(message.get("body", b"") for message in messages)
        start = next(message for message in messages if message["type"] == "http.response.start")
        headers = dict(start["headers"])
        if kind == "sunset":
            headers[b"x-shopify-api-version"] = LATER_VERSION
        elif kind in {"truncate", "cut"}:
            body = body[: len(body) // 2]
        elif kind == "partial" and start["status"] == 200:
            body = with_error_at_the_end(scope["path"], body)
        elif kind.startswith("job_") and start["status"] == 200:
            body = with_job(body, kind)
        if kind != "truncate":
            headers[b"content-length"] = str(len(body)).encode()
        await send({**start, "headers": list(headers.items())})
        # what is announced and does not come ends the connection
        await send({"type": "http.response.body", "body": body, "more_body": kind == "truncate"})

    async def _ended(self, scope: Scope, receive: Receive, send: Send, kind: str) -> None:
        """End the grant, or the access token, of every token in the request; answer as usual."""
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        grants = self._around.grants
        for token in _tokens_in(scope, body):
            if kind == "revoke":
                grants.revoke_by_token(token)
            else:
                grants.expire(token)
        sent = False

        async def again() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, send)


def _falls_forward(path: str) -> bool:
    return path.startswith("/shopify")


async def _reset(scope: Scope, receive: Receive, send: Send) -> None:
    """Tear the connection down: the client reads a reset. Needs to run below uvicorn."""
    # a client that is still writing would meet the reset there, and read an end
    while (await receive()).get("more_body"):
        pass
    below = getattr(scope["aura_sandbox.send"], "__self__", None)
    transport = getattr(below, "transport", None)
    if transport is None:
        await _hang_up(send)
        return
    # closing without lingering makes the kernel send a reset instead of an end
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    transport.abort()
    await asyncio.sleep(0)


async def _hang_up(send: Send) -> None:
    """Announce an answer that never comes; the server then ends the connection."""
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _swallow(_message: Message) -> None:
    """What is sent here reaches nobody."""


def _tokens_in(scope: Scope, body: bytes) -> Iterable[str]:
    for name, value in scope["headers"]:
        if name in {b"x-shopify-access-token", b"authorization"}:
            yield value.decode("latin-1").removeprefix("Bearer ")
    texts = [scope.get("query_string", b"").decode("latin-1"), body.decode("latin-1")]
    for text in texts:
        for values in parse_qs(text).values():
            yield from values
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return
    if isinstance(document, dict):
        yield from (value for value in document.values() if isinstance(value, str))
