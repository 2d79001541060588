"""Documents that several nouns share: decimals as exact strings, ISO days, null for unknown.

What one noun alone answers stands in its own module.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.config import JsonDict

from aura.model import DayRange
from aura.reports.currency import Converted
from aura.reports.figures import Figure
from aura.reports.freshness import Source
from aura.store.reports import BrandRow

# described as one of the catalogue's keys, which may grow
METRIC_KEY: Final[JsonDict] = {"format": "metric-key"}
MetricKey = Annotated[str, Field(json_schema_extra=METRIC_KEY)]


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

    @classmethod
    def of(cls, days: DayRange) -> Days:
        """From a range."""
        return cls(first=days.first, last=days.last)


class ConvertedAnswer(BaseModel):
    """Amounts that were converted: the rates' span over the days, and where they are from.

    `last_known` is the day whose rate stands for all later days; null when each day has its own.
    """

    currency: str
    into: str
    lowest_rate: Decimal
    highest_rate: Decimal
    sources: list[str]
    known_from: date
    known_to: date
    last_known: date | None
    sentence: str

    @classmethod
    def of(cls, one: Converted) -> ConvertedAnswer:
        """From the report's."""
        return cls(
            currency=one.currency,
            into=one.into,
            lowest_rate=one.low,
            highest_rate=one.high,
            sources=list(one.sources),
            known_from=one.known_from,
            known_to=one.known_to,
            last_known=one.last_known,
            sentence=one.sentence,
        )


class ChangeAnswer(BaseModel):
    """`amount` is a fraction of the previous value, or a difference of rates if `in_points`."""

    kind: str
    amount: Decimal | None
    in_points: bool
    tone: str


class FigureAnswer(BaseModel):
    """A metric over the range. Where `value` is null, `reason` says why; likewise `previous`.

    No source restates a day up to `complete_through`; `still_expected` is the share (0 to 1) of
    the range's conversions that is yet to arrive, null where that is not known.
    `estimate` says by which rule a value is estimated; null for one that is exact.
    """

    key: MetricKey
    label: str
    unit: str
    formula: str
    formula_version: int
    currency: str
    value: Decimal | None
    reason: str | None
    note: str | None
    estimate: str | None
    previous: Decimal | None
    previous_reason: str | None
    change: ChangeAnswer
    sources: list[str]
    is_settled: bool
    complete_through: date | None
    read_at: datetime | None
    still_expected: Decimal | None
    converted: list[ConvertedAnswer]

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
            estimate=figure.estimate,
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
            complete_through=figure.complete_through,
            read_at=figure.read_at,
            still_expected=figure.still_expected,
            converted=[ConvertedAnswer.of(one) for one in figure.converted],
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
