"""`aura privacy`: see and answer what customers ask about their data.

A customer id or an address is never an argument: it would stay in the shell's history. It is asked
for, or read from standard input.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.cli.printing import json_text, print_json
from aura.errors import InputError
from aura.store.privacy import Person
from aura.sync import privacy
from aura.sync.events import Desk

application = typer.Typer(
    help="What customers ask about their data: see it, hand it over, redact it.",
    no_args_is_help=True,
)
Export = Callable[[Installation], Coroutine[Any, Any, dict[str, Any]]]
Brand = Annotated[str | None, typer.Option(help="Name of the brand; not needed if there is one.")]
User = Annotated[str | None, typer.Option(help="E-mail of its owner.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@application.command("list")
def privacy_list(*, as_json: AsJson = False) -> None:
    """Show every request: whose brand, what it asks, until when, and the answer."""
    found = run(lambda installation: privacy.requests(installation.database))
    if as_json:
        print_json(found)
        return
    if not found:
        typer.echo("Nobody has asked for anything.")
    for one in found:
        when = f"answer by {one.answer_by:%Y-%m-%d}" if one.answer_by else "answered"
        typer.echo(f"{one.id}  {one.brand}  {one.asks}  {when}  {one.outcome}")


@application.command("export")
def privacy_export(
    request: Annotated[
        str | None,
        typer.Argument(help="Id of a request, from the list; without one a person is asked for."),
    ] = None,
    *,
    brand: Brand = None,
    user: User = None,
    output: Annotated[
        Path | None, typer.Option(help="File to write, readable by you alone; else printed.")
    ] = None,
) -> None:
    """Print as JSON what is stored about a customer, to hand to the merchant.

    The request counts as answered then, and whom it was about is forgotten.
    """
    asked = _exported(request) if request else _exported_person(_person(), brand, user)
    if output is None:
        print_json(run(asked))
        return
    # before the request counts as answered
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InputError(f"{output} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        try:
            document = run(asked)
        except BaseException:
            output.unlink()
            raise
        file.write(json_text(document) + "\n")
    typer.echo(f"{len(document['orders'])} orders written to {output}.")


@application.command("redact")
def privacy_redact(*, brand: Brand = None, user: User = None, as_json: AsJson = False) -> None:
    """Take a customer out of the ledger: every daily number stays, nothing leads to them."""
    person = _person()

    async def work(installation: Installation) -> privacy.OpenOrAnswered:
        chosen = await find_brand(installation.database, brand, user)
        return await privacy.redact_person(_desk(installation), chosen.id, person)

    done = run(work)
    if as_json:
        print_json(done)
    else:
        typer.echo(f"{done.orders} orders redacted. No number changed.")


def _exported(request: str) -> Export:
    async def work(installation: Installation) -> dict[str, Any]:
        return await privacy.export_request(_desk(installation), request)

    return work


def _exported_person(person: Person, brand: str | None, user: str | None) -> Export:
    async def work(installation: Installation) -> dict[str, Any]:
        chosen = await find_brand(installation.database, brand, user)
        return await privacy.export_person(_desk(installation), chosen.id, chosen.name, person)

    return work


def _desk(installation: Installation) -> Desk:
    return Desk(installation.database, installation.keyring, installation.connectors, utc_now())


def _person() -> Person:
    if sys.stdin.isatty():
        return privacy.person_of(typer.prompt("Shopify customer id or e-mail", hide_input=True))
    return privacy.person_of(sys.stdin.readline())
