"""The token that each form carries: proof that our own page, in this session, made the request.

It is derived from the session token, so there is nothing to store, and it is worthless in any other
session. It cannot be turned back into the session token.
"""

from __future__ import annotations

import hashlib
import hmac

from aura.errors import ForbiddenError

_PURPOSE = b"aura: form token, version 1"


def csrf_token(session_token: str) -> str:
    """The form token of a session: 64 hexadecimal digits."""
    key = session_token.encode("utf-8", "surrogatepass")
    return hmac.new(key, _PURPOSE, hashlib.sha256).hexdigest()


def check_csrf(session_token: str, submitted: str | None) -> None:
    """Raise ForbiddenError unless the form was made for this session."""
    expected = csrf_token(session_token).encode("ascii")
    given = (submitted or "").encode("utf-8", "surrogatepass")
    if not hmac.compare_digest(expected, given):
        raise ForbiddenError(
            "This form is out of date or from another page. Load the page again and resend it."
        )
