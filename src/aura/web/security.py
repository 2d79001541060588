"""What every answer carries and no request may exceed, as plain ASGI around the whole application.

The decision: a policy that allows our own origin only, no inline script and no inline style. Pages
with figures are never kept in a cache; files whose name holds their content's hash are kept a year.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY_BYTES = 64 * 1024
# a webhook of a shop's owner who did not limit its fields holds a whole order
MOST_WEBHOOK_BYTES = 1024 * 1024
# an export file, and the few fields of its form
MOST_UPLOAD_BYTES = 50 * 1024 * 1024
_TOO_MUCH = "This is too much at once. Send a shorter text."
_TOO_LARGE = "The file is larger than 50 MB. Export shorter periods, or compress it as .gz."
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action "
)
HEADERS: dict[str, str] = {
    "content-security-policy": f"{POLICY}'self'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def policy_for_leaving(*origins: str) -> str:
    """The policy of a page whose form leads to a platform's consent page.

    A browser checks each hop that follows a form; platforms hop between their own hosts, all https.
    """
    return POLICY + " ".join(("'self'", "https:", *origins))


class SecureAnswers:
    """Adds the headers above to every answer that does not state its own."""

    def __init__(self, application: ASGIApp, *, https: bool) -> None:
        self._application = application
        self._headers = dict(HEADERS)
        if https:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer's headers."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._application(scope, receive, complete)


class SmallRequests:
    """Refuses a request body of more than 64 KiB, whatever length it states: 413.

    `larger` holds the limits of the paths that machines send more to; files may be sent to paths
    that `uploads` matches.
    """

    def __init__(
        self, application: ASGIApp, *, larger: Mapping[str, int], uploads: re.Pattern[str]
    ) -> None:
        self._application = application
        self._larger = larger
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what arrives while it is read."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "0")
        is_upload = self._uploads.fullmatch(scope["path"]) is not None
        most = MOST_UPLOAD_BYTES if is_upload else MOST_BODY_BYTES
        most = self._larger.get(scope["path"], most)
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most or (stated.isdigit() and int(stated) > most):
                raise HTTPException(413, _TOO_LARGE if is_upload else _TOO_MUCH)
            return message

        await self._application(scope, counted, send)
