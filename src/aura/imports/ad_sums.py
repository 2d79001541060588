"""What a report's rows come to: sums by account, campaign and day.

Rows of one campaign and day are added up, and every row to its account's day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple


class AccountKey(NamedTuple):
    """What a file says of an account; empty where it does not."""

    external_id: str = ""
    name: str = ""


class CampaignKey(NamedTuple):
    """What a file says of a campaign: its id, or only its name."""

    external_id: str = ""
    name: str = ""


@dataclass(slots=True)
class AccountDays:
    """One account's sums by campaign and day, in the file's currency."""

    days: dict[tuple[CampaignKey | None, date], dict[str, Decimal]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    campaigns: dict[CampaignKey, CampaignKey] = field(default_factory=dict)

    def known(self, campaign: CampaignKey) -> CampaignKey:
        """The campaign as its days are kept: by its id where it has one, one object for all."""
        if campaign.external_id:
            self.names.setdefault(campaign.external_id, campaign.name)
            campaign = CampaignKey(campaign.external_id)
        return self.campaigns.setdefault(campaign, campaign)

    def add(self, campaign: CampaignKey | None, day: date, sums: dict[str, Decimal]) -> None:
        """Take in one row, about a campaign that is `known` or about the account alone."""
        days = self.days
        if campaign is not None:
            totals = days.get((campaign, day))
            if totals is None:
                days[campaign, day] = sums
            else:
                _add_up(totals, sums)
        totals = days.get((None, day))
        if totals is None:
            days[None, day] = dict(sums)
        else:
            _add_up(totals, sums)


def _add_up(totals: dict[str, Decimal], sums: dict[str, Decimal]) -> None:
    for column, number in sums.items():
        known = totals.get(column)
        totals[column] = number if known is None else known + number
