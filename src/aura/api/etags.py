"""A read that has not changed is answered with 304 and no body.

In: a GET with `If-None-Match`. Out: `ETag` on every document. The decision: the tag is the hash of
the document itself, so nothing can be forgotten in it. It is strong where the document travels as
it is and weak where it may travel compressed (RFC 9110, 8.8.1).
"""

from __future__ import annotations

import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# shorter answers are never compressed, see web.application
SHORTEST_COMPRESSED = 700
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def tag_of(body: bytes) -> str:
    """The tag of a document that travels as it is."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tags_in(header: str) -> frozenset[str]:
    """The tags of If-Match or If-None-Match, weak ones as they stand; `*` for any."""
    if header.strip() == "*":
        return frozenset("*")
    return frozenset(_TAG.findall(header))


class ConditionalReads:
    """Gives JSON documents their tag, and 304 to those who have them."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold a document back until it is whole; pass on whatever is no document."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._application(scope, receive, send)
            return
        start: Message | None = None
        body = bytearray()

        async def hold(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_document(message):
                start = message
                return
            if start is None or message["type"] != "http.response.body":
                await send(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await _answer(scope, start, bytes(body), send)

        await self._application(scope, receive, hold)


def _is_document(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and kind.startswith("application/json")


async def _answer(scope: Scope, start: Message, body: bytes, send: Send) -> None:
    asked = Headers(scope=scope)
    tag = tag_of(body)
    held = tags_in(asked.get("if-none-match", ""))
    if "gzip" in asked.get("accept-encoding", "") and len(body) >= SHORTEST_COMPRESSED:
        tag = f"W/{tag}"
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["etag"] = tag
    # for a read, weak and strong tags of the same document are the same
    if held and (
        held == {"*"} or tag.removeprefix("W/") in {one.removeprefix("W/") for one in held}
    ):
        for name in ("content-length", "content-type"):
            del headers[name]
        await send({"type": "http.response.start", "status": 304, "headers": headers.raw})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({**start, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})
