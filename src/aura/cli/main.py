"""The command `aura`: one typer application; errors of the tree become one line and an exit code.

Exit codes: 0 done, 1 unexpected, 2 settings, 3 database, 4 input, 5 not found, 6 not allowed,
7 a platform did not answer as it should, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from aura import __version__
from aura.cli import (
    api_keys,
    brands,
    connecting,
    database,
    demo,
    diagnosis,
    exporting,
    importing,
    insights,
    keys,
    privacy,
    processes,
    rates,
    reconciling,
    reports,
    sandbox,
    stating,
    syncing,
    users,
)
from aura.errors import AuraError

application = typer.Typer(
    name="aura",
    help="Exact daily numbers of your brand from Shopify, Meta and Google Ads, and what to do "
    "about them."
    "\n\nTry it without an account: `aura demo`. Settings are AURA_* environment variables.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

application.command("demo")(demo.demo)
application.command("up")(processes.up)
application.command("web")(processes.web)
application.command("worker")(processes.worker)
application.command("sandbox")(sandbox.sandbox)
application.command("connect")(connecting.connect)
application.command("sync")(syncing.sync)
application.command("export")(exporting.export_table)
application.command("reconcile")(reconciling.reconcile)
application.command("doctor")(diagnosis.doctor)
application.add_typer(database.application, name="db")
application.add_typer(reports.application, name="report")
application.add_typer(rates.application, name="rates")
application.add_typer(insights.application, name="insights")
application.add_typer(importing.application, name="import")
application.add_typer(keys.application, name="keys")
application.add_typer(brands.application, name="brands")
application.add_typer(stating.settings, name="settings")
application.add_typer(stating.costs, name="costs")
application.add_typer(stating.spend, name="spend")
application.add_typer(stating.targets, name="targets")
application.add_typer(stating.promotions, name="promotions")
application.add_typer(users.application, name="users")
application.add_typer(api_keys.application, name="api-keys")
application.add_typer(privacy.application, name="privacy")


def _show_version(value: bool) -> None:  # noqa: FBT001 - typer passes the flag by position
    if value:
        typer.echo(f"aura {__version__}")
        raise typer.Exit


@application.callback()
def _root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """What every command shares."""


def main() -> None:
    """Run the command; say in one line what went wrong."""
    try:
        application()
    except AuraError as error:
        typer.echo(f"aura: {error.message}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("aura: stopped", err=True)
        sys.exit(130)
