"""`aura doctor PLATFORM`: what is wrong with the way to a platform, and how it is mended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from aura.cli.connecting import platform_named
from aura.cli.installation import Installation, find_brand, installed_settings, run
from aura.connectors.examination import Check
from aura.connectors.registry import build_connectors
from aura.errors import ConnectorError
from aura.model import Platform
from aura.reports.connection_notices import Notice, notices, notices_of_brand
from aura.store.permissions import Permission
from aura.sync.examination import examine_connection, examine_installation


def platform_checks(
    name: str, *, brand: str | None, user: str | None, shop: str | None
) -> list[Check]:
    """This installation's side, and with a brand its connection."""
    platform = platform_named(name)
    checks = asyncio.run(_installation(platform, shop))
    if brand is None and user is None:
        return checks
    return checks + run(lambda opened: _connection(opened, platform, brand, user))


async def _installation(platform: Platform, shop: str | None) -> list[Check]:
    settings = installed_settings()
    connectors = build_connectors(settings)
    try:
        return await examine_installation(settings, connectors[platform], platform, shop=shop)
    finally:
        for connector in connectors.values():
            await connector.aclose()


async def _connection(
    installation: Installation, platform: Platform, brand: str | None, user: str | None
) -> list[Check]:
    chosen = await find_brand(installation.database, brand, user)
    now = datetime.now(UTC)
    examination = await examine_connection(
        installation.database,
        installation.keyring,
        installation.connectors[platform],
        brand=chosen,
        now=now,
    )
    told = await notices_of_brand(
        installation.database,
        user_id=chosen.user_id,
        brand_id=chosen.id,
        timezone=chosen.timezone,
        now=now,
    )
    ending = [one for one in told.get(platform, ()) if one.kind == "expiry"]
    # what the platform says now goes before what it said at the last renewal
    lacking = notices(
        Permission(UUID(int=0), platform, "connected", missing_scopes=examination.missing_scopes),
        now,
    )
    return [*examination.checks, *map(_check, lacking), *map(_check, ending)]


def _check(notice: Notice) -> Check:
    return Check(
        notice.kind,
        notice.severity != "problem",
        notice.sentence,
        needs_attention=True,
        action=notice.action,
        exit_code=ConnectorError.exit_code,
    )


def docs_page(platform: Platform | str) -> str:
    """Where the documentation tells the whole way."""
    return f"docs/connect-{platform.replace('_', '-')}.md"


def worst_exit(checks: Sequence[Check]) -> int:
    """The exit code of the first check that is not fine; 0 when all are."""
    return next((check.exit_code for check in checks if check.is_fine is False), 0)
