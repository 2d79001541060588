"""What a shop's webhook leads to: a hint makes a sync due, a request waits for a worker.

A signed delivery goes in. Nothing it says is stored as a number: announced orders are read from the
API, soon and once for all that were announced until then. Nothing that cannot be undone follows
from it either: whether the app was really removed, the shop is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from aura.connectors.oauth import same, shopify_webhook_signature
from aura.connectors.shopify.shop import shop_host
from aura.errors import InputError
from aura.store import events
from aura.store.database import Connection, Database
from aura.store.privacy import Person, sealed_person
from aura.store.secrets import Keyring

# a shop's changes are read together, and at most every so often
SYNC_EVERY: Final = timedelta(minutes=10)
LONGEST_ID: Final = 200
_ORDER_TOPICS: Final = ("orders/", "refunds/", "order_transactions/")
_BULK_FINISHED: Final = "bulk_operations/finish"
_ASKED_OF_A_WORKER: Final = ("app/uninstalled", "app/scopes_update", "shop/update")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it arrived. Only the body is signed: the headers are hints about it."""

    body: bytes = field(repr=False)
    signature: str = field(repr=False)
    topic: str
    shop: str
    webhook_id: str

    def is_signed_with(self, secret: str) -> bool:
        """Whether who sent it knows the app's secret; nobody does when there is none."""
        if not secret or not self.signature.isascii():
            return False
        return same(shopify_webhook_signature(self.body, secret), self.signature)


class _Customer(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str | None = None
    email: str | None = None


class _PrivacyRequest(BaseModel):
    """The parts of Shopify's three privacy payloads that say whom and what they are about."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    shop_domain: str
    customer: _Customer = _Customer()
    orders_requested: list[str] = []
    orders_to_redact: list[str] = []

    def person(self) -> Person:
        return Person(
            self.customer.id,
            self.customer.email,
            (*self.orders_requested, *self.orders_to_redact),
        )


async def receive(
    database: Database, keyring: Keyring, delivery: Delivery, *, now: datetime
) -> None:
    """Note a signed delivery for every brand that has connected its shop.

    One that came before, one for a shop that nobody has connected and one of a topic that means
    nothing to us change nothing. Raises InputError for what Shopify would not send.
    """
    shop = shop_host(delivery.shop)
    if not 0 < len(delivery.webhook_id) <= LONGEST_ID or not delivery.topic:
        raise InputError("A webhook has an id and a topic.")
    person = None
    if delivery.topic in events.PRIVACY_KINDS:
        person = _person_of(delivery, shop)
    elif not _is_known(delivery.topic):
        return
    async with database.as_accounts(shop=shop) as connection:
        for brand_id, integration_id in await events.shops(connection, shop):
            sealed = None
            if person is not None:
                sealed = await sealed_person(connection, keyring, brand_id, person)
            is_new = await events.note(
                connection,
                brand_id=brand_id,
                event_id=delivery.webhook_id,
                kind=delivery.topic,
                now=now,
                is_due=person is not None or delivery.topic in _ASKED_OF_A_WORKER,
                sealed_request=sealed,
            )
            if is_new:
                await _hint(connection, integration_id, delivery.topic, now)


def _is_known(topic: str) -> bool:
    return topic.startswith(_ORDER_TOPICS) or topic in {_BULK_FINISHED, *_ASKED_OF_A_WORKER}


async def _hint(connection: Connection, integration_id: UUID, topic: str, now: datetime) -> None:
    if topic.startswith(_ORDER_TOPICS):
        await events.want_daily(connection, integration_id, at=now + SYNC_EVERY)
    elif topic == _BULK_FINISHED:
        await events.want_backfill(connection, integration_id, at=now)


def _person_of(delivery: Delivery, shop: str) -> Person:
    """Whom a privacy request is about. The shop stands in the signed body, too."""
    try:
        request = _PrivacyRequest.model_validate_json(delivery.body)
    except ValidationError:
        # its message would quote the person
        raise InputError("A privacy request has the form that Shopify documents.") from None
    if request.shop_domain.lower() != shop:
        raise InputError("A privacy request is about the shop that it comes from.")
    return request.person()
