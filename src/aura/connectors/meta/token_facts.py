"""What Meta knows about a token: whose it is, what it may, when it ends.

A token goes in, `TokenFacts` come out. `data_access_expires_at` is a second end: from then on Meta
shows no data to the token, although it is still valid.
Source: developers.facebook.com, "debug_token" and "System users", Graph API v26.0, read on
2026-11-23.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from aura.connectors.meta.graph import GraphApi
from aura.errors import NeedsReconnectError


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """A token as Meta describes it. None means never, for both ends."""

    kind: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    data_expires_at: datetime | None

    @property
    def is_of_system_user(self) -> bool:
        """Whether it belongs to a system user of a business, not to a person."""
        return self.kind == "SYSTEM_USER"


async def token_facts(api: GraphApi, token: str) -> TokenFacts:
    """The facts of a token, asked with the token itself. NeedsReconnectError when it has ended."""
    answer = await api.call(token, "debug_token", params={"input_token": token})
    data = answer.document("data")
    if not data.flag("is_valid"):
        raise NeedsReconnectError("Meta says that this token is not valid any more.")
    scopes = data.value("scopes") if "scopes" in data else []
    return TokenFacts(
        kind=data.optional_text("type") or "",
        scopes=tuple(sorted(str(scope) for scope in scopes)),
        expires_at=_moment(data.optional_whole("expires_at")),
        data_expires_at=_moment(data.optional_whole("data_access_expires_at")),
    )


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
