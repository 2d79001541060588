"""One campaign: its figures, every day, and what its platform restated since.

In: a person, one of their brands, a campaign of it and a range. Out: CampaignReport. The decisions:
figures are in the brand's currency as on every page, with the account's own beside them; a
restatement is shown as the platform made it, the value before and the one that took its place, with
when it was seen; a value that changed twice stands twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Final, TypedDict
from uuid import UUID

from aura.metrics import BASE_METRICS, Metric, compute
from aura.model import AD_PLATFORMS, DayRange
from aura.reports.campaigns import figures_of
from aura.reports.comparisons import Comparison, usual_comparison
from aura.reports.currency import Conversion, brand_conversion
from aura.reports.figures import Figure
from aura.reports.freshness import Source, source_of
from aura.reports.periods import brand_zone
from aura.store import campaigns as store
from aura.store.campaigns import CampaignDay, CampaignRow, CampaignTotals, Revision
from aura.store.database import Database
from aura.store.reports import BrandRow, PlatformTotals, SourceRow, brand, sources

MOST_REVISIONS: Final = 200
_MONEY: Final = frozenset(one for one in store.MEASURES if BASE_METRICS[one].unit == "money")


@dataclass(frozen=True, slots=True)
class CampaignDayFigures:
    """One day: sums by measure, None where the source was not read for the day."""

    date: date
    sums: Mapping[str, Decimal | None]
    is_settled: bool

    def value(self, metric: Metric) -> Decimal | None:
        """The metric's value on this day alone."""
        return compute(metric, self.sums)


@dataclass(frozen=True, slots=True)
class Restated:
    """A value that the platform changed: when it was seen, and `after` None for a day that went."""

    date: date
    seen_at: datetime
    metric: Metric
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """Everything that a campaign's page states.

    Attributes:
        figures: as in `campaigns.COLUMNS`, in the brand's currency where a rate is known.
        own_figures: the same in the ad account's currency; empty where that is the same.
        currency: that of the figures and of the days.
        account_currency: that in which the platform states them, and what it restated.
        action_type: at Meta, the action that counts as a purchase.
        restated: the newest restatements of the range's days, at most 200 days' worth.
    """

    brand: BrandRow
    campaign: CampaignRow
    days: DayRange
    now: datetime
    currency: str
    account_currency: str
    figures: tuple[Figure, ...]
    own_figures: tuple[Figure, ...]
    series: tuple[CampaignDayFigures, ...]
    action_type: str | None
    restated: tuple[Restated, ...]
    source: Source | None

    @property
    def name(self) -> str:
        """Its name, or its id where the platform gives none."""
        return self.campaign.name or self.campaign.external_id


class _Whose(TypedDict):
    brand_id: UUID
    entity_id: int


async def campaign_report(
    database: Database,
    *,
    user_id: UUID,
    brand_id: UUID,
    entity_id: int,
    days: DayRange,
    now: datetime,
    comparison: Comparison | None = None,
    as_of: datetime | None = None,
) -> CampaignReport:
    """The campaign for the range; with `as_of`, from nothing that was read later.

    NotFoundError for one that is not the person's.
    """
    compared = (comparison or usual_comparison(days)).days
    whose: _Whose = {"brand_id": brand_id, "entity_id": entity_id}
    async with database.as_user(user_id) as connection:
        known = await brand(connection, brand_id)
        campaign = await store.campaign(connection, **whose)
        rows = await sources(connection, brand_id, as_of=as_of)
        of_days = partial(store.campaign_days, connection, **whose, as_of=as_of)
        current, before = [await of_days(days=one) if one else [] for one in (days, compared)]
        revisions = await store.campaign_revisions(
            connection, **whose, days=days, limit=MOST_REVISIONS, as_of=as_of
        )
        conversion = await brand_conversion(
            connection,
            brand_id=brand_id,
            currencies={row.currency for row in (*before, *current)},
            into=known.currency,
            ranges=[one for one in (days, compared) if one],
        )
    local = (as_of or now).astimezone(brand_zone(known.timezone))
    states = _states(rows, known, local)
    source = next((one for one in states if one.integration_id == campaign.integration_id), None)
    figures = partial(figures_of, days=days, previous=compared, states=states)
    account_currency = _currency(current, before) or known.currency
    own_figures: tuple[Figure, ...] = ()
    if conversion is not None:
        own_figures = figures(_sums(campaign, current, before), currency=account_currency)
        current, before = (_converted(rows, conversion) for rows in (current, before))
    return CampaignReport(
        brand=known,
        campaign=campaign,
        days=days,
        now=local,
        currency=_currency(current, before) or known.currency,
        account_currency=account_currency,
        figures=figures(
            _sums(campaign, current, before), currency=known.currency, conversion=conversion
        ),
        own_figures=own_figures,
        series=_series(days, current, source),
        action_type=next((row.action_type for row in reversed(current) if row.action_type), None),
        restated=_restated(revisions),
        source=source,
    )


