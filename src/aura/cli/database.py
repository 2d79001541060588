"""`aura db`: the schema, its roles, whether all is sound, and a copy of everything."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from aura.cli.installation import load_settings, make_home
from aura.cli.printing import print_json
from aura.store.backup import Contents, list_beside
from aura.store.backup import backup as save
from aura.store.backup import restore as bring_back
from aura.store.database import Database
from aura.store.locate import running_database
from aura.store.migrate import migrate as apply_migrations
from aura.store.migrate import pending
from aura.store.roles import make_login_roles
from aura.store.soundness import Soundness, examine

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


@application.command("check")
def check(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Compare the schema with the migrations, rollup and metrics with the facts, look for orphans.

    Reads alone, and may run beside everything else. Exit code 3 when something is wrong.
    """

    async def work() -> Soundness:
        async with running_database(load_settings()) as url:
            database = await Database.open(url, pool_size=1)
            try:
                async with database.as_owner() as connection:
                    return await examine(connection)
            finally:
                await database.close()

    found = asyncio.run(work())
    if as_json:
        print_json(found)
    else:
        for complaint in found.complaints:
            typer.echo(complaint)
        if not found.complaints:
            typer.echo(
                "Schema equal to the migrations; rollup and metrics equal to the facts in "
                f"{found.brands} brands; no row without an owner."
            )
    if found.complaints:
        raise typer.Exit(3)


@application.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; replaced when it exists.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write everything into one file, with a list of rows and sums beside it.

    Stored tokens are sealed in it: keep AURA_HOME/keys, or AURA_TOKEN_KEYS, in another place, for
    without them accounts must be connected again. Needs a direct connection, not a pooler.
    """

    async def work() -> Contents:
        settings = load_settings()
        async with running_database(settings) as url:
            return await save(url, file, home=settings.home)

    contents = asyncio.run(work())
    if as_json:
        print_json(contents)
        return
    typer.echo(f"{contents.rows} rows are in {file}; their list is {list_beside(file).name}.")
    typer.echo("Keep the token keys (AURA_HOME/keys or AURA_TOKEN_KEYS) apart from it.")


@application.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `aura db backup` wrote.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Fill an empty database from a backup and prove that every row is there.

    Refuses a database that is in use. A backup of an older Aura is migrated afterwards.
    """

    async def work() -> Contents:
        settings = load_settings()
        make_home(settings.home)
        async with running_database(settings) as url:
            return await bring_back(url, file, home=settings.home)

    contents = asyncio.run(work())
    if as_json:
        print_json(contents)
        return
    typer.echo(f"{contents.rows} rows restored, equal to what was saved.")
