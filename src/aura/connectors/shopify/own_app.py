"""Client credentials: a shop read by an app of its own organisation, without a consent page.

The app's id and secret go in, a `Grant` of 24 hours comes out. There is no refresh token: it is
renewed by asking again with the same id and secret.
Source: shopify.dev, "Using the client credentials grant", read on 2026-11-23.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from aura.connectors.contract import Application
from aura.connectors.http import HttpClient
from aura.connectors.oauth import UnknownClientError, client_refused
from aura.connectors.shopify.consent import shop_grant, token_answer
from aura.model import Grant, OwnClient


async def grant_by_credentials(
    http: HttpClient, application: Application, *, shop: str, client: OwnClient, now: datetime
) -> Grant:
    """A grant of a day. Raises NeedsReconnectError when Shopify does not take the credentials."""
    own = replace(application, client_id=client.client_id, client_secret=client.client_secret)
    try:
        answer = await token_answer(http, own, shop, {"grant_type": "client_credentials"})
    except UnknownClientError:
        raise client_refused("Shopify") from None
    return replace(shop_grant(answer, now), kind="client_credentials", client=client)
