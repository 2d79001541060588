"""Privacy requests as a person answers them: what is open, what is handed over, what is redacted.

What Shopify asks for by webhook and what a merchant asks for by e-mail take the same way and leave
the same record in `aura.events`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from aura.errors import ConflictError, InputError, NotFoundError
from aura.store import events, privacy
from aura.store.database import Database
from aura.store.events import Event, ListedRequest
from aura.store.privacy import Person
from aura.sync.events import Desk, redact

# what Shopify gives an app to answer
DAYS_TO_ANSWER: Final = timedelta(days=30)
STORED: Final = {
    "where": "PostgreSQL of this installation, tables aura.orders and aura.refunds",
    "who_may_read": "the brand's owner, signed in, and whoever runs the installation",
    "how_long": "until the person or the shop asks for erasure, or the brand is deleted",
    "as_what": "keyed hashes of the customer id and the e-mail address; amounts, days, visits",
    "never_stored": "names, addresses, telephone numbers, e-mail addresses, what was bought",
}


@dataclass(frozen=True, slots=True)
class OpenOrAnswered:
    """A request in the list. `answer_by` is None once it is answered."""

    id: str
    brand: str
    asks: str
    received_at: datetime
    answered_at: datetime | None
    answer_by: datetime | None
    outcome: str
    orders: int | None


def person_of(text: str) -> Person:
    """The person that a Shopify customer id or an e-mail address names.

    Raises InputError for anything else; its message does not repeat what was given.
    """
    wanted = text.strip()
    if wanted.isascii() and wanted.isdigit():
        return Person(customer_id=wanted)
    name, at, host = wanted.partition("@")
    if name and at and host and not any(letter.isspace() for letter in wanted):
        return Person(email=wanted)
    raise InputError("Give a Shopify customer id (digits) or an e-mail address, one line.")


async def requests(database: Database) -> list[OpenOrAnswered]:
    """Every privacy request of this installation, newest first."""
    async with database.as_owner() as connection:
        return [_shown(one) for one in await events.privacy_requests(connection)]


async def export_request(desk: Desk, request_id: str) -> dict[str, Any]:
    """What is stored about the person of a request; afterwards it is answered.

    Raises NotFoundError for an unknown one, ConflictError for one that was answered: whom it was
    about is forgotten.
    """
    listed = await _listed(desk.database, request_id)
    async with desk.database.as_worker(listed.brand_id) as connection:
        request = await events.request(connection, listed.brand_id, request_id)
        if request is None or request.sealed_request is None:
            raise ConflictError("This request was answered; whom it was about is forgotten.")
        person = await privacy.opened_person(
            connection, desk.keyring, listed.brand_id, request.sealed_request
        )
        orders = await privacy.orders_of(connection, desk.keyring, listed.brand_id, person)
        await events.answer(
            connection,
            listed.brand_id,
            request_id,
            details={"orders": len(orders), "outcome": "exported"},
            now=desk.now,
        )
    return _document(listed.brand, orders, desk.now)


async def export_person(desk: Desk, brand_id: UUID, brand: str, person: Person) -> dict[str, Any]:
    """What is stored about a person whom a merchant asks about; recorded as answered."""
    event = _by_hand(brand_id, events.DATA_REQUEST, desk.now)
    async with desk.database.as_worker(brand_id) as connection:
        orders = await privacy.orders_of(connection, desk.keyring, brand_id, person)
        await events.note(
            connection,
            brand_id=brand_id,
            event_id=event.event_id,
            kind=event.kind,
            now=desk.now,
            is_due=False,
        )
        await events.answer(
            connection,
            brand_id,
            event.event_id,
            details={"orders": len(orders), "outcome": "exported"},
            now=desk.now,
        )
    return _document(brand, orders, desk.now)


async def redact_person(desk: Desk, brand_id: UUID, person: Person) -> OpenOrAnswered:
    """Redact a person whom a merchant asks about. Noted first: a worker ends what is cut off."""
    event = _by_hand(brand_id, events.REDACT_CUSTOMER, desk.now)
    async with desk.database.as_worker(brand_id) as connection:
        await events.note(
            connection,
            brand_id=brand_id,
            event_id=event.event_id,
            kind=event.kind,
            now=desk.now,
            is_due=True,
            sealed_request=await privacy.sealed_person(connection, desk.keyring, brand_id, person),
        )
    await redact(desk, event)
    return _shown(await _listed(desk.database, event.event_id))


def _by_hand(brand_id: UUID, kind: str, now: datetime) -> Event:
    return Event(brand_id, f"by-hand-{uuid4()}", kind, now)


async def _listed(database: Database, request_id: str) -> ListedRequest:
    async with database.as_owner() as connection:
        # one delivery asks every brand that holds the shop: what is open comes first
        found = [
            one for one in await events.privacy_requests(connection) if one.event_id == request_id
        ]
    for one in sorted(found, key=lambda one: one.answered_at is not None):
        return one
    raise NotFoundError("There is no such request: `aura privacy list` shows them.")


def _shown(one: ListedRequest) -> OpenOrAnswered:
    return OpenOrAnswered(
        id=one.event_id,
        brand=one.brand,
        asks=one.kind,
        received_at=one.received_at,
        answered_at=one.answered_at,
        answer_by=None if one.answered_at else one.received_at + DAYS_TO_ANSWER,
        outcome=str(one.details.get("outcome", "waits for the worker")),
        orders=one.details.get("orders"),
    )


def _document(brand: str, orders: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    return {"brand": brand, "made_at": now, "stored": STORED, "orders": orders}
