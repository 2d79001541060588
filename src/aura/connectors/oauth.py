"""The parts of OAuth that do not depend on a flow's state: PKCE, signatures, answers of token ends.

Nothing here asks a platform. Comparisons of secrets take constant time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from aura.connectors.fields import Document
from aura.errors import BadDataError, NeedsReconnectError
from aura.model import Grant


class UnknownClientError(BadDataError):
    """The platform does not know the application, or not with this secret."""


_UNSIGNED = frozenset({"hmac", "signature"})


def new_state() -> str:
    """A value nobody can guess, to recognise a callback by (256 bits)."""
    return secrets.token_urlsafe(32)


def new_code_verifier() -> str:
    """A PKCE code verifier (RFC 7636, section 4.1): 64 unreserved characters."""
    return secrets.token_urlsafe(48)


def code_challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def same(left: str, right: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def shopify_query_signature(query: Mapping[str, str | Sequence[str]], secret: str) -> str:
    """The hexadecimal HMAC that Shopify puts on a query it sends a browser with.

    Every parameter but `hmac` and `signature`, sorted by name, joined as a query with `%20` for a
    space; a list is written as JSON under the name without its brackets.
    Source: shopify.dev, "Implement authorization code grant manually", step 1.
    """
    pairs = sorted(_signed_pair(name, value) for name, value in query.items())
    message = "&".join(f"{name}={value}" for name, value in pairs if name not in _UNSIGNED)
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def _signed_pair(name: str, value: str | Sequence[str]) -> tuple[str, str]:
    if isinstance(value, str):
        return _percent_encoded(name), _percent_encoded(value)
    return name.removesuffix("[]"), json.dumps([str(part) for part in value])


def _percent_encoded(text: str) -> str:
    return quote(text, safe="*")


def shopify_webhook_signature(body: bytes, secret: str) -> str:
    """The value of `X-Shopify-Hmac-Sha256` for a webhook's raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def meta_appsecret_proof(access_token: str, app_secret: str) -> str:
    """What proves to Meta that the holder of the token also holds the app's secret."""
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()


def lacking(granted: Sequence[str], needed: Sequence[str]) -> tuple[str, ...]:
    """The needed scopes that were not granted.

    Shopify leaves a read scope out of the list when the write scope is there.
    """
    return tuple(
        scope
        for scope in needed
        if scope not in granted and scope.replace("read_", "write_", 1) not in granted
    )


def client_refused(platform: str) -> NeedsReconnectError:
    """What to say when a platform does not take the id and secret of a person's own application."""
    return NeedsReconnectError(
        f"{platform} does not know your client id, or not with this client secret: copy both again."
    )


def grant_of(
    answer: Document,
    *,
    now: datetime,
    scopes: tuple[str, ...],
    needed: tuple[str, ...],
    refresh_token: str | None = None,
) -> Grant:
    """The grant in a token endpoint's answer (RFC 6749, section 5.1).

    Without `expires_in` the token does not expire. `refresh_token` is the one that stays in force
    when the answer brings no other.
    """
    expires_in = answer.optional_whole("expires_in")
    refresh_expires_in = answer.optional_whole("refresh_token_expires_in")
    return Grant(
        access_token=answer.text("access_token"),
        refresh_token=answer.optional_text("refresh_token") or refresh_token,
        expires_at=None if not expires_in else now + timedelta(seconds=expires_in),
        refresh_expires_at=(
            None if not refresh_expires_in else now + timedelta(seconds=refresh_expires_in)
        ),
        scopes=scopes,
        missing_scopes=lacking(scopes, needed),
    )
