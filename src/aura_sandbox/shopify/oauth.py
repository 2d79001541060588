"""Shopify's authorization code grant: consent, signed callback, expiring tokens that rotate.

Source: shopify.dev, "Implement authorization code grant manually", "About offline access tokens"
(expiring tokens: an access token lives 60 minutes, its refresh token 90 days; the previous refresh
token stays good until the replacement is first used), "Using the client credentials grant" (for
apps of the shop's own organisation; a token lives 24 hours).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aura_sandbox import consent
from aura_sandbox.grants import Token, client_of, own_client_of, secret_of
from aura_sandbox.surroundings import Surroundings

# what encodeURIComponent leaves alone
_UNRESERVED = "!~*'()"
ACCESS_LIFE, REFRESH_LIFE = 3_600, 90 * 86_400
CREDENTIALS_LIFE = 86_399


def signature(parameters: Mapping[str, str | list[str]], secret: str) -> str:
    """The `hmac` of a callback: every other parameter, sorted, percent-encoded, signed in hex.

    A list `ids[]` is signed as `ids=["2", "1"]`.
    """
    parts = []
    for name, value in parameters.items():
        if name in {"hmac", "signature"}:
            continue
        if isinstance(value, list):
            listed = ", ".join(f'"{item}"' for item in value)
            parts.append((name.removesuffix("[]"), f"[{listed}]"))
        else:
            parts.append((quote(name, safe=_UNRESERVED), quote(value, safe=_UNRESERVED)))
    message = "&".join(f"{name}={value}" for name, value in sorted(parts))
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def _problem(query: Mapping[str, str], shop: str, around: Surroundings) -> Response | None:
    if shop != around.world.scenario.shop.domain:
        return consent.refuse(
            "Shopify",
            "Sorry, this shop is currently unavailable.",
            f"There is no shop {shop}.",
            404,
        )
    if query.get("client_id") != client_of("shopify")[0]:
        return consent.refuse(
            "Shopify",
            "Oauth error invalid_request",
            "Could not find Shopify API application with api_key "
            + query.get("client_id", "(none)"),
        )
    if not consent.is_loopback(query.get("redirect_uri", "")):
        return consent.refuse(
            "Shopify",
            "Oauth error invalid_request",
            "The redirect_uri is not whitelisted: the sandbox only redirects to this machine.",
        )
    return None


async def authorize(request: Request) -> Response:
    """GET asks, POST is the answer."""
    around: Surroundings = request.app.state.around
    shop = request.path_params["shop"]
    source: Mapping[str, Any] = request.query_params
    if request.method == "POST":
        source = await request.form()
    query = {name: str(value) for name, value in source.items()}
    problem = _problem(query, shop, around)
    if problem is not None:
        return problem
    scopes = [part.strip() for part in query.get("scope", "").split(",") if part.strip()]
    if request.method == "GET":
        return consent.ask("Shopify", shop, query["client_id"], scopes or ["nothing"], query)
    client_id, secret = client_of("shopify")
    answer = {
        "host": base64.b64encode(
            f"admin.shopify.com/store/{shop.removesuffix('.myshopify.com')}".encode()
        )
        .decode()
        .rstrip("="),
        "shop": shop,
        "state": query.get("state", ""),
        "timestamp": str(around.clock.now()),
    }
    if query.get("decision") == "allow":
        scopes = consent.allowed(scopes, source)
        answer["code"] = around.grants.new_code("shopify", scopes=scopes, client_id=client_id)
    else:
        answer["error"] = "access_denied"
    answer["hmac"] = signature(answer, secret)
    return consent.back(query["redirect_uri"], dict(sorted(answer.items())))


def _error(code: str, description: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"error": code, "error_description": description}, status)


async def access_token(request: Request) -> Response:
    """Exchange a code, or refresh."""
    around: Surroundings = request.app.state.around
    fields = await _fields(request)
    if request.path_params["shop"] != around.world.scenario.shop.domain:
        return JSONResponse({"errors": "Not Found"}, 404)
    client_id = str(fields.get("client_id", ""))
    secret = secret_of("shopify", client_id)
    if secret is None:
        return _error("application_cannot_be_found", "Could not find the application", 401)
    if not hmac.compare_digest(str(fields.get("client_secret", "")), secret):
        return _error("invalid_client", "The client secret is not valid", 401)
    if fields.get("grant_type") == "client_credentials":
        return _by_credentials(around, client_id)
    if fields.get("grant_type") == "refresh_token":
        return _refreshed(around, str(fields.get("refresh_token", "")))
    return _exchanged(around, fields)


def _by_credentials(around: Surroundings, client_id: str) -> JSONResponse:
    """A token of a day for an app of the shop's own organisation, while it is installed."""
    if client_id != own_client_of("shopify")[0]:
        return _error("shop_not_permitted", "Client credentials cannot be performed on this shop.")
    grant = around.grants.newest("shopify", client_id)
    if grant is None:
        return _error("app_not_installed", "The application is not installed on this shop.")
    token = around.grants.new_token(grant, "access", prefix="shpat_", life=CREDENTIALS_LIFE)
    scopes = ",".join(around.grants.scopes_of(grant))
    return JSONResponse({"access_token": token, "scope": scopes, "expires_in": CREDENTIALS_LIFE})


def _exchanged(around: Surroundings, fields: Mapping[str, Any]) -> JSONResponse:
    code = around.grants.take_code("shopify", str(fields.get("code", "")))
    if code is None:
        return _error("invalid_request", "The authorization code was not found or was already used")
    grant = around.grants.new_grant("shopify", tuple(code["scopes"]), client_of("shopify")[0])
    if str(fields.get("expiring", "")) not in {"1", "true", "True"}:
        token = around.grants.new_token(grant, "access", prefix="shpat_", life=None)
        return JSONResponse({"access_token": token, "scope": ",".join(code["scopes"])})
    return _pair(around, grant, tuple(code["scopes"]), replaces=None)


async def _fields(request: Request) -> dict[str, Any]:
    if "json" in request.headers.get("content-type", ""):
        try:
            body = await request.json()
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}
    form: FormData = await request.form()
    return dict(form)


def _pair(
    around: Surroundings, grant: str, scopes: tuple[str, ...], *, replaces: str | None
) -> JSONResponse:
    access = around.grants.new_token(grant, "access", prefix="shpat_", life=ACCESS_LIFE)
    refresh = around.grants.new_token(
        grant, "refresh", prefix="shprt_", life=REFRESH_LIFE, replaces=replaces
    )
    return JSONResponse(
        {
            "access_token": access,
            "scope": ",".join(scopes),
            "expires_in": ACCESS_LIFE,
            "refresh_token": refresh,
            "refresh_token_expires_in": REFRESH_LIFE,
        }
    )


def _refreshed(around: Surroundings, text: str) -> JSONResponse:
    token: Token | None = around.grants.find("shopify", text, "refresh")
    if token is None or not token.alive:
        return _error("invalid_grant", "The refresh token is not valid, expired or already used")
    previous = around.grants.detail(text, "replaces")
    if previous is not None:
        # the replacement is used: what it replaced ends now
        around.grants.kill(previous)
    return _pair(around, token.grant_id, token.scopes, replaces=text)
