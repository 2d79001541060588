"""Webhooks: which we ask a shop for, and whether a delivery is Shopify's.

An address goes in; afterwards the shop tells it of every topic below, once, and tells nobody of
ours anything else. Deliveries carry ids and moments, no personal data: more is not asked for.
The three privacy topics cannot be asked for here; they stand in the app's configuration.
Source: shopify.dev, webhookSubscriptionCreate, WebhookSubscriptionTopic (2026-10).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from aura.connectors.fields import Document
from aura.connectors.shopify.documents import (
    WEBHOOK_CREATE,
    WEBHOOK_DELETE,
    WEBHOOKS,
)
from aura.connectors.shopify.graphql import AdminApi
from aura.errors import BadDataError

_ORDER: Final = ("id", "updated_at")
_SHOP: Final = ("id", "myshopify_domain")
# topic: the only fields of the payload that are sent
TOPICS: Final[Mapping[str, tuple[str, ...]]] = {
    "ORDERS_CREATE": _ORDER,
    "ORDERS_UPDATED": _ORDER,
    "ORDERS_CANCELLED": _ORDER,
    "ORDERS_EDITED": ("order_edit.order_id",),
    "ORDERS_DELETE": ("id",),
    "REFUNDS_CREATE": ("id", "order_id"),
    "BULK_OPERATIONS_FINISH": ("admin_graphql_api_id",),
    "APP_UNINSTALLED": _SHOP,
    "APP_SCOPES_UPDATE": ("id", "updated_at"),
    "SHOP_UPDATE": _SHOP,
}


async def subscribe(api: AdminApi, shop: str, token: str, address: str) -> int:
    """Make the shop tell `address` of every topic; how many subscriptions were missing.

    Those of an address that was ours before are taken back. Raises BadDataError when Shopify
    refuses one.
    """
    wanted, path = dict(TOPICS), urlsplit(address).path
    for subscription in [found async for found in _subscriptions(api, shop, token)]:
        topic, uri = subscription.text("topic"), subscription.text("uri")
        if uri == address and topic in wanted:
            del wanted[topic]
        elif uri.endswith(path):
            await _unsubscribe(api, shop, token, subscription)
    refused = []
    for topic, fields in wanted.items():
        variables = {"topic": topic, "subscription": {"uri": address, "includeFields": fields}}
        data, _ = await api.run(shop, token, WEBHOOK_CREATE, variables)
        if list(data.document("webhookSubscriptionCreate").documents("userErrors")):
            refused.append(topic)
    if refused:
        raise BadDataError(f"Shopify refuses to tell of {', '.join(refused)}.")
    return len(wanted)


async def _subscriptions(api: AdminApi, shop: str, token: str) -> AsyncIterator[Document]:
    after: str | None = None
    while True:
        data, _ = await api.run(shop, token, WEBHOOKS, {"after": after})
        connection = data.document("webhookSubscriptions")
        for node in connection.documents("nodes"):
            yield node
        page = connection.document("pageInfo")
        if not page.flag("hasNextPage"):
            return
        after = page.text("endCursor")


async def _unsubscribe(api: AdminApi, shop: str, token: str, subscription: Document) -> None:
    # one that is gone already is no error: that is what was asked for
    await api.run(shop, token, WEBHOOK_DELETE, {"id": subscription.text("id")})
