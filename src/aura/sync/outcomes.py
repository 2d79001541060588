"""Two and four weeks after an insight: how did it turn out? Kept beside its state, once each."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aura.insights.outcome import JUDGED_AFTER, OUTCOME_WAIT, judge
from aura.insights.series import History
from aura.store.database import Connection
from aura.store.insight_answers import due_outcomes, keep_outcome
from aura.sync.findings import Morning

_FORGET: Final = 60


async def keep_outcomes(connection: Connection, morning: Morning, history: History) -> int:
    """Judge what is due on this morning; how many were judged."""
    due = await due_outcomes(
        connection,
        brand_id=morning.brand_id,
        oldest=morning.run_day - timedelta(days=_FORGET),
        newest=morning.run_day - timedelta(days=JUDGED_AFTER[0] + OUTCOME_WAIT),
    )
    judged = 0
    for row in due:
        for after in JUDGED_AFTER:
            age = (morning.run_day - row["opened_on"]).days
            if str(after) in row["outcomes"] or age < after + OUTCOME_WAIT:
                continue
            outcome = judge(
                history,
                row["insight_type"],
                row["related_data"],
                opened_on=row["opened_on"],
                after=after,
            )
            await keep_outcome(
                connection,
                brand_id=morning.brand_id,
                finding_id=row["id"],
                days=after,
                outcome=outcome | {"judged_on": morning.run_day.isoformat()},
            )
            judged += 1
    return judged
