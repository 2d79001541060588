"""As of that morning: what had been reported by a day, what Aura said then, what changed since.

In go a brand and a day, out come the sums of the 28 days before it as they were known at the end of
that day beside what the same days are known to be now, and the insights that stood. Which ones
stood is what the ledger says; for a morning before it began, what the engine says of what was known
then. Superseded values come back from `aura.revisions`; nothing that was read later takes part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from aura.insights.engine import Examination, examine
from aura.insights.finding import HEALTH_TYPES, Finding
from aura.insights.lifecycle import UNCONFIRMED_DAYS, one_a_story
from aura.model import DayRange
from aura.reports.as_of import Changed, changed_since
from aura.reports.history import read_history
from aura.reports.insights import by_cost
from aura.reports.periods import as_of_day, end_of, today_in
from aura.store import reports
from aura.store.database import Connection, Database
from aura.store.insight_answers import (
    InsightWithState,
    StoodRow,
    ledger_began,
    stood_on,
)

SPAN: Final = 28
# how far back the slider reaches
REACH: Final = 60

# where an insight's words come from: its row as it was last told by that day; computed anew from
# what was known then; or its row as it was told later, where the engine does not find it any more
Wording = Literal["stored", "computed", "later"]


@dataclass(frozen=True, slots=True)
class Stood:
    """An insight, or a finding about the data, as it stood at the end of a day.

    Attributes:
        insight: what it said then; its state, end and outcome are those of now.
        is_linked: whether it has a page of its own.
    """

    insight: InsightWithState
    wording: Wording
    platform: str
    is_linked: bool = False

    @property
    def is_health(self) -> bool:
        """Whether it is about the data."""
        return self.insight.insight_type in HEALTH_TYPES

    @property
    def since(self) -> str:
        """What became of it; empty where the ledger does not know it."""
        one = self.insight
        if one.closed_on is not None:
            word = "expired" if one.state == "expired" else "over"
            return f"{word} since {one.closed_on.isoformat()}"
        if not one.is_ours:
            return ""
        return {"snoozed": "put off since", "dismissed": "dismissed since"}.get(
            one.state, "still open"
        )


@dataclass(frozen=True, slots=True)
class Morning:
    """One earlier day of a brand.

    Attributes:
        day: the morning; first, last: the days whose sums are shown.
        sums: as they were known then, and now.
        stood: those about the data first, then by priority and money.
        is_from_ledger: whether `stood` is what was really said; else it is what would have been.
        campaigns: how many were looked at.
    """

    day: date
    first: date
    last: date
    sums: tuple[Changed, ...]
    stood: tuple[Stood, ...]
    is_from_ledger: bool
    campaigns: int

    @property
    def silence(self) -> str:
        """What is said where nothing stood."""
        if not self.campaigns:
            return "Nothing had been read by then."
        counted = "1 campaign was" if self.campaigns == 1 else f"{self.campaigns} campaigns were"
        return f"{counted} looked at; nothing needed you."


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
        kept = await _ledger(connection, brand.timezone, brand_id=brand_id, day=chosen, now=now)
    before = [one.key for one in kept or () if one.opened_before(run_day)]
    seen = examine(then, run_day, standing=before, with_budget=True)
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
    stood = _computed(seen, run_day, moment) if kept is None else _told(kept, seen, chosen)
    return Morning(
        chosen,
        first,
        last,
        sums,
        tuple(sorted(stood, key=_order)),
        kept is not None,
        seen.campaigns,
    )


async def _ledger(
    connection: Connection, timezone: str, *, brand_id: UUID, day: date, now: datetime
) -> list[StoodRow] | None:
    """What stood at the end of the day; None for one before anything was kept."""
    began = await ledger_began(connection, brand_id=brand_id)
    firsts = [one for one in (began.first_finding,) if one is not None]
    if began.first_run is not None:
        firsts.append(today_in(timezone, began.first_run))
    if not firsts or day < min(firsts):
        return None
    return await stood_on(
        connection, brand_id=brand_id, day=day, now=now, dismissed_days=UNCONFIRMED_DAYS
    )


def _told(kept: Sequence[StoodRow], seen: Examination, day: date) -> list[Stood]:
    """What stood, in the words of that morning."""
    found = {one.key: one for one in seen.findings}
    stood: list[Stood] = []
    for row in kept:
        insight, where = row.insight, (row.platform, row.row_id is not None)
        same = found.get(row.key)
        if insight.updated_on is not None and insight.updated_on <= day:
            stood.append(Stood(insight, "stored", *where))
        elif same is None:
            stood.append(Stood(insight, "later", *where))
        else:
            stood.append(Stood(_worded(insight, same), "computed", *where))
    return stood


def _computed(seen: Examination, run_day: date, moment: datetime) -> list[Stood]:
    """What would have been said of a morning of which nothing was kept."""
    findings = one_a_story(seen.findings, (), run_day)
    return [Stood(_unkept(one, moment), "computed", one.scope.platform) for one in findings]


def _worded(insight: InsightWithState, finding: Finding) -> InsightWithState:
    return replace(
        insight,
        priority=finding.priority,
        title=finding.title,
        description=finding.description,
        action_items=[step.as_json() for step in finding.action_items],
        related_data=finding.details,
    )


def _unkept(finding: Finding, moment: datetime) -> InsightWithState:
    return InsightWithState(
        id=uuid5(NAMESPACE_URL, finding.dedup_key),
        insight_type=finding.finding_type,
        priority=finding.priority,
        title=finding.title,
        description=finding.description,
        action_items=[step.as_json() for step in finding.action_items],
        related_data=finding.details,
        is_read=True,
        created_at=moment,
        expires_at=None,
        state="open",
        is_ours=False,
        opened_on=None,
        updated_on=None,
        closed_on=None,
        snoozed_until=None,
        dismissed_reason=None,
        is_useful=None,
        done_at=None,
        notified_on=None,
        outcomes={},
    )


def _order(one: Stood) -> tuple[bool, int, Decimal]:
    return not one.is_health, *by_cost(one.insight.priority, one.insight.related_data)
