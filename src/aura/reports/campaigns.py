"""The campaigns of a brand: one table over the ad platforms, sorted, searched and paged here.

In: a person, one of their brands, a range and a question (search, platform, order, page). Out:
Campaigns, the same for page, API and shell. The decisions: a line's figures are computed as the
overview's are, from the campaign's own sums; the totals are ratios of the sums of every campaign
found, not of the page; what is unknown stands last in either order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from aura.errors import InputError, NotFoundError
from aura.metrics import CATALOGUE, Metric, compute
from aura.model import AD_PLATFORMS, DayRange, Platform
from aura.reports.figures import Figure, Side, figure
from aura.reports.freshness import Source, source_of
from aura.reports.periods import brand_zone
from aura.store import campaigns as store
from aura.store.campaigns import CampaignRow, CampaignTotals
from aura.store.database import Database
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
NAME: Final = "name"
PAGE_SIZE: Final = 50
LONGEST_SEARCH: Final = 200
# pages beyond this hold nothing: no brand has so many campaigns
_LAST_PAGE: Final = 1_000_000
# longer than any id that the database gives
_LONGEST_ID: Final = 18


@dataclass(frozen=True, slots=True)
class Question:
    """Which campaigns to show, in which order.

    Attributes:
        search: part of a name, of an account's name or an id, in any case; empty for all.
        platform: one ad platform, None for all.
        sort: a column, or `name`.
        page: from 1 on.
    """

    search: str = ""
    platform: Platform | None = None
    sort: str = "ad_spend"
    descending: bool = True
    page: int = 1

    def parts(self) -> list[tuple[str, str]]:
        """The question as pairs of an address's query, without the page; defaults are left out."""
        pairs = (
            ("search", self.search),
            ("platform", self.platform or ""),
            ("sort", "" if self.sort == "ad_spend" else self.sort),
            ("order", "" if self.descending is _first_order(self.sort) else self.order),
        )
        return [(name, value) for name, value in pairs if value]

    def at_page(self, number: int) -> str:
        """The address's query of another page of the same answer."""
        pages = [("page", str(number))] if number > 1 else []
        return urlencode([*self.parts(), *pages])

    def sorted_by(self, column: str) -> str:
        """The address's query that sorts by a column, and the other way when it is so already."""
        turned = not self.descending if column == self.sort else _first_order(column)
        return urlencode(replace(self, sort=column, descending=turned).parts())

    @property
    def order(self) -> str:
        """`desc` or `asc`, as in an address."""
        return "desc" if self.descending else "asc"


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign with its figures, as in COLUMNS, in its account's currency."""

    campaign: CampaignRow
    figures: tuple[Figure, ...]

    @property
    def name(self) -> str:
        """Its name, or its id where the platform gives none."""
        return self.campaign.name or self.campaign.external_id


@dataclass(frozen=True, slots=True)
class Campaigns:
    """Everything that the Campaigns page states.

    Attributes:
        found: how many campaigns the question finds; `total` are their figures together.
        total: None when nothing was found, or money of several currencies cannot be added.
        lines: those of the page that was asked for.
        pages: how many pages there are, at least one.
    """

    brand: BrandRow
    days: DayRange
    previous: DayRange
    now: datetime
    question: Question
    found: int
    pages: int
    lines: tuple[CampaignLine, ...]
    total: tuple[Figure, ...] | None
    sources: tuple[Source, ...]


def question_of(query: Mapping[str, str]) -> Question:
    """The question that an address asks. InputError for an order or a page that does not exist."""
    search = query.get("search", "").strip()[:LONGEST_SEARCH]
    platform = query.get("platform", "").strip()
    if platform and platform not in AD_PLATFORMS:
        raise InputError(f"Campaigns are those of {' and '.join(AD_PLATFORMS)}.")
    sort = query.get("sort", "").strip() or "ad_spend"
    if sort not in (NAME, *COLUMNS):
        raise InputError(f"Campaigns can be sorted by {NAME}, {', '.join(COLUMNS)}.")
    order = query.get("order", "").strip() or ("desc" if _first_order(sort) else "asc")
    if order not in {"asc", "desc"}:
        raise InputError("The order is asc or desc.")
    page = query.get("page", "").strip() or "1"
    if not (page.isascii() and page.isdigit() and 1 <= int(page[:9]) <= _LAST_PAGE):
        raise InputError("Pages are counted from 1.")
    chosen: Platform | None = next((one for one in AD_PLATFORMS if one == platform), None)
    return Question(search, chosen, sort, order == "desc", int(page))


