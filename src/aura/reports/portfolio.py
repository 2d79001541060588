"""All brands of a person side by side: the agency's morning look.

In: a person, a number of days and a question (search, order). Out: Portfolio, the same for page,
API and shell. The decisions: each brand has its own days, currency and time zone, and its figures
are computed as on its overview; a sum of brands is made only in a currency that was asked for, of
the brands whose figure is known, and names those it leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from aura.errors import InputError
from aura.insights.lifecycle import UNCONFIRMED_DAYS
from aura.metrics import CATALOGUE, Metric, compute
from aura.model import DayRange
from aura.reports.comparisons import usual_comparison
from aura.reports.currency import Conversion, Converted, conversion
from aura.reports.figures import Figure, Side, figure
from aura.reports.freshness import Source, State, source_of
from aura.reports.overview import overview
from aura.reports.periods import as_of_day, brand_zone, end_of, last_days, today_in
from aura.reports.present import present_value
from aura.reports.questions import Question, table_question
from aura.reports.rates import published_rates
from aura.store import portfolio as store
from aura.store.database import Connection, Database
from aura.store.insight_answers import stood_on
from aura.store.portfolio import BrandTotals, Waiting
from aura.store.reports import BrandRow, RevenueBasis, SourceRow, brands, sources_of_brands

COLUMNS: Final[tuple[str, ...]] = (
    "revenue",
    "ad_spend",
    "mer",
    "orders",
    "new_customers",
    "cac",
    "aov",
)
# the worst of a brand's sources stands for all
_WORST: Final[tuple[State, ...]] = ("error", "late", "waiting")

Data = Literal["nothing connected", "needs you", "late", "waiting", "up to date"]


@dataclass(frozen=True, slots=True)
class BrandLine:
    """A brand with its figures, as in COLUMNS, in its own currency.

    Attributes:
        data: the state of its sources in a word or two; `data_sentence` says which and since when.
        waiting: what stands open in it.
    """

    brand: BrandRow
    figures: tuple[Figure, ...]
    data: Data
    data_sentence: str
    waiting: Waiting

    def value(self, column: str) -> Decimal | None:
        """The value of one of COLUMNS."""
        return self.figures[COLUMNS.index(column)].value


@dataclass(frozen=True, slots=True)
class Sum:
    """A metric over several brands: its value, of how many brands, and which are left out why."""

    metric: Metric
    value: Decimal | None
    brands: int
    left_out: tuple[tuple[str, str], ...]
    currency: str

    @property
    def text(self) -> str:
        """The value as in a table."""
        return present_value(self.metric, self.value, self.currency)

    @property
    def note(self) -> str | None:
        """Which brands are not in it; None when all are."""
        if not self.left_out:
            return None
        return "without " + "; ".join(f"{name} ({reason})" for name, reason in self.left_out)


@dataclass(frozen=True, slots=True)
class Together:
    """All brands together in one currency, as in COLUMNS, and what was converted for it."""

    currency: str
    sums: tuple[Sum, ...]
    converted: tuple[Converted, ...]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything that the page of all brands states.

    Attributes:
        days: the length of each brand's range.
        together: the sums of all brands in one currency, where one was asked for.
    """

    days: int
    question: Question
    lines: tuple[BrandLine, ...]
    together: Together | None = None
    as_of: date | None = None


def brands_question(query: Mapping[str, str]) -> Question:
    """The question that an address asks; InputError for an order that does not exist."""
    return table_question(query, columns=COLUMNS, default=COLUMNS[0])


def display_currency(query: Mapping[str, str]) -> str | None:
    """The currency that an address asks the sum for; InputError for one without a known rate."""
    asked = query.get("currency", "").strip().upper()
    if not asked:
        return None
    known = published_rates().currencies
    if asked not in known:
        raise InputError(f"A sum can be made in one of {', '.join(sorted(known))}.")
    return asked


def brands_as_of(query: Mapping[str, str], now: datetime) -> date | None:
    """The earlier day that an address asks for; None where it asks for none.

    InputError for one that has not come, and for a sum of brands beside it.
    """
    text = query.get("as_of", "").strip()
    if not text:
        return None
    if query.get("currency", "").strip():
        raise InputError(
            "A sum of brands is made of what is known now: leave out currency or as_of."
        )
    return as_of_day(text, timezone="UTC", now=now)


