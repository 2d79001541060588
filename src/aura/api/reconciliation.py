"""What the store's own reports said of the stored days."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from aura.api.answers import Days
from aura.api.asking import BrandId, Caller, PartsPart, uuid_of
from aura.reports.reconcile import Reconciliation, last_reconciliation
from aura.store import reports

routes = APIRouter()


class DifferenceAnswer(BaseModel):
    """One figure of one day of which the store's own reports say something else."""

    date: date
    figure: str
    stored: Decimal
    reported: Decimal


class ReconciliationAnswer(BaseModel):
    """The last comparison with the store's own reports; `state` is `unknown` before the first.

    `differences` holds the newest differing days; `differing_days` counts all of them.
    """

    state: Literal["unknown", "same", "differs", "not_compared"] = "unknown"
    sentence: str | None = None
    checked_at: datetime | None = None
    days: Days | None = None
    differing_days: int = 0
    differences: list[DifferenceAnswer] = []

    @classmethod
    def of(cls, found: Reconciliation, currency: str) -> ReconciliationAnswer:
        """From the report."""
        days = found.days
        return cls(
            state=found.state,
            sentence=found.sentence(currency),
            checked_at=found.checked_at,
            days=None if days is None else Days(first=days.first, last=days.last),
            differing_days=found.differing_days,
            differences=[
                DifferenceAnswer(
                    date=one.date, figure=one.figure, stored=one.stored, reported=one.reported
                )
                for one in found.differences
            ],
        )


@routes.get("/brands/{brand_id}/reconciliation")
async def brand_reconciliation(
    parts: PartsPart, person: Caller, brand_id: BrandId
) -> ReconciliationAnswer:
    """What the store's own reports said of the last days, when it was last compared."""
    wanted = uuid_of(brand_id)
    async with parts.database.as_user(person.id) as connection:
        await reports.brand(connection, wanted)
    found = await last_reconciliation(parts.database, user_id=person.id, brand_id=wanted)
    return ReconciliationAnswer() if found is None else ReconciliationAnswer.of(*found)
