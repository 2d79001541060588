"""`aura report connections`: the Connections page in the shell."""

from __future__ import annotations

import typer

from aura.api.connections import ConnectionsAnswer
from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.cli.printing import print_json
from aura.reports.connections import Connection, connections


def report_connections(brand: str | None, user: str | None, *, as_json: bool) -> None:
    """Print each platform's state, and accounts whose total is not the sum of their campaigns."""

    async def work(installation: Installation) -> tuple[Connection, ...]:
        chosen = await find_brand(installation.database, brand, user)
        return await connections(
            installation.database, user_id=chosen.user_id, brand_id=chosen.id, now=utc_now()
        )

    found = run(work)
    if as_json:
        print_json(ConnectionsAnswer.of(found).model_dump())
        return
    for one in found:
        typer.echo(f"{one.name}: {one.word}. {one.sentence}")
        for notice in one.notices:
            typer.echo(f"  {notice.sentence} {notice.action}")
        if one.backfill is not None:
            done, total = one.backfill.days_done, one.backfill.days_total
            typer.echo(f"  History: {done:,} of {total:,} days.")
        if one.restated:
            typer.echo(f"  {one.restated}")
        for totals in one.differences:
            typer.echo(f"  {totals.sentence}")
