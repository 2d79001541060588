"""An ad account's own total against the sum of its campaigns: a difference is kept and shown.

In: the sums that the store read at both levels over the last 28 settled days. Out: AccountTotals,
one for each ad account whose levels differ. The decision: neither level is corrected by the other;
every page counts the account's own total, and the difference says what no campaign explains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from aura.metrics import BASE_METRICS, Metric
from aura.model import AD_PLATFORMS, PLATFORM_NAMES, DayRange, Platform
from aura.reports.freshness import Source
from aura.reports.present import count, day_range, money_exact
from aura.store import connections as store
from aura.store.connections import COMPARED, AccountTotalsRow
from aura.store.database import Connection

COMPARED_DAYS: Final = 28


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of an account at both levels, exact; they are not equal."""

    metric: Metric
    account: Decimal
    campaigns: Decimal

    @property
    def amount(self) -> Decimal:
        """What the account states beyond its campaigns; negative when they state more."""
        return self.account - self.campaigns


@dataclass(frozen=True, slots=True)
class AccountTotals:
    """An ad account beside its campaigns together.

    Attributes:
        days: the settled days that were compared.
        differences: the metrics that differ, spend first; empty when none does.
        campaign_days: how many rows of campaigns were added up.
        file_days: how many of all rows a file brought.
    """

    integration_id: UUID
    platform: Platform
    external_id: str
    name: str
    currency: str
    days: DayRange
    differences: tuple[Difference, ...]
    campaign_days: int = 0
    file_days: int = 0
    account_spend: Decimal = Decimal(0)

    @property
    def sentence(self) -> str:
        """The difference of the most telling metric, how it arises, and that nothing is lost."""
        first = self.differences[0]
        less = "less" if first.metric.unit == "money" else "fewer"
        word = less if first.amount > 0 else "more"
        return (
            f"Campaigns sum to {self._text(first.metric, abs(first.amount))} {word} "
            f"{first.metric.label.lower()} than the account {self.name} ({day_range(self.days)}). "
            f"{_REASONS[first.amount > 0]} Aura's totals are the account's."
        )

    @property
    def lines(self) -> tuple[tuple[str, str, str, str], ...]:
        """Metric, account, campaigns and difference of each metric that differs, as text."""
        return tuple(
            (
                one.metric.label,
                self._text(one.metric, one.account),
                self._text(one.metric, one.campaigns),
                self._text(one.metric, one.amount),
            )
            for one in self.differences
        )

    def _text(self, metric: Metric, value: Decimal) -> str:
        return money_exact(value, self.currency) if metric.unit == "money" else count(value)


_REASONS: Final[Mapping[bool, str]] = {
    True: (
        "The platform counts what no campaign report lists, such as deleted campaigns and "
        "corrections, in the account alone."
    ),
    False: "The platform may count one click or purchase in several campaigns.",
}


async def differing_accounts(
    connection: Connection, brand_id: UUID, sources: Sequence[Source]
) -> tuple[AccountTotals, ...]:
    """The brand's ad accounts whose total is not the sum of their campaigns.

    Inside a transaction as the person; `sources` are those of the brand.
    """
    found = await compared_accounts(connection, brand_id, sources)
    return tuple(one for one in found if one.differences)


async def compared_accounts(
    connection: Connection, brand_id: UUID, sources: Sequence[Source]
) -> tuple[AccountTotals, ...]:
    """Every ad account that could be compared, those without a difference too."""
    spans = {
        source.integration_id: span
        for source in sources
        if source.platform in AD_PLATFORMS and (span := compared_days(source)) is not None
    }
    if not spans:
        return ()
    platforms = {source.integration_id: source.platform for source in sources}
    rows = await store.account_totals(connection, brand_id, spans)
    return tuple(
        AccountTotals(
            row.integration_id,
            platforms[row.integration_id],
            row.external_id,
            row.name or PLATFORM_NAMES[platforms[row.integration_id]],
            row.currency,
            spans[row.integration_id],
            differences(row),
            campaign_days=row.campaign_days,
            file_days=row.file_days,
            account_spend=row.account["ad_spend"] or Decimal(0),
        )
        for row in rows
    )


def compared_days(source: Source) -> DayRange | None:
    """The last 28 days that are settled, as far as they were read; None when there are none."""
    last = source.settled_through
    if last is None:
        return None
    return source.covers(DayRange(last - timedelta(days=COMPARED_DAYS - 1), last))


def differences(row: AccountTotalsRow) -> tuple[Difference, ...]:
    """The metrics whose two sums differ; one that a level does not state is not compared."""
    found = []
    for key in COMPARED:
        account = row.account[key] if row.account_days else Decimal(0)
        campaigns = row.campaigns[key] if row.campaign_days else Decimal(0)
        if account is not None and campaigns is not None and account != campaigns:
            found.append(Difference(BASE_METRICS[key], account, campaigns))
    return tuple(found)
