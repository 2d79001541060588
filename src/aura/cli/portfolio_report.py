"""`aura report brands`: every brand of a person side by side, in the shell."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.cli.installation import Installation, find_person, run, utc_now
from aura.cli.printing import print_json, print_table
from aura.metrics import CATALOGUE
from aura.reports.periods import preset_of
from aura.reports.portfolio import (
    COLUMNS,
    Portfolio,
    Together,
    brands_as_of,
    brands_question,
    display_currency,
    portfolio,
)

UserOption = Annotated[str | None, typer.Option(help="E-mail of its owner.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def report_brands(
    *,
    user: UserOption = None,
    days: Annotated[int, typer.Option(help="7, 28, 91 or 365 days, ending yesterday.")] = 28,
    search: Annotated[str, typer.Option(help="Only those with this in their name.")] = "",
    sort: Annotated[str, typer.Option(help="A metric, or name.")] = "revenue",
    order: Annotated[str, typer.Option(help="asc or desc.")] = "",
    currency: Annotated[str, typer.Option(help="Adds a sum of all brands in it.")] = "",
    as_of: Annotated[
        str, typer.Option(help="An earlier day: each brand as it was reported by its end.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Every brand of a person side by side: figures, what waits, and how fresh the data is."""

    async def work(installation: Installation) -> Portfolio:
        now = utc_now()
        return await portfolio(
            installation.database,
            user_id=await find_person(installation.database, user),
            days=preset_of({"days": str(days)}),
            question=brands_question({"search": search, "sort": sort, "order": order}),
            now=now,
            currency=display_currency({"currency": currency}),
            as_of=brands_as_of({"as_of": as_of, "currency": currency}, now),
        )

    report = run(work)
    if as_json:
        print_json(_document(report))
    else:
        _print(report)


def _document(report: Portfolio) -> dict[str, object]:
    return {
        "days": report.days,
        "as_of": report.as_of,
        "brands": [
            {
                "id": line.brand.id,
                "name": line.brand.name,
                "currency": line.brand.currency,
                "figures": {figure.metric.key: figure.value for figure in line.figures},
                "data": line.data,
                "open_insights": line.waiting.insights,
                "open_data_findings": line.waiting.health,
            }
            for line in report.lines
        ],
        "together": _together(report.together),
    }


def _print(report: Portfolio) -> None:
    print_table(
        ("brand", *(CATALOGUE[key].label for key in COLUMNS), "waiting", "data"),
        [
            (
                line.brand.name,
                *(figure.text for figure in line.figures),
                str(line.waiting.insights + line.waiting.health),
                line.data,
            )
            for line in report.lines
        ],
    )
    if report.together:
        _print_together(report.together)


def _together(together: Together | None) -> dict[str, object] | None:
    if together is None:
        return None
    return {
        "currency": together.currency,
        "figures": {one.metric.key: one.value for one in together.sums},
        "left_out": {one.metric.key: dict(one.left_out) for one in together.sums},
        "converted": [one.sentence for one in together.converted],
    }


def _print_together(together: Together) -> None:
    """The sums of all brands, which are left out, and what was converted."""
    typer.echo(f"\nAll brands in {together.currency}:")
    print_table(
        ("", "together", "brands"),
        [(one.metric.label, one.text, str(one.brands)) for one in together.sums],
    )
    for one in together.sums:
        if one.note:
            typer.echo(f"{one.metric.label}: {one.note}")
    for converted in together.converted:
        typer.echo(f"Converted: {converted.sentence}")
