"""What a command needs of this installation: settings, database, keys, connectors.

A folder AURA_HOME that holds a demo is a sample: its commands talk to the demo's sandbox, unless
addresses are set from outside. Real accounts belong into another AURA_HOME.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from aura.accounts.tokens import TokenSigner
from aura.config import Settings
from aura.connectors.contract import Connector
from aura.connectors.registry import build_connectors
from aura.errors import ConfigurationError, InputError, NotFoundError
from aura.model import Platform
from aura.store.clock import DatabaseClock, running_clock
from aura.store.database import Database
from aura.store.locate import running_database
from aura.store.migrate import migrate
from aura.store.operator import OwnedBrand, brands
from aura.store.secrets import Keyring

T = TypeVar("T")
DEMO_FILE = "demo.json"


def utc_now() -> datetime:
    """The time of the machine."""
    return datetime.now(UTC)


def demo_file(home: Path) -> Path:
    """Where a demo keeps its address, e-mail, password and sandbox."""
    return home / DEMO_FILE


def sandbox_settings(sandbox_url: str) -> dict[str, str]:
    """Settings that point every platform at the sandbox."""
    return {
        "shopify_url": f"{sandbox_url}/shopify/{{shop}}",
        # a sandbox without limits answers pages at once, an export keeps one waiting
        "shopify_bulk": "false",
        "shopify_client_id": "aura-sandbox-shopify",
        "shopify_client_secret": "sandbox-secret-shopify",
        "meta_login_url": f"{sandbox_url}/meta",
        "meta_api_url": f"{sandbox_url}/meta",
        "meta_client_id": "aura-sandbox-meta",
        "meta_client_secret": "sandbox-secret-meta",
        "google_ads_login_url": f"{sandbox_url}/google",
        "google_ads_token_url": f"{sandbox_url}/google",
        "google_ads_api_url": f"{sandbox_url}/google",
        "google_ads_client_id": "aura-sandbox-google_ads",
        "google_ads_client_secret": "sandbox-secret-google_ads",
    }


def load_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings from the environment; a wrong one is named with what was expected."""
    try:
        settings = Settings()
        if overrides:
            settings = Settings(**{**overrides, **settings.model_dump(exclude_unset=True)})
    except ValidationError as error:
        first = error.errors()[0]
        name = "AURA_" + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigurationError(f"{name}: {first['msg']}") from None
    return settings


def installed_settings() -> Settings:
    """Settings of this installation, pointed at the demo's sandbox when AURA_HOME holds a demo."""
    settings = load_settings()
    kept = demo_file(settings.home)
    if not kept.exists():
        return settings
    try:
        sandbox_url = json.loads(kept.read_text(encoding="utf-8"))["sandbox"]
    except (json.JSONDecodeError, KeyError):
        raise ConfigurationError(
            f"{kept} cannot be read; delete it and run `aura demo` again"
        ) from None
    return load_settings(sandbox_settings(sandbox_url))


def refuse_demo_home(settings: Settings) -> None:
    """Real accounts do not go into a folder that holds the demo."""
    if demo_file(settings.home).exists():
        raise ConfigurationError(
            f"{settings.home} holds the demo. "
            "Set AURA_HOME to another folder for your own accounts."
        )


def make_home(home: Path) -> None:
    """Make AURA_HOME. Only its owner may list it; root lets the server's own user pass through."""
    home.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)


@dataclass(frozen=True, slots=True)
class Installation:
    """The opened parts of one installation; its clock is the database's."""

    settings: Settings
    database: Database
    keyring: Keyring
    signer: TokenSigner
    connectors: dict[Platform, Connector]
    database_url: str
    clock: DatabaseClock


@asynccontextmanager
async def opened(
    settings: Settings, *, migrating: bool = True, database_url: str | None = None
) -> AsyncIterator[Installation]:
    """Start or find the database, migrate it if asked, open keys and connectors."""
    make_home(settings.home)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    async with _database_address(settings, database_url) as url:
        if migrating:
            await migrate(url)
        database = await Database.open(url, pool_size=settings.pool_size)
        connectors: dict[Platform, Connector] = {}
        try:
            async with running_clock(database) as clock:
                connectors = build_connectors(settings, clock=clock)
                yield Installation(
                    settings=settings,
                    database=database,
                    keyring=Keyring.load_or_make(settings),
                    signer=TokenSigner.load_or_make(settings),
                    connectors=connectors,
                    database_url=url,
                    clock=clock,
                )
        finally:
            for connector in connectors.values():
                await connector.aclose()
            await database.close()


@asynccontextmanager
async def _database_address(settings: Settings, given: str | None) -> AsyncIterator[str]:
    if given is not None:
        yield given
        return
    async with running_database(settings) as url:
        yield url


def run(work: Callable[[Installation], Coroutine[Any, Any, T]]) -> T:
    """Open this installation, do the work, close it again."""

    async def opened_work() -> T:
        async with opened(installed_settings()) as installation:
            return await work(installation)

    return asyncio.run(opened_work())


async def find_brand(database: Database, name: str | None, email: str | None) -> OwnedBrand:
    """The brand that a command names, or the only one there is.

    Raises NotFoundError naming the brands there are, InputError when the name fits several.
    """
    async with database.as_owner() as connection:
        known = await brands(connection)
    wanted = [
        brand
        for brand in known
        if (name is None or brand.name.casefold() == name.casefold() or str(brand.id) == name)
        and (email is None or brand.email.casefold() == email.casefold())
    ]
    if len(wanted) == 1:
        return wanted[0]
    if not known:
        raise NotFoundError("There is no brand yet: sign up on the page, or run `aura demo`")
    listed = ", ".join(f"{brand.name} ({brand.email})" for brand in (wanted or known))
    if not wanted:
        raise NotFoundError(f"No such brand. There are: {listed}")
    raise InputError(f"Say which brand you mean with --brand and --user: {listed}")


async def find_person(database: Database, email: str | None) -> UUID:
    """The owner of brands that a command names, or the only one there is.

    Raises NotFoundError when nobody of that address has a brand, InputError when one must be named.
    """
    async with database.as_owner() as connection:
        known = await brands(connection)
    if not known:
        raise NotFoundError("There is no brand yet: sign up on the page, or run `aura demo`")
    people = {brand.email: brand.user_id for brand in known}
    listed = ", ".join(sorted(people))
    if email is None and len(people) > 1:
        raise InputError(f"Say whose brands you mean with --user: {listed}")
    for address, user_id in people.items():
        if email is None or address.casefold() == email.casefold():
            return user_id
    raise NotFoundError(f"Nobody with this address has a brand. There are: {listed}")
