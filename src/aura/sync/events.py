"""What came in and is due is answered: privacy requests, and what a shop says about its connection.

An event goes in, its recorded answer comes out. Each answer may be given twice without harm, so a
worker that dies in the middle leaves the event to the next one. What a delivery claims about the
connection is asked of the shop itself: a delivery may be late, and a copied one is signed, too.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar, cast

from aura.connectors.contract import Connector, StoreConnector
from aura.errors import ConfigurationError, ConnectorError, NeedsReconnectError
from aura.model import Account, Grant, Platform
from aura.store import events, integrations, privacy, sync_state
from aura.store.database import Connection, Database
from aura.store.events import Event
from aura.store.integrations import Integration
from aura.store.secrets import Keyring
from aura.sync.grants import Grants

_log = logging.getLogger(__name__)

# longer than any answer takes; a worker that died is followed by another after it
AGAIN_AFTER: Final = timedelta(minutes=5)
# a platform sends nothing again after hours; an id is kept longer than a machine may be off
DELIVERIES_KEPT: Final = timedelta(days=30)
REMOVED: Final = (
    "Aura was removed from the shop. Its numbers stay; connect the shop again to read new ones."
)

Details = dict[str, Any]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Desk:
    """What answering takes."""

    database: Database
    keyring: Keyring
    connectors: Mapping[Platform, Connector]
    now: datetime


async def answer_next(desk: Desk) -> bool:
    """Answer what is due longest; False when nothing is due.

    What a platform has to be asked about and cannot be now is due again later.
    """
    async with desk.database.as_worker(None) as connection:
        event = await events.take(connection, now=desk.now, again_at=desk.now + AGAIN_AFTER)
    if event is None:
        return False
    try:
        await _ANSWERS[event.kind](desk, event)
    except (ConnectorError, ConfigurationError) as error:
        _log.warning("%s is not answered yet: %s", event.kind, type(error).__name__)
    except Exception as error:  # noqa: BLE001 - one event must not end the worker; it is due again
        # without the traceback, which may quote whom the event is about
        _log.error("%s could not be answered: %s", event.kind, type(error).__name__)
    return True


async def redact(desk: Desk, event: Event) -> None:
    """Take a customer out of the ledger."""
    async with desk.database.as_worker(event.brand_id) as connection:
        person = await _person(desk, connection, event)
        if person is None:
            return
        orders = await privacy.redact(connection, desk.keyring, event.brand_id, person)
        await _answered(desk, connection, event, {"orders": orders, "outcome": "redacted"})


async def find(desk: Desk, event: Event) -> None:
    """Look for a customer's orders. Where there are any, a person is to hand them over."""
    async with desk.database.as_worker(event.brand_id) as connection:
        person = await _person(desk, connection, event)
        if person is None:
            return
        found = await privacy.orders_of(connection, desk.keyring, event.brand_id, person)
        if found:
            details = {"orders": len(found), "outcome": "to be exported"}
            await events.leave_to_a_person(
                connection, event.brand_id, event.event_id, details=details
            )
        else:
            await _answered(desk, connection, event, {"orders": 0, "outcome": "nothing is stored"})


async def erase_shop(desk: Desk, event: Event) -> None:
    """Delete a shop that has removed the app, unless it was connected again since.

    One that is connected while it is asked for is asked for again, with the next attempt.
    """
    before = await _seal(desk, event)
    is_alive = await _is_alive(desk, event)
    async with desk.database.as_worker(event.brand_id) as connection:
        shop = await privacy.shop_of(connection, event.brand_id, is_locked=True)
        if not is_alive and shop is not None and shop.sealed_token != before:
            return
        if is_alive and shop is not None:
            await _answered(desk, connection, event, {"outcome": "kept: the shop is connected"})
            return
        orders = 0
        if shop is not None:
            orders = await privacy.erase_shop(connection, event.brand_id, shop.id, now=desk.now)
        await _answered(desk, connection, event, {"orders": orders, "outcome": "deleted"})


async def _end_grant(desk: Desk, event: Event) -> None:
    before = await _seal(desk, event)
    is_alive = await _is_alive(desk, event)
    async with desk.database.as_worker(event.brand_id) as connection:
        shop = await privacy.shop_of(connection, event.brand_id, is_locked=True)
        if not is_alive and shop is not None and shop.sealed_token != before:
            return
        if is_alive or shop is None:
            await _answered(desk, connection, event, {"outcome": "the shop is connected"})
            return
        await events.end_grant(connection, shop.id, problem=REMOVED)
        await sync_state.stop(connection, shop.id)
        await _answered(desk, connection, event, {"outcome": "connection ended"})


