"""Session tokens: what the cookie holds, and the hash of it that the database holds.

A token is 32 random bytes. A session ends 14 days after it was last used; every sign-in begins a
new one, so a token that was planted in a browser beforehand never becomes a signed-in one.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

LIFETIME = timedelta(days=14)
# how often a session in use is prolonged: not with every request
PROLONG_AFTER = timedelta(hours=1)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def make_session_token() -> str:
    """A new token: 32 random bytes in 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def session_hash(token: str) -> bytes:
    """What aura.sessions and an OAuth state keep of a token: its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def looks_like_session_token(token: str) -> bool:
    """Whether it is worth asking the database."""
    return _TOKEN.fullmatch(token) is not None
