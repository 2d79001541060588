"""Google's OAuth 2 for web servers, with PKCE.

Source: developers.google.com/identity/protocols/oauth2/web-server, RFC 7636. A refresh token comes
only with `access_type=offline`, and again only with `prompt=consent`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aura_sandbox import consent
from aura_sandbox.grants import client_of, secret_of
from aura_sandbox.surroundings import Surroundings

ADWORDS = "https://www.googleapis.com/auth/adwords"
ACCESS_LIFE = 3_599
TESTING_LIFE = 7 * 86_400 - 1


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a code verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _problem(query: Mapping[str, str]) -> Response | None:
    if query.get("client_id") != client_of("google_ads")[0]:
        return consent.refuse(
            "Google", "Error 401: invalid_client", "The OAuth client was not found.", 401
        )
    if not consent.is_loopback(query.get("redirect_uri", "")):
        return consent.refuse(
            "Google",
            "Error 400: redirect_uri_mismatch",
            "You can't sign in because this app sent an invalid request: the sandbox only "
            "redirects to this machine.",
        )
    if query.get("response_type") != "code":
        return consent.refuse(
            "Google", "Error 400: invalid_request", "Required parameter: response_type=code"
        )
    if not query.get("scope"):
        return consent.refuse(
            "Google", "Error 400: invalid_request", "Missing required parameter: scope"
        )
    if query.get("code_challenge") and query.get("code_challenge_method", "plain") not in {
        "S256",
        "plain",
    }:
        return consent.refuse(
            "Google", "Error 400: invalid_request", "Transform algorithm not supported"
        )
    return None


async def authorize(request: Request) -> Response:
    """GET asks, POST is the answer."""
    around: Surroundings = request.app.state.around
    source: Mapping[str, Any] = request.query_params
    if request.method == "POST":
        source = await request.form()
    query = {name: str(value) for name, value in source.items()}
    problem = _problem(query)
    if problem is not None:
        return problem
    scopes = query["scope"].split()
    if request.method == "GET":
        return consent.ask("Google", "your Google Ads accounts", query["client_id"], scopes, query)
    state = {"state": query["state"]} if "state" in query else {}
    if query.get("decision") != "allow":
        return consent.back(query["redirect_uri"], {"error": "access_denied", **state})
    scopes = consent.allowed(scopes, source)
    code = "4/0A" + around.grants.new_code(
        "google_ads",
        scopes=scopes,
        redirect_uri=query["redirect_uri"],
        offline=query.get("access_type") == "offline"
        and query.get("prompt", "consent") == "consent",
        challenge=query.get("code_challenge"),
        method=query.get("code_challenge_method", "plain"),
    )
    return consent.back(query["redirect_uri"], {**state, "code": code, "scope": " ".join(scopes)})


def _error(code: str, description: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"error": code, "error_description": description}, status)


async def token(request: Request) -> Response:
    """Exchange a code, or refresh."""
    around: Surroundings = request.app.state.around
    fields = {name: str(value) for name, value in (await request.form()).items()}
    client_id = fields.get("client_id", "")
    secret = secret_of("google_ads", client_id)
    if secret is None:
        return _error("invalid_client", "The OAuth client was not found.", 401)
    if not hmac.compare_digest(fields.get("client_secret", ""), secret):
        return _error("invalid_client", "Unauthorized", 401)
    kind = fields.get("grant_type")
    if kind == "authorization_code":
        return _exchange(around, fields)
    if kind == "refresh_token":
        return _refreshed(around, fields.get("refresh_token", ""), client_id)
    return _error("unsupported_grant_type", f"Invalid grant_type: {kind}")


def _exchange(around: Surroundings, fields: Mapping[str, str]) -> Response:
    code = around.grants.take_code("google_ads", fields.get("code", "").removeprefix("4/0A"))
    if code is None:
        return _error("invalid_grant", "Malformed auth code.")
    if code["redirect_uri"] != fields.get("redirect_uri"):
        return _error("redirect_uri_mismatch", "Bad Request")
    if code["challenge"]:
        verifier = fields.get("code_verifier")
        if not verifier:
            return _error("invalid_grant", "Missing code verifier.")
        proof = challenge_of(verifier) if code["method"] == "S256" else verifier
        if not hmac.compare_digest(proof, code["challenge"]):
            return _error("invalid_grant", "Invalid code verifier.")
    grant = around.grants.new_grant("google_ads", tuple(code["scopes"]), client_of("google_ads")[0])
    answer = _access(around, grant, code["scopes"])
    if code["offline"]:
        life = TESTING_LIFE if is_testing(around) else None
        answer["refresh_token"] = around.grants.new_token(
            grant, "refresh", prefix="1//0", life=life
        )
        if life is not None:
            answer["refresh_token_expires_in"] = life
    return JSONResponse(answer)


def is_testing(around: Surroundings) -> bool:
    """Whether the consent screen is in testing: permissions given now end after seven days."""
    return bool(around.state.fields.get("google_testing"))


def _access(
    around: Surroundings, grant: str, scopes: list[str] | tuple[str, ...]
) -> dict[str, Any]:
    return {
        "access_token": around.grants.new_token(
            grant, "access", prefix="ya29.a0", life=ACCESS_LIFE
        ),
        "expires_in": ACCESS_LIFE,
        "scope": " ".join(scopes),
        "token_type": "Bearer",
    }


def _refreshed(around: Surroundings, text: str, client_id: str) -> Response:
    found = around.grants.find("google_ads", text, "refresh")
    if found is None:
        return _error("invalid_grant", "Bad Request")
    if found.client_id != client_id:
        return _error("unauthorized_client", "Unauthorized", 401)
    if not found.alive:
        return _error("invalid_grant", "Token has been expired or revoked.")
    answer = _access(around, found.grant_id, found.scopes)
    if found.expires_at is not None:
        answer["refresh_token_expires_in"] = found.expires_at - around.clock.now()
    return JSONResponse(answer)


async def revoke(request: Request) -> Response:
    """End the grant of a token, access or refresh."""
    around: Surroundings = request.app.state.around
    form = await request.form()
    text = str(form.get("token") or request.query_params.get("token", ""))
    for kind in ("access", "refresh"):
        found = around.grants.find("google_ads", text, kind)
        if found is not None and not found.revoked:
            around.grants.revoke(found.grant_id)
            return JSONResponse({})
    return _error("invalid_token", "Token expired or revoked")
