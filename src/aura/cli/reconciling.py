"""`aura reconcile`: ask the store's own reports, and set what is stored against itself."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.api.reconciliation import ReconciliationAnswer
from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.cli.now_only import NowOnlyOption, refuse_as_of
from aura.cli.printing import print_json, print_table
from aura.errors import NotFoundError
from aura.reports.present import UNKNOWN, count, day, day_range, money_exact
from aura.reports.reconcile import FIGURES
from aura.reports.reconciliation import ReconciliationReport, reconciliation
from aura.sync.reconcile import reconcile_shop


def reconcile(
    *,
    brand: Annotated[
        str | None, typer.Option(help="Name of the brand; not needed if there is one.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="E-mail of its owner.")] = None,
    as_of: NowOnlyOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare the last five weeks with Shopify Analytics, day by day and to the cent.

    Then each ad account with its campaigns, and what the platforms claim with the orders of the
    store; each difference with its cause. Needs the optional scope read_reports. Changes no number.
    Exit code 1 when a day of the store differs, or when nothing could be compared.
    """
    refuse_as_of(as_of, "reconciliation")
    report = run(lambda installation: _reconcile(installation, brand, user))
    if as_json:
        print_json(ReconciliationAnswer.of(report).model_dump())
    else:
        _print(report)
    if report.last is None or not report.last.is_same:
        raise typer.Exit(1)


async def _reconcile(
    installation: Installation, brand: str | None, user: str | None
) -> ReconciliationReport:
    chosen = await find_brand(installation.database, brand, user)
    now = utc_now()
    await reconcile_shop(
        installation.database,
        installation.keyring,
        installation.connectors["shopify"],
        brand_id=chosen.id,
        now=now,
    )
    report = await reconciliation(
        installation.database, user_id=chosen.user_id, brand_id=chosen.id, now=now
    )
    if report.last is None:
        raise NotFoundError("The connection of the shop ended while it was compared.")
    return report


def _print(report: ReconciliationReport) -> None:
    if report.last is not None:
        typer.echo(report.last.sentence(report.currency))
    _print_days(report)
    typer.echo(f"\n{report.account_verdict}")
    for check in report.accounts:
        one = check.totals
        if check.cause is not None:
            typer.echo(f"{one.name}, {day_range(one.days)}: {check.cause.sentence}")
            print_table(("", "account", "campaigns", "difference"), one.lines)
    typer.echo(f"\n{report.claim_verdict}")
    if report.claims:
        print_table(
            ("platform", "days", "claimed", "orders seen", "difference"),
            [
                (
                    one.name,
                    day_range(one.days),
                    UNKNOWN if one.claimed is None else count(one.claimed),
                    f"{one.seen:,}",
                    UNKNOWN if one.difference is None else count(one.difference),
                )
                for one in report.claims
            ],
        )
    for claim in report.claims:
        for cause in claim.causes:
            typer.echo(f"{claim.name}: {cause.sentence}")


def _print_days(report: ReconciliationReport) -> None:
    last = report.last
    if last is None or not last.differences:
        return
    print_table(
        ("day", "figure", "stored here", "Shopify Analytics", "difference"),
        [
            (
                day(one.date),
                FIGURES[one.figure],
                *(
                    f"{value:,.0f}"
                    if one.figure == "orders"
                    else money_exact(value, report.currency)
                    for value in (one.stored, one.reported, one.reported - one.stored)
                ),
            )
            for one in last.differences
        ],
    )
    for row in report.days:
        if row.cause is not None:
            typer.echo(f"{day(row.date)}: {row.cause.sentence}")
