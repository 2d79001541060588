"""Orders that were redacted, known again: they come in as the platform states them, and unlinked.

The few names of a brand's redacted orders are compared with a keyed hash of what comes in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from aura.model import Order
from aura.store.customers import CustomerHasher
from aura.store.database import Connection
from aura.store.statements import statements

# a return that a source booked without an id: the ledger's own word, it leads to nobody
UNNAMED_RETURN: Final = "order"


async def redacted_names(connection: Connection, brand_id: UUID) -> frozenset[str]:
    """What stands in place of the ids of the brand's redacted orders; mostly nothing."""
    cursor = await connection.execute(
        statements("privacy")["redacted_names"], {"brand_id": brand_id}
    )
    return frozenset([row["order_id"] for row in await cursor.fetchall()])


def named(order: Order) -> str | None:
    """How a file without ids calls an order: `#1001`."""
    return order.name and f"#{order.name.removeprefix('#')}"


def event_alias(hasher: CustomerHasher, event_id: str) -> str:
    """What stands in place of the id of something that happened to a redacted order."""
    return event_id if event_id == UNNAMED_RETURN else hasher.alias(event_id)


def unlinked(order: Order, hasher: CustomerHasher, redacted: frozenset[str]) -> Order:
    """The order, without what leads to a person where it was redacted under its id or its name."""
    alias = hasher.alias(order.order_id)
    name = named(order)
    name_alias = name and hasher.alias(name)
    if alias not in redacted and name_alias not in redacted:
        return order
    return replace(
        order,
        order_id=alias,
        name=name_alias,
        customer_id=None,
        email=None,
        first_visit=None,
        last_visit=None,
        events=tuple(
            replace(event, event_id=event_alias(hasher, event.event_id)) for event in order.events
        ),
    )
