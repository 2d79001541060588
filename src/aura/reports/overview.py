"""The overview of a brand: eight figures, a daily series, a line for each platform, freshness.

In: a person, one of their brands, a range of days. Out: Overview, exact and without any HTML, the
same for the page, the API and the shell. The decisions: what does not depend on each other is
asked in one round trip, in one transaction; totals are added by the database and never from what a
chart shows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from uuid import UUID

from aura.metrics import CATALOGUE, Metric
from aura.model import PLATFORM_NAMES, DayRange, Platform
from aura.reports.arriving import arriving
from aura.reports.comparisons import Comparison, usual_comparison
from aura.reports.currency import Conversion, brand_conversion
from aura.reports.day_figures import DayFigures, day_figures
from aura.reports.figures import Figure, Side, figure
from aura.reports.freshness import Source, source_of
from aura.reports.periods import brand_zone
from aura.reports.stated import NOTHING_STATED, Stated, read_stated
from aura.reports.zones import Mismatch, mismatches
from aura.store.database import Connection, Database
from aura.store.reports import (
    BrandRow,
    RangeRows,
    SourceRow,
    brand,
    sources,
    totals_and_days,
)

TILES: tuple[str, ...] = (
    "revenue",
    "orders",
    "new_customers",
    "ad_spend",
    "mer",
    "cac",
    "cpa",
    "aov",
)
# shown below the eight once the brand has stated what they need
PROFIT: tuple[str, ...] = ("contribution_margin", "net_profit", "mer_all_spend", "break_even_roas")
# columns of the platform table: what the store states, what a platform claims, what both give
COLUMNS: tuple[str, ...] = ("value", "purchases", "ad_spend", "cost", "return", "clicks", "ctr")
_STORE_COLUMNS = ("revenue", "orders", None, None, None, None, None)
_AD_COLUMNS = (
    "conversion_value",
    "conversions",
    "ad_spend",
    "platform_cpa",
    "platform_roas",
    "clicks",
    "ctr",
)
_BLENDED_COLUMNS = ("revenue", "orders", "ad_spend", "cpa", "mer", "clicks", "ctr")


@dataclass(frozen=True, slots=True)
class PlatformLine:
    """A line of the platform table; `platform` is None for all together. Figures as in COLUMNS."""

    platform: Platform | None
    name: str
    figures: tuple[Figure | None, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the Overview page states.

    Attributes:
        now: the moment of the report, in the brand's time zone.
        comparison: what the range is compared with, and `previous` its days; None for nothing.
        figures: the figures that were asked for, the eight of TILES unless others were.
        series: every day of the range, oldest first; `previous_series` of the other one.
        platforms: a line for each source, and one for all together when there are several.
    """

    brand: BrandRow
    days: DayRange
    comparison: Comparison
    now: datetime
    figures: tuple[Figure, ...]
    series: tuple[DayFigures, ...]
    previous_series: tuple[DayFigures, ...]
    platforms: tuple[PlatformLine, ...]
    sources: tuple[Source, ...]
    sides: tuple[Side, Side | None]

    @property
    def previous(self) -> DayRange | None:
        """The days that the range is compared with."""
        return self.comparison.days

    @property
    def zones(self) -> tuple[Mismatch, ...]:
        """Sources whose days begin at another moment than the shop's."""
        return mismatches(self.sources, self.brand.timezone, self.days)

    @property
    def has_data(self) -> bool:
        """Whether any source has ever been read."""
        return any(source.last_day is not None for source in self.sources)

    @property
    def is_blank(self) -> bool:
        """Whether no source was read for any day of the range."""
        return not any(source.has_days_in(self.days) for source in self.sources)

    @property
    def last_day_with_data(self) -> date | None:
        """The latest day that any source was read for."""
        return max((s.last_day for s in self.sources if s.last_day), default=None)

    def figure(self, key: str) -> Figure:
        """The figure of a metric, one of the eight or another of the catalogue."""
        known = next((figure for figure in self.figures if figure.metric.key == key), None)
        return known or figure(CATALOGUE[key], *self.sides, self.sources, self.brand.currency)


async def overview(
    database: Database,
    *,
    user_id: UUID,
    brand_id: UUID,
    days: DayRange,
    now: datetime,
    comparison: Comparison | None = None,
    metrics: Sequence[str] = TILES,
    as_of: datetime | None = None,
) -> Overview:
    """The brand's overview for the range: these metrics' figures, and days with all their parts.

    With `as_of`, from nothing that was read later; what the brand states is as it stands now.
    NotFoundError for a brand that is not the person's.
    """
    async with database.as_user(user_id) as connection:
        known = await brand(connection, brand_id)
        async with connection.pipeline():
            return await read_overview(
                connection,
                known,
                days=days,
                now=now,
                comparison=comparison,
                metrics=metrics,
                as_of=as_of,
            )


