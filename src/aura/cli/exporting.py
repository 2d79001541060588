"""`aura export`: a brand's tables as CSV or Parquet."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from aura.cli.installation import Installation, find_brand, run, utc_now
from aura.errors import InputError
from aura.reports.export import TITLES, export


def export_table(
    table: Annotated[str, typer.Argument(help=f"One of {', '.join(TITLES)}.", show_default=False)],
    *,
    brand: Annotated[
        str | None, typer.Option(help="Name of the brand; not needed if there is one.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="E-mail of its owner.")] = None,
    first_day: Annotated[
        datetime | None, typer.Option("--from", help="First day.", formats=["%Y-%m-%d"])
    ] = None,
    last_day: Annotated[
        datetime | None, typer.Option("--to", help="Last day.", formats=["%Y-%m-%d"])
    ] = None,
    form: Annotated[str, typer.Option("--format", help="csv or parquet.")] = "csv",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; else standard output.")
    ] = None,
) -> None:
    """Write a table of a brand: every number exact, each in its own currency.

    CSV is UTF-8 with a mark, ISO days and a point in decimals. Parquet needs the extra `parquet`
    (pip install 'project-aura[parquet]') and a file. `history` is what `aura insights backtest`
    replays. Any number of rows takes the same memory.
    """
    if form == "parquet" and out is None and sys.stdout.isatty():
        raise InputError("Parquet is no text: name a file with --out.")

    async def work(installation: Installation) -> int:
        found = await find_brand(installation.database, brand, user)
        made = await export(
            installation.database,
            user_id=found.user_id,
            brand_id=found.id,
            dataset=table,
            kind=form,
            first_day=first_day.date() if first_day else None,
            last_day=last_day.date() if last_day else None,
            now=utc_now(),
        )
        size = 0
        # a file appears whole or not at all
        partial = out.with_name(f".{out.name}.part") if out else None
        target = _opened(partial) if partial else sys.stdout.buffer
        try:
            async for piece in made.pieces:
                target.write(piece)
                size += len(piece)
            target.flush()
            if out and partial:
                target.close()
                partial.replace(out)
        finally:
            if partial:
                target.close()
                partial.unlink(missing_ok=True)
        return size

    size = run(work)
    if out:
        typer.echo(f"{out}: {size:,} bytes")


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("wb")
    except OSError as error:
        raise InputError(f"{path.parent} cannot be written to: {error.strerror}.") from error