async def _compare_scopes(desk: Desk, event: Event) -> None:
    connector = cast("StoreConnector", desk.connectors["shopify"])
    found = await _asked(desk, event, connector.scopes)
    async with desk.database.as_worker(event.brand_id) as connection:
        if found is not None:
            integration, scopes = found
            missing = [one for one in connector.needed_scopes if not _covers(scopes, one)]
            await events.note_scopes(connection, integration.id, scopes, missing=missing)
        await _answered(desk, connection, event, {"outcome": "compared"})


def _covers(scopes: tuple[str, ...], scope: str) -> bool:
    # Shopify leaves a read scope out of the list when the write scope is there.
    return scope in scopes or scope.replace("read_", "write_", 1) in scopes


async def _compare_shop(desk: Desk, event: Event) -> None:
    """Notice another currency or time zone: every day is then another one and is read again."""
    found = await _asked(desk, event, desk.connectors["shopify"].accounts)
    async with desk.database.as_worker(event.brand_id) as connection:
        outcome = "as before"
        if found is not None:
            integration, accounts = found
            fresh = {account.external_id: account for account in accounts}
            for known in integration.accounts:
                stated = fresh.get(known.external_id)
                if stated is not None and _facts(stated) != _facts(known):
                    await _keep_shop(desk, connection, integration, known, stated)
                    outcome = "changed: all days are read again"
        await _answered(desk, connection, event, {"outcome": outcome})


def _facts(account: Account) -> tuple[str | None, str | None]:
    return account.currency, account.timezone


async def _keep_shop(
    desk: Desk, connection: Connection, integration: Integration, known: Account, stated: Account
) -> None:
    changed = replace(known, currency=stated.currency, timezone=stated.timezone)
    await integrations.keep_account(connection, integration.brand_id, integration.id, changed)
    await integrations.select_accounts(connection, integration.id, [changed])
    await sync_state.plan(
        connection,
        brand_id=integration.brand_id,
        integration_id=integration.id,
        now=desk.now,
        starts_over=True,
    )


_ANSWERS: Final[Mapping[str, Callable[[Desk, Event], Awaitable[None]]]] = {
    events.REDACT_CUSTOMER: redact,
    events.DATA_REQUEST: find,
    events.REDACT_SHOP: erase_shop,
    "app/uninstalled": _end_grant,
    "app/scopes_update": _compare_scopes,
    "shop/update": _compare_shop,
}


async def _person(desk: Desk, connection: Connection, event: Event) -> privacy.Person | None:
    """Whom the event is about, None when it was answered meanwhile; the event stays locked."""
    request = await events.request(connection, event.brand_id, event.event_id)
    if request is None or request.sealed_request is None:
        return None
    return await privacy.opened_person(
        connection, desk.keyring, event.brand_id, request.sealed_request
    )


async def _seal(desk: Desk, event: Event) -> str | None:
    """The shop's access token as it is stored, to see whether another one has come meanwhile."""
    async with desk.database.as_worker(event.brand_id) as connection:
        shop = await privacy.shop_of(connection, event.brand_id)
    return None if shop is None else shop.sealed_token


async def _is_alive(desk: Desk, event: Event) -> bool:
    """Whether the shop still accepts its grant. TryLaterError when it cannot be asked."""
    return await _asked(desk, event, desk.connectors["shopify"].accounts) is not None


async def _asked(
    desk: Desk, event: Event, ask: Callable[..., Awaitable[Result]]
) -> tuple[Integration, Result] | None:
    """What the shop answers with its grant, None when there is no shop or no grant any more."""
    async with desk.database.as_worker(event.brand_id) as connection:
        shop = await privacy.shop_of(connection, event.brand_id)
        if shop is None or not shop.has_grant:
            return None
        integration = await integrations.load_integration(connection, shop.id)
    grants = Grants(
        desk.database,
        desk.keyring,
        desk.connectors["shopify"],
        brand_id=event.brand_id,
        integration_id=shop.id,
    )

    async def read(grant: Grant) -> Result:
        return await ask(grant, shop=integration.account_id)

    try:
        return integration, await grants.use(read, desk.now)
    except NeedsReconnectError:
        return None


async def _answered(desk: Desk, connection: Connection, event: Event, details: Details) -> None:
    await events.answer(connection, event.brand_id, event.event_id, details=details, now=desk.now)
