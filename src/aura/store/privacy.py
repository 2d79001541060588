"""What is stored about one customer of a shop: found, shown, taken out.

A person goes in as the platform's id, an e-mail address or order ids; they are hashed with the
brand's key and compared with the ledger. Redacted orders keep their money and their day, and lose
what leads to the person: keys, visits, the order's own id. In place of the id stands a keyed hash
of it, so that the order is known again, and stays redacted, when the platform states it anew.
Who was a new customer is kept on the order, so no published number changes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from aura.store.customers import CustomerHasher, customer_hasher
from aura.store.database import Connection
from aura.store.redaction import event_alias
from aura.store.secrets import Keyring, open_sealed, seal
from aura.store.statements import statements


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a request is about; shown by no repr."""

    customer_id: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    order_ids: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class StoredShop:
    """A brand's shop connection."""

    id: UUID
    sealed_token: str | None = field(repr=False)

    @property
    def has_grant(self) -> bool:
        """Whether there is a grant for it."""
        return self.sealed_token is not None


async def sealed_person(
    connection: Connection, keyring: Keyring, brand_id: UUID, person: Person
) -> str:
    """A person sealed for a brand's events."""
    text = json.dumps([person.customer_id, person.email, person.order_ids])
    return await seal(connection, keyring, brand_id, text)


async def opened_person(
    connection: Connection, keyring: Keyring, brand_id: UUID, sealed: str
) -> Person:
    """The person that was sealed; ConfigurationError when no key opens it."""
    text = await open_sealed(connection, keyring, brand_id, sealed)
    customer_id, email, order_ids = json.loads(text)
    return Person(customer_id, email, tuple(order_ids))


async def orders_of(
    connection: Connection, keyring: Keyring, brand_id: UUID, person: Person
) -> list[dict[str, Any]]:
    """Everything that is stored about a person: their orders, each with its `events`.

    The keyed hashes themselves are not shown, only whether there are any.
    """
    hasher = await customer_hasher(connection, keyring, brand_id=brand_id)
    orders = await _orders(connection, hasher, brand_id, person)
    happened: dict[str, list[dict[str, Any]]] = {order["order_id"]: [] for order in orders}
    for row in await _events(connection, brand_id, orders):
        del row["integration_id"]
        happened[row.pop("order_id")].append(row)
    for order in orders:
        del order["integration_id"]
        order["events"] = happened[order["order_id"]]
    return orders


async def redact(connection: Connection, keyring: Keyring, brand_id: UUID, person: Person) -> int:
    """Take out what leads to a person; how many orders were theirs. Every daily number stays."""
    named = statements("privacy")
    # a sync that writes now would bring back what it has read before
    await connection.execute(named["lock_shop"], {"brand_id": brand_id})
    hasher = await customer_hasher(connection, keyring, brand_id=brand_id)
    orders = await _orders(connection, hasher, brand_id, person)
    await connection.execute(
        named["forget_replaced_orders"],
        {
            "brand_id": brand_id,
            "customer_key": hasher.customer(person.customer_id),
            "email_key": hasher.email(person.email),
            "order_ids": [*person.order_ids, *(order["order_id"] for order in orders)],
        },
    )
    if not orders:
        return 0
    events = await _events(connection, brand_id, orders)
    order_ids = [order["order_id"] for order in orders]
    parameters = {
        "brand_id": brand_id,
        "order_ids": order_ids,
        "aliases": [hasher.alias(order_id) for order_id in order_ids],
    }
    await connection.execute(named["keep_new_customers"], parameters)
    await connection.execute(named["copy_unlinked"], parameters)
    await connection.execute(
        named["move_events"],
        {
            "brand_id": brand_id,
            "order_ids": [event["order_id"] for event in events],
            "event_ids": [event["event_id"] for event in events],
            "order_aliases": [hasher.alias(event["order_id"]) for event in events],
            "event_aliases": [event_alias(hasher, event["event_id"]) for event in events],
        },
    )
    await connection.execute(named["drop_linked"], parameters)
    return len(orders)


async def shop_of(
    connection: Connection, brand_id: UUID, *, is_locked: bool = False
) -> StoredShop | None:
    """The brand's shop connection, None without one; locked, no sync writes until the end."""
    if is_locked:
        await connection.execute(statements("privacy")["lock_shop"], {"brand_id": brand_id})
    cursor = await connection.execute(statements("privacy")["shop"], {"brand_id": brand_id})
    row = await cursor.fetchone()
    return None if row is None else StoredShop(**row)


async def erase_shop(
    connection: Connection, brand_id: UUID, integration_id: UUID, *, now: datetime
) -> int:
    """Delete a shop's connection and all that was read from it or imported; how many orders."""
    named = statements("privacy")
    parameters = {"brand_id": brand_id, "integration_id": integration_id}
    await connection.execute(named["lock_shop"], parameters)
    row = await (await connection.execute(named["count_orders"], parameters)).fetchone()
    for what in ("revisions", "days", "rollup", "metrics", "shop", "key"):
        await connection.execute(named[f"erase_{what}"], parameters)
    await connection.execute(
        named["end_open_requests"],
        {"brand_id": brand_id, "now": now, "details": Jsonb({"outcome": "the shop was deleted"})},
    )
    return 0 if row is None else int(row["orders"])


async def _orders(
    connection: Connection, hasher: CustomerHasher, brand_id: UUID, person: Person
) -> list[dict[str, Any]]:
    cursor = await connection.execute(
        statements("privacy")["orders_of_person"],
        {
            "brand_id": brand_id,
            "customer_key": hasher.customer(person.customer_id),
            "email_key": hasher.email(person.email),
            "order_ids": list(person.order_ids),
        },
    )
    return await cursor.fetchall()


async def _events(
    connection: Connection, brand_id: UUID, orders: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    cursor = await connection.execute(
        statements("privacy")["events_of_orders"],
        {"brand_id": brand_id, "order_ids": [order["order_id"] for order in orders]},
    )
    return await cursor.fetchall()
