"""The command `aura`: one typer application; errors of the tree become one line and an exit code.

Exit codes: 0 done, 1 unexpected, 2 settings, 3 database, 4 input, 5 not found, 6 not allowed,
7 a platform did not answer as it should, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import sys
from collections import UserDict
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from aura import __version__
from aura.errors import AuraError

# what each command is made by; a module is imported when its command is asked for, since the web
# server, the sandbox and the statistics together take longer to load than most commands to run
_MADE_BY = {
    "demo": "demo:demo",
    "up": "processes:up",
    "web": "processes:web",
    "worker": "processes:worker",
    "sandbox": "sandbox:sandbox",
    "connect": "connecting:connect",
    "sync": "syncing:sync",
    "export": "exporting:export_table",
    "reconcile": "reconciling:reconcile",
    "doctor": "diagnosis:doctor",
    "db": "database:application",
    "report": "reports:application",
    "metrics": "metrics:metrics",
    "rates": "stating:exchange_rates",
    "insights": "insights:application",
    "import": "importing:application",
    "keys": "keys:application",
    "brands": "brands:application",
    "settings": "stating:settings",
    "costs": "stating:costs",
    "spend": "stating:spend",
    "targets": "stating:targets",
    "promotions": "stating:promotions",
    "users": "users:application",
    "api-keys": "api_keys:application",
    "privacy": "privacy:application",
}


class _LazyCommands(UserDict[str, Any]):
    """Commands by name, each made when it is first looked up."""

    def __init__(self) -> None:
        super().__init__()
        self.data = dict.fromkeys(_MADE_BY)

    def __getitem__(self, name: str) -> Any:
        if self.data[name] is None:
            self.data[name] = _command(name)
        return self.data[name]


def _command(name: str) -> Any:
    module, _, attribute = _MADE_BY[name].partition(":")
    made = getattr(import_module(f"aura.cli.{module}"), attribute)
    around = typer.Typer(rich_markup_mode=None)
    if isinstance(made, typer.Typer):
        around.add_typer(made, name=name)
    else:
        around.command(name)(made)
    return typer.main.get_group(around).commands[name]


class _Commands(TyperGroup):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _LazyCommands()


application = typer.Typer(
    name="aura",
    cls=_Commands,
    help="Exact daily numbers of your brand from Shopify, Meta and Google Ads, and what to do "
    "about them."
    "\n\nTry it without an account: `aura demo`. Settings are AURA_* environment variables.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
