"""`aura db`: the schema and its roles."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from aura.cli.installation import load_settings
from aura.cli.printing import print_json
from aura.store.locate import running_database
from aura.store.migrate import migrate as apply_migrations
from aura.store.migrate import pending
from aura.store.roles import make_login_roles

application = typer.Typer(
    help="The schema of the database and who may log in to it.", no_args_is_help=True
)


@application.command("migrate")
def migrate(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be applied.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring the database to this version of Aura.

    May be run twice and from two machines at once. Refuses a database that a newer Aura migrated,
    and one whose migrations were edited after they were applied.
    """

    async def work() -> list[str]:
        async with running_database(load_settings()) as url:
            return await (pending(url) if dry_run else apply_migrations(url))

    versions = asyncio.run(work())
    if as_json:
        print_json({"pending" if dry_run else "applied": versions})
        return
    if not versions:
        typer.echo("The database is up to date.")
    for version in versions:
        typer.echo(f"{'would apply' if dry_run else 'applied'} {version}")


@application.command("roles")
def roles(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Make the two logins for production and print their addresses.

    The web process gets AURA_WEB_DATABASE_URL, the worker AURA_WORKER_DATABASE_URL. Neither owns a
    table, neither may skip row level security. Keep the output secret: it holds passwords.
    """

    async def work() -> dict[str, str]:
        async with running_database(load_settings()) as url:
            await apply_migrations(url)
            made = await make_login_roles(url)
            return {
                "AURA_WEB_DATABASE_URL": made.web_url,
                "AURA_WORKER_DATABASE_URL": made.worker_url,
            }

    addresses = asyncio.run(work())
    if as_json:
        print_json(addresses)
        return
    for name, address in addresses.items():
        typer.echo(f"{name}={address}")
