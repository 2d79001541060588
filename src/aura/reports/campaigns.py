"""The campaigns of a brand: one table over the ad platforms, sorted, searched and paged here.

In: a person, one of their brands, a range and a question (search, platform, order, page). Out:
Campaigns, the same for page, API and shell. The decisions: a line's figures are computed as the
overview's are, from the campaign's own sums; the totals are ratios of the sums of every campaign
found, not of the page; amounts are in the brand's currency, each day's at its own rate, and in the
account's own where no rate is known; what is unknown stands last in either order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final
from uuid import UUID

from aura.errors import NotFoundError
from aura.metrics import CATALOGUE, Metric, compute
from aura.model import AD_PLATFORMS, DayRange, Platform
from aura.reports.comparisons import Comparison, usual_comparison
from aura.reports.currency import Conversion, brand_conversion
from aura.reports.figures import Figure, Side, figure
from aura.reports.freshness import Source, source_of
from aura.reports.periods import brand_zone
from aura.reports.questions import NAME, Question, table_question
from aura.store import campaigns as store
from aura.store.campaigns import CampaignRow, CampaignTotals
from aura.store.database import Connection, Database
from aura.store.reports import BrandRow, PlatformTotals, brand, sources

COLUMNS: Final[tuple[str, ...]] = (
    "ad_spend",
    "conversions",
    "conversion_value",
    "platform_cpa",
    "platform_roas",
    "clicks",
    "ctr",
    "cpc",
    "cvr",
)
PAGE_SIZE: Final = 50
# longer than any id that the database gives
_LONGEST_ID: Final = 18


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign with its figures, as asked for, in one currency."""

    campaign: CampaignRow
    figures: tuple[Figure, ...]

    @property
    def name(self) -> str:
        """Its name, or its id where the platform gives none."""
        return self.campaign.name or self.campaign.external_id


@dataclass(frozen=True, slots=True)
class Place:
    """A line's place in the order that was asked for: what it is ordered by, and which it is.

    `value` is the sorted column's value or the name in small letters as text; empty where unknown.
    """

    value: str
    entity_id: int


@dataclass(frozen=True, slots=True)
class Part:
    """At most `most` lines, those that follow a place; from the first line on without one."""

    most: int
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class Campaigns:
    """Everything that the Campaigns page states.

    Attributes:
        found: how many campaigns the question finds; `total` are their figures together.
        total: None when nothing was found, or money of a currency without a rate cannot be added.
        lines: those of the page, or of the part, that was asked for.
        last: the place of the last line where others follow it.
        pages: how many pages there are, at least one.
    """

    brand: BrandRow
    days: DayRange
    comparison: Comparison
    now: datetime
    question: Question
    found: int
    pages: int
    lines: tuple[CampaignLine, ...]
    total: tuple[Figure, ...] | None
    sources: tuple[Source, ...]
    last: Place | None = None

    @property
    def previous(self) -> DayRange | None:
        """The days that the range is compared with."""
        return self.comparison.days


def choices() -> tuple[str, ...]:
    """Every metric that a campaign's sums give, the usual ones first."""
    others = (
        key
        for key, metric in CATALOGUE.items()
        if key not in COLUMNS and set(metric.parts) <= set(store.MEASURES)
    )
    return (*COLUMNS, *others)


def question_of(query: Mapping[str, str]) -> Question:
    """The question that an address asks. InputError for an order or a page that does not exist."""
    question = table_question(query, columns=choices(), default=COLUMNS[0])
    return replace(question, columns=() if question.columns == COLUMNS else question.columns)


