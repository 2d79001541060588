"""All brands of a person side by side: the agency's morning look.

In: a person, a number of days and a question (search, order). Out: Portfolio, the same for page,
API and shell. The decisions: each brand has its own days, currency and time zone, and its figures
are computed as on its overview; money of several currencies is never added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from aura.metrics import CATALOGUE
from aura.model import DayRange
from aura.reports.figures import Figure, Side, figure
from aura.reports.freshness import Source, State, source_of
from aura.reports.periods import brand_zone, last_days, today_in
from aura.reports.questions import Question, table_question
from aura.store import portfolio as store
from aura.store.database import Database
from aura.store.portfolio import BrandTotals, Waiting
from aura.store.reports import BrandRow, SourceRow, brands, sources_of_brands

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
class Portfolio:
    """Everything that the page of all brands states; `days` is the length of each range."""

    days: int
    question: Question
    lines: tuple[BrandLine, ...]


def brands_question(query: Mapping[str, str]) -> Question:
    """The question that an address asks; InputError for an order that does not exist."""
    return table_question(query, columns=COLUMNS, default=COLUMNS[0])


async def portfolio(
    database: Database, *, user_id: UUID, days: int, question: Question, now: datetime
) -> Portfolio:
    """The person's brands over their last so many days."""
    async with database.as_user(user_id) as connection:
        found = [brand for brand in await brands(connection) if _matches(brand, question)]
        ranges = {brand.id: last_days(days, today_in(brand.timezone, now)).days for brand in found}
        bases = {brand.id: brand.revenue_basis for brand in found}
        totals = await store.totals_of_brands(connection, ranges, bases)
        rows = await sources_of_brands(connection, list(ranges))
        waiting = await store.waiting_in_brands(connection, list(ranges))
    by_brand: dict[UUID, list[SourceRow]] = {brand.id: [] for brand in found}
    for row in rows:
        by_brand[row.brand_id].append(row)
    lines = [
        _line(brand, ranges[brand.id], totals[brand.id], by_brand[brand.id], waiting[brand.id], now)
        for brand in found
    ]
    ordered = question.ordered(lines, lambda line: line.value(question.sort))
    return Portfolio(days, question, tuple(ordered))


def _matches(brand: BrandRow, question: Question) -> bool:
    return question.search.casefold() in brand.name.casefold()


def _line(
    brand: BrandRow,
    days: DayRange,
    totals: BrandTotals,
    rows: Sequence[SourceRow],
    waiting: Waiting,
    now: datetime,
) -> BrandLine:
    local = now.astimezone(brand_zone(brand.timezone))
    states = [
        source_of(row, now=local, timezone=brand.timezone, history_from=brand.history_complete_from)
        for row in rows
    ]
    current, before = Side(days, totals.current), Side(days.previous(), totals.previous)
    data, sentence = _data(states, local)
    return BrandLine(
        brand=brand,
        figures=tuple(
            figure(CATALOGUE[key], current, before, states, brand.currency) for key in COLUMNS
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
