"""What a brand planned for a range: its targets, and the promotions that ran.

In: its statements of the kinds `target` and `promotion`. Out: Plans. The decisions: a target of a
sum is stated for a month and counts by days, so a range has its share of it; of several that hold
on a day the one that began last counts; a range that a day of has no target has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from aura.metrics import Metric
from aura.model import DayRange
from aura.reports.stated import amount_on
from aura.store.brand_entries import Entry, entries
from aura.store.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Promotion:
    """A promotion and its days."""

    name: str
    days: DayRange

    def runs_on(self, days: DayRange) -> bool:
        """Whether it runs on any of the days."""
        return self.days.first <= days.last and days.first <= self.days.last


@dataclass(frozen=True, slots=True)
class Plans:
    """Targets as they were stated, and the promotions of the range, oldest first."""

    targets: tuple[Entry, ...]
    promotions: tuple[Promotion, ...]

    def target(self, metric: Metric, days: DayRange, currency: str) -> Decimal | None:
        """The metric's target for the days; None where a day of them has none."""
        if not any(entry.name == metric.key for entry in self.targets):
            return None
        values = [self._on(metric.key, value, currency) for value in days.days()]
        found = [(entry, value) for entry, value in values if entry is not None]
        if not found or len(found) < len(values):
            return None
        if metric.is_derived:
            return found[-1][0].amount
        return sum((amount_on(entry, value) for entry, value in found), Decimal(0))

    def _on(self, key: str, day: date, currency: str) -> tuple[Entry | None, date]:
        holding = [
            entry
            for entry in self.targets
            if entry.name == key and entry.holds_on(day) and entry.currency in {None, currency}
        ]
        # a month's own target goes before the one for every month
        latest = max(
            holding, key=lambda one: (one.first_day, one.last_day is not None), default=None
        )
        return latest, day


async def plans_of_brand(
    database: Database, *, user_id: UUID, brand_id: UUID, days: DayRange
) -> Plans:
    """What the person's brand planned for the days."""
    async with database.as_user(user_id) as connection:
        return await read_plans(connection, brand_id, days)


async def read_plans(connection: Connection, brand_id: UUID, days: DayRange) -> Plans:
    """The same within a transaction as the person."""
    found = await entries(
        connection,
        brand_id=brand_id,
        kinds=("target", "promotion"),
        first=days.first,
        last=days.last,
    )
    return plans_of(found, days)


def plans_of(found: Sequence[Entry], days: DayRange) -> Plans:
    """The plans in some statements; pure."""
    promotions = [
        Promotion(entry.name, DayRange(entry.first_day, entry.last_day or days.last))
        for entry in found
        if entry.kind == "promotion"
    ]
    return Plans(
        tuple(entry for entry in found if entry.kind == "target"),
        tuple(sorted(promotions, key=lambda one: (one.days.first, one.name))),
    )