def entity_id_of(text: str) -> int:
    """The id of a campaign in an address; NotFoundError for a text that is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        raise NotFoundError("This campaign does not exist, or it is not yours.")
    return int(text)


async def campaigns(
    database: Database,
    *,
    user_id: UUID,
    brand_id: UUID,
    days: DayRange,
    question: Question,
    now: datetime,
    comparison: Comparison | None = None,
    is_whole: bool = False,
    part: Part | None = None,
    as_of: datetime | None = None,
) -> Campaigns:
    """The brand's campaigns for the range: a page or a part of them, or all where `is_whole`.

    With `as_of`, from nothing that was read later; names and states are those of now.
    NotFoundError for a brand that is not the person's.
    """
    compared = comparison or usual_comparison(days)
    async with database.as_user(user_id) as connection:
        known = await brand(connection, brand_id)
        async with connection.pipeline():
            rows, (totals, conversion) = await asyncio.gather(
                sources(connection, brand_id, as_of=as_of),
                _converted_totals(connection, known, days, compared.days, as_of=as_of),
            )
    local = (as_of or now).astimezone(brand_zone(known.timezone))
    states = tuple(
        source_of(row, now=local, timezone=known.timezone)
        for row in rows
        if row.platform in AD_PLATFORMS
    )
    sides = _Sides(days, compared.days, conversion)
    found = _ordered([one for one in totals if _matches(one, question)], question)
    size = max(1, len(found)) if is_whole else PAGE_SIZE
    pages = max(1, -(-len(found) // size))
    asked = replace(question, page=min(question.page, pages))
    first = (asked.page - 1) * size
    if part is not None:
        first, size = _start(found, question, part.after), part.most
    columns = question.columns or COLUMNS
    shown, more = found[first : first + size], found[first + size : first + size + 1]
    return Campaigns(
        brand=known,
        days=days,
        comparison=compared,
        now=local,
        question=asked,
        found=len(found),
        pages=pages,
        lines=tuple(
            CampaignLine(one.campaign, _figures(one, sides, states, known.currency, columns))
            for one in shown
        ),
        total=_total(found, sides, states, columns),
        sources=states,
        last=_place(shown[-1], question) if more else None,
    )


def _place(one: CampaignTotals, question: Question) -> Place:
    if question.sort == NAME:
        return Place(one.campaign.name.casefold(), one.campaign.entity_id)
    value = _value(CATALOGUE[question.sort], one.current)
    return Place("" if value is None else format(value, "f"), one.campaign.entity_id)


def _start(found: Sequence[CampaignTotals], question: Question, after: Place | None) -> int:
    """The line after a place; where its campaign has gone, the first that is not before it."""
    if after is None:
        return 0
    for n, one in enumerate(found):
        if one.campaign.entity_id == after.entity_id:
            return n + 1
    values = [_place(one, question).value for one in found]
    return next((n for n, one in enumerate(values) if _follows(one, after, question)), len(found))


def _follows(value: str, after: Place, question: Question) -> bool:
    """Whether a value stands at the place or after it; what is unknown stands last."""
    if question.sort == NAME:
        return value <= after.value if question.descending else value >= after.value
    if not value or not after.value:
        return not value
    mine, its = Decimal(value), Decimal(after.value)
    return mine <= its if question.descending else mine >= its


@dataclass(frozen=True, slots=True)
class _Sides:
    """The two ranges, and the rates that their sums were converted at."""

    days: DayRange
    previous: DayRange | None
    conversion: Conversion | None = None

    def current(self, totals: Mapping[Platform, PlatformTotals]) -> Side:
        return Side(self.days, totals, conversion=self.conversion)

    def before(self, totals: Mapping[Platform, PlatformTotals]) -> Side | None:
        return Side(self.previous, totals, conversion=self.conversion) if self.previous else None


async def _converted_totals(
    connection: Connection,
    known: BrandRow,
    days: DayRange,
    previous: DayRange | None,
    *,
    as_of: datetime | None,
) -> tuple[list[CampaignTotals], Conversion | None]:
    """Each campaign's sums in the brand's currency, and the rates where any was in another one."""
    sums = partial(
        store.campaign_totals,
        connection,
        brand_id=known.id,
        days=days,
        previous=previous,
        as_of=as_of,
    )
    totals = await sums()
    sides = (side for one in totals for side in (one.current, one.previous) if side)
    conversion = await brand_conversion(
        connection,
        brand_id=known.id,
        currencies={currency for side in sides for currency in side.currencies},
        into=known.currency,
        ranges=[one for one in (days, previous) if one],
    )
    if conversion is not None:
        totals = await sums(rates=conversion.arrays)
    return totals, conversion


def _matches(one: CampaignTotals, question: Question) -> bool:
    campaign = one.campaign
    if question.min_spend is not None:
        spent = one.current.sums["ad_spend"] if one.current else None
        if (spent or Decimal(0)) < question.min_spend:
            return False
    if question.platform is not None and campaign.platform != question.platform:
        return False
    wanted = question.search.casefold()
    texts = (campaign.name, campaign.account_name, campaign.external_id)
    return not wanted or any(wanted in text.casefold() for text in texts)


def _ordered(found: list[CampaignTotals], question: Question) -> list[CampaignTotals]:
    """As asked for; campaigns of the same value by name."""
    by_name = sorted(found, key=lambda one: (one.campaign.name.casefold(), one.campaign.entity_id))

    def value(one: CampaignTotals) -> Decimal | None:
        return _value(CATALOGUE[question.sort], one.current)

    return question.ordered(by_name, value)


def _value(metric: Metric, totals: PlatformTotals | None) -> Decimal | None:
    if totals is None:
        # no row in days that were read: it did not run
        return Decimal(0) if metric.is_additive else None
    sums = {part: totals.sums[part] if totals.is_whole(part) else None for part in metric.parts}
    return compute(metric, sums)


def figures_of(
    one: CampaignTotals,
    *,
    days: DayRange,
    previous: DayRange | None,
    states: Sequence[Source],
    currency: str,
    conversion: Conversion | None = None,
) -> tuple[Figure, ...]:
    """The campaign's figures, as in COLUMNS; `currency` is used where it has no row."""
    return _figures(one, _Sides(days, previous, conversion), states, currency, COLUMNS)


