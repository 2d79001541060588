"""Do the numbers agree? The store's days, the ad accounts and the claims, each with its causes.

In: a person and one of their brands. Out: ReconciliationReport, the same for page, API and shell.
Nothing here changes a number or asks a platform: it reads what came of the last comparison, and
sets what is stored against itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from aura.model import AD_PLATFORMS, DayRange, Platform
from aura.reports.account_totals import (
    COMPARED_DAYS,
    AccountTotals,
    compared_accounts,
    compared_days,
)
from aura.reports.attribution import Wanted, attribution
from aura.reports.claim_checks import ClaimCheck, claim_checks
from aura.reports.day_causes import Cause, causes_of, gaps_by_day
from aura.reports.freshness import Source, source_of
from aura.reports.periods import brand_zone
from aura.reports.present import count
from aura.reports.reconcile import Reconciliation, reconciliation_of
from aura.store import reconciliation as store
from aura.store.database import Database
from aura.store.reconciliation import ClaimedByDate
from aura.store.reports import BrandRow, SourceRow, brand, sources


@dataclass(frozen=True, slots=True)
class StoreDay:
    """Total sales of a day here and in the store's own report.

    Attributes:
        figures: the figures that differ, as report less stored; empty when the day is equal.
        cause: why they do; None when they do not.
    """

    date: date
    stored: Decimal
    reported: Decimal
    figures: Mapping[str, Decimal]
    cause: Cause | None

    @property
    def is_equal(self) -> bool:
        """Whether every figure is the same to the cent."""
        return not self.figures


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """An ad account against its campaigns, with the cause of each difference."""

    totals: AccountTotals
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class ReconciliationReport:
    """Everything that the Reconciliation page states.

    Attributes:
        last: what came of the last comparison with Shopify Analytics; None before the first.
        days: its days, newest first.
        currency: the shop's.
    """

    brand: BrandRow
    now: datetime
    currency: str
    last: Reconciliation | None
    days: tuple[StoreDay, ...]
    accounts: tuple[AccountCheck, ...]
    claims: tuple[ClaimCheck, ...]
    sources: tuple[Source, ...]

    @property
    def store_verdict(self) -> str:
        """35 of 35 days equal to the cent."""
        if self.last is None:
            return "Not compared with Shopify Analytics yet"
        if self.last.days is None:
            return "Not compared with Shopify Analytics"
        total = len(self.last.days)
        return f"{total - self.last.differing_days} of {total} days equal to the cent"

    @property
    def account_verdict(self) -> str:
        """2 of 3 ad accounts equal their campaigns."""
        if not self.accounts:
            return "No ad account has settled days to compare"
        equal = sum(one.cause is None for one in self.accounts)
        total = len(self.accounts)
        return f"{equal} of {total} ad account{'' if total == 1 else 's'} equal to the campaigns"

    @property
    def claim_verdict(self) -> str:
        """1,204 purchases claimed, 1,012 orders taken, 655 of them seen from the platforms."""
        known = [one for one in self.claims if one.claimed is not None]
        if not known:
            return "No platform has settled days to compare"
        claimed = sum((one.claimed or Decimal(0) for one in known), Decimal(0))
        seen = sum(one.seen for one in known)
        return (
            f"{count(claimed)} purchases claimed for {count(Decimal(seen))} orders with a tagged "
            "last visit"
        )


async def reconciliation(
    database: Database, *, user_id: UUID, brand_id: UUID, now: datetime
) -> ReconciliationReport:
    """The report. NotFoundError for a brand that is not the person's."""
    async with database.as_user(user_id) as connection:
        known = await brand(connection, brand_id)
        rows = await sources(connection, brand_id)
        local = now.astimezone(brand_zone(known.timezone))
        states = _states(rows, known, local)
        kept = await store.kept(connection, brand_id)
        last = None if kept is None else reconciliation_of(kept[0])
        currency = known.currency if kept is None else kept[1]
        days: tuple[StoreDay, ...] = ()
        if last is not None and last.days is not None:
            differing = sorted(gaps_by_day(last.differences))
            evidence = await store.day_evidence(connection, brand_id, differing)
            stored = await store.sales_days(connection, brand_id, last.days)
            now_stored = {one.date: one.total_sales for one in stored}
            days = _days(last, causes_of(last, evidence, now_stored, currency))
        accounts = await compared_accounts(connection, brand_id, states)
        span = _settled_days(states)
        by_date: Mapping[Platform, ClaimedByDate] = {}
        if span is not None:
            by_date = await store.claims_by_date(connection, brand_id, span)
    claims: tuple[ClaimCheck, ...] = ()
    if span is not None:
        seen = await attribution(
            database,
            user_id=user_id,
            brand_id=brand_id,
            days=span,
            now=now,
            wanted=Wanted(most=0),
        )
        claims = claim_checks(seen, by_date, rows, local)
    return ReconciliationReport(
        brand=known,
        now=local,
        currency=currency,
        last=last,
        days=days,
        accounts=tuple(AccountCheck(one, account_cause(one)) for one in accounts),
        claims=claims,
        sources=states,
    )