async def read_overview(
    connection: Connection,
    known: BrandRow,
    *,
    days: DayRange,
    now: datetime,
    comparison: Comparison | None = None,
    metrics: Sequence[str] = TILES,
    as_of: datetime | None = None,
) -> Overview:
    """The same within a transaction as the person; one round trip inside a pipeline."""
    compared = comparison or usual_comparison(days)
    ranges = [one for one in (days, compared.days) if one]
    source_rows, (rows, conversion), stated = await asyncio.gather(
        sources(connection, known.id, as_of=as_of),
        converted_rows(connection, known, days, compared.days, as_of=as_of),
        read_stated(connection, brand_id=known.id, currency=known.currency, ranges=ranges),
    )
    return overview_of(
        known,
        source_rows,
        rows,
        days=days,
        now=as_of or now,
        comparison=compared,
        conversion=conversion,
        stated=stated,
        metrics=metrics,
    )


async def converted_rows(
    connection: Connection,
    known: BrandRow,
    days: DayRange,
    previous: DayRange | None,
    *,
    as_of: datetime | None = None,
) -> tuple[RangeRows, Conversion | None]:
    """Sums and days in the brand's currency, and the rates where any row was in another one."""
    rows = partial(
        totals_and_days,
        connection,
        brand_id=known.id,
        days=days,
        previous=previous,
        basis=known.revenue_basis,
        as_of=as_of,
    )
    ranges = await rows()
    conversion = await brand_conversion(
        connection,
        brand_id=known.id,
        currencies=ranges.currencies,
        into=known.currency,
        ranges=[one for one in (days, previous) if one],
    )
    if conversion is not None:
        ranges = await rows(rates=conversion.arrays)
    return ranges, conversion


def overview_of(
    known: BrandRow,
    source_rows: Sequence[SourceRow],
    ranges: RangeRows,
    *,
    days: DayRange,
    now: datetime,
    comparison: Comparison | None = None,
    conversion: Conversion | None = None,
    stated: Stated = NOTHING_STATED,
    metrics: Sequence[str] = TILES,
) -> Overview:
    """The overview from what the store gave; pure."""
    compared = comparison or usual_comparison(days)
    local = now.astimezone(brand_zone(known.timezone))
    states = tuple(
        source_of(row, now=local, timezone=known.timezone, history_from=known.history_complete_from)
        for row in source_rows
    )
    current = Side(days, ranges.current, stated, conversion, arriving(states, ranges.days))
    before = Side(compared.days, ranges.previous, stated, conversion) if compared.days else None
    return Overview(
        brand=known,
        days=days,
        comparison=compared,
        now=local,
        figures=tuple(
            figure(CATALOGUE[key], current, before, states, known.currency) for key in metrics
        ),
        series=day_figures(current, ranges.days, states, known.currency, metrics),
        previous_series=day_figures(before, ranges.previous_days, states, known.currency, metrics)
        if before
        else (),
        platforms=_lines(current, before, states, known.currency),
        sources=states,
        sides=(current, before),
    )


def _lines(
    current: Side, before: Side | None, states: Sequence[Source], currency: str
) -> tuple[PlatformLine, ...]:
    lines = [
        PlatformLine(
            source.platform,
            PLATFORM_NAMES[source.platform],
            _figures(
                _STORE_COLUMNS if source.platform == "shopify" else _AD_COLUMNS,
                _only(current, source.platform),
                _only(before, source.platform) if before else None,
                (source,),
                _own_currency(source, current, currency),
            ),
        )
        for source in states
        if source.is_connected or source.platform in current.totals
    ]
    if len(lines) > 1:
        blended = _figures(_BLENDED_COLUMNS, current, before, states, currency)
        lines.append(PlatformLine(None, "All together", blended))
    return tuple(lines)


def _figures(
    keys: Sequence[str | None],
    current: Side,
    before: Side | None,
    states: Sequence[Source],
    currency: str,
) -> tuple[Figure | None, ...]:
    metrics: list[Metric | None] = [CATALOGUE[key] if key else None for key in keys]
    return tuple(
        figure(metric, current, before, states, currency) if metric else None for metric in metrics
    )


def _only(side: Side, platform: Platform) -> Side:
    return replace(side, totals={key: row for key, row in side.totals.items() if key == platform})


def _own_currency(source: Source, side: Side, currency: str) -> str:
    """What a platform's line is written in: the brand's currency, its own without a rate."""
    totals = side.totals.get(source.platform)
    found = totals.currencies if totals else source.currencies
    return found[0] if len(found) == 1 and totals else currency
