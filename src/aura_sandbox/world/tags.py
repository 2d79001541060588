"""UTM tags of paid visits: which campaign of the world somebody came from, as advertisers tag it.

Some campaigns are tagged with their id (the platforms' dynamic parameters), some with their name,
some with the name as a slug; one visit in twelve carries a tag that is no campaign's any more. The
draws are an order's own: they change nothing else about the day.
"""

from __future__ import annotations

import re
from datetime import date

from aura_sandbox.scenario import AdPlatform, Campaign, Scenario
from aura_sandbox.world.chance import generator, pick
from aura_sandbox.world.days import day_of

_PLATFORMS: dict[str, AdPlatform] = {
    "google": "google_ads",
    "facebook": "meta",
    "instagram": "meta",
}
_STALE_SHARE = 1 / 12


class Tags:
    """The campaigns that visits can come from, by platform."""

    def __init__(self, seed: int, scenario: Scenario, anchor: date) -> None:
        self._seed, self._timezone, self._anchor = seed, scenario.shop.timezone, anchor
        self._campaigns: dict[AdPlatform, list[tuple[Campaign, float, str]]] = {
            "meta": [],
            "google_ads": [],
        }
        for account in scenario.ad_accounts:
            known = self._campaigns[account.platform]
            for campaign in account.campaigns:
                if account.enabled and campaign.listed:
                    share = campaign.daily_budget / campaign.cost_per_click
                    tag = _tag(campaign, len(known))
                    known.append((campaign, share * campaign.conversion_rate, tag))

    def campaign(self, order: int, at: int, source: str | None, other: str | None) -> str | None:
        """The utm_campaign of a visit; `other` where the source is no ad platform, or it is old."""
        platform = _PLATFORMS.get(source or "")
        if platform is None or other is None:
            return other
        offset = (day_of(at, self._timezone) - self._anchor).days
        running = [one for one in self._campaigns[platform] if _runs(one[0], offset)]
        random = generator(self._seed, "tags", order, at)
        if not running or random.random() < _STALE_SHARE:
            return other
        return pick(random, running, [weight for _, weight, _ in running])[2]


def _runs(campaign: Campaign, offset: int) -> bool:
    started = campaign.first is None or campaign.first <= offset
    return started and (campaign.last is None or offset <= campaign.last)


def _tag(campaign: Campaign, place: int) -> str:
    if place % 3 == 0:
        return campaign.id
    if place % 3 == 1:
        return campaign.name
    return re.sub(r"[^a-z0-9]+", "-", campaign.name.lower()).strip("-") or campaign.id