def entity_id_of(text: str) -> int:
    """The id of a campaign in an address; NotFoundError for a text that is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        raise NotFoundError("This campaign does not exist, or it is not yours.")
    return int(text)


def _first_order(sort: str) -> bool:
    """Whether a column is sorted from the largest on at first: numbers are, names are not."""
    return sort != NAME


async def campaigns(
    database: Database,
    *,
    user_id: UUID,
    brand_id: UUID,
    days: DayRange,
    question: Question,
    now: datetime,
) -> Campaigns:
    """The brand's campaigns for the range. NotFoundError for a brand that is not the person's."""
    previous = days.previous()
    async with database.as_user(user_id) as connection:
        known = await brand(connection, brand_id)
        rows = await sources(connection, brand_id)
        totals = await store.campaign_totals(
            connection, brand_id=brand_id, days=days, previous=previous
        )
    local = now.astimezone(brand_zone(known.timezone))
    states = tuple(
        source_of(row, now=local, timezone=known.timezone)
        for row in rows
        if row.platform in AD_PLATFORMS
    )
    found = _ordered([one for one in totals if _matches(one.campaign, question)], question)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    asked = replace(question, page=min(question.page, pages))
    first = (asked.page - 1) * PAGE_SIZE
    return Campaigns(
        brand=known,
        days=days,
        previous=previous,
        now=local,
        question=asked,
        found=len(found),
        pages=pages,
        lines=tuple(
            _line(one, days, states, known.currency) for one in found[first : first + PAGE_SIZE]
        ),
        total=_total(found, days, states),
        sources=states,
    )


def _matches(campaign: CampaignRow, question: Question) -> bool:
    if question.platform is not None and campaign.platform != question.platform:
        return False
    wanted = question.search.casefold()
    texts = (campaign.name, campaign.account_name, campaign.external_id)
    return not wanted or any(wanted in text.casefold() for text in texts)


def _ordered(found: list[CampaignTotals], question: Question) -> list[CampaignTotals]:
    """By name, then by the column asked for; campaigns without a value stand last."""
    found = sorted(found, key=lambda one: (one.campaign.name.casefold(), one.campaign.entity_id))
    if question.sort == NAME:
        return found[::-1] if question.descending else found
    metric = CATALOGUE[question.sort]
    values = [(one, _value(metric, one.current)) for one in found]
    known = [(one, value) for one, value in values if value is not None]
    known.sort(key=lambda pair: pair[1], reverse=question.descending)
    return [one for one, _ in known] + [one for one, value in values if value is None]


def _value(metric: Metric, totals: PlatformTotals | None) -> Decimal | None:
    if totals is None:
        # no row in days that were read: it did not run
        return Decimal(0) if metric.is_additive else None
    sums = {part: totals.sums[part] if totals.is_whole(part) else None for part in metric.parts}
    return compute(metric, sums)


def _line(
    one: CampaignTotals, days: DayRange, states: Sequence[Source], currency: str
) -> CampaignLine:
    return CampaignLine(one.campaign, figures_of(one, days, states, currency))


def figures_of(
    one: CampaignTotals, days: DayRange, states: Sequence[Source], currency: str
) -> tuple[Figure, ...]:
    """The campaign's figures, as in COLUMNS; `currency` is used where it has no row."""
    campaign = one.campaign
    own = tuple(state for state in states if state.integration_id == campaign.integration_id)
    current = Side(days, {campaign.platform: one.current} if one.current else {})
    before = Side(days.previous(), {campaign.platform: one.previous} if one.previous else {})
    known = one.current or one.previous
    used = known.currencies[0] if known else currency
    return tuple(figure(CATALOGUE[key], current, before, own, used) for key in COLUMNS)


def _total(
    found: Sequence[CampaignTotals], days: DayRange, states: Sequence[Source]
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
        figure(CATALOGUE[key], Side(days, current), Side(days.previous(), before), used, currency)
        for key in COLUMNS
    )


def _together(parts: Sequence[PlatformTotals | None]) -> dict[Platform, PlatformTotals]:
    """Sums of several campaigns by platform; unknown where one of them is unknown."""
    found: dict[Platform, PlatformTotals] = {}
    for part in parts:
        if part is None:
            continue
        so_far = found.get(part.platform)
        found[part.platform] = part if so_far is None else _sum(so_far, part)
    return found


def _sum(left: PlatformTotals, right: PlatformTotals) -> PlatformTotals:
    return PlatformTotals(
        platform=left.platform,
        days=left.days + right.days,
        currencies=tuple(dict.fromkeys((*left.currencies, *right.currencies))),
        sums={
            measure: None
            if None in (left.sums[measure], right.sums[measure])
            else ((left.sums[measure] or Decimal(0)) + (right.sums[measure] or Decimal(0)))
            for measure in left.sums
        },
        known={measure: left.known[measure] + right.known[measure] for measure in left.known},
    )
