"""Campaigns as rows of a table: what a spreadsheet gets, exact."""

from __future__ import annotations

from aura.model import PLATFORM_NAMES
from aura.reports.campaigns import COLUMNS, Campaigns
from aura.reports.delimited import Value

_NAMES = ("platform", "account", "campaign_id", "campaign", "status", "currency")


def campaign_heads(report: Campaigns) -> tuple[str, ...]:
    """What the columns are called: each metric, and what it was in the days before."""
    columns = report.question.columns or COLUMNS
    return (*_NAMES, *columns, *(f"previous_{key}" for key in columns))


def campaign_rows(report: Campaigns) -> list[tuple[Value, ...]]:
    """One row for each campaign of the report, as the heads name it."""
    return [
        (
            PLATFORM_NAMES[line.campaign.platform],
            line.campaign.account_name,
            line.campaign.external_id,
            line.name,
            line.campaign.status,
            line.figures[0].currency,
            *(figure.value for figure in line.figures),
            *(figure.previous for figure in line.figures),
        )
        for line in report.lines
    ]
