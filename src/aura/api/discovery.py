"""For machines: is it alive, can it work, and with which keys are its tokens checked."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from aura.accounts.tokens import TokenSigner
from aura.errors import DatabaseError
from aura.store.database import Database
from aura.store.reports import schema_version

# keys change rarely; a verifier may keep them for five minutes
_KEPT = "public, max-age=300"


def discovery_routes(*, database: Database, signer: TokenSigner) -> APIRouter:
    """`/healthz`, `/readyz` and the two documents under `/.well-known`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/healthz")
    async def health() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @routes.get("/readyz")
    async def readiness(response: Response) -> dict[str, str]:
        """The database answers too; 503 with the reason when it does not."""
        try:
            async with database.as_accounts() as connection:
                return {"status": "ready", "schema": await schema_version(connection)}
        except DatabaseError as error:
            response.status_code = error.http_status
            return {"status": "not ready", "reason": error.message}

    @routes.get("/.well-known/jwks.json")
    async def keys(response: Response) -> dict[str, Any]:
        """The public keys of our access tokens (RFC 7517)."""
        response.headers["cache-control"] = _KEPT
        return signer.jwks()

    @routes.get("/.well-known/openid-configuration")
    async def configuration(response: Response) -> dict[str, Any]:
        """Where the keys are and how tokens are signed, for a third party such as Supabase."""
        response.headers["cache-control"] = _KEPT
        return signer.openid_configuration(signer.issuer)

    return routes
