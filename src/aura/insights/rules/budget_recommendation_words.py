"""The words of budget_recommendation: title, description, steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from aura.insights.finding import ActionItem, Impact, Json
from aura.insights.wording import change, money, money_pair, per_cent, platform_words

_SHOWN: Final = 2
_NAME_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class BudgetStory:
    """What there is to tell; `gain` is (expected, low, high) as a share of attributed value."""

    mode: str
    rows: tuple[Json, ...]
    gain: tuple[float, ...]
    impact: Impact
    known: float

    @property
    def moving(self) -> tuple[Json, ...]:
        """The campaigns whose budget changes."""
        return tuple(row for row in self.rows if abs(row["change"]) >= 0.01)


def certainty(probability: float) -> str:
    """A probability in a word or two."""
    if probability >= 0.97:
        return "very likely"
    return "likely" if probability >= 0.8 else "possible"


def _name(row: Json) -> str:
    name = str(row["name"])
    return name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 1] + "…"


def title(story: BudgetStory) -> str:
    """What, and what for; at most 255 characters."""
    if story.mode == "test":
        up = max(story.rows, key=lambda row: row["change"])
        return (
            f"Budgets never moved enough to know better: test {change(1 + up['change'])} on "
            f"'{_name(up)}' for two weeks"
        )
    gain = money(story.impact.amount, story.impact.currency)
    return (
        f"The same budget, divided otherwise: about {change(1 + story.gain[0])} attributed value "
        f"({gain} in {story.impact.days} days)"
    )


def description(story: BudgetStory) -> str:
    """The case in plain sentences."""
    if story.mode == "test":
        return (
            "What a campaign brings for the next unit of money can only be seen where its budget "
            "moved beside the others', and here it hardly did, so no shift is recommended. A small "
            "step on purpose, with the total unchanged, shows within two weeks what more money "
            "does: keep everything else as it is meanwhile."
        )
    low, high = change(1 + story.gain[1]), change(1 + story.gain[2])
    return (
        "The last unit of money does not bring the same everywhere. With the total unchanged and "
        "no budget moved by more than 30 %, the campaigns together would bring about "
        f"{change(1 + story.gain[0])} attributed conversion value; with 80 % probability between "
        f"{low} and {high}. It rests on how each campaign answered when its spend moved beside "
        f"its siblings' ({per_cent(story.known)} of the doubt about that is settled), not on "
        "average returns, and counts what the platforms attribute."
    )


def steps(story: BudgetStory, check_on: date) -> tuple[ActionItem, ...]:
    """The largest changes, one a campaign."""
    code = "test_budget" if story.mode == "test" else "move_budget"
    found: list[ActionItem] = []
    for row in story.moving[: _SHOWN + 1]:
        before, after = money_pair(
            float(row["from_daily"]), float(row["to_daily"]), story.impact.currency
        )
        found.append(
            ActionItem(
                code,
                f"{platform_words(row['platform'])}: '{_name(row)}', {before} to {after} a day.",
                _name(row),
                _expected(story),
                reversible=True,
                check_on=check_on,
            )
        )
    return tuple(found)


def _expected(story: BudgetStory) -> str:
    if story.mode == "test":
        return "After two weeks its answer to money is known well enough to decide."
    return f"With the other steps {change(1 + story.gain[0])} attributed value at the same total."
