"""Is a stored insight right? Its numbers, computed again from the history as of its moment.

In goes an insight's row, out comes each number beside the one that the engine finds today in what
had been read by then (superseded values come back from `aura.revisions`). Equal, or it says what
differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from aura.errors import InputError
from aura.insights.engine import examine
from aura.insights.finding import Finding
from aura.reports.history import read_history
from aura.reports.insight_feed import one_insight
from aura.store.database import Database

# what says when and in which state, not what was computed
_APART: Final = frozenset({"status", "closed_on", "continued_by", "dedup_key", "as_of", "outcomes"})


@dataclass(frozen=True, slots=True)
class Check:
    """One number: where it stands in the row, as stored and as computed again."""

    path: str
    stored: Any
    found: Any

    @property
    def is_equal(self) -> bool:
        """Whether both are the same to the last digit."""
        return bool(self.stored == self.found)


@dataclass(frozen=True, slots=True)
class Verification:
    """The whole comparison; without checks the engine does not find the insight any more."""

    insight_id: UUID
    title: str
    as_of: datetime
    run_day: date
    checks: tuple[Check, ...]

    @property
    def differing(self) -> tuple[Check, ...]:
        """Those that are not equal."""
        return tuple(check for check in self.checks if not check.is_equal)

    @property
    def is_equal(self) -> bool:
        """Whether everything is as stored."""
        return bool(self.checks) and not self.differing

    @property
    def sentence(self) -> str:
        """The result for people."""
        if not self.checks:
            return (
                "The engine does not find this insight in what had been read by then: the history "
                "or the rule has changed since."
            )
        if self.is_equal:
            return (
                f"Computed again from what had been read by then: all {len(self.checks)} values "
                "are equal to the last digit."
            )
        return f"{len(self.differing)} of {len(self.checks)} values differ."


async def verify_insight(
    database: Database, *, user_id: UUID, brand_id: UUID, insight_id: UUID, now: datetime
) -> Verification:
    """Compute an insight again.

    Raises NotFoundError when it is not the person's, InputError when Aura did not write it.
    """
    insight = await one_insight(
        database, user_id=user_id, brand_id=brand_id, insight_id=insight_id, now=now
    )
    told = insight.related_data
    try:
        as_of = datetime.fromisoformat(told["as_of"])
        run_day = date.fromisoformat(told["run_day"])
    except (KeyError, TypeError, ValueError):
        raise InputError(
            "This insight does not say of which moment it is, so it cannot be computed again."
        ) from None
    async with database.as_user(user_id) as connection:
        history, _ = await read_history(connection, brand_id=brand_id, as_of=as_of)
    with_budget = insight.insight_type == "budget_recommendation"
    stood = [(kind, platform, entity) for kind, platform, entity in told.get("standing", ())]
    found = examine(history, run_day, standing=stood, with_budget=with_budget).findings
    same = next((one for one in found if _is_same(one, insight.insight_type, told)), None)
    checks = () if same is None else tuple(_checks(told, same.details))
    return Verification(insight_id, insight.title, as_of, run_day, checks)


def _is_same(finding: Finding, insight_type: str, told: Mapping[str, Any]) -> bool:
    scope = told.get("scope", {})
    return finding.key == (insight_type, scope.get("platform"), scope.get("entity_id"))


def _checks(stored: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Check]:
    told = dict(_leaves("", stored))
    again = dict(_leaves("", found))
    # a column of the chart that only another version draws has nothing to be compared with
    alone = set(stored.get("series") or {}) ^ set(found.get("series") or {})
    for path in dict.fromkeys([*told, *again]):
        part, _, column = path.partition(".")
        if part in _APART or (part == "series" and column.partition(".")[0] in alone):
            continue
        yield Check(path, told.get(path), again.get(path))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(f"{path}.{key}" if path else str(key), part)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _leaves(f"{path}.{number}", part)
    else:
        yield path, value
