"""Shopify's authorization code grant, with offline tokens that expire and rotate.

A shop and its callback go in, a `Grant` comes out. The access token lives an hour; each refresh
gives a new refresh token (90 days), and the previous one stays good until the new one is first
used, so a refresh whose answer was lost can be repeated.
Source: shopify.dev, "Implement authorization code grant manually", "Use expiring offline access
tokens", changelog of 2026-08-28.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from aura.connectors.contract import Application, Consent
from aura.connectors.fields import Document
from aura.connectors.http import Answer, HttpClient, failure_by_status
from aura.connectors.oauth import (
    UnknownClientError,
    grant_of,
    lacking,
    same,
    shopify_query_signature,
)
from aura.connectors.shopify.shop import at_shop, shop_host
from aura.errors import (
    ConnectorError,
    ForbiddenError,
    InputError,
    NeedsReconnectError,
)
from aura.model import Grant

# read_all_orders: without it Shopify shows the last 60 days only, and says nothing about the rest.
SCOPES: Final = ("read_all_orders", "read_customers", "read_orders")
# Without these the orders cannot be read at all.
REQUIRED: Final = ("read_customers", "read_orders")
# read_reports: Shopify Analytics is asked whether it says the same; no number comes from there.
OPTIONAL_SCOPES: Final = ("read_reports",)
CALLBACK_SECONDS: Final = 90
# of the client credentials grant, by Shopify's code
_REASONS: Final = {
    "app_not_installed": (
        "The app is not installed in this shop: open it in Shopify's Dev Dashboard and press "
        "Install app."
    ),
    "shop_not_permitted": (
        "The app and the shop do not belong to the same Shopify organisation; client credentials "
        "work only then. Connect with this installation's app instead."
    ),
}


def authorization_url(application: Application, consent: Consent) -> str:
    """The page on which a merchant allows the app. `grant_options[]` left out asks for offline."""
    query = urlencode(
        {
            "client_id": application.client_id,
            "scope": ",".join((*SCOPES, *OPTIONAL_SCOPES)),
            "redirect_uri": consent.redirect_uri,
            "state": consent.state,
        }
    )
    shop = shop_host(consent.shop)
    return f"{at_shop(application.login_url, shop)}/admin/oauth/authorize?{query}"


def check_callback(
    application: Application, consent: Consent, callback: Mapping[str, str], now: datetime
) -> tuple[str, str]:
    """The shop and the code of a callback that Shopify signed, for the shop that was asked.

    Raises InputError for a denied consent, ForbiddenError for anything Shopify did not send now.
    """
    shop = shop_host(consent.shop)
    if "error" in callback and "code" not in callback:
        raise InputError("The shop did not allow the connection. Nothing was connected.")
    expected = shopify_query_signature(callback, application.client_secret)
    if not same(expected, callback.get("hmac", "")):
        raise ForbiddenError("This callback does not carry Shopify's signature.")
    timestamp = callback.get("timestamp", "")
    if not timestamp.isdecimal() or abs(now.timestamp() - int(timestamp)) > CALLBACK_SECONDS:
        raise ForbiddenError("This callback from Shopify is too old. Please connect again.")
    if callback.get("shop", "").lower() != shop:
        raise ForbiddenError("This callback is for another shop. Please connect again.")
    if not (code := callback.get("code")):
        raise InputError("The shop did not allow the connection. Nothing was connected.")
    return shop, code


async def exchange(
    http: HttpClient, application: Application, *, shop: str, code: str, now: datetime
) -> Grant:
    """The first grant of a shop. Raises InputError when it does not allow to read orders."""
    try:
        answer = await token_answer(http, application, shop, {"code": code, "expiring": "1"})
    except NeedsReconnectError:
        raise InputError(
            "Shopify no longer accepts this callback: it was used before or is too old. "
            "Please connect again."
        ) from None
    grant = shop_grant(answer, now)
    check_scopes(grant)
    return grant


def check_scopes(grant: Grant) -> None:
    """Raises InputError when the grant does not allow to read orders."""
    if missing := lacking(grant.scopes, REQUIRED):
        raise InputError(
            f"The shop did not grant {', '.join(missing)}, without which its sales cannot be "
            "read. Add it to the app's scopes at Shopify and connect again."
        )


async def refresh(
    http: HttpClient, application: Application, *, shop: str, refresh_token: str, now: datetime
) -> Grant:
    """The next grant. Raises NeedsReconnectError when the refresh token is spent."""
    fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return shop_grant(await token_answer(http, application, shop, fields), now)


async def token_answer(
    http: HttpClient, application: Application, shop: str, fields: Mapping[str, str]
) -> Document:
    """What the shop's token endpoint answers the application.

    Raises UnknownClientError for an application that Shopify does not know.
    """
    answer = await http.send(
        "POST",
        f"{at_shop(application.token_url, shop)}/admin/oauth/access_token",
        failure_of=_failure_of,
        document={
            "client_id": application.client_id,
            "client_secret": application.client_secret,
            **fields,
        },
    )
    return Document(answer.body, "Shopify's token answer")


def _failure_of(answer: Answer) -> ConnectorError | None:
    if answer.status in {400, 401, 403, 404}:
        code = answer.body.get("error") if isinstance(answer.body, Mapping) else None
        if str(code) in {"invalid_client", "application_cannot_be_found"}:
            return UnknownClientError(
                "Shopify does not know this app: check AURA_SHOPIFY_CLIENT_ID and "
                "AURA_SHOPIFY_CLIENT_SECRET."
            )
        return NeedsReconnectError(
            _REASONS.get(str(code), "Shopify no longer accepts the shop's permission.")
        )
    return failure_by_status("Shopify", answer)


def shop_grant(answer: Document, now: datetime) -> Grant:
    """The grant in a token endpoint's answer."""
    scopes = tuple(sorted(part.strip() for part in answer.text("scope").split(",") if part.strip()))
    return grant_of(answer, now=now, scopes=scopes, needed=SCOPES)
