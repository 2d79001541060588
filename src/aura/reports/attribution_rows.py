"""Attribution as rows of a table: what a spreadsheet gets, exact."""

from __future__ import annotations

from typing import Final

from aura.errors import InputError
from aura.model import PLATFORM_NAMES
from aura.reports.attribution import AttributionReport, Claim
from aura.reports.delimited import Value, delimited
from aura.reports.seen import Seen

_SEEN: Final = ("orders_last", "revenue_last", "orders_first", "revenue_first")
_CLAIM: Final = ("claimed_conversions", "claimed_value", "overclaim", "value_overclaim")
VISIT_HEADS: Final = (
    "source",
    "medium",
    "campaign",
    "counts_for",
    "campaign_id",
    "campaign_name",
    "currency",
    *_SEEN,
)
CAMPAIGN_HEADS: Final = (
    "platform",
    "campaign_id",
    "campaign_name",
    "claim_currency",
    *_CLAIM,
    "currency",
    *_SEEN,
)


def attribution_csv(report: AttributionReport, table: str) -> str:
    """The visits or the campaigns as CSV; InputError for another table."""
    if table == "visits":
        return delimited(VISIT_HEADS, visit_rows(report))
    if table == "campaigns":
        return delimited(CAMPAIGN_HEADS, campaign_rows(report))
    raise InputError("The table is visits or campaigns.")


def visit_rows(report: AttributionReport) -> list[tuple[Value, ...]]:
    """One row for each source, medium and campaign, in the order of VISIT_HEADS."""
    rows: list[tuple[Value, ...]] = []
    for line in report.visits:
        origin, campaign = line.origin, line.origin.campaign
        rows.append(
            (
                line.source,
                line.medium,
                line.campaign,
                PLATFORM_NAMES[origin.platform]
                if origin.platform and origin.kind in {"campaign", "platform"}
                else origin.kind,
                campaign.external_id if campaign else None,
                campaign.name if campaign else None,
                report.currency,
                *_seen(line.seen),
            )
        )
    return rows


def campaign_rows(report: AttributionReport) -> list[tuple[Value, ...]]:
    """One row for each campaign, in the order of CAMPAIGN_HEADS."""
    return [
        (
            PLATFORM_NAMES[one.campaign.platform],
            one.campaign.external_id,
            one.campaign.name,
            one.claim.value.currency,
            *_claim(one.claim),
            report.currency,
            *_seen(one.claim.seen),
        )
        for one in report.campaigns
    ]


def _seen(seen: Seen) -> tuple[Value, ...]:
    return (seen.last.orders, seen.last.revenue, seen.first.orders, seen.first.revenue)


def _claim(claim: Claim) -> tuple[Value, ...]:
    return (claim.conversions.value, claim.value.value, claim.overclaim, claim.value_overclaim)
