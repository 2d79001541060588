"""An ad account's own days, made from its campaigns'."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from aura.model import AdDay


def account_day(account: str, campaigns: Sequence[AdDay]) -> AdDay:
    """What the campaigns of one day come to; of what none of them states, nothing is stated."""
    known = [day.all_clicks for day in campaigns if day.all_clicks is not None]
    first = campaigns[0]
    return AdDay(
        "account",
        account,
        first.date,
        first.currency,
        ad_spend=sum((day.ad_spend or Decimal(0) for day in campaigns), Decimal(0)),
        impressions=sum(day.impressions or 0 for day in campaigns),
        clicks=sum(day.clicks or 0 for day in campaigns),
        all_clicks=sum(known) if known else None,
        conversions=sum((day.conversions or Decimal(0) for day in campaigns), Decimal(0)),
        conversion_value=sum((day.conversion_value or Decimal(0) for day in campaigns), Decimal(0)),
        action_type=first.action_type,
    )