def _states(rows: list[SourceRow], known: BrandRow, now: datetime) -> tuple[Source, ...]:
    return tuple(
        source_of(row, now=now, timezone=known.timezone, history_from=known.history_complete_from)
        for row in rows
    )


def _days(last: Reconciliation, causes: Mapping[date, Cause]) -> tuple[StoreDay, ...]:
    gaps = gaps_by_day(last.differences)
    return tuple(
        StoreDay(one.date, one.stored, one.reported, gaps.get(one.date, {}), causes.get(one.date))
        for one in reversed(last.totals)
    )


def _settled_days(states: tuple[Source, ...]) -> DayRange | None:
    """The last days that are settled at every platform and read at the store, at most 28."""
    ads = [one for one in states if one.platform in AD_PLATFORMS and one.last_day is not None]
    shop = next((one for one in states if one.platform == "shopify"), None)
    spans = [compared_days(one) for one in ads]
    if shop is None or shop.through is None or not spans:
        return None
    lasts = [span.last for span in spans if span is not None]
    if len(lasts) < len(spans):
        return None
    last = min(*lasts, shop.through)
    days = DayRange(last - timedelta(days=COMPARED_DAYS - 1), last)
    # claims of days whose orders nobody knows would look like purchases that never were
    covered = [one.covers(days) for one in (*ads, shop)]
    first = max(part.first if part else date.max for part in covered)
    return DayRange(first, last) if first <= last else None


def account_cause(one: AccountTotals) -> Cause | None:
    """Why an account states something else than its campaigns; None when it does not."""
    if not one.differences:
        return None
    if not one.campaign_days:
        return Cause("no_campaigns", "No campaign of the account was read for these days.")
    if one.file_days:
        return Cause(
            "file_days",
            f"{count(Decimal(one.file_days))} of the days' rows came from files, which may hold "
            "one level only.",
        )
    return _by_gaps({each.metric.key: each.amount for each in one.differences}, one)


def _by_gaps(gaps: Mapping[str, Decimal], one: AccountTotals) -> Cause:
    """What the differences of several metrics together show."""
    if gaps.get("ad_spend", Decimal(0)) > 0:
        return Cause(
            "removed_campaigns",
            f"The account spent {one.lines[0][3]} that no listed campaign spent: campaigns that "
            "were deleted, or corrections that the platform books on the account alone.",
        )
    if "ad_spend" in gaps:
        return Cause(
            "corrected_account",
            "The campaigns spent more than the account: the platform has taken money back on the "
            "account, such as for invalid clicks, and not yet on the campaigns.",
        )
    if max(gaps.values()) > 0:
        return Cause(
            "claimed_by_no_campaign",
            "Spend agrees; the account counts clicks or purchases that the platform gives to no "
            "campaign.",
        )
    return Cause(
        "counted_in_several_campaigns",
        "Spend agrees; the platform counts a click or a purchase in several campaigns, and once "
        "in the account.",
    )
