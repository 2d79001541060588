"""What is said beside the insights: what was looked at, whether that is enough, who was told.

`Checked 14 campaigns at 06:15, nothing needs you`; `9 of 14 campaigns sell enough to be judged
within a week`; `You were told of 2 insights in the last seven days`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from aura.insights.baseline import WINDOWS
from aura.insights.lifecycle import WEEKLY_NOTICES
from aura.insights.selection import LEAST_EXPECTED
from aura.model import DayRange
from aura.store import reports
from aura.store.database import Database
from aura.store.insight_answers import (
    LookedAt,
    campaign_volumes,
    looked_at,
    notified_since,
)

_WEEK: Final = 7
_MONTH: Final = 28


@dataclass(frozen=True, slots=True)
class Watch:
    """What stands beside the insights of a brand, a sentence each; `enough` may be empty."""

    checked: str
    enough: str
    notified: str


async def watch_of(database: Database, *, user_id: UUID, brand_id: UUID, now: datetime) -> Watch:
    """The three sentences; `now` is in the brand's zone. NotFoundError as of the brand."""
    today = now.date()
    # days whose conversions have arrived but for a few
    settled = DayRange(today - timedelta(days=_WEEK + _MONTH), today - timedelta(days=_WEEK + 1))
    async with database.as_user(user_id) as connection:
        await reports.brand(connection, brand_id)
        seen = await looked_at(connection, brand_id=brand_id, since=today - timedelta(days=_MONTH))
        volumes = await campaign_volumes(connection, brand_id=brand_id, days=settled)
        told = await notified_since(
            connection, brand_id=brand_id, day=today - timedelta(days=_WEEK)
        )
    return Watch(_checked(seen, now), enough_sentence(volumes), _notified(told))


def _checked(seen: LookedAt, now: datetime) -> str:
    """How many campaigns with delivery were looked at, and when."""
    settling = "Days that still settle are left out."
    if seen.read_at is None or not seen.campaigns:
        return f"The numbers are checked after every sync. {settling}"
    campaigns = "1 campaign" if seen.campaigns == 1 else f"{seen.campaigns} campaigns"
    at = seen.read_at.astimezone(now.tzinfo)
    when = f"{at:%H:%M}" if at.date() == now.date() else f"{at:%H:%M} on {at.day} {at:%b}"
    return f"Checked {campaigns} at {when}, nothing needs you. {settling}"


def enough_sentence(volumes: Sequence[Decimal]) -> str:
    """Whether four weeks' conversions, by campaign, are enough to judge by, and how soon.

    A window holds two weeks at most, and nothing is said of fewer conversions than LEAST_EXPECTED.
    """
    if not volumes:
        return ""
    least, longest = Decimal(str(LEAST_EXPECTED)), max(WINDOWS)
    fortnight = [one * longest / _MONTH for one in volumes]
    total = sum(fortnight, Decimal(0))
    if total < least:
        return (
            f"Not enough data: the ads bring about {total:.0f} conversions in {longest} days, and "
            f"fewer than {least:.0f} say nothing for sure. Aura goes on looking every morning and "
            "stays silent until there is more."
        )
    weekly = sum(one * _WEEK / longest >= least for one in fortnight)
    later = sum(one >= least for one in fortnight) - weekly
    small = len(volumes) - weekly - later
    of = f"{len(volumes)} campaign{'' if len(volumes) == 1 else 's'}"
    parts = [f"Of {of}, {weekly} sell enough to be judged within a week"]
    if later:
        parts.append(f"{later} within a fortnight")
    if small:
        parts.append(
            f"{small} too little to be judged alone (fewer than {least:.0f} conversions in "
            f"{longest} days): they count in their platform's total"
        )
    return ", ".join(parts) + "."


def _notified(told: int) -> str:
    """Of how many insights people were told this week."""
    insights = "1 insight" if told == 1 else f"{told} insights"
    return (
        f"In the last seven days you were told of {insights}, of {WEEKLY_NOTICES} at most; any "
        "others stand here silently."
    )
