"""`--as-of` of commands that know no earlier day: they say why instead of showing another one."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.errors import InputError
from aura.reports.now_only import now_only

NowOnlyOption = Annotated[
    str, typer.Option("--as-of", help="No earlier day can be seen here; this says why.")
]


def refuse_as_of(as_of: str, what: str) -> None:
    """InputError where an earlier day is asked for; `what` is a key of NOW_ONLY."""
    if as_of:
        raise InputError(now_only(what))
