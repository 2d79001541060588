"""Cohorts: customers by the month of their first order, and what became of them since.

In: a person and one of their brands. Out: CohortReport, the same for page, API, shell and CSV. The
decisions: months are the shop's calendar months; a customer is known as new customers are counted,
so the sizes add up to them; revenue is after returns, each in the month in which it happened; a
month that is not over is marked, one that has not begun is blank, and neither is compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from aura.errors import InputError
from aura.model import AD_PLATFORMS, DayRange
from aura.reports.cohort_table import (
    COHORT_METRICS,
    Cell,
    Cohort,
    CohortMetric,
    cohorts_of,
    last_day_of,
    together,
    with_payback,
)
from aura.reports.contribution import monthly_rates
from aura.reports.currency import brand_conversion
from aura.reports.freshness import Source, source_of
from aura.reports.periods import brand_zone
from aura.reports.present import count, day_range, day_with_year
from aura.store import cohorts as store
from aura.store.cohorts import CohortMonth, MonthSpend, Unplaced
from aura.store.database import Connection, Database
from aura.store.entities import place_of
from aura.store.ledger import history
from aura.store.reports import NO_RATES, BrandRow, SourceRow, brand, sources

MONTHS: Final[tuple[int, ...]] = (6, 12, 24, 36)
DEFAULT_MONTHS: Final = 12
NO_MARGIN: Final = "Costs are not stated for every month"


@dataclass(frozen=True, slots=True)
class CohortReport:
    """Everything that the Cohorts page states.

    Attributes:
        currency: the store's, in which every amount is.
        through: the last day that was read after it was over.
        cohorts: oldest first; empty with `problem`, which says why and what to do.
        together: for each age, all cohorts that have passed it, as one.
        notes: what bears on how the figures are read.
    """

    brand: BrandRow
    now: datetime
    currency: str
    through: date | None
    cohorts: tuple[Cohort, ...]
    together: tuple[Cell, ...]
    contribution_reason: str | None
    problem: str | None
    notes: tuple[str, ...]
    source: Source | None

    @property
    def size(self) -> int:
        """All customers of the cohorts."""
        return sum(one.size for one in self.cohorts)

    @property
    def longest(self) -> int:
        """How many ages the oldest cohort has."""
        return max((len(one.cells) for one in self.cohorts), default=0)


@dataclass(frozen=True, slots=True)
class _Read:
    """What the database says, in one transaction."""

    brand: BrandRow
    sources: Sequence[SourceRow]
    known_from: date | None
    months: Sequence[CohortMonth]
    unplaced: Unplaced
    spent: Sequence[MonthSpend]
    rates: Mapping[date, Decimal] = field(default_factory=dict)
    lacks_rates: str | None = None


def months_of(query: Mapping[str, str]) -> int:
    """How many cohorts an address asks for; InputError for another number."""
    text = query.get("months", "").strip() or str(DEFAULT_MONTHS)
    if text not in {str(number) for number in MONTHS}:
        raise InputError(f"Cohorts are shown for the last {', '.join(map(str, MONTHS))} months.")
    return int(text)


def cohort_metric_of(query: Mapping[str, str]) -> CohortMetric:
    """The metric that an address asks for; InputError for one that does not exist."""
    key = query.get("metric", "").strip() or "ltv"
    if key not in COHORT_METRICS:
        raise InputError(f"The metric is one of {', '.join(COHORT_METRICS)}.")
    return COHORT_METRICS[key]


async def cohorts(
    database: Database, *, user_id: UUID, brand_id: UUID, months: int, now: datetime
) -> CohortReport:
    """The last `months` cohorts. NotFoundError for a brand that is not the person's."""
    async with database.as_user(user_id) as connection:
        read = await _read(connection, brand_id)
    known = read.brand
    local = now.astimezone(brand_zone(known.timezone))
    complete_from = known.history_complete_from
    states = tuple(
        source_of(row, now=local, timezone=known.timezone, history_from=complete_from)
        for row in read.sources
    )
    shop = next((one for one in states if one.platform == "shopify"), None)
    currency = (shop.currencies[0] if shop and shop.currencies else "") or known.currency
    through = None if shop is None else shop.through
    first = _first_month(read.known_from, is_complete=complete_from is not None)
    made: list[Cohort] = []
    if through is not None and first is not None:
        found = cohorts_of(read.months, first=first, through=through, rates=read.rates)[-months:]
        made = [_costed(one, read, states, currency) for one in found]
    lacks = any(cell.values["contribution"] is None for one in made for cell in one.cells)
    return CohortReport(
        brand=known,
        now=local,
        currency=currency,
        through=through,
        cohorts=tuple(made),
        together=together(made),
        contribution_reason=(read.lacks_rates or NO_MARGIN) if lacks else None,
        problem=None if made else _problem(shop, read.known_from, through),
        notes=_notes(read, shop, through),
        source=shop,
    )


