"""Google's OAuth with PKCE: an access token of an hour and a refresh token that stays.

A callback goes in, a `Grant` comes out. `prompt=consent` is asked for every time, since Google
gives a refresh token only then. While a consent screen is in testing its refresh tokens end after
7 days.
Source: developers.google.com/identity/protocols/oauth2/web-server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from aura.connectors.contract import Application, Consent
from aura.connectors.fields import Document
from aura.connectors.http import Answer, HttpClient, failure_by_status
from aura.connectors.oauth import (
    UnknownClientError,
    client_refused,
    code_challenge,
    grant_of,
)
from aura.errors import ConnectorError, InputError, NeedsReconnectError
from aura.model import Grant, OwnClient

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
    try:
        answer = await _token(http, _asking(application, grant.client), fields)
    except UnknownClientError:
        if grant.client is None:
            raise
        raise client_refused("Google") from None
    return _grant(answer, now, before=grant)


async def grant_of_own_project(
    http: HttpClient, application: Application, *, token: str, client: OwnClient, now: datetime
) -> Grant:
    """The grant behind a refresh token of a person's own Cloud project.

    Raises InputError when it does not allow Google Ads.
    """
    before = Grant(access_token="", refresh_token=token, kind="own_project", client=client)
    grant = await refresh(http, application, grant=before, now=now)
    if grant.scopes and SCOPE not in grant.scopes:
        raise InputError(f"The refresh token was made without the scope {SCOPE}. Make one with it.")
    return grant


def _asking(application: Application, client: OwnClient | None) -> Application:
    if client is None:
        return application
    return replace(application, client_id=client.client_id, client_secret=client.client_secret)


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
        return UnknownClientError(
            "Google does not know this app under this address: check "
            "AURA_GOOGLE_ADS_CLIENT_ID, AURA_GOOGLE_ADS_CLIENT_SECRET and AURA_PUBLIC_URL."
        )
    return failure_by_status("Google", answer)


def _revoke_failure_of(answer: Answer) -> ConnectorError | None:
    return None if answer.status == 400 else failure_by_status("Google", answer)


def _grant(answer: Document, now: datetime, *, before: Grant | None = None) -> Grant:
    stated = answer.optional_text("scope")
    if before is None:
        return grant_of(answer, now=now, scopes=_scopes(stated), needed=(SCOPE,))
    grant = grant_of(
        answer,
        now=now,
        scopes=_scopes(stated) or before.scopes,
        needed=(SCOPE,),
        refresh_token=before.refresh_token,
    )
    # Google does not say again when a refresh token ends; it ends when it was said to
    ends_at = grant.refresh_expires_at or before.refresh_expires_at
    return replace(grant, refresh_expires_at=ends_at, kind=before.kind, client=before.client)


def _scopes(stated: str | None) -> tuple[str, ...]:
    return tuple(sorted((stated or "").split()))
