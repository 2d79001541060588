"""Connecting an account: a person's wish comes in, a consent page goes out and comes back.

Nothing is stored of a platform before its callback was recognised: the state must be one of ours,
unused, at most ten minutes old and from the browser that began it. It is taken before the code is
exchanged, so a callback works once even when the exchange fails. A brand has one row per platform:
connecting again fills it anew and keeps everything that was read.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from aura.connectors.contract import Connector, Consent
from aura.connectors.oauth import new_code_verifier, new_state
from aura.connectors.shopify.shop import shop_host
from aura.errors import (
    ConfigurationError,
    ConflictError,
    ConnectorError,
    ForbiddenError,
    InputError,
    NeedsReconnectError,
    NotFoundError,
)
from aura.model import PLATFORM_NAMES, Account, Grant, Platform
from aura.store import consents, integrations, sync_state
from aura.store.database import Connection, Database
from aura.store.integrations import Integration, KnownAccount
from aura.store.secrets import Keyring

_log = logging.getLogger(__name__)

STATE_LIFE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Connected:
    """An account that was connected.

    Attributes:
        accounts: the shops or ad accounts that can be read.
        needs_choice: whether a person must pick some of them before anything is read.
    """

    integration_id: UUID
    brand_id: UUID
    accounts: tuple[Account, ...]
    needs_choice: bool


async def begin(
    database: Database,
    connectors: Mapping[Platform, Connector],
    *,
    user_id: UUID,
    brand_id: UUID,
    platform: Platform,
    shop: str | None,
    session_hash: bytes,
    redirect_uri: str,
    now: datetime,
) -> str:
    """The address of the platform's consent page.

    `session_hash` is that of the browser's session, `shop` what a person typed for Shopify. Raises
    InputError for a shop that is none, NotFoundError for another person's brand.
    """
    connector = connector_of(connectors, platform)
    host = shop_host(shop) if platform == "shopify" else None
    consent = Consent(new_state(), redirect_uri, new_code_verifier(), host)
    address = connector.authorization_url(consent)
    async with database.as_accounts(user_id=user_id) as connection:
        if not await integrations.brand_exists(connection, brand_id):
            raise NotFoundError("This brand does not exist.")
        await consents.keep(
            connection,
            state_hash=_hash(consent.state),
            session_hash=session_hash,
            brand_id=brand_id,
            platform=platform,
            shop=host,
            code_verifier=consent.code_verifier,
            now=now,
            expires_at=now + STATE_LIFE,
        )
    return address


async def complete(
    database: Database,
    keyring: Keyring,
    connectors: Mapping[Platform, Connector],
    *,
    user_id: UUID,
    platform: Platform,
    query: Mapping[str, str],
    session_hash: bytes,
    redirect_uri: str,
    now: datetime,
) -> Connected:
    """Turn a callback into a connected account; its first sync is due at once.

    Raises ForbiddenError for a callback that is not ours, InputError for a consent that was denied
    or covers nothing to read, ConflictError for another shop than the brand's. Nothing that was
    stored before has changed then.
    """
    connector = connector_of(connectors, platform)
    state = query.get("state", "")
    async with database.as_accounts(user_id=user_id) as connection:
        consented = await consents.use(
            connection,
            state_hash=_hash(state),
            session_hash=session_hash,
            platform=platform,
            now=now,
        )
    if consented is None:
        raise ForbiddenError(
            "This answer belongs to no open request: it was used before, is older than ten minutes "
            "or comes from another browser. Nothing was changed. Press Connect again."
        )
    consent = Consent(state, redirect_uri, consented.code_verifier, consented.shop)
    grant = await connector.exchange(consent, query)
    accounts = await connector.accounts(grant, shop=consented.shop)
    if not has_usable(accounts):
        raise InputError(
            f"{PLATFORM_NAMES[platform]} was connected with a login that has no active account. "
            "Nothing was stored. Sign in there with one that has, and press Connect again."
        )
    async with database.as_accounts(user_id=user_id) as connection:
        return await keep_connection(
            connection,
            keyring,
            brand_id=consented.brand_id,
            platform=platform,
            grant=grant,
            accounts=accounts,
            now=now,
        )


async def choose_accounts(
    database: Database,
    *,
    user_id: UUID,
    integration_id: UUID,
    external_ids: list[str],
    now: datetime,
) -> None:
    """Read exactly these accounts from now on; a changed choice reads all days again.

    Raises InputError for none, for one that cannot be read and for several currencies: their money
    cannot be added up.
    """
    wanted = set(external_ids)
    async with database.as_accounts(user_id=user_id) as connection:
        integration = await integrations.load_integration(connection, integration_id)
        if integration.status == "disconnected":
            raise ConflictError("This account is not connected. Press Connect first.")
        known = await integrations.known_accounts(connection, integration_id)
        chosen = [
            one.account for one in known if one.is_usable and one.account.external_id in wanted
        ]
        if not chosen or len(chosen) < len(wanted):
            raise InputError("Choose among the accounts that are listed as active.")
        currencies = sorted({account.currency or "unknown" for account in chosen})
        if len(currencies) > 1:
            raise InputError(
                f"These accounts bill in {' and '.join(currencies)}: choose those of one currency."
            )
        if {one.account.external_id for one in known if one.is_selected} == wanted:
            return
        await _read_from_now_on(connection, integration.brand_id, integration_id, chosen, now)


async def disconnect(
    database: Database,
    keyring: Keyring,
    connectors: Mapping[Platform, Connector],
    *,
    user_id: UUID,
    integration_id: UUID,
    now: datetime,  # noqa: ARG001 - every change of a connection is told when it happens
) -> None:
    """Forget the tokens and stop reading; every number stays. Then end the grant at the platform.

    A platform that cannot be reached does not keep a person connected.
    """
    async with database.as_accounts(user_id=user_id) as connection:
        integration = await integrations.load_integration(connection, integration_id)
        try:
            grant, account_id = await integrations.locked_grant(connection, keyring, integration_id)
        except (NeedsReconnectError, ConfigurationError):
            grant, account_id = None, None
        await integrations.forget_grant(connection, integration_id)
        await sync_state.stop(connection, integration_id)
    if grant is None or await _is_read_elsewhere(database, integration, account_id):
        return
    try:
        await connector_of(connectors, integration.platform).revoke(grant, shop=account_id)
    except ConnectorError as error:
        _log.warning(
            "%s did not take back the grant of integration %s: %s",
            integration.platform,
            integration_id,
            type(error).__name__,
        )


async def _is_read_elsewhere(
    database: Database, integration: Integration, account_id: str | None
) -> bool:
    """Whether another brand reads the same shop: removing the app would end its connection, too."""
    if integration.platform != "shopify" or account_id is None:
        return False
    async with database.as_accounts(shop=account_id) as connection:
        return await sync_state.reads_elsewhere(
            connection, shop=account_id, integration_id=integration.id
        )


async def sync_now(
    database: Database, *, user_id: UUID, integration_id: UUID, now: datetime
) -> bool:
    """Make the daily sync due at once; ConflictError for an account that is not connected.

    While one is running (True) the wish is kept: another one follows when it has ended.
    """
    async with database.as_accounts(user_id=user_id) as connection:
        integration = await integrations.load_integration(connection, integration_id)
        if integration.status == "disconnected":
            raise ConflictError("This account is not connected. Press Connect first.")
        if not integration.accounts:
            raise InputError("Choose which accounts to read first.")
        return await sync_state.hurry(connection, integration_id, now=now)


async def keep_connection(
    connection: Connection,
    keyring: Keyring,
    *,
    brand_id: UUID,
    platform: Platform,
    grant: Grant,
    accounts: list[Account],
    now: datetime,
) -> Connected:
    """Store a grant with its accounts; what can be read without a choice is due at once.

    A scope that was missing before shows days that were hidden: everything is read again then.
    """
    before, lacked = await integrations.connected_before(
        connection, brand_id=brand_id, platform=platform
    )
    if platform == "shopify" and before not in {None, accounts[0].external_id}:
        raise ConflictError(
            f"This brand's numbers are those of {before}. Add another brand for "
            f"{accounts[0].external_id}. Nothing was changed."
        )
    integration_id = await integrations.connect(
        connection, keyring, brand_id=brand_id, platform=platform, grant=grant, accounts=accounts
    )
    usable = [
        one
        for one in await integrations.known_accounts(connection, integration_id)
        if one.is_usable
    ]
    has_choice = any(one.is_selected for one in usable)
    if has_choice:
        await sync_state.plan(
            connection,
            brand_id=brand_id,
            integration_id=integration_id,
            now=now,
            starts_over=bool(lacked - set(grant.missing_scopes)),
        )
    elif len(usable) == 1:
        chosen = [usable[0].account]
        await _read_from_now_on(connection, brand_id, integration_id, chosen, now)
    else:
        await sync_state.stop(connection, integration_id)
    found = tuple(one.account for one in usable)
    return Connected(integration_id, brand_id, found, not has_choice and len(found) > 1)


async def _read_from_now_on(
    connection: Connection,
    brand_id: UUID,
    integration_id: UUID,
    chosen: list[Account],
    now: datetime,
) -> None:
    await integrations.select_accounts(connection, integration_id, chosen)
    await sync_state.plan(
        connection,
        brand_id=brand_id,
        integration_id=integration_id,
        now=now,
        starts_over=True,
    )


def has_usable(accounts: list[Account]) -> bool:
    """Whether there is an account whose days can be read."""
    return any(KnownAccount(account, is_selected=False).is_usable for account in accounts)


def connector_of(connectors: Mapping[Platform, Connector], platform: Platform) -> Connector:
    """The platform's connector; NotFoundError where there is none."""
    try:
        return connectors[platform]
    except KeyError:
        raise NotFoundError(f"Aura cannot connect {platform}.") from None


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()
