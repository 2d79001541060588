"""Do the numbers agree: the store's days, the ad accounts, the claims, each with its causes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from aura.api.answers import Days
from aura.api.asking import (
    BrandId,
    Caller,
    PartsPart,
    only_now,
    uuid_of,
)
from aura.reports.claim_checks import ClaimCheck
from aura.reports.day_causes import Cause
from aura.reports.reconciliation import (
    AccountCheck,
    ReconciliationReport,
    StoreDay,
    reconciliation,
)

routes = APIRouter()


class DifferenceAnswer(BaseModel):
    """One figure of one day of which the store's own reports say something else."""

    date: date
    figure: str
    stored: Decimal
    reported: Decimal


class CauseAnswer(BaseModel):
    """A cause, found by a rule over the data."""

    key: str
    sentence: str

    @classmethod
    def of(cls, cause: Cause) -> CauseAnswer:
        """From the report."""
        return cls(key=cause.key, sentence=cause.sentence)


class StoreDayAnswer(BaseModel):
    """Total sales of a day here and in Shopify Analytics.

    `figures` holds what differs, as report less stored; it is empty when the day is equal.
    """

    date: date
    stored: Decimal
    reported: Decimal
    figures: dict[str, Decimal]
    cause: CauseAnswer | None

    @classmethod
    def of(cls, day: StoreDay) -> StoreDayAnswer:
        """From the report."""
        return cls(
            date=day.date,
            stored=day.stored,
            reported=day.reported,
            figures=dict(day.figures),
            cause=None if day.cause is None else CauseAnswer.of(day.cause),
        )


class LevelsAnswer(BaseModel):
    """One metric of an ad account at both levels."""

    metric: str
    account: Decimal
    campaigns: Decimal


class AccountCheckAnswer(BaseModel):
    """An ad account against its campaigns; without differences both say the same."""

    platform: str
    external_id: str
    name: str
    currency: str
    days: Days
    differences: list[LevelsAnswer]
    cause: CauseAnswer | None

    @classmethod
    def of(cls, check: AccountCheck) -> AccountCheckAnswer:
        """From the report."""
        one = check.totals
        return cls(
            platform=one.platform,
            external_id=one.external_id,
            name=one.name,
            currency=one.currency,
            days=Days(first=one.days.first, last=one.days.last),
            differences=[
                LevelsAnswer(metric=each.metric.key, account=each.account, campaigns=each.campaigns)
                for each in one.differences
            ],
            cause=None if check.cause is None else CauseAnswer.of(check.cause),
        )


class ClaimCheckAnswer(BaseModel):
    """Purchases that a platform claims, against orders whose last visit carried its tags."""

    platform: str
    days: Days
    claimed: Decimal | None
    reason: str | None
    orders_seen: int
    orders_untagged: int
    difference: Decimal | None
    causes: list[CauseAnswer]

    @classmethod
    def of(cls, check: ClaimCheck) -> ClaimCheckAnswer:
        """From the report."""
        return cls(
            platform=check.platform,
            days=Days(first=check.days.first, last=check.days.last),
            claimed=check.claimed,
            reason=check.reason,
            orders_seen=check.seen,
            orders_untagged=check.untagged,
            difference=check.difference,
            causes=[CauseAnswer.of(cause) for cause in check.causes],
        )


class ReconciliationAnswer(BaseModel):
    """What the Reconciliation page states.

    `state`, `sentence` and `differences` are the last comparison with Shopify Analytics; `state` is
    `unknown` before the first. `store_days` holds every compared day, newest first.
    """

    state: Literal["unknown", "same", "differs", "not_compared"] = "unknown"
    sentence: str | None = None
    checked_at: datetime | None = None
    currency: str
    days: Days | None = None
    differing_days: int = 0
    differences: list[DifferenceAnswer] = []
    store_verdict: str
    store_days: list[StoreDayAnswer]
    account_verdict: str
    accounts: list[AccountCheckAnswer]
    claim_verdict: str
    claims: list[ClaimCheckAnswer]

    @classmethod
    def of(cls, report: ReconciliationReport) -> ReconciliationAnswer:
        """From the report."""
        found = report.last
        days = None if found is None else found.days
        return cls(
            state="unknown" if found is None else found.state,
            sentence=None if found is None else found.sentence(report.currency),
            checked_at=None if found is None else found.checked_at,
            currency=report.currency,
            days=None if days is None else Days(first=days.first, last=days.last),
            differing_days=0 if found is None else found.differing_days,
            differences=[
                DifferenceAnswer(
                    date=one.date, figure=one.figure, stored=one.stored, reported=one.reported
                )
                for one in (() if found is None else found.differences)
            ],
            store_verdict=report.store_verdict,
            store_days=[StoreDayAnswer.of(day) for day in report.days],
            account_verdict=report.account_verdict,
            accounts=[AccountCheckAnswer.of(one) for one in report.accounts],
            claim_verdict=report.claim_verdict,
            claims=[ClaimCheckAnswer.of(one) for one in report.claims],
        )


@routes.get("/brands/{brand_id}/reconciliation", dependencies=[Depends(only_now("reconciliation"))])
async def brand_reconciliation(
    parts: PartsPart, person: Caller, brand_id: BrandId
) -> ReconciliationAnswer:
    """Store days against Shopify Analytics, accounts against campaigns, claims against orders."""
    report = await reconciliation(
        parts.database, user_id=person.id, brand_id=uuid_of(brand_id), now=parts.clock()
    )
    return ReconciliationAnswer.of(report)
