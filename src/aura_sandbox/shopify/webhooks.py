"""Webhooks: who is told of what, and the deliveries, as the shop's clock moves.

A subscription is told of what happens in the world after it was made. A delivery that fails is
tried again eight times within four hours; then its subscription is deleted, as at Shopify. The
three privacy topics go to the app's one address for them and come from `ask`. Faults, each for the
next deliveries of a topic: lost, duplicate, late (an hour), reordered (newest first).
Source: shopify.dev, "Deliver webhooks through HTTPS", "Privacy law compliance" (2026-10).
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from aura_sandbox.consent import is_loopback
from aura_sandbox.grants import client_of
from aura_sandbox.shopify import views
from aura_sandbox.shopify.connections import short_connection
from aura_sandbox.surroundings import Surroundings
from aura_sandbox.world.days import iso
from aura_sandbox.world.orders import Order

RETRIES = (60, 120, 300, 600, 1_200, 2_400, 3_600, 6_120)
HOUR = 3_600
TWO_DAYS = 48 * HOUR
VERSION = "2026-10"
PREFIX = "gid://shopify/WebhookSubscription/"
COMPLIANCE = ("customers/data_request", "customers/redact", "shop/redact")
FAULTS = ("lost", "duplicate", "late", "reordered")
SHOP = {"id": 61234567890}
Payload = dict[str, Any]


@dataclass(slots=True)
class Subscription:
    """Who is told of one topic; `fields` are the only ones sent, all when there are none."""

    number: int
    topic: str
    uri: str
    fields: list[str]
    made_at: int

    def view(self) -> dict[str, Any]:
        """As GraphQL shows it."""
        return {
            "__typename": "WebhookSubscription",
            "id": f"{PREFIX}{self.number}",
            "topic": self.topic,
            "uri": self.uri,
            "includeFields": self.fields,
            "createdAt": iso(self.made_at),
            "updatedAt": iso(self.made_at),
        }


@dataclass(slots=True)
class Delivery:
    """Something to tell at an address, from a moment on."""

    topic: str
    uri: str
    body: bytes
    triggered_at: int
    due_at: int
    subscription: int | None = None
    tried: int = 0
    webhook_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))


class Webhooks:
    """The subscriptions of the one app at the one shop, and what is still to be delivered."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._subscriptions: dict[int, Subscription] = {}
        self._made = 0
        self._waiting: list[Delivery] = []
        self._told_until = around.clock.now()
        self._faults: list[dict[str, Any]] = []
        self._compliance_uri: str | None = None
        self._delivered: list[dict[str, Any]] = []
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    # ------------------------------------------------------------------------- what GraphQL asks
    def create(self, topic: str, wish: dict[str, Any]) -> dict[str, Any]:
        """Tell an address of a topic from now on."""
        uri = wish.get("uri") or wish.get("callbackUrl") or ""
        problem = None
        if not uri.startswith("https://") and not is_loopback(uri):
            problem = "Address protocol http:// is not supported"
        elif any(one.topic == topic and one.uri == uri for one in self._subscriptions.values()):
            problem = "Address for this topic has already been taken"
        if problem:
            error = {"field": ["webhookSubscription", "callbackUrl"], "message": problem}
            return {"webhookSubscription": None, "userErrors": [error]}
        if not self._subscriptions:
            self._told_until = self._around.clock.now()
        self._made += 1
        made = Subscription(
            self._made, topic, uri, list(wish.get("includeFields") or ()), self._around.clock.now()
        )
        self._subscriptions[made.number] = made
        return {"webhookSubscription": made.view(), "userErrors": []}

    def delete(self, gid: str) -> dict[str, Any]:
        """Tell no more."""
        number = gid.removeprefix(PREFIX)
        if not number.isdecimal() or self._subscriptions.pop(int(number), None) is None:
            error = {"field": ["id"], "message": "Webhook subscription does not exist"}
            return {"deletedWebhookSubscriptionId": None, "userErrors": [error]}
        return {"deletedWebhookSubscriptionId": gid, "userErrors": []}

    def listed(self) -> list[dict[str, Any]]:
        """Every subscription, oldest first."""
        return [one.view() for one in self._subscriptions.values()]

    def uninstalled(self) -> None:
        """The app is gone: it is told once, and two days later asked to forget the shop."""
        now = self._around.clock.now()
        self._tell("app/uninstalled", self._shop(), now)
        self._subscriptions.clear()
        if self._compliance_uri:
            self._ask("shop/redact", {}, due_at=now + TWO_DAYS)

    # ------------------------------------------------------------------------ what a tester asks
    def configure(self, wish: Any) -> None:
        """Set the address for the privacy topics, and faults. ValueError for anything else."""
        if not isinstance(wish, dict) or wish.keys() - {"compliance_uri", "faults"}:
            raise ValueError('send {"compliance_uri": address, "faults": [...]}')
        for fault in wish.get("faults", []):
            if not isinstance(fault, dict) or fault.get("kind") not in FAULTS:
                raise ValueError(f"the kind of a fault is one of {', '.join(FAULTS)}")
            self._faults.append({"topic": "", "times": 1, **fault})
        if "compliance_uri" in wish:
            self._compliance_uri = wish["compliance_uri"]

    def forget_faults(self) -> None:
        """Let every delivery go as it should."""
        self._faults.clear()

    def ask(self, wish: Any) -> Payload:
        """Ask what a privacy topic asks, about the customer of an address; what is sent."""
        if not isinstance(wish, dict):
            raise ValueError('send {"topic": ..., "email": ...}')  # noqa: TRY004 - one kind of refusal
        topic, email = wish.get("topic"), wish.get("email")
        if topic not in COMPLIANCE or self._compliance_uri is None:
            raise ValueError(f"topic is one of {', '.join(COMPLIANCE)}, compliance_uri comes first")
        if topic == "shop/redact":
            return self._ask(topic, {}, due_at=self._around.clock.now())
        at = self._around.orders_until_now()
        orders = [
            order
            for order in self._around.world.order_book.orders
            if order.exists(at) and order.email is not None and order.email == email
        ]
        if not orders:
            raise ValueError("email is that of a customer who has ordered")
        person = next((order.person for order in orders if order.person and not order.guest), None)
        customer: Payload = {"email": email, "phone": "555-625-1199"}
        if person is not None:
            customer["id"] = views.customer_id(person)
        ids = [views.order_id(order.number) for order in orders]
        about: Payload = {"customer": customer}
        if topic == "customers/redact":
            about["orders_to_redact"] = ids
        else:
            about |= {"orders_requested": ids, "data_request": {"id": 9999}}
        return self._ask(topic, about, due_at=at)

    def shown(self) -> dict[str, Any]:
        """Subscriptions, what waits, and the last deliveries with what was answered."""
        return {
            "subscriptions": self.listed(),
            "waiting": len(self._waiting),
            "delivered": self._delivered[-1_000:],
            "faults": self._faults,
        }

    # ---------------------------------------------------------------------------------- deliveries
    def wake(self) -> None:
        """Deliver from now on, once a second, where there is anybody to tell."""
        if (self._subscriptions or self._waiting) and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._keep_delivering())

    async def deliver(self) -> None:
        """Deliver everything that is due by the clock."""
        async with self._lock:
            now = self._around.orders_until_now()
            self._notice(now)
            due = sorted(
                (one for one in self._waiting if one.due_at <= now), key=lambda one: one.due_at
            )
            if due and self._meets("reordered", due[0].topic):
                due.reverse()
            async with httpx.AsyncClient(
                trust_env=False, timeout=httpx.Timeout(5.0, connect=1.0)
            ) as client:
                for delivery in due:
                    await self._deliver(client, delivery, now)

    async def _keep_delivering(self) -> None:
        while self._subscriptions or self._waiting:
            with contextlib.suppress(httpx.HTTPError):
                await self.deliver()
            await asyncio.sleep(1.0)

    async def _deliver(self, client: httpx.AsyncClient, delivery: Delivery, now: int) -> None:
        self._waiting.remove(delivery)
        if self._meets("lost", delivery.topic):
            return
        if self._meets("late", delivery.topic):
            delivery.due_at = now + HOUR
            self._waiting.append(delivery)
            return
        is_taken = await self._send(client, delivery)
        if is_taken and self._meets("duplicate", delivery.topic):
            await self._send(client, delivery)
        if is_taken:
            return
        if delivery.tried < len(RETRIES):
            delivery.due_at = now + RETRIES[delivery.tried]
            delivery.tried += 1
            self._waiting.append(delivery)
        elif delivery.subscription is not None:
            self._subscriptions.pop(delivery.subscription, None)

    async def _send(self, client: httpx.AsyncClient, delivery: Delivery) -> bool:
        secret = client_of("shopify")[1].encode()
        signature = hmac.new(secret, delivery.body, hashlib.sha256).digest()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-API-Version": VERSION,
            "X-Shopify-Event-Id": delivery.event_id,
            "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
            "X-Shopify-Shop-Domain": self._around.world.scenario.shop.domain,
            "X-Shopify-Topic": delivery.topic,
            "X-Shopify-Triggered-At": iso(delivery.triggered_at),
            "X-Shopify-Webhook-Id": delivery.webhook_id,
        }
        try:
            answer = await client.post(delivery.uri, content=delivery.body, headers=headers)
            status = answer.status_code
        except httpx.HTTPError:
            status = 0
        sent = {"topic": delivery.topic, "webhook_id": delivery.webhook_id, "status": status}
        self._delivered.append(sent)
        return 200 <= status < 300

    def _meets(self, kind: str, topic: str) -> bool:
        for fault in self._faults:
            if fault["kind"] == kind and topic.startswith(fault["topic"]):
                fault["times"] -= 1
                if fault["times"] <= 0:
                    self._faults.remove(fault)
                return True
        return False

    # ------------------------------------------------------------------------------ what happened
    def _notice(self, now: int) -> None:
        since, self._told_until = self._told_until, max(now, self._told_until)
        if not self._subscriptions:
            return
        for order in self._around.world.order_book.orders:
            if order.changes and order.changes[-1] > since:
                for topic, moment in _happened(order, since, now):
                    self._tell(topic, self._order(order, topic, moment), moment)

    def _tell(self, topic: str, payload: Payload, moment: int) -> None:
        name = topic.replace("/", "_").upper()
        for one in self._subscriptions.values():
            if one.topic == name and one.made_at <= moment:
                kept = {key: payload[key] for key in one.fields or payload if key in payload}
                body = json.dumps(kept).encode()
                self._waiting.append(Delivery(topic, one.uri, body, moment, moment, one.number))

    def _ask(self, topic: str, about: Payload, *, due_at: int) -> Payload:
        domain = self._around.world.scenario.shop.domain
        payload: Payload = {"shop_id": SHOP["id"], "shop_domain": domain, **about}
        body = json.dumps(payload).encode()
        self._waiting.append(Delivery(topic, self._compliance_uri or "", body, due_at, due_at))
        return payload

    def _shop(self) -> Payload:
        shop = self._around.world.scenario.shop
        return {
            **SHOP,
            "name": shop.name,
            "myshopify_domain": shop.domain,
            "email": "owner@example.com",
            "currency": shop.currency,
            "iana_timezone": shop.timezone,
        }

    @staticmethod
    def _order(order: Order, topic: str, moment: int) -> Payload:
        number = views.order_id(order.number)
        if topic == "refunds/create":
            return {"id": number + 1, "order_id": number, "created_at": iso(moment)}
        if topic == "orders/edited":
            return {"order_edit": {"id": number + 2, "order_id": number}}
        return {
            "id": number,
            "name": f"#{order.number}",
            "email": order.email,
            "test": order.test,
            "created_at": iso(order.created_at),
            "updated_at": iso(views.updated_at(order, moment)),
        }


def _happened(order: Order, since: int, now: int) -> Iterator[tuple[str, int]]:
    """What happened to an order after a moment, until now."""
    moments = [("orders/create", order.created_at)]
    moments += [("orders/updated", at) for at in order.changes[1:]]
    moments += [("refunds/create", refund.at) for refund in order.refunds]
    moments += [
        ("orders/edited", agreement.at)
        for agreement in order.agreements
        if agreement.reason == "ORDER_EDIT"
    ]
    if order.cancelled_at is not None:
        moments.append(("orders/cancelled", order.cancelled_at))
    return ((topic, at) for topic, at in moments if since < at <= now)


def _created(_root: Any, info: Any, **asked: Any) -> Any:
    return info.context.webhooks.create(asked["topic"], asked["webhookSubscription"])


def _deleted(_root: Any, info: Any, **asked: Any) -> Any:
    return info.context.webhooks.delete(asked["id"])


def _listed(_root: Any, info: Any, **asked: Any) -> Any:
    return short_connection(info.context.webhooks.listed(), asked)


QUERIES = {"webhookSubscriptions": _listed}
MUTATIONS = {"webhookSubscriptionCreate": _created, "webhookSubscriptionDelete": _deleted}
