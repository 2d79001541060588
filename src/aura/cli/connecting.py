"""`aura connect`: a brand connected with credentials of one's own, from the shell.

Secrets come from the environment, from lines on standard input or from a hidden prompt: what stands
in an argument list is seen by every other program of the machine.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.errors import InputError
from aura.model import PLATFORM_NAMES, PLATFORMS, Platform
from aura.sync.connect import Connected, choose_accounts
from aura.sync.own_credentials import FIELDS, CredentialField, connect_with_own, credentials_of

BrandOption = Annotated[
    str | None, typer.Option(help="Name of the brand; not needed if there is one.")
]
UserOption = Annotated[str | None, typer.Option(help="E-mail of its owner.")]


def connect(
    platform: Annotated[str, typer.Argument(help="shopify, meta or google_ads.")],
    *,
    brand: BrandOption = None,
    user: UserOption = None,
    account: Annotated[
        list[str] | None,
        typer.Option(help="Read this account; repeat it for several. Needed if there are several."),
    ] = None,
) -> None:
    """Connect a brand with credentials of your own, without a consent page.

    Each value is taken from the environment (SHOPIFY_CLIENT_SECRET, META_TOKEN,
    GOOGLE_ADS_REFRESH_TOKEN, …), else from lines name=value on standard input, else asked for.
    """
    wanted = platform_named(platform)
    credentials = credentials_of(wanted, _given(wanted))

    async def work(installation: Installation) -> Connected:
        chosen = await find_brand(installation.database, brand, user)
        made = await connect_with_own(
            installation.database,
            installation.keyring,
            installation.connectors,
            user_id=chosen.user_id,
            brand_id=chosen.id,
            platform=wanted,
            credentials=credentials,
            now=utc_now(),
        )
        if account:
            await choose_accounts(
                installation.database,
                user_id=chosen.user_id,
                integration_id=made.integration_id,
                external_ids=account,
                now=utc_now(),
            )
        return made

    made = run(work)
    typer.echo(f"{PLATFORM_NAMES[wanted]} is connected.")
    for one in made.accounts:
        typer.echo(f"- {one.external_id}  {one.name}")
    if made.needs_choice and not account:
        typer.echo("Choose which of them to read: again with --account ID, or on Connections.")


def platform_named(text: str) -> Platform:
    """The platform of that name; InputError names those there are."""
    for platform in PLATFORMS:
        if platform == text:
            return platform
    raise InputError(f"There is no platform {text}: say {', '.join(PLATFORMS)}.")


def _given(platform: Platform) -> dict[str, str]:
    """The value of each field, asked for only where it is nowhere else."""
    values = {
        field.name: os.environ.get(f"{platform}_{field.name}".upper(), "")
        for field in FIELDS[platform]
    }
    missing = [one for one in FIELDS[platform] if one.is_required and not values[one.name]]
    if not missing:
        return values
    if sys.stdin.isatty():
        asked = [one for one in FIELDS[platform] if not values[one.name]]
        return values | {one.name: _ask(one) for one in asked}
    return values | _lines(platform)


def _ask(field: CredentialField) -> str:
    label = field.label if field.is_required else f"{field.label} (optional, Enter for none)"
    answer: str = typer.prompt(label, default="", hide_input=field.is_secret, show_default=False)
    return answer


def _lines(platform: Platform) -> dict[str, str]:
    """Values on standard input, a line name=value each; InputError for any other line."""
    names = {field.name for field in FIELDS[platform]}
    values = {}
    for number, line in enumerate(sys.stdin.read().splitlines(), start=1):
        name, equals, value = line.partition("=")
        if not line.strip():
            continue
        if not equals or name.strip() not in names:
            raise InputError(
                f"Line {number} of standard input is no name=value; the names are "
                f"{', '.join(sorted(names))}."
            )
        values[name.strip()] = value
    return values
