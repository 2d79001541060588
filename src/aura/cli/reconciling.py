"""`aura reconcile`: ask the store's own reports whether they say the same."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.api.reconciliation import ReconciliationAnswer
from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.cli.printing import print_json, print_table
from aura.reports.present import day, money_exact
from aura.reports.reconcile import FIGURES, Reconciliation, last_reconciliation
from aura.sync.reconcile import reconcile_shop


def reconcile(
    *,
    brand: Annotated[
        str | None, typer.Option(help="Name of the brand; not needed if there is one.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="E-mail of its owner.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare the last five weeks with Shopify Analytics, day by day and to the cent.

    Needs the optional scope read_reports. Changes no number. Exit code 1 when a day differs, or
    when nothing could be compared.
    """
    found, currency = run(lambda installation: _reconcile(installation, brand, user))
    if as_json:
        print_json(ReconciliationAnswer.of(found, currency).model_dump())
    else:
        _print(found, currency)
    if not found.is_same:
        raise typer.Exit(1)


async def _reconcile(
    installation: Installation, brand: str | None, user: str | None
) -> tuple[Reconciliation, str]:
    chosen = await find_brand(installation.database, brand, user)
    found = await reconcile_shop(
        installation.database,
        installation.keyring,
        installation.connectors["shopify"],
        brand_id=chosen.id,
        now=utc_now(),
    )
    kept = await last_reconciliation(
        installation.database, user_id=chosen.user_id, brand_id=chosen.id
    )
    # amounts are in the shop's currency, which need not be the brand's
    return found, chosen.currency if kept is None else kept[1]


def _print(found: Reconciliation, currency: str) -> None:
    typer.echo(found.sentence(currency))
    if found.differences:
        print_table(
            ("day", "figure", "stored here", "Shopify Analytics", "difference"),
            [
                (
                    day(one.date),
                    FIGURES[one.figure],
                    *(
                        f"{value:,.0f}" if one.figure == "orders" else money_exact(value, currency)
                        for value in (one.stored, one.reported, one.reported - one.stored)
                    ),
                )
                for one in found.differences
            ],
        )
