"""Connecting with credentials of one's own: no consent page, no review of an app.

What a person typed or piped in goes in, a connected account comes out. Nothing is stored before the
platform took the credentials and named an account that can be read. What is said of them holds no
part of a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from aura.connectors.contract import Connector, OwnCredentials
from aura.connectors.shopify.shop import shop_host
from aura.errors import BadDataError, InputError, NeedsReconnectError, NotFoundError
from aura.model import PLATFORM_NAMES, Account, Grant, OwnClient, Platform
from aura.store import integrations
from aura.store.database import Database
from aura.store.secrets import Keyring
from aura.sync.connect import Connected, connector_of, has_usable, keep_connection

LONGEST: Final = 4096


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One thing that a person has to bring.

    Attributes:
        name: in a form; the shell's variable is PLATFORM_NAME, as in META_TOKEN.
        is_secret: whether it must not be seen while it is typed, nor shown again.
    """

    name: str
    label: str
    hint: str
    is_secret: bool = True
    is_required: bool = True


FIELDS: Final[dict[Platform, tuple[CredentialField, ...]]] = {
    "shopify": (
        CredentialField("shop", "Shop", "your-shop.myshopify.com", is_secret=False),
        CredentialField(
            "client_id", "Client id", "Dev Dashboard, your app, Settings", is_secret=False
        ),
        CredentialField("client_secret", "Client secret", "Dev Dashboard, your app, Settings"),
    ),
    "meta": (
        CredentialField("token", "System User token", "Business settings, System users"),
        CredentialField(
            "app_secret",
            "App secret",
            "only if your app requires proof of it",
            is_required=False,
        ),
    ),
    "google_ads": (
        CredentialField("client_id", "Client id", "Google Cloud, Clients", is_secret=False),
        CredentialField("client_secret", "Client secret", "Google Cloud, Clients"),
        CredentialField("refresh_token", "Refresh token", "made with this client"),
        CredentialField(
            "manager",
            "Manager account",
            "ten digits; only to read the accounts below it",
            is_secret=False,
            is_required=False,
        ),
    ),
}


def credentials_of(platform: Platform, given: Mapping[str, str]) -> OwnCredentials:
    """The credentials in what was given, by field name. InputError names what is missing or odd."""
    values = {field.name: given.get(field.name, "").strip() for field in FIELDS[platform]}
    missing = [
        field.label for field in FIELDS[platform] if field.is_required and not values[field.name]
    ]
    if missing:
        raise InputError(f"Still missing: {', '.join(missing)}.")
    for field in FIELDS[platform]:
        value = values[field.name]
        if len(value) > LONGEST or not value.isascii() or any(part.isspace() for part in value):
            raise InputError(f"{field.label}: this is not one value; copy it again.")
    return OwnCredentials(
        client=OwnClient(
            client_id=values.get("client_id", ""),
            client_secret=values.get("client_secret") or values.get("app_secret", ""),
            manager=_customer(values.get("manager", "")),
        ),
        token=values.get("token") or values.get("refresh_token", ""),
        shop=shop_host(values["shop"]) if platform == "shopify" else None,
    )


def _customer(text: str) -> str | None:
    digits = text.replace("-", "")
    if digits and (len(digits) != 10 or not digits.isdecimal()):
        raise InputError("Manager account: give its ten digits, as in 123-456-7890.")
    return digits or None


async def connect_with_own(
    database: Database,
    keyring: Keyring,
    connectors: Mapping[Platform, Connector],
    *,
    user_id: UUID,
    brand_id: UUID,
    platform: Platform,
    credentials: OwnCredentials,
    now: datetime,
) -> Connected:
    """Connect a brand by credentials of a person's own; its first sync is due at once.

    Raises InputError with the platform's reason when it does not take them or shows no account that
    can be read, TryLaterError while it cannot be asked, NotFoundError for another person's brand,
    ConflictError for another shop than the brand's. Nothing was stored then.
    """
    async with database.as_accounts(user_id=user_id) as connection:
        if not await integrations.brand_exists(connection, brand_id):
            raise NotFoundError("This brand does not exist.")
    connector = connector_of(connectors, platform)
    try:
        grant, accounts = await _adopted(connector, credentials)
    except (NeedsReconnectError, BadDataError) as error:
        name = PLATFORM_NAMES[platform]
        raise InputError(
            f"{name} did not take these credentials. {error.message} Nothing was stored."
        ) from None
    if not has_usable(accounts):
        raise InputError(_nothing_to_read(platform, accounts))
    async with database.as_accounts(user_id=user_id) as connection:
        return await keep_connection(
            connection,
            keyring,
            brand_id=brand_id,
            platform=platform,
            grant=grant,
            accounts=accounts,
            now=now,
        )


async def _adopted(
    connector: Connector, credentials: OwnCredentials
) -> tuple[Grant, list[Account]]:
    grant = await connector.adopt(credentials)
    return grant, await connector.accounts(grant, shop=credentials.shop)


def _nothing_to_read(platform: Platform, accounts: list[Account]) -> str:
    """Why none of the accounts can be read, and what to do."""
    name = PLATFORM_NAMES[platform]
    if not accounts:
        return (
            f"These credentials show no account at {name}. Give them access to one there, then "
            "try again. Nothing was stored."
        )
    listed = ", ".join(
        f"{one.name} ({'a manager' if one.is_manager else one.status})" for one in accounts[:5]
    )
    return (
        f"These credentials show no account at {name} that can be read: {listed}. Give them "
        "access to an active one there, then try again. Nothing was stored."
    )