async def portfolio(
    database: Database,
    *,
    user_id: UUID,
    days: int,
    question: Question,
    now: datetime,
    currency: str | None = None,
    as_of: date | None = None,
) -> Portfolio:
    """The person's brands over their last so many days, and their sum in `currency`, if any.

    As of an earlier day: as each brand's own page shows it then, without a sum of brands.
    """
    if as_of is not None:
        lines = await _lines_then(
            database, user_id=user_id, days=days, question=question, now=now, as_of=as_of
        )
        return Portfolio(days, question, tuple(lines), as_of=as_of)
    async with database.as_user(user_id) as connection:
        found = [brand for brand in await brands(connection) if _matches(brand, question)]
        ranges = {brand.id: last_days(days, today_in(brand.timezone, now)).days for brand in found}
        rows = await sources_of_brands(connection, list(ranges))
        waiting = await store.waiting_in_brands(connection, list(ranges))
        bases = {brand.id: brand.revenue_basis for brand in found}
        converter = _Converter(connection, ranges, bases)
        stated = await store.totals_of_brands(connection, converter.pairs, bases)
        own = {brand.id: brand.currency for brand in found}
        totals, conversions = await converter.into(own, stated)
        shown = dict.fromkeys(ranges, currency or "")
        summed = await converter.into(shown, stated) if currency else None
    by_brand: dict[UUID, list[SourceRow]] = {brand.id: [] for brand in found}
    for row in rows:
        by_brand[row.brand_id].append(row)
    looks = [
        _Look(brand, ranges[brand.id], _states(brand, by_brand[brand.id], now)) for brand in found
    ]
    lines = [
        _line(
            look,
            _sides(look, totals, conversions),
            waiting[look.brand.id],
            now.astimezone(brand_zone(look.brand.timezone)),
        )
        for look in looks
    ]
    ordered = question.ordered(lines, lambda line: line.value(question.sort))
    together = _together(currency, looks, *summed) if currency and summed else None
    return Portfolio(days, question, tuple(ordered), together)


async def _lines_then(
    database: Database,
    *,
    user_id: UUID,
    days: int,
    question: Question,
    now: datetime,
    as_of: date,
) -> list[BrandLine]:
    """Every brand as of the end of a day in its own time zone."""
    async with database.as_user(user_id) as connection:
        found = [brand for brand in await brands(connection) if _matches(brand, question)]
        stood = {
            brand.id: await stood_on(
                connection,
                brand_id=brand.id,
                day=as_of,
                now=now,
                dismissed_days=UNCONFIRMED_DAYS,
            )
            for brand in found
        }
    lines: list[BrandLine] = []
    for brand in found:
        report = await overview(
            database,
            user_id=user_id,
            brand_id=brand.id,
            days=last_days(days, as_of).days,
            now=now,
            metrics=COLUMNS,
            as_of=end_of(as_of, timezone=brand.timezone, now=now),
        )
        waiting = [one.row_id is not None for one in stood[brand.id]]
        data, sentence = _data(report.sources, report.now)
        lines.append(
            BrandLine(
                brand=brand,
                figures=report.figures,
                data=data,
                data_sentence=sentence,
                waiting=Waiting(sum(waiting), len(waiting) - sum(waiting)),
            )
        )
    return question.ordered(lines, lambda line: line.value(question.sort))


@dataclass(frozen=True, slots=True)
class _Look:
    """A brand, its days and the state of its sources."""

    brand: BrandRow
    days: DayRange
    states: tuple[Source, ...]


_Sums = Mapping[UUID, BrandTotals]
_Conversions = Mapping[UUID, Conversion]


@dataclass(frozen=True, slots=True)
class _Converter:
    """Sums of many brands in the currencies wanted: one statement, however many brands."""

    connection: Connection
    ranges: Mapping[UUID, DayRange]
    bases: Mapping[UUID, RevenueBasis]

    @property
    def pairs(self) -> dict[UUID, tuple[DayRange, DayRange]]:
        return {key: (days, _compared(days)) for key, days in self.ranges.items()}

    async def into(self, wanted: Mapping[UUID, str], stated: _Sums) -> tuple[_Sums, _Conversions]:
        """The sums, each brand's in the currency wanted; those as stated are enough for most."""
        foreign = {key: _currencies(one) - {wanted[key]} for key, one in stated.items()}
        foreign = {key: found for key, found in foreign.items() if found}
        if not foreign:
            return stated, {}
        own = await store.own_rates_of_brands(self.connection, list(foreign))
        conversions = {
            key: conversion(found, wanted[key], self.pairs[key], own[key])
            for key, found in foreign.items()
        }
        concerned = {key: self.pairs[key] for key in conversions}
        rates = {key: one.arrays for key, one in conversions.items()}
        anew = await store.totals_of_brands(self.connection, concerned, self.bases, rates)
        return {**stated, **anew}, conversions


