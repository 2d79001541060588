"""Everything that the page Overview states of a brand, read in one transaction.

In: a person, one of their brands as it was just read, a range. Out: OverviewPage. The decision:
whatever does not depend on another answer is asked in one round trip, so that a page costs hardly
more than its statements, also where the database is far away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aura.model import DayRange
from aura.reports.account_totals import AccountTotals, differing_accounts
from aura.reports.comparisons import Comparison
from aura.reports.insights import (
    HealthRow,
    InsightRow,
    standing_health_findings,
    standing_insights,
)
from aura.reports.overview import Overview, read_overview
from aura.reports.plans import Plans, read_plans
from aura.store.database import Database
from aura.store.reports import BrandRow


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The figures, the plans, what needs somebody, and accounts that differ from their campaigns.

    As of an earlier day the last three are empty: what stands now was not said then.
    """

    report: Overview
    plans: Plans
    insights: Sequence[InsightRow] = ()
    health: Sequence[HealthRow] = ()
    differing: Sequence[AccountTotals] = ()


async def overview_page(
    database: Database,
    known: BrandRow,
    *,
    user_id: UUID,
    days: DayRange,
    now: datetime,
    comparison: Comparison | None = None,
    metrics: Sequence[str],
    as_of: datetime | None = None,
) -> OverviewPage:
    """The page for the range; `known` is a brand of that person."""
    async with database.as_user(user_id) as connection:
        figures = read_overview(
            connection,
            known,
            days=days,
            now=now,
            comparison=comparison,
            metrics=metrics,
            as_of=as_of,
        )
        async with connection.pipeline():
            if as_of is not None:
                report, plans = await asyncio.gather(
                    figures, read_plans(connection, known.id, days)
                )
                return OverviewPage(report, plans)
            report, plans, insights, health = await asyncio.gather(
                figures,
                read_plans(connection, known.id, days),
                standing_insights(connection, known.id),
                standing_health_findings(connection, known.id),
            )
        differing = await differing_accounts(connection, known.id, report.sources)
    return OverviewPage(report, plans, insights, health, differing)
