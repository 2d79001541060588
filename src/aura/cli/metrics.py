"""`aura metrics`: every metric that there is, with its formula and what it says."""

from __future__ import annotations

from typing import Annotated

import typer

from aura.cli.printing import print_json, print_table
from aura.metrics import CATALOGUE


def metrics(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """List every metric: key, unit, formula and one sentence that says what it means."""
    if as_json:
        print_json(
            [
                {
                    "key": metric.key,
                    "label": metric.label,
                    "unit": metric.unit,
                    "formula": metric.formula,
                    "version": metric.version,
                    "better": metric.better,
                    "is_additive": metric.is_additive,
                    "sources": metric.sources,
                    "tooltip": metric.tooltip,
                }
                for metric in CATALOGUE.values()
            ]
        )
        return
    print_table(
        ("metric", "unit", "formula", "what it says"),
        [(one.key, one.unit, one.formula, one.tooltip) for one in CATALOGUE.values()],
    )
