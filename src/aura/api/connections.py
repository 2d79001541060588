"""The document about a brand's connections: state, progress, runs, and levels that differ."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from aura.api.asking import BrandId, Caller, PartsPart, uuid_of
from aura.reports.account_totals import AccountTotals
from aura.reports.connections import Connection, connections

routes = APIRouter()


class DifferenceAnswer(BaseModel):
    """A metric of an ad account, of its campaigns together, and what lies between, exact."""

    metric: str
    account: Decimal
    campaigns: Decimal
    difference: Decimal


class AccountTotalsAnswer(BaseModel):
    """An ad account whose own total is not the sum of its campaigns, over settled days."""

    account_id: str
    name: str
    currency: str
    first: date
    last: date
    sentence: str
    differences: list[DifferenceAnswer]

    @classmethod
    def of(cls, totals: AccountTotals) -> AccountTotalsAnswer:
        """From the report."""
        return cls(
            account_id=totals.external_id,
            name=totals.name,
            currency=totals.currency,
            first=totals.days.first,
            last=totals.days.last,
            sentence=totals.sentence,
            differences=[
                DifferenceAnswer(
                    metric=one.metric.key,
                    account=one.account,
                    campaigns=one.campaigns,
                    difference=one.amount,
                )
                for one in totals.differences
            ],
        )


class RunAnswer(BaseModel):
    """One sync: `outcome` is running, succeeded, try_later, needs_reconnect or bad_data."""

    id: UUID
    kind: str
    rows_read: int
    rows_changed: int
    requests: int
    outcome: str
    message: str | None


class ConnectionAnswer(BaseModel):
    """A platform of the brand. `days_done` of `days_total` is how far history was read."""

    platform: str
    state: str
    sentence: str
    through: date | None
    days_done: int | None
    days_total: int | None
    notices: list[str]
    restated: str
    zones: list[str]
    differences: list[AccountTotalsAnswer]
    runs: list[RunAnswer]

    @classmethod
    def of(cls, one: Connection) -> ConnectionAnswer:
        """From the report."""
        return cls(
            platform=one.platform,
            state=one.word,
            sentence=one.sentence,
            through=one.source.through if one.source else None,
            days_done=one.backfill.days_done if one.backfill else None,
            days_total=one.backfill.days_total if one.backfill else None,
            notices=[f"{notice.sentence} {notice.action}" for notice in one.notices],
            restated=one.restated,
            zones=list(one.zones),
            differences=[AccountTotalsAnswer.of(totals) for totals in one.differences],
            runs=[
                RunAnswer(
                    id=run.id,
                    kind=run.kind,
                    rows_read=run.rows_read,
                    rows_changed=run.rows_changed,
                    requests=run.requests,
                    outcome=run.family,
                    message=run.message,
                )
                for run in one.runs
            ],
        )


class ConnectionsAnswer(BaseModel):
    """Every platform, store first, connected or not."""

    connections: list[ConnectionAnswer]

    @classmethod
    def of(cls, found: Iterable[Connection]) -> ConnectionsAnswer:
        """From the report."""
        return cls(connections=[ConnectionAnswer.of(one) for one in found])


@routes.get("/brands/{brand_id}/connections")
async def brand_connections(
    parts: PartsPart, person: Caller, brand_id: BrandId
) -> ConnectionsAnswer:
    """How each platform is doing, and ad accounts that differ from their campaigns."""
    return ConnectionsAnswer.of(
        await connections(
            parts.database, user_id=person.id, brand_id=uuid_of(brand_id), now=parts.clock()
        )
    )
