"""`aura users`: for the person who runs an installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aura.accounts.people import set_password
from aura.cli.installation import Installation, run
from aura.errors import NotFoundError
from aura.store.deletion import Deleted, delete_person
from aura.store.owned import Exported, export_person

application = typer.Typer(help="The people of this installation.", no_args_is_help=True)


@application.command("set-password")
def users_set_password(
    email: Annotated[str, typer.Argument(help="E-mail address of the account.")],
    *,
    password: Annotated[
        str,
        typer.Option(
            prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if left out."
        ),
    ],
) -> None:
    """Give an account a new password.

    For example the local owner that an import made, who has none.
    """

    async def work(installation: Installation) -> None:
        await set_password(installation.database, email=email, password=password)

    run(work)
    typer.echo(f"{email} can sign in with the new password.")


@application.command("export")
def users_export(
    email: Annotated[str, typer.Argument(help="E-mail address of the account.")],
    file: Annotated[Path, typer.Argument(help="The file to make, for example anna.zip.")],
) -> None:
    """Write everything that an account owns into one new file: a CSV of each table, zipped.

    Sealed tokens, hashes and keys are left out; contents.json in the file names them.
    """

    async def work(installation: Installation) -> Exported:
        return await _exported(installation, email, file)

    exported = run(work)
    typer.echo(f"{file}: {exported.total} rows of {email} from {len(exported.rows)} tables.")


async def _exported(installation: Installation, email: str, file: Path) -> Exported:
    exported = await export_person(installation.database_url, email, file)
    if exported is None:
        raise NotFoundError(f"There is no account {email}.")
    return exported


@application.command("delete")
def users_delete(
    email: Annotated[str, typer.Argument(help="E-mail address of the account.")],
    *,
    export: Annotated[
        Path | None,
        typer.Option("--export", help="Write everything into this new file first."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete an account with all of its brands and everything stored about them, for good.

    With --export a copy is made first (`aura users export`). Permissions given to Aura at the
    platforms end with "Disconnect" on the Connections page, or there.
    """
    if not yes:
        kept = "" if export else " Nothing is exported before (--export FILE does)."
        typer.confirm(f"Delete {email} with all brands and their data for good?{kept}", abort=True)

    async def work(installation: Installation) -> dict[str, Deleted] | None:
        if export is not None:
            exported = await _exported(installation, email, export)
            typer.echo(f"{export}: {exported.total} rows of {email} are kept.")
        return await delete_person(installation.database, email)

    gone = run(work)
    if gone is None:
        raise NotFoundError(f"There is no account {email}.")
    for name, deleted in gone.items():
        typer.echo(f"{name}: {deleted.total} rows deleted, none left.")
    typer.echo(f"The account {email} is gone.")
