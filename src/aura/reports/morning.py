"""As of that morning: what had been reported by a day, what Aura said then, what changed since.

In go a brand and a day, out come the sums of the 28 days before it as they were known at the end of
that day beside what the same days are known to be now, and the findings that the engine has on what
was known then. Superseded values come back from `aura.revisions`; nothing that was read later takes
part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from aura.errors import InputError
from aura.insights.engine import examine
from aura.insights.finding import Finding
from aura.insights.series import FloatArray, History
from aura.model import AD_PLATFORMS, PLATFORM_NAMES, Platform
from aura.reports.history import read_history
from aura.reports.periods import brand_zone
from aura.store import reports
from aura.store.database import Database

SPAN: Final = 28
# how far back the slider reaches
REACH: Final = 60
_MEASURES: Final = ("spend", "clicks", "conversions", "value")


@dataclass(frozen=True, slots=True)
class ThenNow:
    """A sum of the SPAN days before the morning; None where nothing was known."""

    platform: Platform
    measure: str
    currency: str
    then: float | None
    now: float | None

    @property
    def change(self) -> float | None:
        """How much it grew since, as a share; None where it cannot be told."""
        if self.then is None or self.now is None or self.then == 0:
            return None
        return self.now / self.then - 1.0


@dataclass(frozen=True, slots=True)
class Morning:
    """One earlier day of a brand.

    Attributes:
        day: the morning; first, last: the days whose sums are shown.
        sums: as they were known then, and now.
        findings: what the engine has to say on what was known then.
        campaigns: how many were looked at.
    """

    day: date
    first: date
    last: date
    sums: tuple[ThenNow, ...]
    findings: tuple[Finding, ...]
    campaigns: int


def morning_day(text: str, *, today: date) -> date:
    """The day in an address; InputError for one that is not a day or has not come yet."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is not a day; write {today.isoformat()}.") from None
    if day > today:
        raise InputError("That morning has not come yet: choose an earlier day.")
    return day


async def morning_of(
    database: Database, *, user_id: UUID, brand_id: UUID, day: str, now: datetime
) -> Morning:
    """The brand as it looked on a day.

    Raises NotFoundError when the brand is not the person's, InputError for a day that is none.
    """
    async with database.as_user(user_id) as connection:
        brand = await reports.brand(connection, brand_id)
        zone = brand_zone(brand.timezone)
        chosen = morning_day(day, today=now.astimezone(zone).date())
        moment = min(datetime.combine(chosen, time(23, 59, 59), zone), now)
        then, run_day = await read_history(connection, brand_id=brand_id, as_of=moment)
        later, _ = await read_history(connection, brand_id=brand_id, as_of=now)
    seen = examine(then, run_day, with_budget=True)
    last = chosen - timedelta(days=1)
    first = chosen - timedelta(days=SPAN)
    before, after = _sums(then, first, last), _sums(later, first, last)
    return Morning(
        day=chosen,
        first=first,
        last=last,
        sums=tuple(
            ThenNow(platform, measure, currency, before.get(key), after.get(key))
            for key in sorted(before.keys() | after.keys(), key=_place)
            for platform, measure, currency in [key]
        ),
        findings=seen.findings,
        campaigns=seen.campaigns,
    )


_Key = tuple[Platform, str, str]


def _place(key: _Key) -> tuple[int, str, int]:
    platform, measure, currency = key
    measures = (*_MEASURES, "orders")
    return list(PLATFORM_NAMES).index(platform), currency, measures.index(measure)


def _sums(history: History, first: date, last: date) -> Mapping[_Key, float]:
    """Sums over days by platform, measure and currency, of accounts without their campaigns."""
    days = slice(max(history.index(first), 0), max(history.index(last) + 1, 0))
    found: dict[_Key, float] = {}
    for platform in AD_PLATFORMS:
        own = [entity for entity in history.entities if entity.platform == platform]
        has_campaigns = any(entity.level == "campaign" for entity in own)
        for entity in own:
            if has_campaigns and entity.level != "campaign":
                continue
            for measure in _MEASURES:
                values: FloatArray = getattr(entity, measure)[days]
                if np.isfinite(values).any():
                    key = (platform, measure, entity.currency)
                    found[key] = found.get(key, 0.0) + float(np.nansum(values))
    if history.store is not None and np.isfinite(history.store.orders[days]).any():
        orders = float(np.nansum(history.store.orders[days]))
        found["shopify", "orders", history.currency] = orders
    return found