async def _read(connection: Connection, brand_id: UUID) -> _Read:
    known = await brand(connection, brand_id)
    rows = await sources(connection, brand_id)
    shop = next((row for row in rows if row.platform == "shopify"), None)
    known_from = None
    if shop is not None:
        place = await place_of(connection, brand_id=brand_id, integration_id=shop.integration_id)
        known_from = (await history(connection, place)).new_customers_from
    if known_from is None:
        return _Read(known, rows, None, (), Unplaced(0, 0, Decimal(0)), ())
    months, unplaced = await store.cohort_months(connection, brand_id, known.revenue_basis)
    if shop is None or (shop.known_through is None and shop.file_last_day is None):
        return _Read(known, rows, known_from, months, unplaced, ())
    days = _known_days(shop, known_from)
    currency = (shop.currencies or (known.currency,))[0]
    conversion = await brand_conversion(
        connection,
        brand_id=brand_id,
        currencies={money for row in rows for money in row.currencies},
        into=currency,
        ranges=[days],
    )
    arrays = NO_RATES if conversion is None else conversion.arrays
    spent = await store.spend_by_month(connection, brand_id, days.first, arrays)
    rates = await monthly_rates(connection, known, days, currency)
    return _Read(known, rows, known_from, months, unplaced, spent, *rates)


def _known_days(shop: SourceRow, known_from: date) -> DayRange:
    """From the first month of the cohorts to the last day of the store that was read."""
    last = max(day for day in (shop.known_through, shop.file_last_day) if day is not None)
    return DayRange(min(known_from, last).replace(day=1), last)


def _first_month(known_from: date | None, *, is_complete: bool) -> date | None:
    """The first month whose new customers are all known: the shop's own first one always is."""
    if known_from is None:
        return None
    if is_complete or known_from.day == 1:
        return known_from.replace(day=1)
    return last_day_of(known_from) + timedelta(days=1)


def _costed(cohort: Cohort, read: _Read, states: Sequence[Source], currency: str) -> Cohort:
    """The cohort with its CAC, or why there is none, and when it was earned back."""
    used = [one for one in states if one.platform in AD_PLATFORMS and one.last_day is not None]
    month = DayRange(cohort.month, last_day_of(cohort.month))
    rows = [row for row in read.spent if row.month == cohort.month]
    lacking = next((one for one in used if one.covers(month) != month), None)
    foreign = next((row for row in rows if row.currencies != (currency,)), None)
    reason = None
    if not used:
        reason = "No ad account is connected"
    elif cohort.is_open:
        reason = "The month is not over"
    elif lacking is not None:
        reason = f"{lacking.name} was not read for the whole month"
    elif foreign is not None:
        reason = f"Ad spend is in {' and '.join(foreign.currencies)}, the store in {currency}"
    elif not cohort.size:
        reason = "No new customers in the month"
    if reason is not None:
        return with_payback(cohort, None, reason)
    total = sum((row.ad_spend or Decimal(0) for row in rows), Decimal(0))
    return with_payback(cohort, total / cohort.size, None)


def _problem(shop: Source | None, known_from: date | None, through: date | None) -> str:
    if shop is None:
        return "No store is connected: connect Shopify, or import an orders export."
    if through is None:
        return "The store has not been read yet. Cohorts appear with its first orders."
    if known_from is None:
        return (
            "The store's history is still being read. Until all of it is known, every customer of "
            "its first days would look new."
        )
    return (
        f"New customers are known from {day_with_year(known_from)} on, a year after the first "
        "known order, and no whole month has passed since. With all orders of the store, from its "
        "first day on, cohorts go back to the beginning: connect Shopify with its whole history, "
        "or import a complete orders export."
    )


def _notes(read: _Read, shop: Source | None, through: date | None) -> tuple[str, ...]:
    notes = [
        f"Nothing is known of {day_range(gap, with_year=True)}: orders of these days are missing, "
        "and who bought first then stands in a later month or in none."
        for gap in (() if shop is None else shop.gaps)
    ]
    if read.known_from is not None and read.brand.history_complete_from is None:
        notes.append(
            "Orders are not known from the store's first day on. Somebody who last ordered before "
            "the known ones begin counts as new, so cohorts start a year later, on "
            f"{day_with_year(read.known_from)}, and may be too large."
        )
    nobodys = read.unplaced.orders - read.unplaced.orders_of_redacted
    if nobodys:
        notes.append(
            f"{_orders(nobodys)} without a customer and without an e-mail address, such as at a "
            "till, belong to no cohort."
        )
    if read.unplaced.orders_of_redacted:
        notes.append(
            f"{_orders(read.unplaced.orders_of_redacted)} that were redacted, or whose "
            "customer's first one was, belong to no cohort."
        )
    if through is not None and read.months:
        notes.append(
            f"Read through {day_with_year(through)}. A month that is not over says so and is left "
            "out of the line for all cohorts."
        )
    return tuple(notes)


def _orders(number: int) -> str:
    return f"{count(Decimal(number))} order{'' if number == 1 else 's'}"