def _states(rows: Sequence[SourceRow], known: BrandRow, now: datetime) -> tuple[Source, ...]:
    return tuple(
        source_of(row, now=now, timezone=known.timezone)
        for row in rows
        if row.platform in AD_PLATFORMS
    )


def _sums(
    campaign: CampaignRow, current: Sequence[CampaignDay], before: Sequence[CampaignDay]
) -> CampaignTotals:
    return CampaignTotals(campaign, _totals(campaign, current), _totals(campaign, before))


def _currency(current: Sequence[CampaignDay], before: Sequence[CampaignDay]) -> str | None:
    """That of the newest day; None where there is no day."""
    return next((rows[-1].currency for rows in (current, before) if rows), None)


def _converted(days: Sequence[CampaignDay], conversion: Conversion) -> list[CampaignDay]:
    """Each day at its own rate; a day without one stays as it is."""
    rates = {(rate.currency, rate.day): rate.value for rate in conversion.rates}
    found = []
    for row in days:
        rate = rates.get((row.currency, row.date))
        if rate is None:
            found.append(row)
            continue
        sums = {
            measure: value * rate if value is not None and measure in _MONEY else value
            for measure, value in row.sums.items()
        }
        found.append(replace(row, currency=conversion.into, sums=sums))
    return found


def _totals(campaign: CampaignRow, days: Sequence[CampaignDay]) -> PlatformTotals | None:
    if not days:
        return None
    values = {
        measure: [value for row in days if (value := row.sums[measure]) is not None]
        for measure in store.MEASURES
    }
    return PlatformTotals(
        platform=campaign.platform,
        days=len(days),
        currencies=tuple(dict.fromkeys(row.currency for row in days)),
        sums={key: sum(found, Decimal(0)) if found else None for key, found in values.items()},
        known={key: len(found) for key, found in values.items()},
    )


def _series(
    days: DayRange, rows: Sequence[CampaignDay], source: Source | None
) -> tuple[CampaignDayFigures, ...]:
    """Every day of the range: one that was read without a row is a day without delivery, zero."""
    by_day = {row.date: row.sums for row in rows}
    nothing: dict[str, Decimal | None] = dict.fromkeys(store.MEASURES, Decimal(0))
    unknown: dict[str, Decimal | None] = dict.fromkeys(store.MEASURES)
    return tuple(
        CampaignDayFigures(
            value,
            by_day.get(value, nothing if source and source.was_read(value) else unknown),
            is_settled=source is not None and source.is_settled(value),
        )
        for value in days.days()
    )


def _restated(revisions: Sequence[Revision]) -> tuple[Restated, ...]:
    return tuple(
        Restated(row.date, row.replaced_at, BASE_METRICS[measure], before, row.after[measure])
        for row in revisions
        for measure, before in row.before.items()
        if before != row.after[measure]
    )
