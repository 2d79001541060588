"""How the shell shows things: tables for people, JSON for programs, progress for those who wait."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

# characters in a line of a file or a pipe
_WIDEST = 1000


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def json_text(document: Any) -> str:
    """One JSON document: decimals as exact strings, moments in ISO 8601."""
    return json.dumps(document, default=_plain, indent=2, ensure_ascii=False)


def print_json(document: Any) -> None:
    """The same on standard output."""
    typer.echo(json_text(document))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
    """A table; the first column is text, the others are figures.

    A cell is printed as it is, whatever brackets a name holds. What is not a terminal has no width:
    nothing is cut for it.
    """
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position == 0 else "right")
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDEST
    console.print(table)


def progress_bars() -> Progress:
    """Bars on standard error, so that standard output stays what was asked for."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
