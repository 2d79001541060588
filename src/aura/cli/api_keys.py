"""`aura api-keys`: keys with which programs read and write through `/v1`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from aura.accounts.keys import DEFAULT_DAYS, Key, MadeKey, create_key, list_keys, revoke_key
from aura.accounts.owner import ensure_local_owner
from aura.accounts.people import Person
from aura.cli.installation import Installation, run, utc_now
from aura.cli.printing import print_json
from aura.errors import NotFoundError
from aura.store.people import count_people

application = typer.Typer(help="Keys for programs that use /v1.", no_args_is_help=True)

User = Annotated[str | None, typer.Option(help="E-mail of whose key it is; not needed if alone.")]


async def _person(installation: Installation, user: str | None) -> Person:
    async with installation.database.as_owner() as connection:
        if not await count_people(connection):
            raise NotFoundError("There is no account yet: sign up on the page, or run `aura demo`")
    return (await ensure_local_owner(installation.database, email=user)).person


@application.command("create")
def api_keys_create(
    name: Annotated[str, typer.Argument(help="What uses the key.")],
    *,
    scope: Annotated[
        list[str] | None, typer.Option(help="read or write; may be given twice. Default: read.")
    ] = None,
    days: Annotated[int, typer.Option(help="For how many days it is good.")] = DEFAULT_DAYS,
    user: User = None,
) -> None:
    """Make a key and print it, this once: only a hash of it is kept."""

    async def work(installation: Installation) -> MadeKey:
        person = await _person(installation, user)
        return await create_key(
            installation.database,
            user_id=person.id,
            name=name,
            scopes=scope or ["read"],
            days=days,
            now=utc_now(),
        )

    made = run(work)
    typer.echo(made.secret)
    typer.echo(
        f"Keep it now: it is not shown again. It may {' and '.join(made.key.scopes)} until "
        f"{made.key.expires_at:%Y-%m-%d}.",
        err=True,
    )


@application.command("list")
def api_keys_list(
    *,
    user: User = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Keys with their beginning, scopes, expiry and when each was last used."""

    async def work(installation: Installation) -> list[Key]:
        person = await _person(installation, user)
        return await list_keys(installation.database, user_id=person.id)

    found = run(work)
    if as_json:
        print_json(found)
        return
    if not found:
        typer.echo("There is no key. Make one: aura api-keys create NAME")
    for key in found:
        typer.echo(
            f"{key.id}  {key.prefix}…  {key.name}: {' and '.join(key.scopes)}, "
            f"{_state(key, utc_now())}"
        )


def _state(key: Key, now: datetime) -> str:
    used = f"last used {key.last_used_at:%Y-%m-%d}" if key.last_used_at else "never used"
    word = "expired" if key.expires_at <= now else "good until"
    return f"{word} {key.expires_at:%Y-%m-%d}, {used}"


@application.command("revoke")
def api_keys_revoke(
    key: Annotated[str, typer.Argument(help="Its id, as `aura api-keys list` shows it.")],
    *,
    user: User = None,
) -> None:
    """End a key at once."""

    async def work(installation: Installation) -> None:
        person = await _person(installation, user)
        try:
            key_id = UUID(key)
        except ValueError:
            raise NotFoundError("There is no key of this id: see `aura api-keys list`.") from None
        await revoke_key(installation.database, user_id=person.id, key_id=key_id)

    run(work)
    typer.echo("The key is revoked.")
