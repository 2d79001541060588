"""The record: of all that was said, how much held once every conversion had arrived.

In go a brand's insights with their outcomes, out comes Record. The decision: an insight held when
the days that it was about, looked at two weeks later with all their conversions, were still off by
what it claimed at least; whether it then recovered is another question and counted beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from aura.store import reports
from aura.store.database import Database
from aura.store.insight_answers import ToldRow, told_rows

# what insights claim at least: a change by 15 %, of the conversions (or value) for what was put in
CLAIMED: Final = 1.15
_BUDGET: Final = "budget_recommendation"
_GOOD: Final = "high_performer"


@dataclass(frozen=True, slots=True)
class Record:
    """How a brand's insights turned out.

    Attributes:
        said: all insights but those on budgets; waiting: those of them not two weeks old yet.
        held, not_held, unclear: of those that were judged.
        recovered, persisted: of those that held; good news that went on counts as persisted.
        advised, followed: budget recommendations that were judged, and those that were followed.
    """

    said: int
    waiting: int
    held: int
    not_held: int
    unclear: int
    recovered: int
    persisted: int
    advised: int
    followed: int

    @property
    def judged(self) -> int:
        """How many are old enough."""
        return self.said - self.waiting

    @property
    def sentence(self) -> str:
        """For people."""
        if not self.said and not self.advised:
            return "Nothing was said yet that could be judged."
        if not self.judged:
            told = "1 insight was" if self.said == 1 else f"{self.said} insights were"
            text = f"{told} said so far; none is two weeks old, so none is judged yet."
        else:
            told = "1 insight" if self.judged == 1 else f"{self.judged} insights"
            text = (
                f"Of {told} judged two weeks later, {self.held} held once every conversion had "
                f"arrived, {self.not_held} did not, {self.unclear} had too few conversions to "
                f"tell. Of those that held, {self.recovered} recovered and {self.persisted} "
                "went on."
            )
            if self.waiting:
                text += f" {self.waiting} more wait for their two weeks."
        if self.advised:
            text += f" Budgets then moved as advised in {self.followed} of {self.advised} cases."
        return text


async def brand_record(database: Database, *, user_id: UUID, brand_id: UUID) -> Record:
    """The record of a brand. NotFoundError when it is not the person's."""
    async with database.as_user(user_id) as connection:
        await reports.brand(connection, brand_id)
        told = await told_rows(connection, brand_id=brand_id)
    return record_of(told)


def record_of(told: Sequence[ToldRow]) -> Record:
    """The same from the rows; pure. The first outcome judges the claim, the newest what became."""
    claims = [one for one in told if one.finding_type != _BUDGET]
    judged = [one for one in claims if one.outcomes]
    held = [(one, holds(one.finding_type, _first(one.outcomes))) for one in judged]
    ends = [str(_last(one.outcomes).get("state")) for one, is_true in held if is_true]
    budgets = [_last(one.outcomes) for one in told if one.finding_type == _BUDGET and one.outcomes]
    return Record(
        said=len(claims),
        waiting=len(claims) - len(judged),
        held=sum(is_true is True for _, is_true in held),
        not_held=sum(is_true is False for _, is_true in held),
        unclear=sum(is_true is None for _, is_true in held),
        recovered=sum(state in {"recovered", "faded"} for state in ends),
        persisted=sum(state in {"persisted", "kept"} for state in ends),
        advised=len(budgets),
        followed=sum(one.get("state") == "followed" for one in budgets),
    )


def holds(finding_type: str, outcome: Mapping[str, Any]) -> bool | None:
    """Whether an insight's claim held; None where there was too little to tell.

    `then` is what came for what was put in on the insight's own days, over the usual.
    """
    if outcome.get("state") in {None, "unclear"} or "then" not in outcome:
        return None
    then = outcome["then"]
    if then is None:
        # nothing came at all
        return finding_type != _GOOD
    ratio = float(then)
    return ratio >= CLAIMED if finding_type == _GOOD else ratio <= 1.0 / CLAIMED


def _first(outcomes: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = outcomes[min(outcomes, key=int)]
    return found


def _last(outcomes: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = outcomes[max(outcomes, key=int)]
    return found