def _currencies(totals: BrandTotals) -> set[str]:
    sides = (totals.current, totals.previous)
    return {currency for side in sides for row in side.values() for currency in row.stated}


def _compared(days: DayRange) -> DayRange:
    return usual_comparison(days).days or days.previous()


def _sides(look: _Look, totals: _Sums, conversions: _Conversions) -> tuple[Side, Side]:
    own, conversion = totals[look.brand.id], conversions.get(look.brand.id)
    return (
        Side(look.days, own.current, conversion=conversion),
        Side(_compared(look.days), own.previous, conversion=conversion),
    )


def _together(
    currency: str, looks: Sequence[_Look], totals: _Sums, conversions: _Conversions
) -> Together:
    """The columns over all brands that state anything."""
    sides = [(look, _sides(look, totals, conversions)[0]) for look in looks if look.states]
    summed = tuple(_sum_of(CATALOGUE[key], sides, currency) for key in COLUMNS)
    stated = {one for _, side in sides for row in side.totals.values() for one in row.stated} - {
        currency
    }
    converted = tuple(used for name in sorted(stated) for used in _first_use(name, sides))
    return Together(currency, summed, converted)


def _first_use(name: str, sides: Sequence[tuple[_Look, Side]]) -> tuple[Converted, ...]:
    """What was converted from the currency, as of the first brand that has it."""
    for _, side in sides:
        if side.conversion is not None and (used := side.conversion.used([name], side.days)):
            return used
    return ()


def _sum_of(metric: Metric, sides: Sequence[tuple[_Look, Side]], currency: str) -> Sum:
    sums: dict[str, Decimal | None] = dict.fromkeys(metric.parts, Decimal(0))
    left_out: list[tuple[str, str]] = []
    for look, side in sides:
        own = {
            part: figure(CATALOGUE[part], side, None, look.states, currency)
            for part in metric.parts
        }
        whole = figure(metric, side, None, look.states, currency)
        reason = next((one.reason or one.note for one in own.values() if one.value is None), None)
        if reason or whole.note:
            left_out.append((look.brand.name, reason or whole.note or ""))
            continue
        for part, one in own.items():
            sums[part] = (sums[part] or Decimal(0)) + (one.value or Decimal(0))
    counted = len(sides) - len(left_out)
    value = compute(metric, sums) if counted else None
    return Sum(metric, value, counted, tuple(left_out), currency)


def _matches(brand: BrandRow, question: Question) -> bool:
    return question.search.casefold() in brand.name.casefold()


def _states(brand: BrandRow, rows: Sequence[SourceRow], now: datetime) -> tuple[Source, ...]:
    local = now.astimezone(brand_zone(brand.timezone))
    return tuple(
        source_of(row, now=local, timezone=brand.timezone, history_from=brand.history_complete_from)
        for row in rows
    )


def _line(look: _Look, sides: tuple[Side, Side], waiting: Waiting, now: datetime) -> BrandLine:
    data, sentence = _data(look.states, now)
    return BrandLine(
        brand=look.brand,
        figures=tuple(
            figure(CATALOGUE[key], *sides, look.states, look.brand.currency) for key in COLUMNS
        ),
        data=data,
        data_sentence=sentence,
        waiting=waiting,
    )


def _data(sources: Sequence[Source], now: datetime) -> tuple[Data, str]:
    """The worst state among the sources, and in words which source that is."""
    connected = [source for source in sources if source.is_connected]
    if not connected:
        files = [source for source in sources if source.from_file]
        if files:
            return "up to date", "; ".join(f"{one.name}: {one.sentence(now)}" for one in files)
        return "nothing connected", "Connect a store or an ad account to see numbers"
    words: dict[State, Data] = {"error": "needs you", "late": "late", "waiting": "waiting"}
    for state in _WORST:
        worst = [source for source in connected if source.state(now) == state]
        if worst:
            return words[state], "; ".join(f"{one.name}: {one.sentence(now)}" for one in worst)
    return "up to date", "; ".join(f"{one.name}: {one.sentence(now)}" for one in connected)
