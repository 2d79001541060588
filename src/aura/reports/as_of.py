"""What changed since an earlier day: each platform's sums as they were known then, and now.

In: a person, one of their brands, a range of days and the moment of then. Out: Changed, exact. The
decision: both sides are the Overview's own figures, once from nothing that was read later and once
from all that is known, so no page can state a third number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from aura.metrics import Metric
from aura.model import PLATFORM_NAMES, DayRange, Platform
from aura.reports.campaign import CampaignReport
from aura.reports.figures import Figure, change_of
from aura.reports.overview import COLUMNS, Overview, PlatformLine, overview
from aura.store.database import Database

# what a platform states itself; ratios follow from these
_COMPARED: Final = ("ad_spend", "value", "purchases", "clicks")
_OF_CAMPAIGNS: Final = frozenset({"ad_spend", "conversion_value", "conversions", "clicks"})


@dataclass(frozen=True, slots=True)
class Changed:
    """A platform's sum over the range; a side's value is None where nothing was known."""

    platform: Platform
    name: str
    then: Figure
    now: Figure

    @property
    def metric(self) -> Metric:
        """What is summed."""
        return self.now.metric

    @property
    def then_text(self) -> str:
        """The sum of then, with what limits it."""
        if self.then.value is None:
            return "not known"
        return f"{self.then.exact} ({self.then.note})" if self.then.note else self.then.exact

    @property
    def now_text(self) -> str:
        """The sum of now."""
        return "not known" if self.now.value is None else self.now.exact

    @property
    def change(self) -> str:
        """How much it changed since; empty where that cannot be told."""
        if self.then.value is None or self.now.value is None or self.then.note:
            return ""
        if self.then.value == self.now.value:
            return "unchanged"
        return change_of(self.metric, self.now.value, self.then.value).text


async def changed_since(
    database: Database,
    *,
    user_id: UUID,
    brand_id: UUID,
    days: DayRange,
    as_of: datetime,
    now: datetime,
) -> tuple[Changed, ...]:
    """What each platform's sums over the range have become. NotFoundError as of the Overview."""
    ask = partial(overview, database, user_id=user_id, brand_id=brand_id, days=days, now=now)
    return changes(await ask(as_of=as_of), await ask())


def changes(then: Overview, later: Overview) -> tuple[Changed, ...]:
    """The same from both reports of one range; pure."""
    before = {line.platform: line for line in then.platforms}
    return tuple(
        Changed(line.platform, line.name, old, new)
        for line in later.platforms
        if line.platform is not None and line.platform in before
        for old, new in _pairs(before[line.platform], line)
    )


def campaign_changes(then: CampaignReport, later: CampaignReport) -> tuple[Changed, ...]:
    """What the sums of one campaign have become, from both reports of one range; pure."""
    before = {figure.metric.key: figure for figure in then.figures}
    return tuple(
        Changed(later.campaign.platform, PLATFORM_NAMES[later.campaign.platform], old, figure)
        for figure in later.figures
        if figure.metric.key in _OF_CAMPAIGNS
        for old in [before.get(figure.metric.key)]
        if old is not None
    )


def _pairs(then: PlatformLine, later: PlatformLine) -> list[tuple[Figure, Figure]]:
    places = [COLUMNS.index(column) for column in _COMPARED]
    return [
        (old, new)
        for place in places
        for old, new in [(then.figures[place], later.figures[place])]
        if old is not None and new is not None
    ]
