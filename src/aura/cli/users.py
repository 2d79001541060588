"""`aura users`: for the person who runs an installation."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.accounts.people import set_password
from aura.cli.installation import Installation, run
from aura.errors import NotFoundError
from aura.store.deletion import Deleted, delete_person

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


@application.command("delete")
def users_delete(
    email: Annotated[str, typer.Argument(help="E-mail address of the account.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete an account with all of its brands and everything stored about them, for good.

    Export first what is to be kept. Permissions given to Aura at the platforms end with
    "Disconnect" on the Connections page, or there.
    """
    if not yes:
        typer.confirm(f"Delete {email} with all brands and their data for good?", abort=True)

    async def work(installation: Installation) -> dict[str, Deleted] | None:
        return await delete_person(installation.database, email)

    gone = run(work)
    if gone is None:
        raise NotFoundError(f"There is no account {email}.")
    for name, deleted in gone.items():
        typer.echo(f"{name}: {deleted.total} rows deleted, none left.")
    typer.echo(f"The account {email} is gone.")
