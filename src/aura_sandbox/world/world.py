"""The whole world of one seed, scenario and anchor day: its order book and its campaigns."""

from __future__ import annotations

from datetime import date

from aura_sandbox.scenario import AdAccount, AdPlatform, Scenario
from aura_sandbox.world.advertising import CampaignBook
from aura_sandbox.world.demand import Demand
from aura_sandbox.world.shopping import OrderBook


class World:
    """Everything that is true, at any moment."""

    def __init__(self, seed: int, scenario: Scenario, anchor: date) -> None:
        self.seed, self.scenario, self.anchor = seed, scenario, anchor
        demand = Demand(seed, scenario, anchor)
        self.order_book = OrderBook(seed, scenario, anchor, demand)
        self._campaigns = {
            (account.platform, account.id): [
                CampaignBook(seed, scenario, anchor, demand, account, campaign)
                for campaign in account.campaigns
            ]
            for account in scenario.ad_accounts
        }

    def campaigns(self, account: AdAccount) -> list[CampaignBook]:
        """Everything an ad account spends on: its campaigns, and those that no report lists."""
        return self._campaigns[account.platform, account.id]

    def listed_campaigns(self, account: AdAccount) -> list[CampaignBook]:
        """The campaigns that the platform tells of."""
        return [book for book in self.campaigns(account) if book.campaign.listed]

    def account(self, platform: AdPlatform, account_id: str) -> AdAccount | None:
        """An ad account by its number."""
        for account in self.scenario.accounts_of(platform):
            if account.id == account_id:
                return account
        return None
