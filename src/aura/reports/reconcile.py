"""Does the store's own report say the same? Day by day, to the cent, and in one sentence.

In: a shop's days as stored and as its reports have them. Out: what differs, in a form that can be
kept beside the connection, and words for it. Nothing here changes a number: which of the two is
right is for a person to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

from aura.model import DayRange, SalesDay
from aura.reports.present import count, day, money_exact
from aura.store import reconciliation as store
from aura.store.database import Database

# by the field of a day: what people call it; the parts come first, their sums last
FIGURES: Final[dict[str, str]] = {
    "orders": "orders",
    "gross_sales": "gross sales",
    "discounts": "discounts",
    "returns": "returns",
    "shipping": "shipping",
    "taxes": "taxes",
    "net_sales": "net sales",
    "total_sales": "total sales",
}
_SUMS: Final = frozenset({"net_sales", "total_sales"})
# the newest differing days are kept in full, should more be compared one day
KEPT_DAYS: Final = 35
_HALF_A_CENT: Final = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of one day that is not the same."""

    date: date
    figure: str
    stored: Decimal
    reported: Decimal


@dataclass(frozen=True, slots=True)
class DayTotal:
    """Total sales of one day on both sides, when they were compared."""

    date: date
    stored: Decimal
    reported: Decimal


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What came of one comparison.

    Attributes:
        days: the days that were compared; None when they could not be.
        differing_days: how many of them differ in any figure.
        differences: figure by figure, of the newest differing days.
        totals: every compared day, oldest first.
        problem: why nothing could be compared, in plain words.
    """

    checked_at: datetime
    days: DayRange | None = None
    differing_days: int = 0
    differences: tuple[Difference, ...] = ()
    problem: str | None = None
    totals: tuple[DayTotal, ...] = ()

    @property
    def state(self) -> Literal["same", "differs", "not_compared"]:
        """The outcome in a word."""
        if self.days is None:
            return "not_compared"
        return "differs" if self.differing_days else "same"

    @property
    def is_same(self) -> bool:
        """Whether both said the same of every day."""
        return self.state == "same"

    def sentence(self, currency: str) -> str:
        """The outcome in one line."""
        if self.days is None:
            return f"Not compared with Shopify Analytics. {self.problem or ''}".rstrip()
        total = len(self.days)
        same = f"Shopify Analytics says the same for {total - self.differing_days} of {total} days"
        if self.is_same:
            return f"{same}, through {day(self.days.last)}."
        newest = max(one.date for one in self.differences)
        told = [one for one in self.differences if one.date == newest]
        return f"{same}. On {day(newest)} it says {_told(told, currency)}."

    def document(self) -> dict[str, Any]:
        """The form that is kept: days and exact digits as text."""
        return {
            "checked_at": self.checked_at.isoformat(),
            "first": None if self.days is None else self.days.first.isoformat(),
            "last": None if self.days is None else self.days.last.isoformat(),
            "differing_days": self.differing_days,
            "differences": [
                [one.date.isoformat(), one.figure, format(one.stored, "f"), f"{one.reported:f}"]
                for one in self.differences
            ],
            "totals": [
                [one.date.isoformat(), format(one.stored, "f"), format(one.reported, "f")]
                for one in self.totals
            ],
            "problem": self.problem,
        }


def _told(differences: Sequence[Difference], currency: str) -> str:
    """A$ 12.30 less total sales (returns)."""
    by_figure = {one.figure: one for one in differences}
    chosen = by_figure.get("total_sales") or differences[0]
    gap = chosen.reported - chosen.stored
    size = abs(gap)
    shown = count(size) if chosen.figure == "orders" else money_exact(size, currency)
    words = f"{shown} {'more' if gap > 0 else 'less'} {FIGURES[chosen.figure]}"
    parts = [
        FIGURES[name]
        for name in FIGURES
        if name in by_figure and name not in _SUMS and name != chosen.figure
    ]
    return f"{words} ({', '.join(parts)})" if parts else words


def compare(
    stored: Sequence[SalesDay], reported: Sequence[SalesDay], *, checked_at: datetime
) -> Reconciliation:
    """Both sides day by day, to the cent. They hold the same days, oldest first, at least one."""
    found: dict[date, list[Difference]] = {}
    for ours, theirs in zip(stored, reported, strict=True):
        if ours.date != theirs.date:
            raise ValueError(f"{ours.date} cannot be compared with {theirs.date}")
        for figure in FIGURES:
            left, right = getattr(ours, figure), getattr(theirs, figure)
            if abs(left - right) >= _HALF_A_CENT:
                difference = Difference(ours.date, figure, left, right)
                found.setdefault(ours.date, []).append(difference)
    newest = sorted(found)[-KEPT_DAYS:]
    return Reconciliation(
        checked_at=checked_at,
        days=DayRange(stored[0].date, stored[-1].date),
        differing_days=len(found),
        differences=tuple(one for each in newest for one in found[each]),
        totals=tuple(
            DayTotal(ours.date, ours.total_sales, theirs.total_sales)
            for ours, theirs in zip(stored, reported, strict=True)
        ),
    )


def reconciliation_of(document: dict[str, Any]) -> Reconciliation:
    """What was kept."""
    ends = [document["first"], document["last"]]
    return Reconciliation(
        checked_at=datetime.fromisoformat(document["checked_at"]),
        days=DayRange(*map(date.fromisoformat, ends)) if all(ends) else None,
        differing_days=document["differing_days"],
        differences=tuple(
            Difference(date.fromisoformat(each), figure, Decimal(stored), Decimal(reported))
            for each, figure, stored, reported in document["differences"]
        ),
        problem=document["problem"],
        # what was kept before every day was
        totals=tuple(
            DayTotal(date.fromisoformat(each), Decimal(stored), Decimal(reported))
            for each, stored, reported in document.get("totals", ())
        ),
    )


def said_of(kept: tuple[dict[str, Any], str] | None) -> str:
    """The outcome in one line, empty before the first comparison."""
    return "" if kept is None else reconciliation_of(kept[0]).sentence(kept[1])


async def last_reconciliation(
    database: Database, *, user_id: UUID, brand_id: UUID
) -> tuple[Reconciliation, str] | None:
    """What came of a brand's last comparison and the currency of its amounts; None without one."""
    async with database.as_user(user_id) as connection:
        kept = await store.kept(connection, brand_id)
    if kept is None:
        return None
    document, currency = kept
    return reconciliation_of(document), currency
