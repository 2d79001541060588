"""After new numbers: what do they say? One brand, one transaction as its worker.

In goes a brand and a moment, out comes what was opened, updated and closed. The moment may lie in
the past: the engine then sees what had been read by then, and nothing later.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from aura.insights.engine import examine
from aura.insights.finding import Finding
from aura.insights.lifecycle import (
    Closing,
    Opening,
    Update,
    is_budget_day,
    plan,
    stood_before,
)
from aura.insights.panel import Silence
from aura.reports.history import read_history
from aura.store.database import Database
from aura.store.insights import lock_findings
from aura.store.integrations import note_arrival
from aura.store.sync_state import daily_due
from aura.sync.findings import Morning, ended_findings, standing_findings, write_changes
from aura.sync.outcomes import keep_outcomes

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """What one evaluation did.

    Attributes:
        run_day: the morning's day in the brand's time zone; complete days before it were judged.
        findings: everything found, whether it was new or stood already.
        opened, updated, closed: how many findings were written.
        campaigns: how many campaigns with delivery were looked at.
        silences: platforms about which nothing could be said, and why.
    """

    run_day: date
    findings: tuple[Finding, ...]
    opened: int
    updated: int
    closed: int
    campaigns: int
    silences: tuple[Silence, ...]


async def evaluate_brand(database: Database, *, brand_id: UUID, now: datetime) -> EvaluationResult:
    """Look at a brand's numbers as known at `now` and keep its insights right.

    Repeating it changes nothing but the time of the last look. Raises NotFoundError when there is
    no such brand.
    """
    async with database.as_worker(brand_id) as connection:
        await lock_findings(connection, brand_id=brand_id)
        history, run_day = await read_history(connection, brand_id=brand_id, as_of=now)
        morning = Morning(brand_id, run_day, now)
        standing = await standing_findings(connection, morning)
        with_budget = is_budget_day(standing, str(brand_id), run_day)
        before = stood_before(standing, run_day) | await ended_findings(connection, morning)
        examination = examine(history, run_day, standing=before, with_budget=with_budget)
        changes = plan(
            examination.findings,
            standing,
            judged=examination.judged,
            run_day=run_day,
            now=now,
            # one cause, one insight
            by_story=True,
        )
        await write_changes(connection, morning, changes)
        await keep_outcomes(connection, morning, history)
        await note_arrival(
            connection, brand_id, examination.settled_ages, examination.arrived_shares
        )
    return EvaluationResult(
        run_day=run_day,
        findings=examination.findings,
        opened=sum(isinstance(change, Opening) for change in changes),
        updated=sum(isinstance(change, Update) for change in changes),
        closed=sum(isinstance(change, Closing) for change in changes),
        campaigns=examination.campaigns,
        silences=examination.silences,
    )


async def evaluate_round(database: Database, *, brand_id: UUID, now: datetime) -> None:
    """Look for insights once the brand's numbers of this round are there.

    Also after a platform that failed: it may be the last of the round, and the others are there.
    """
    async with database.as_worker(brand_id) as connection:
        others = await daily_due(connection, brand_id, now=now)
    if others:
        return
    try:
        await evaluate_brand(database, brand_id=brand_id, now=now)
    except Exception:  # noqa: BLE001 - the numbers are stored; insights of tomorrow see them too
        _log.exception("the insights of brand %s could not be evaluated", brand_id)
