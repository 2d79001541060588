"""`aura keys`: the keys that stored tokens are sealed with."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from aura.cli.installation import Installation, run
from aura.cli.printing import print_json
from aura.store.key_rotation import Rotation, sealed_by_key
from aura.store.key_rotation import rotate as reseal

application = typer.Typer(
    help="The keys that tokens are sealed with in the database.", no_args_is_help=True
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@application.command("list")
def keys_list(*, as_json: AsJson = False) -> None:
    """Name the keys and how many stored secrets each has sealed. No key is shown."""

    async def work(installation: Installation) -> tuple[tuple[str, ...], dict[str, int]]:
        return installation.keyring.ids, await sealed_by_key(installation.database)

    ids, counts = run(work)
    if as_json:
        print_json({"keys": ids, "sealed": counts})
        return
    for position, key_id in enumerate(ids):
        role = "seals and opens" if position == 0 else "opens"
        typer.echo(f"{key_id}: {role}, {counts.get(key_id, 0)} secrets")
    for key_id in counts.keys() - set(ids):
        typer.echo(f"{key_id}: missing, {counts[key_id]} secrets cannot be opened")


@application.command("rotate")
def keys_rotate(
    *,
    new_key: Annotated[
        bool,
        typer.Option("--new-key", help="First make a new key and put it in front of the others."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Seal every stored secret with the first key, while everything goes on running.

    May be stopped and run again: what was done stays done. A secret that does not open is named
    and left as it is; the command then ends with exit code 2.
    """

    async def work(installation: Installation) -> Rotation:
        keyring = installation.keyring.with_new_key() if new_key else installation.keyring
        return await reseal(installation.database, keyring)

    rotation = run(work)
    if as_json:
        print_json(asdict(rotation))
    else:
        typer.echo(f"{rotation.resealed} secrets sealed anew with {rotation.key_id}.")
        for unopened in rotation.left:
            typer.echo(f"left as it is: {unopened.place}: {unopened.reason}", err=True)
        spare = [k for k in rotation.by_key if k != rotation.key_id]
        if not spare:
            typer.echo("No other key is needed any more: the old ones may be removed.")
    if rotation.left:
        raise typer.Exit(2)
