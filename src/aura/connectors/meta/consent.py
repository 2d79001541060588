"""Meta's login: a code for a token of an hour, that one for a token of about sixty days.

A callback goes in, a `Grant` comes out. There is no refresh: when the sixty days end a person must
connect again, so `expires_at` is what a face warns by. A System User token of a business is a grant
as it is: it ends never, or 60 days after it was made.
Source: developers.facebook.com, "Manually build a login flow", "Long-lived access tokens", "System
users" (v26.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from aura.connectors.contract import Application, Consent
from aura.connectors.fields import Document
from aura.connectors.http import Answer, HttpClient
from aura.connectors.meta.graph import API_VERSION, SCOPES, GraphApi, failure_of
from aura.connectors.meta.token_facts import token_facts
from aura.connectors.oauth import UnknownClientError, grant_of, lacking
from aura.errors import BadDataError, ConnectorError, InputError, NeedsReconnectError
from aura.model import Grant, OwnClient


def authorization_url(application: Application, consent: Consent) -> str:
    """Meta's dialog."""
    query = urlencode(
        {
            "client_id": application.client_id,
            "redirect_uri": consent.redirect_uri,
            "state": consent.state,
            "scope": ",".join(SCOPES),
            "response_type": "code",
        }
    )
    return f"{application.login_url.rstrip('/')}/{API_VERSION}/dialog/oauth?{query}"


async def exchange(
    http: HttpClient,
    api: GraphApi,
    application: Application,
    *,
    consent: Consent,
    callback: Mapping[str, str],
    now: datetime,
) -> Grant:
    """The long-lived grant of a callback.

    Raises InputError when the person declined, or unticked what Aura needs.
    """
    code = callback.get("code")
    if not code:
        raise InputError("Meta was not allowed to share the ad accounts. Nothing was connected.")
    try:
        short = await _token(
            http,
            api,
            application,
            {"redirect_uri": consent.redirect_uri, "code": code},
        )
    except (NeedsReconnectError, BadDataError) as error:
        raise InputError(
            "Meta does not accept this callback: it was used before or is too old. "
            f"Please connect again. {error.message}"
        ) from None
    long_lived = await _token(
        http,
        api,
        application,
        {"grant_type": "fb_exchange_token", "fb_exchange_token": short.text("access_token")},
    )
    facts = await token_facts(api, long_lived.text("access_token"))
    if missing := lacking(facts.scopes, SCOPES):
        raise InputError(f"Meta was not allowed {', '.join(missing)}. Please connect again.")
    grant = grant_of(long_lived, now=now, scopes=facts.scopes, needed=SCOPES)
    return replace(grant, data_expires_at=facts.data_expires_at)


async def grant_of_system_user(api: GraphApi, *, token: str, client: OwnClient) -> Grant:
    """The grant that a System User token is.

    Raises InputError for a token of a person and for one without the needed permission.
    """
    facts = await token_facts(api, token)
    if not facts.is_of_system_user:
        raise InputError(
            "This is no System User token: a person's token ends within hours. Make one in Meta "
            "Business settings, System users, Generate token."
        )
    if missing := lacking(facts.scopes, SCOPES):
        raise InputError(
            f"The System User token lacks {', '.join(missing)}. Generate one with it ticked."
        )
    return Grant(
        access_token=token,
        expires_at=facts.expires_at,
        data_expires_at=facts.data_expires_at,
        scopes=facts.scopes,
        kind="system_user",
        client=client,
    )


async def check_app(http: HttpClient, api: GraphApi, application: Application) -> None:
    """Ask for the app's own token. UnknownClientError when Meta does not know id and secret."""
    await _token(http, api, application, {"grant_type": "client_credentials"})


async def _token(
    http: HttpClient, api: GraphApi, application: Application, params: Mapping[str, str]
) -> Document:
    answer = await http.send(
        "GET",
        api.url("oauth/access_token"),
        failure_of=_token_failure_of,
        params={
            "client_id": application.client_id,
            "client_secret": application.client_secret,
            **params,
        },
    )
    return Document(answer.body, "Meta's token answer")


def _token_failure_of(answer: Answer) -> ConnectorError | None:
    error = answer.body.get("error") if isinstance(answer.body, Mapping) else None
    if isinstance(error, Mapping) and error.get("code") in {1, 101} and answer.status == 400:
        return UnknownClientError(
            "Meta does not know this app: check AURA_META_CLIENT_ID and AURA_META_CLIENT_SECRET."
        )
    return failure_of(answer)
