"""Words and addresses around figures: heads that an address sorts, formulas, and what to state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aura.metrics import CATALOGUE, Metric
from aura.reports.figures import Figure
from aura.reports.questions import NAME, Question


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: where a click leads, and how the column is sorted now (for aria-sort)."""

    label: str
    tooltip: str
    address: str
    state: str

    @property
    def arrow(self) -> str:
        """The direction, for people who see."""
        return {"ascending": "▲", "descending": "▼"}.get(self.state, "")


def heads_of(
    name: str, columns: Sequence[str], question: Question, address: Callable[[str], str]
) -> list[Head]:
    """The head of the names' column, called `name`, and of each metric's.

    `address` makes a link of a question's query.
    """
    return [
        _head(key, name, question, address(question.sorted_by(key))) for key in (NAME, *columns)
    ]


def _head(key: str, name: str, question: Question, address: str) -> Head:
    state = ""
    if question.sort == key:
        state = "descending" if question.descending else "ascending"
    metric = CATALOGUE.get(key)
    return Head(
        label=metric.label if metric else name,
        tooltip=f"{metric.tooltip} {formula_in_words(metric)}." if metric else "By name",
        address=address,
        state=state,
    )


def formula_in_words(metric: Metric) -> str:
    """The formula with the names that people see: Ad spend ÷ orders."""
    text = metric.formula
    # the longest first: `conversions` stands within no other name then
    for key in sorted(metric.parts, key=len, reverse=True):
        text = text.replace(key, CATALOGUE[key].label.lower())
    return text[0].upper() + text[1:]


def remedy(figure: Figure) -> str | None:
    """The part of the page Settings that would make the figure known; None where none would."""
    reason = figure.reason or ""
    if figure.is_unstated:
        return "spend" if reason.startswith("Other spend") else "costs"
    return "rate" if figure.wants == "rate" else None


def remedy_page(figure: Figure) -> str | None:
    """Where below the brand's address an unknown figure can be made known; None for nowhere."""
    part = remedy(figure)
    if part is not None:
        return f"settings#{part}"
    return "connections" if figure.wants == "source" else None
