"""Small worlds with known events, written apart from the engine.

Every purchase is drawn with the morning on which the platform first shows it, so a world can be
looked at on any morning: `World.history(morning)` is what had been read by then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from aura.insights.series import EntityDays, History, Snapshots, Source, StoreDays

AGES = 30
FIRST_DAY = date(2025, 3, 3)


def lag(prompt: float, mean_days: float) -> np.ndarray:
    """Share of a day's purchases first shown at each age: a prompt part on the next morning, the
    rest spread out with this mean."""
    age = np.arange(AGES)
    late = np.where(age >= 1, np.exp(-(age - 1) / mean_days), 0.0)
    late /= late.sum()
    share = (1 - prompt) * late
    share[1] += prompt
    return share


@dataclass(frozen=True)
class Campaign:
    name: str
    platform: str = "meta"
    daily_spend: float = 200.0
    cost_per_click: float = 1.0
    conversion_rate: float = 0.04
    lag: tuple[float, float] = (0.6, 4.0)
    currency: str = "USD"
    account: str = "1"


@dataclass(frozen=True)
class Event:
    """What happens on the days `first` to `last`, as offsets from the first day.

    `factor` multiplies: `rate` the conversion rate, `click_price` the cost per click, `spend` the
    budget, `value` what an order is worth, `outage` the conversions tracked, `promotion` every rate
    and the store's orders.
    """

    kind: str
    first: int
    last: int
    factor: float = 0.0
    platform: str | None = None
    campaign: str | None = None

    def touches(self, campaign: Campaign) -> bool:
        return self.platform in {None, campaign.platform} and self.campaign in {
            None,
            campaign.name,
        }


@dataclass
class World:
    campaigns: list[Campaign]
    seed: int = 0
    days: int = 300
    day_noise: float = 0.06
    organic_orders: float = 30.0
    events: list[Event] = field(default_factory=list)
    with_store: bool = True
    # whether who clicked during an outage and buys after it is counted
    outages_fill_up: bool = False
    currency: str = "USD"

    def __post_init__(self) -> None:
        random = np.random.default_rng(self.seed)
        count = len(self.campaigns)
        shape = (count, self.days)
        factors = {
            kind: np.ones(shape) for kind in ("rate", "click_price", "spend", "value", "kept")
        }
        common = np.ones(self.days)
        for event in self.events:
            days = slice(event.first, event.last + 1)
            if event.kind == "promotion":
                common[days] *= event.factor
                continue
            kind = "kept" if event.kind == "outage" else event.kind
            for row, campaign in enumerate(self.campaigns):
                if event.touches(campaign):
                    factors[kind][row, days] *= event.factor
        week = 1 + 0.15 * np.sin(np.arange(7) / 7 * 2 * np.pi)
        weekday = week[np.arange(self.days) % 7]
        noise = np.exp(random.normal(0, self.day_noise, shape))
        budget = np.array([[campaign.daily_spend] for campaign in self.campaigns])
        wiggle = np.exp(random.normal(0, 0.12, shape))
        self.spend = np.round(budget * wiggle * factors["spend"], 2)
        price = np.array([[campaign.cost_per_click] for campaign in self.campaigns])
        self.clicks = random.poisson(self.spend / (price * factors["click_price"]))
        rate = np.array([[campaign.conversion_rate] for campaign in self.campaigns])
        mean = self.clicks * rate * factors["rate"] * noise * weekday * common
        shares = np.array([lag(*campaign.lag) for campaign in self.campaigns])
        bought = random.poisson(mean[:, :, None] * shares[:, None, :])
        self.order_value = 80 * factors["value"]
        self.arrivals = self._tracked(random, bought, factors["kept"])
        self.orders = random.poisson(self.organic_orders * weekday * common).astype(float)
        for row in range(count):
            for age in range(1, AGES):
                # bought on the day before the morning on which it is first shown
                shown = bought[row, : self.days - age + 1, age]
                self.orders[age - 1 : age - 1 + len(shown)] += shown

    def _tracked(self, random, bought: np.ndarray, kept: np.ndarray) -> np.ndarray:
        """Without purchases made, or clicked for, on days of an outage."""
        clicked = np.ones_like(kept) if self.outages_fill_up else kept
        chance = np.repeat(clicked[:, :, None], AGES, axis=2)
        if self.outages_fill_up:
            chance[:, :, 1] *= kept
        for age in range(2, AGES):
            chance[:, : self.days - age + 1, age] *= kept[:, age - 1 :]
        return random.binomial(bought, np.clip(chance, 0, 1))

    def day(self, offset: int) -> date:
        return FIRST_DAY + timedelta(days=offset)

    def known(self, morning: int) -> np.ndarray:
        """Conversions of the days before `morning` (an offset) as read on that morning."""
        total = np.cumsum(self.arrivals, axis=2)
        age = np.clip(morning - np.arange(morning), 0, AGES - 1)
        return total[:, np.arange(morning), age].astype(float)

    def history(self, morning: int, *, nights: int = 60) -> History:
        """What had been read by the morning, after a backfill `nights` mornings before it."""
        conversions = self.known(morning)
        entities = tuple(
            EntityDays(
                platform=campaign.platform,
                level="campaign",
                entity_id=f"{campaign.platform}-{campaign.name}",
                name=campaign.name,
                account_id=campaign.account,
                currency=campaign.currency,
                spend=self.spend[row, :morning],
                clicks=self.clicks[row, :morning].astype(float),
                conversions=conversions[row],
                value=conversions[row] * self.order_value[row, :morning],
            )
            for row, campaign in enumerate(self.campaigns)
        )
        platforms = list(dict.fromkeys(campaign.platform for campaign in self.campaigns))
        yesterday = self.day(morning - 1)
        return History(
            brand="brand",
            currency=self.currency,
            timezone="UTC",
            first_day=FIRST_DAY,
            days=morning,
            entities=entities,
            sources=tuple(Source(name, self.day(morning), yesterday) for name in platforms),
            snapshots=tuple(self._snapshots(name, morning, nights) for name in platforms),
            store=StoreDays(self.orders[:morning]) if self.with_store else None,
        )

    def _snapshots(self, platform: str, morning: int, nights: int) -> Snapshots:
        rows = [n for n, campaign in enumerate(self.campaigns) if campaign.platform == platform]
        first = max(morning - 90, 0)
        total = np.cumsum(self.arrivals[rows], axis=2)[:, first:morning].astype(float)
        read_on = first + np.arange(morning - first)[:, None] + np.arange(AGES)
        seen = (read_on > morning - nights) & (read_on <= morning)
        return Snapshots(
            platform,
            tuple(f"{platform}-{self.campaigns[n].name}" for n in rows),
            self.day(first),
            np.where(seen, total, np.nan),
        )


def shop(**changes) -> World:
    """Two platforms, seven campaigns, about 45 tracked conversions a day."""
    campaigns = [
        Campaign("Prospecting", daily_spend=250, conversion_rate=0.04),
        Campaign("Lookalike", daily_spend=120, conversion_rate=0.035),
        Campaign("Retargeting", daily_spend=80, conversion_rate=0.06),
        Campaign("Story", daily_spend=90, conversion_rate=0.03, lag=(0.15, 7.0)),
        Campaign("Brand", "google_ads", 60, 0.55, 0.055, (0.8, 3.0)),
        Campaign("Shopping", "google_ads", 200, 0.8, 0.03, (0.65, 5.0)),
        Campaign("Jackets", "google_ads", 110, 1.2, 0.04, (0.5, 6.0)),
    ]
    return World(**({"campaigns": campaigns} | changes))
