"""Looking at one platform with a person's eyes: this installation's side, and a brand's connection.

Settings and a brand go in, checks come out, in the order in which they are to be mended. Nothing is
changed, but for a token that has ended and is renewed as a sync would renew it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from aura.config import Settings
from aura.connectors.contract import Connector
from aura.connectors.examination import Check, Examination, clock_check, is_loopback, redirect_check
from aura.connectors.registry import applications, is_configured
from aura.errors import AuraError, ConfigurationError, ConnectorError, NotFoundError
from aura.model import PLATFORM_NAMES, Account, Platform
from aura.store import integrations
from aura.store.database import Database
from aura.store.operator import OwnedBrand, integrations_of_brand
from aura.store.secrets import Keyring
from aura.sync.grants import Grants


async def examine_installation(
    settings: Settings, connector: Connector, platform: Platform, *, shop: str | None
) -> list[Check]:
    """This installation's application at a platform: settings, address, and whether it is known."""
    application = applications(settings)[platform]
    names = [f"AURA_{platform.upper()}_CLIENT_{part}" for part in ("ID", "SECRET")]
    if not is_configured(settings, platform):
        given = (application.client_id, application.client_secret)
        missing = [name for name, there in zip(names, given, strict=True) if not there]
        return [
            Check(
                "app",
                False if any(given) else None,
                f"{' and '.join(missing)} not set: brands can be connected only with credentials "
                "of their own",
                action="Set both, or use `aura connect`.",
                exit_code=ConfigurationError.exit_code,
            )
        ]
    known = await connector.examine_application(shop)
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    asks_here = is_loopback(urlsplit(application.login_url).hostname or "")
    address = redirect_check(platform, base, is_sandbox=asks_here)
    return [known, address, clock_check(connector.clock_skew)]


async def examine_connection(
    database: Database,
    keyring: Keyring,
    connector: Connector,
    *,
    brand: OwnedBrand,
    now: datetime,
) -> Examination:
    """A brand's connection to a platform: its token, scopes, accounts, access level."""
    name = PLATFORM_NAMES[connector.platform]
    async with database.as_owner() as connection:
        known = await integrations_of_brand(connection, brand.id)
    found = next((one for one in known if one.platform == connector.platform), None)
    if found is None or found.status == "disconnected":
        return Examination(
            (
                Check(
                    "connection",
                    None,
                    f"{brand.name} is not connected to {name}",
                    action="Press Connect on the Connections page, or use `aura connect`.",
                ),
            )
        )
    grants = Grants(database, keyring, connector, brand_id=brand.id, integration_id=found.id)
    try:
        grant = await grants.current(now)
        async with database.as_worker(brand.id) as connection:
            integration = await integrations.load_integration(connection, found.id)
        examination = await connector.examine(grant, shop=integration.account_id)
    except (ConnectorError, ConfigurationError) as error:
        return Examination((_refused(error),))
    checks = (*examination.checks, *_lost(integration.accounts, examination))
    skew = clock_check(connector.clock_skew)
    return Examination((*checks, skew), examination.missing_scopes, examination.accounts)


def _refused(error: AuraError) -> Check:
    return Check(
        "permission",
        False,
        error.message,
        action="Reconnect on the Connections page." if error.exit_code == 7 else "",
        exit_code=error.exit_code,
    )


def _lost(chosen: Sequence[Account], examination: Examination) -> list[Check]:
    """The accounts that Aura is to read and cannot reach any more."""
    if not examination.accounts:
        return []
    now_usable = {
        one.external_id
        for one in examination.accounts
        if one.status == "active" and not one.is_manager
    }
    return [
        Check(
            "account",
            False,
            f"{one.name} ({one.external_id}) is to be read and cannot be reached any more",
            action="Give the login access to it again, or choose other accounts on Connections.",
            exit_code=NotFoundError.exit_code,
        )
        for one in chosen
        if one.external_id not in now_usable
    ]
