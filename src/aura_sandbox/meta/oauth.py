"""Meta's login: the dialog, the exchange of a code, the long-lived token, the proof on every call.

Source: developers.facebook.com, "Manually Build a Login Flow", "Long-Lived Access Tokens",
"Secure Graph API Calls with appsecret_proof".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aura_sandbox import consent
from aura_sandbox.grants import Token, client_of, own_client_of, secret_of
from aura_sandbox.meta.errors import GraphError, parameter
from aura_sandbox.surroundings import Surroundings

SHORT_LIFE, LONG_LIFE = 5_400, 5_183_944
DATA_ACCESS_LIFE = 90 * 86_400


def appsecret_proof(access_token: str, app_secret: str) -> str:
    """Hex HMAC-SHA256 of the token under the app secret."""
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()


async def dialog(request: Request) -> Response:
    """GET asks, POST is the answer."""
    around: Surroundings = request.app.state.around
    source: Mapping[str, Any] = request.query_params
    if request.method == "POST":
        source = await request.form()
    query = {name: str(value) for name, value in source.items()}
    client_id = client_of("meta")[0]
    if query.get("client_id") != client_id:
        return consent.refuse(
            "Meta", "Invalid App ID", "The provided app ID does not look like a valid app ID."
        )
    redirect_uri = query.get("redirect_uri", "")
    if not consent.is_loopback(redirect_uri):
        return consent.refuse(
            "Meta",
            "URL blocked",
            "This redirect failed because the redirect URI is not white-listed in the app's client "
            "OAuth settings: the sandbox only redirects to this machine.",
        )
    scopes = [part for part in query.get("scope", "").replace(" ", ",").split(",") if part]
    if request.method == "GET":
        wishes = ["public_profile", *(scope for scope in scopes if scope != "public_profile")]
        return consent.ask("Meta", "your ad accounts", client_id, wishes, query)
    state = {"state": query["state"]} if "state" in query else {}
    if query.get("decision") != "allow":
        denied = {
            "error": "access_denied",
            "error_code": "200",
            "error_description": "Permissions error",
            "error_reason": "user_denied",
        }
        return consent.back(redirect_uri, {**denied, **state}, "#_=_")
    scopes = consent.allowed(scopes, source)
    code = around.grants.new_code("meta", scopes=scopes, redirect_uri=redirect_uri)
    return consent.back(redirect_uri, {"code": code, **state}, "#_=_")


async def access_token(request: Request) -> Response:
    """A code for a short token, a short token for a long one, or the app's own token."""
    around: Surroundings = request.app.state.around
    query = dict(request.query_params)
    if request.method == "POST":
        query |= {name: str(value) for name, value in (await request.form()).items()}
    client_id, secret = client_of("meta")
    if query.get("client_id") != client_id:
        raise GraphError(
            "Error validating application. Cannot get application info due to a system error.",
            code=101,
        )
    if not hmac.compare_digest(query.get("client_secret", ""), secret):
        raise GraphError("Error validating client secret.", code=1)
    kind = query.get("grant_type", "authorization_code")
    if kind == "client_credentials":
        return JSONResponse({"access_token": f"{client_id}|{secret}", "token_type": "bearer"})
    if kind == "fb_exchange_token":
        token = around.grants.find("meta", query.get("fb_exchange_token", ""), "access")
        if token is None or not token.alive:
            raise dead_token(token)
        return _issue(around, token.grant_id, LONG_LIFE)
    return _exchange(around, query)


def _exchange(around: Surroundings, query: Mapping[str, str]) -> Response:
    code = around.grants.take_code("meta", query.get("code", ""))
    if code is None:
        raise GraphError("This authorization code has been used.", code=100, subcode=36009)
    if code["redirect_uri"] != query.get("redirect_uri"):
        raise GraphError(
            "Error validating verification code. Please make sure your redirect_uri is identical "
            "to the one you used in the OAuth dialog request",
            code=100,
            subcode=36008,
        )
    scopes = ("public_profile", *(scope for scope in code["scopes"] if scope != "public_profile"))
    grant = around.grants.new_grant("meta", scopes, client_of("meta")[0])
    return _issue(around, grant, SHORT_LIFE)


def _issue(around: Surroundings, grant_id: str, life: int) -> Response:
    text = around.grants.new_token(grant_id, "access", prefix="EAASandbox", life=life)
    return JSONResponse({"access_token": text, "token_type": "bearer", "expires_in": life})


def dead_token(token: Token | None) -> GraphError:
    """Error 190 with the subcode that says why."""
    if token is None:
        return GraphError("Invalid OAuth access token - Cannot parse access token", code=190)
    if token.revoked:
        return GraphError(
            "Error validating access token: The user has not authorized application.",
            code=190,
            subcode=458,
        )
    return GraphError("Error validating access token: Session has expired.", code=190, subcode=463)


def token_of(request: Request, parameters: Mapping[str, str]) -> Token:
    """The living token of a call, whose proof is checked. Raises GraphError."""
    around: Surroundings = request.app.state.around
    text = parameters.get("access_token", "")
    header = request.headers.get("authorization", "")
    if not text and header.lower().startswith("bearer "):
        text = header[7:]
    if not text:
        raise GraphError("An access token is required to request this resource.", code=104)
    token = around.grants.find("meta", text, "access")
    if token is None or not token.alive:
        raise dead_token(token)
    proof = parameters.get("appsecret_proof")
    is_own = token.client_id == own_client_of("meta")[0]
    if proof is None and not is_own:
        raise GraphError(
            "API calls from the server require an appsecret_proof argument",
            code=100,
            kind="GraphMethodException",
        )
    secret = secret_of("meta", token.client_id) or ""
    if proof is not None and not hmac.compare_digest(proof, appsecret_proof(text, secret)):
        raise GraphError(
            "Invalid appsecret_proof provided in the API argument",
            code=100,
            kind="GraphMethodException",
        )
    return token


async def debug_token(request: Request) -> Response:
    """What the app may know about a token."""
    around: Surroundings = request.app.state.around
    client_id, secret = client_of("meta")
    asking = request.query_params.get("access_token", "")
    asker = around.grants.find("meta", asking, "access")
    if asking != f"{client_id}|{secret}" and (asker is None or not asker.alive):
        raise dead_token(asker)
    text = request.query_params.get("input_token")
    if not text:
        raise parameter("The parameter input_token is required")
    token = around.grants.find("meta", text, "access")
    if token is None:
        return JSONResponse({"data": {"is_valid": False, "scopes": []}})
    is_system = around.grants.detail(text, "is_system_user")
    data: dict[str, Any] = {
        "app_id": token.client_id,
        "type": "SYSTEM_USER" if is_system else "USER",
        "application": "Sandbox application",
        "is_valid": token.alive,
        "issued_at": token.issued_at,
        "expires_at": token.expires_at or 0,
        "data_access_expires_at": 0 if is_system else token.issued_at + DATA_ACCESS_LIFE,
        "scopes": list(token.scopes),
        "user_id": "10150000000000001",
    }
    return JSONResponse({"data": data})