def _figures(
    one: CampaignTotals,
    sides: _Sides,
    states: Sequence[Source],
    currency: str,
    columns: Sequence[str],
) -> tuple[Figure, ...]:
    campaign = one.campaign
    own = tuple(state for state in states if state.integration_id == campaign.integration_id)
    current = sides.current({campaign.platform: one.current} if one.current else {})
    before = sides.before({campaign.platform: one.previous} if one.previous else {})
    known = one.current or one.previous
    used = known.currencies[0] if known else currency
    return tuple(figure(CATALOGUE[key], current, before, own, used) for key in columns)


def _total(
    found: Sequence[CampaignTotals],
    sides: _Sides,
    states: Sequence[Source],
    columns: Sequence[str],
) -> tuple[Figure, ...] | None:
    """The figures of all that was found together, from their sums."""
    every = [part for one in found for part in (one.current, one.previous) if part is not None]
    currencies = {currency for part in every for currency in part.currencies}
    if len(currencies) != 1:
        return None
    current = _together([one.current for one in found])
    before = _together([one.previous for one in found])
    used = tuple(state for state in states if state.platform in {*current, *before})
    (currency,) = currencies
    return tuple(
        figure(CATALOGUE[key], sides.current(current), sides.before(before), used, currency)
        for key in columns
    )


def _together(parts: Sequence[PlatformTotals | None]) -> dict[Platform, PlatformTotals]:
    """Sums of several campaigns by platform; unknown where one of them is unknown."""
    found: dict[Platform, list[PlatformTotals]] = {}
    for part in parts:
        if part is not None:
            found.setdefault(part.platform, []).append(part)
    return {platform: _sum(rows) for platform, rows in found.items()}


def _sum(rows: Sequence[PlatformTotals]) -> PlatformTotals:
    """Rows of one platform together."""
    sums: dict[str, Decimal | None] = {}
    for measure in rows[0].sums:
        values = [row.sums[measure] for row in rows]
        known = [value for value in values if value is not None]
        sums[measure] = sum(known, Decimal(0)) if len(known) == len(values) else None
    days = sum(row.days for row in rows)
    return PlatformTotals(
        platform=rows[0].platform,
        days=days,
        currencies=tuple(dict.fromkeys(one for row in rows for one in row.currencies)),
        sums=sums,
        known={name: days - sum(row.days_lacking(name) for row in rows) for name in sums},
        stated=tuple(dict.fromkeys(one for row in rows for one in row.stated)),
    )
