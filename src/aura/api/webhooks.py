"""Where Shopify sends its webhooks: checked, noted, answered within moments.

In: POST with the raw body that Shopify signed. Out: 200 for what was noted or is not ours, 401 for
a wrong signature, 400 for what Shopify would not send, 503 when it could not be noted, so that
Shopify sends it again. No platform is asked here: a worker does what follows.
Source: shopify.dev, "Deliver webhooks through HTTPS", "Privacy law compliance" (2026-10).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

import psycopg
from fastapi import APIRouter, Request, Response

from aura.config import SHOPIFY_WEBHOOKS, Settings
from aura.errors import DatabaseError, InputError
from aura.store.database import Database
from aura.store.secrets import Keyring
from aura.sync.webhooks import Delivery, receive

log = logging.getLogger(__name__)

# Shopify waits five
SECONDS = 4.0


def webhook_routes(
    *, database: Database, keyring: Keyring, settings: Settings, clock: Callable[[], datetime]
) -> APIRouter:
    """The one address for all topics of all shops."""
    routes = APIRouter()
    secret = settings.shopify_client_secret.get_secret_value()

    @routes.post(SHOPIFY_WEBHOOKS, include_in_schema=False)
    async def shopify(request: Request) -> Response:
        headers = request.headers
        delivery = Delivery(
            body=await request.body(),
            signature=headers.get("x-shopify-hmac-sha256", ""),
            topic=headers.get("x-shopify-topic", ""),
            shop=headers.get("x-shopify-shop-domain", "").lower(),
            webhook_id=headers.get("x-shopify-webhook-id", ""),
        )
        if not delivery.is_signed_with(secret):
            return Response(status_code=401)
        try:
            async with asyncio.timeout(SECONDS):
                await receive(database, keyring, delivery, now=clock())
        except InputError:
            return Response(status_code=400)
        except (DatabaseError, psycopg.Error, TimeoutError) as error:
            log.error("a webhook could not be noted: %s", type(error).__name__)  # noqa: TRY400 - a traceback may quote what came in
            return Response(status_code=503)
        return Response(status_code=200)

    return routes
