"""Codes, grants and tokens of the three platforms, kept in the state.

A grant is what one consent allowed; its tokens die with it. Times are the sandbox's own, so tokens
expire when its clock is advanced.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Literal

from aura_sandbox.clock import Clock
from aura_sandbox.state import State

PlatformName = Literal["shopify", "meta", "google_ads"]
CODE_LIFE = 600


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was issued: which grant it stands for, and whether it is still good."""

    text: str
    kind: str
    grant_id: str
    scopes: tuple[str, ...]
    client_id: str
    issued_at: int
    expires_at: int | None
    expired: bool
    revoked: bool

    @property
    def alive(self) -> bool:
        """Whether the platform accepts it."""
        return not self.expired and not self.revoked


def client_of(platform: PlatformName) -> tuple[str, str]:
    """Client id and secret of the application that asks for consents."""
    return f"aura-sandbox-{platform}", f"sandbox-secret-{platform}"


def own_client_of(platform: PlatformName) -> tuple[str, str]:
    """Client id and secret of the application that the brand's own people made."""
    return f"own-sandbox-{platform}", f"own-secret-{platform}"


def secret_of(platform: PlatformName, client_id: str) -> str | None:
    """The secret of an application the platform knows, None for another."""
    return dict([client_of(platform), own_client_of(platform)]).get(client_id)


class Grants:
    """Issues and checks codes and tokens."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state, self._clock = state, clock

    def new_code(self, platform: PlatformName, **fields: Any) -> str:
        """A code for one exchange within ten minutes."""
        code = secrets.token_hex(16)
        self._codes[code] = {"platform": platform, "made_at": self._clock.now(), **fields}
        self._state.save()
        return code

    def take_code(self, platform: PlatformName, code: str) -> dict[str, Any] | None:
        """What the code stands for, once; None when it is unknown, used or too old."""
        fields: dict[str, Any] | None = self._codes.pop(code, None)
        self._state.save()
        if fields is None or fields["platform"] != platform:
            return None
        return fields if self._clock.now() - fields["made_at"] <= CODE_LIFE else None

    def new_grant(self, platform: PlatformName, scopes: tuple[str, ...], client_id: str) -> str:
        """A grant; returns its id."""
        grant_id = secrets.token_hex(8)
        self._grants[grant_id] = {
            "platform": platform,
            "scopes": list(scopes),
            "client_id": client_id,
            "revoked": False,
        }
        self._state.save()
        return grant_id

    def new_token(
        self, grant_id: str, kind: str, *, prefix: str, life: int | None, **fields: Any
    ) -> str:
        """A token of a grant that lives so many seconds."""
        text = prefix + secrets.token_hex(16)
        now = self._clock.now()
        self._tokens[text] = {
            "grant": grant_id,
            "kind": kind,
            "issued_at": now,
            "expires_at": None if life is None else now + life,
            "dead": False,
            **fields,
        }
        self._state.save()
        return text

    def find(self, platform: PlatformName, text: str, kind: str) -> Token | None:
        """The token of this kind, dead or alive; None when it was never issued."""
        fields = self._tokens.get(text)
        if fields is None or fields["kind"] != kind:
            return None
        grant = self._grants[fields["grant"]]
        if grant["platform"] != platform:
            return None
        expires_at = fields["expires_at"]
        return Token(
            text=text,
            kind=kind,
            grant_id=fields["grant"],
            scopes=tuple(grant["scopes"]),
            client_id=grant["client_id"],
            issued_at=fields["issued_at"],
            expires_at=expires_at,
            expired=expires_at is not None and self._clock.now() >= expires_at,
            revoked=bool(grant["revoked"] or fields["dead"]),
        )

    def detail(self, text: str, name: str) -> Any:
        """A further field of a token."""
        return self._tokens[text].get(name)

    def kill(self, text: str) -> None:
        """End one token."""
        self._tokens[text]["dead"] = True
        self._state.save()

    def mark(self, text: str, name: str, value: Any) -> None:
        """Set a further field of a token."""
        self._tokens[text][name] = value
        self._state.save()

    def revoke(self, grant_id: str) -> None:
        """End a grant with all its tokens."""
        self._grants[grant_id]["revoked"] = True
        self._state.save()

    def revoke_by_token(self, text: str) -> bool:
        """End the grant that a token belongs to; whether there was one."""
        fields = self._tokens.get(text)
        if fields is None:
            return False
        self.revoke(fields["grant"])
        return True

    def expire(self, text: str) -> bool:
        """Let an access token end now; whether it was one."""
        fields = self._tokens.get(text)
        if fields is None or fields["kind"] == "refresh":
            return False
        self.mark(text, "expires_at", self._clock.now())
        return True

    def revoke_all(self, platform: PlatformName) -> None:
        """End every grant at a platform, as when an app is uninstalled."""
        for grant in self._grants.values():
            if grant["platform"] == platform:
                grant["revoked"] = True
        self._state.save()

    def newest(self, platform: PlatformName, client_id: str) -> str | None:
        """The latest grant of an application that is not revoked."""
        found = [
            grant_id
            for grant_id, grant in self._grants.items()
            if grant["platform"] == platform
            and grant["client_id"] == client_id
            and not grant["revoked"]
        ]
        return found[-1] if found else None

    def scopes_of(self, grant_id: str) -> tuple[str, ...]:
        """What a grant allows."""
        return tuple(self._grants[grant_id]["scopes"])

    def drop_scopes(self, grant_id: str, scopes: list[str]) -> None:
        """Take scopes out of a grant."""
        grant = self._grants[grant_id]
        grant["scopes"] = [scope for scope in grant["scopes"] if scope not in scopes]
        self._state.save()

    @property
    def _codes(self) -> dict[str, Any]:
        codes: dict[str, Any] = self._state.fields["codes"]
        return codes

    @property
    def _grants(self) -> dict[str, Any]:
        grants: dict[str, Any] = self._state.fields["grants"]
        return grants

    @property
    def _tokens(self) -> dict[str, Any]:
        tokens: dict[str, Any] = self._state.fields["tokens"]
        return tokens
