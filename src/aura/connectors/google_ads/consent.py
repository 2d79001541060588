"""Google's OAuth with PKCE: an access token of an hour and a refresh token that stays.

A callback goes in, a `Grant` comes out. `prompt=consent` is asked for every time, since Google
gives a refresh token only then. While a consent screen is in testing its refresh tokens end after
7 days.
Source: developers.google.com/identity/protocols/oauth2/web-server.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from aura.connectors.contract import Application, Consent
from aura.connectors.fields import Document
from aura.connectors.http import Answer, HttpClient, failure_by_status
from aura.connectors.oauth import code_challenge, grant_of
from aura.errors import BadDataError, ConnectorError, InputError, NeedsReconnectError
from aura.model import Grant

SCOPE: Final = "https://www.googleapis.com/auth/adwords"


def authorization_url(application: Application, consent: Consent) -> str:
    """Google's consent page."""
    query = urlencode(
        {
            "client_id": application.client_id,
            "redirect_uri": consent.redirect_uri,
            "response_type": "code",
            "scope": SCOPE,
            "access_type": "offline",
            "prompt": "consent",
            "state": consent.state,
            "code_challenge": code_challenge(consent.code_verifier),
            "code_challenge_method": "S256",
        }
    )
    return f"{application.login_url.rstrip('/')}/o/oauth2/v2/auth?{query}"


async def exchange(
    http: HttpClient,
    application: Application,
    *,
    consent: Consent,
    callback: Mapping[str, str],
    now: datetime,
) -> Grant:
    """The grant of a callback. Raises InputError when the person declined or unticked the scope."""
    code = callback.get("code")
    if not code:
        raise InputError("Google was not allowed to share the ad accounts. Nothing was connected.")
    try:
        answer = await _token(
            http,
            application,
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": consent.redirect_uri,
                "code_verifier": consent.code_verifier,
            },
        )
    except NeedsReconnectError:
        raise InputError(
            "Google no longer accepts this callback: it was used before or is too old. "
            "Please connect again."
        ) from None
    grant = _grant(answer, now)
    if SCOPE not in grant.scopes:
        raise InputError("Google was not allowed to show Google Ads. Please connect again.")
    if grant.refresh_token is None:
        raise InputError("Google gave no lasting permission. Please connect again.")
    return grant


async def refresh(
    http: HttpClient, application: Application, *, grant: Grant, now: datetime
) -> Grant:
    """A new access token beside the same refresh token, or the one that replaces it."""
    if grant.refresh_token is None:
        raise NeedsReconnectError("Google gave no lasting permission; connect again.")
    fields = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
    answer = await _token(http, application, fields)
    return _grant(answer, now, before=grant)


async def revoke(http: HttpClient, application: Application, *, token: str) -> None:
    """End a grant, by any of its tokens; one that is gone already is no error."""
    await http.send(
        "POST",
        f"{application.token_url.rstrip('/')}/revoke",
        failure_of=_revoke_failure_of,
        form={"token": token},
    )


async def _token(http: HttpClient, application: Application, fields: Mapping[str, str]) -> Document:
    answer = await http.send(
        "POST",
        f"{application.token_url.rstrip('/')}/token",
        failure_of=_failure_of,
        form={
            "client_id": application.client_id,
            "client_secret": application.client_secret,
            **fields,
        },
    )
    return Document(answer.body, "Google's token answer")


def _failure_of(answer: Answer) -> ConnectorError | None:
    code = answer.body.get("error") if isinstance(answer.body, Mapping) else None
    if code == "invalid_grant":
        return NeedsReconnectError("Google no longer accepts the permission.")
    if str(code) in {"invalid_client", "unauthorized_client", "redirect_uri_mismatch"}:
        return BadDataError(
            "Google does not know this app under this address: check "
            "AURA_GOOGLE_ADS_CLIENT_ID, AURA_GOOGLE_ADS_CLIENT_SECRET and AURA_PUBLIC_URL."
        )
    return failure_by_status("Google", answer)


def _revoke_failure_of(answer: Answer) -> ConnectorError | None:
    return None if answer.status == 400 else failure_by_status("Google", answer)


def _grant(answer: Document, now: datetime, *, before: Grant | None = None) -> Grant:
    stated = answer.optional_text("scope")
    scopes = tuple(sorted(stated.split())) if stated else (before.scopes if before else ())
    return grant_of(
        answer,
        now=now,
        scopes=scopes,
        refresh_token=before.refresh_token if before else None,
    )
