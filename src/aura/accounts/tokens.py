"""Access tokens: a person's id in, a signed JWT out, and back.

ES256 with a key pair of our own, whose public half anybody may fetch (JWKS, OpenID configuration),
as Supabase asks of a third party and PostgREST reads; HS256 with a shared secret for older set-ups.
The algorithm is decided by the settings, never by the token. Claims: sub, role and aud
`authenticated`, iss, iat, exp (RFC 7519; Supabase "Third-party auth", "JWT claims reference").
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from aura.accounts.keyfile import load_or_make_key
from aura.config import Settings
from aura.errors import ConfigurationError, SignInError

AUDIENCE = "authenticated"
ROLE = "authenticated"
LIFETIME = timedelta(hours=1)
KEY_FILE = "access-tokens.pem"
# how far ahead another machine's clock may be
_CLOCK_DIFFERENCE = timedelta(seconds=60)
_CLAIMS = ["sub", "role", "aud", "iss", "iat", "exp"]
_LEAST_SECRET_BYTES = 32
_LONGEST_TOKEN = 4096

_Key = ec.EllipticCurvePrivateKey | bytes


class TokenSigner:
    """Signs and checks access tokens with one key. Its repr shows no key."""

    def __init__(self, key: _Key, *, issuer: str) -> None:
        self._key = key
        self.issuer = issuer.rstrip("/")
        self.algorithm = "HS256" if isinstance(key, bytes) else "ES256"
        self.key_id = None if isinstance(key, bytes) else thumbprint(key.public_key())

    def __repr__(self) -> str:
        return f"TokenSigner({self.algorithm}, {self.issuer})"

    @classmethod
    def load_or_make(cls, settings: Settings, *, issuer: str | None = None) -> TokenSigner:
        """The signer that the settings ask for; an ES256 key is made in AURA_HOME when missing.

        `issuer` is the address the installation is reached under; by default AURA_PUBLIC_URL or
        http://HOST:PORT. Raises ConfigurationError for a missing or short secret or a bad key file.
        """
        address = issuer or settings.public_url or f"http://{settings.host}:{settings.port}"
        if settings.jwt_algorithm == "HS256":
            return cls(_shared_secret(settings), issuer=address)
        return cls(load_or_make_key(settings.home / KEY_FILE), issuer=address)

    def issue(self, user_id: UUID, *, now: datetime, ttl: timedelta = LIFETIME) -> str:
        """A token that speaks for this person until `now + ttl`."""
        claims = {
            "sub": str(user_id),
            "role": ROLE,
            "aud": AUDIENCE,
            "iss": self.issuer,
            "iat": int(now.timestamp()),
            "exp": int((now + ttl).timestamp()),
        }
        headers = {"kid": self.key_id} if self.key_id else None
        return jwt.encode(claims, self._key, algorithm=self.algorithm, headers=headers)

    def verify(self, token: str, *, now: datetime) -> UUID:
        """Whom the token speaks for; SignInError unless we signed it and it is still good.

        Whether that person is still active the database says (`people.person_of_token`, and every
        policy).
        """
        try:
            return self._checked(token, now)
        except (jwt.InvalidTokenError, ValueError, TypeError):
            # one answer for all: what is wrong with a token helps only who made it up
            raise SignInError(
                "This access token is not valid or has expired. Sign in again."
            ) from None

    def _checked(self, token: str, now: datetime) -> UUID:
        if len(token) > _LONGEST_TOKEN:
            raise ValueError("longer than any token of ours")
        key = self._key if isinstance(self._key, bytes) else self._key.public_key()
        decoded = jwt.decode_complete(
            token,
            key,
            algorithms=[self.algorithm],
            audience=AUDIENCE,
            issuer=self.issuer,
            # times are compared with the caller's clock, below
            options={
                "require": _CLAIMS,
                "strict_aud": True,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        claims = decoded["payload"]
        issued, expires = claims["iat"], claims["exp"]
        if type(issued) is not int or type(expires) is not int:
            raise ValueError("times are whole seconds")
        is_current = issued <= (now + _CLOCK_DIFFERENCE).timestamp() and now.timestamp() < expires
        if not is_current or claims["role"] != ROLE:
            raise ValueError("expired, or for another role")
        if decoded["header"].get("kid") != self.key_id:
            raise ValueError("another key")
        return UUID(claims["sub"])

    def jwks(self) -> dict[str, Any]:
        """The public keys (RFC 7517); none for HS256, whose only key is the secret."""
        if isinstance(self._key, bytes):
            return {"keys": []}
        key = {
            **public_members(self._key.public_key()),
            "kid": self.key_id,
            "alg": self.algorithm,
            "use": "sig",
            "key_ops": ["verify"],
        }
        return {"keys": [key]}

    def openid_configuration(self, issuer: str) -> dict[str, Any]:
        """What `/.well-known/openid-configuration` answers, for checking our tokens elsewhere.

        It names no authorization endpoint: Aura signs its own people in and nobody else's.
        """
        address = issuer.rstrip("/")
        return {
            "issuer": address,
            "jwks_uri": f"{address}/.well-known/jwks.json",
            "id_token_signing_alg_values_supported": [self.algorithm],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "claims_supported": _CLAIMS,
        }


def _shared_secret(settings: Settings) -> bytes:
    secret = settings.jwt_secret.get_secret_value().encode() if settings.jwt_secret else b""
    if len(secret) < _LEAST_SECRET_BYTES:
        raise ConfigurationError(
            "AURA_JWT_ALGORITHM is HS256, which needs AURA_JWT_SECRET: at least "
            f"{_LEAST_SECRET_BYTES} bytes, for example from `openssl rand -base64 48`."
        )
    return secret


def public_members(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The members of a P-256 public key that RFC 7518 section 6.2.1 requires."""
    numbers = key.public_numbers()
    return {
        "crv": "P-256",
        "kty": "EC",
        "x": _base64url(numbers.x.to_bytes(32, "big")),
        "y": _base64url(numbers.y.to_bytes(32, "big")),
    }


def thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    """The key's id: SHA-256 over its members in lexical order (RFC 7638)."""
    members = json.dumps(public_members(key), separators=(",", ":"), sort_keys=True)
    return _base64url(hashlib.sha256(members.encode()).digest())


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
