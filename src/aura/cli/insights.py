"""`aura insights`: what Aura has to say."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.cli.backtest import backtest
from aura.cli.installation import Installation, find_brand, run
from aura.cli.printing import print_json
from aura.reports.insights import HealthRow, InsightRow, list_health_findings, list_insights

application = typer.Typer(help="What Aura has to say about a brand.", no_args_is_help=True)


application.command("backtest")(backtest)


@application.command("list")
def insights_list(
    *,
    brand: Annotated[
        str | None, typer.Option(help="Name of the brand; not needed if there is one.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="E-mail of its owner.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What stands open, the costliest first; silence is said too."""

    async def work(installation: Installation) -> tuple[list[InsightRow], list[HealthRow]]:
        database = installation.database
        chosen = await find_brand(database, brand, user)
        whose = {"user_id": chosen.user_id, "brand_id": chosen.id}
        return await list_insights(database, **whose), await list_health_findings(database, **whose)

    rows, health = run(work)
    if as_json:
        print_json(rows)
        return
    for finding in health:
        typer.echo(f"[about the data] {finding.title}\n    {finding.description}")
    if not rows:
        typer.echo("Nothing else needs you." if health else "Nothing needs you.")
    for row in rows:
        typer.echo(f"[{row.priority}] {row.title}\n    {row.description}")
        for action in row.action_items:
            typer.echo(f"    - {action['text']}")
