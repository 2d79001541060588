"""As of that morning: what had been reported by a day, what Aura said then, what changed since.

In go a brand and a day, out come the sums of the 28 days before it as they were known at the end of
that day beside what the same days are known to be now, and the findings that the engine has on what
was known then. Superseded values come back from `aura.revisions`; nothing that was read later takes
part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from aura.insights.engine import examine
from aura.insights.finding import Finding
from aura.model import DayRange
from aura.reports.as_of import Changed, changed_since
from aura.reports.history import read_history
from aura.reports.periods import as_of_day, end_of
from aura.store import reports
from aura.store.database import Database

SPAN: Final = 28
# how far back the slider reaches
REACH: Final = 60


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
    sums: tuple[Changed, ...]
    findings: tuple[Finding, ...]
    campaigns: int


async def morning_of(
    database: Database, *, user_id: UUID, brand_id: UUID, day: str, now: datetime
) -> Morning:
    """The brand as it looked on a day.

    Raises NotFoundError when the brand is not the person's, InputError for a day that is none.
    """
    async with database.as_user(user_id) as connection:
        brand = await reports.brand(connection, brand_id)
        chosen = as_of_day(day, timezone=brand.timezone, now=now)
        moment = end_of(chosen, timezone=brand.timezone, now=now)
        then, run_day = await read_history(connection, brand_id=brand_id, as_of=moment)
    seen = examine(then, run_day, with_budget=True)
    last = chosen - timedelta(days=1)
    first = chosen - timedelta(days=SPAN)
    sums = await changed_since(
        database,
        user_id=user_id,
        brand_id=brand_id,
        days=DayRange(first, last),
        as_of=moment,
        now=now,
    )
    return Morning(chosen, first, last, sums, seen.findings, seen.campaigns)
