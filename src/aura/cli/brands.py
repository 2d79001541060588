"""`aura brands`: what brands there are, and the end of one."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.cli.installation import Installation, find_brand, run
from aura.cli.printing import print_json, print_table
from aura.store.deletion import Deleted, delete_brand
from aura.store.operator import OwnedBrand, brands

application = typer.Typer(help="The brands of this installation.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@application.command("list")
def brands_list(*, as_json: AsJson = False) -> None:
    """Every brand with its owner, currency and time zone."""

    async def work(installation: Installation) -> list[OwnedBrand]:
        async with installation.database.as_owner() as connection:
            return await brands(connection)

    known = run(work)
    if as_json:
        print_json(known)
        return
    print_table(
        ("Brand", "Owner", "Currency", "Time zone"),
        [(brand.name, brand.email, brand.currency, brand.timezone) for brand in known],
    )


@application.command("delete")
def brands_delete(
    name: Annotated[str, typer.Argument(help="The brand's name or id.")],
    *,
    user: Annotated[
        str | None, typer.Option("--user", help="Its owner's address, if several have the name.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a brand with everything stored about it, for good; then prove that nothing is left.

    Export first what is to be kept. Permissions given to Aura at the platforms end with
    "Disconnect" on the Connections page, or there.
    """

    async def find(installation: Installation) -> OwnedBrand:
        return await find_brand(installation.database, name, user)

    brand = run(find)
    if not yes:
        typer.confirm(f"Delete {brand.name} ({brand.email}) and all its data for good?", abort=True)

    async def work(installation: Installation) -> Deleted:
        return await delete_brand(installation.database, brand.id)

    gone = run(work)
    if as_json:
        print_json({"brand": brand.id, "rows": gone.rows})
        return
    typer.echo(f"{brand.name}: {gone.total} rows deleted, none left.")
