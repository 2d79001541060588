"""`aura doctor`: what is set up, what is missing, and what to do about it."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from aura.cli.installation import installed_settings
from aura.cli.platform_diagnosis import docs_page, platform_checks, worst_exit
from aura.cli.printing import print_json
from aura.config import Settings
from aura.connectors.examination import Check
from aura.connectors.versions import used_versions
from aura.errors import AuraError
from aura.model import PLATFORM_NAMES, PLATFORMS
from aura.store.database import Database
from aura.store.locate import running_database
from aura.store.migrate import pending
from aura.store.operator import server_facts
from aura.store.secrets import Keyring


def doctor(
    platform: Annotated[
        str | None,
        typer.Argument(help="shopify, meta or google_ads: ask the platform itself."),
    ] = None,
    *,
    brand: Annotated[
        str | None, typer.Option(help="With a platform: check this brand's connection too.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="E-mail of the brand's owner.")] = None,
    shop: Annotated[
        str | None, typer.Option(help="With shopify: the shop to ask about your app.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check this installation: folder, keys, database, schema, platform credentials.

    With a platform: ask it about your app, and with --brand about that brand's connection: token,
    scopes, accounts, access level. Changes nothing, but renews a token that has ended. The exit
    code is that of the first thing to mend: 2 settings, 7 the platform, 1 the installation.
    """
    if platform is not None:
        show(
            platform_checks(platform, brand=brand, user=user, shop=shop),
            as_json=as_json,
            page=docs_page(platform),
        )
        return
    settings = installed_settings()
    checks = [_home(settings), *asyncio.run(_database(settings)), *_platforms(settings)]
    show([*checks, *version_checks(datetime.now(UTC).date())], as_json=as_json)


def show(checks: list[Check], *, as_json: bool, page: str = "") -> None:
    """Print every check; leaves with the code of the first that is not fine.

    A warning alone is no failure.
    """
    if as_json:
        print_json(checks)
    else:
        for check in checks:
            mark = {True: "ok     ", False: "PROBLEM", None: "not set" if not page else "note   "}
            shown = "WARNING" if check.is_fine and check.needs_attention else mark[check.is_fine]
            typer.echo(f"{shown}  {check.name}: {check.detail}")
            if check.action:
                typer.echo(f"         {check.action}")
        if page:
            typer.echo(f"The whole way, step by step: {page}")
    if code := worst_exit(checks):
        raise typer.Exit(code)


def _home(settings: Settings) -> Check:
    home = settings.home
    if not home.exists():
        return Check("folder", None, f"{home} is made by the first start")
    if home.stat().st_mode & 0o066:
        return Check("folder", False, f"others can read {home}: run `chmod 700 {home}`")
    return Check("folder", True, str(home))


async def _database(settings: Settings) -> list[Check]:
    checks: list[Check] = []
    try:
        Keyring.load_or_make(settings)
        checks.append(Check("token keys", True, "OAuth tokens can be sealed and opened"))
    except AuraError as error:
        checks.append(Check("token keys", False, error.message))
    try:
        async with running_database(settings) as url:
            missing = await pending(url)
            database = await Database.open(url, pool_size=1)
            async with database.as_owner() as connection:
                version = (await server_facts(connection)).version if not missing else "reachable"
            await database.close()
        checks.append(Check("database", True, f"PostgreSQL {version}"))
        detail = f"{len(missing)} migrations to apply: run `aura db migrate`"
        checks.append(Check("schema", not missing, detail if missing else "up to date"))
    except AuraError as error:
        checks.append(Check("database", False, error.message))
    return checks


def _platforms(settings: Settings) -> list[Check]:
    checks = []
    for platform in PLATFORMS:
        client = getattr(settings, f"{platform}_client_id")
        secret = getattr(settings, f"{platform}_client_secret").get_secret_value()
        name = f"AURA_{platform.upper()}_CLIENT_ID"
        if bool(client) != bool(secret):
            other = name if not client else name.replace("_ID", "_SECRET")
            checks.append(Check(PLATFORM_NAMES[platform], False, f"{other} is missing"))
        elif not client:
            checks.append(Check(PLATFORM_NAMES[platform], None, f"set {name} to connect accounts"))
        else:
            checks.append(Check(PLATFORM_NAMES[platform], True, "an application is set"))
    return checks


def version_checks(today: date) -> list[Check]:
    """The API version of each platform: a warning in its last ninety days, then a problem."""
    checks = []
    for platform, version in used_versions().items():
        name = f"{PLATFORM_NAMES[platform]} API"
        if version.last_day is None:
            detail = f"{version.name}, no end announced"
        elif version.is_over(today):
            detail = f"{version.name} has ended on {version.last_day}: update Aura"
        elif version.ends_soon(today):
            detail = f"{version.name} is answered until {version.last_day}: update Aura before"
        else:
            detail = f"{version.name} is answered until {version.last_day}"
        over, soon = version.is_over(today), version.ends_soon(today)
        checks.append(Check(name, not over, detail, needs_attention=soon))
    return checks
