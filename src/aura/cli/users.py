"""`aura users`: for the person who runs an installation."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.accounts.people import set_password
from aura.cli.installation import Installation, run

application = typer.Typer(help="The people of this installation.", no_args_is_help=True)


@application.callback()
def _group() -> None:
    """Keeps `set-password` a sub-command while it is the only one."""


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
