"""How many rows of a table a plan looked at, of `explain (analyze, format json)`."""

from __future__ import annotations

from typing import Any


def rows_read(plan: dict[str, Any], relation: str) -> float:
    """Of the plan and of all below it, those that a filter removed included."""
    own = 0.0
    # a function that gives rows has only the name that the statement gives it
    if relation in (plan.get("Relation Name"), plan.get("Alias")):
        removed = plan.get("Rows Removed by Filter", 0)
        removed += plan.get("Rows Removed by Index Recheck", 0)
        own = (plan["Actual Rows"] + removed) * plan["Actual Loops"]
    return own + sum(rows_read(below, relation) for below in plan.get("Plans", ()))
