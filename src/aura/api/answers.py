"""Documents that several nouns share: decimals as exact strings, ISO days, null for unknown.

What one noun alone answers stands in its own module.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from aura.reports.figures import Figure
from aura.reports.freshness import Source
from aura.store.reports import BrandRow


class BrandAnswer(BaseModel):
    """A brand of the person who asks."""

    id: UUID
    name: str
    currency: str
    timezone: str
    is_sample: bool

    @classmethod
    def of(cls, brand: BrandRow) -> BrandAnswer:
        """From the store's row."""
        return cls(
            id=brand.id,
            name=brand.name,
            currency=brand.currency,
            timezone=brand.timezone,
            is_sample=brand.is_sample,
        )


class Days(BaseModel):
    """Days from `first` to `last`, both included."""

    first: date
    last: date


class ChangeAnswer(BaseModel):
    """`amount` is a fraction of the previous value, or a difference of rates if `in_points`."""

    kind: str
    amount: Decimal | None
    in_points: bool
    tone: str


class FigureAnswer(BaseModel):
    """A metric over the range. Where `value` is null, `reason` says why; likewise `previous`."""

    key: str
    label: str
    unit: str
    formula: str
    formula_version: int
    currency: str
    value: Decimal | None
    reason: str | None
    note: str | None
    previous: Decimal | None
    previous_reason: str | None
    change: ChangeAnswer
    sources: list[str]
    is_settled: bool

    @classmethod
    def of(cls, figure: Figure) -> FigureAnswer:
        """From the report's figure."""
        metric, change = figure.metric, figure.change
        return cls(
            key=metric.key,
            label=metric.label,
            unit=metric.unit,
            formula=metric.formula,
            formula_version=metric.version,
            currency=figure.currency,
            value=figure.value,
            reason=figure.reason,
            note=figure.note,
            previous=figure.previous,
            previous_reason=figure.previous_reason,
            change=ChangeAnswer(
                kind=change.kind,
                amount=change.amount,
                in_points=change.in_points,
                tone=change.tone,
            ),
            sources=list(figure.platforms),
            is_settled=figure.is_settled,
        )


class SourceAnswer(BaseModel):
    """How far a platform was read: at all, after the day was over, and until nothing moves."""

    platform: str
    status: str
    first_day: date | None
    last_day: date | None
    through: date | None
    settled_through: date | None
    read_at: datetime | None

    @classmethod
    def of(cls, source: Source) -> SourceAnswer:
        """From the report's source."""
        return cls(
            platform=source.platform,
            status=source.status,
            first_day=source.first_day,
            last_day=source.last_day,
            through=source.through,
            settled_through=source.settled_through,
            read_at=source.read_at,
        )
