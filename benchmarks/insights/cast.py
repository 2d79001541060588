"""Who plays: brands by tier, their campaigns and what is going to happen to them, at random."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from truth import Array, Campaign, Event, Outage

FIRST_DAY = date(2024, 11, 1)
DAYS = 400
AGES = 36
# daily spend, share of brands, campaigns
TIERS = {
    "micro": ((50, 150), 0.25, (2, 4)),
    "small": ((300, 1000), 0.35, (3, 6)),
    "mid": ((2000, 8000), 0.30, (4, 8)),
    "large": ((15000, 50000), 0.10, (5, 10)),
}
# money per US dollar
CURRENCIES = {"USD": 1.0, "EUR": 0.9, "GBP": 0.8, "JPY": 150.0, "SEK": 10.5}


@dataclass
class Cast:
    """A brand before anything happened."""

    brand: str
    tier: str
    currency: str
    scale: float
    campaigns: list[Campaign]
    budget: Array
    cpc: Array
    cvr: Array
    aov: float

    @property
    def count(self) -> int:
        return len(self.campaigns)


def draw_cast(random: np.random.Generator, name: str, number: int) -> Cast:
    tiers = list(TIERS)
    tier = tiers[int(random.choice(len(tiers), p=[TIERS[one][1] for one in tiers]))]
    (low, high), _, (fewest, most) = TIERS[tier]
    count = int(random.integers(fewest, most + 1))
    single = random.random() < 0.15
    platforms = ["meta" if single or random.random() < 0.55 else "google_ads" for _ in range(count)]
    if not single and len(set(platforms)) == 1:
        platforms[-1] = "google_ads" if platforms[0] == "meta" else "meta"
    currency = str(random.choice(list(CURRENCIES), p=[0.6, 0.2, 0.1, 0.05, 0.05]))
    total = np.exp(random.uniform(np.log(low), np.log(high)))
    return Cast(
        brand=f"{name}-{number:03d}",
        tier=tier,
        currency=currency,
        scale=CURRENCIES[currency],
        campaigns=[
            Campaign(platform, f"{platform[0]}{n}", f"Campaign {n}")
            for n, platform in enumerate(platforms)
        ],
        budget=random.dirichlet(np.full(count, 2.5)) * total * CURRENCIES[currency],
        cpc=np.exp(random.normal(np.log(0.9), 0.4, count)) * CURRENCIES[currency],
        cvr=np.exp(random.normal(np.log(0.03), 0.4, count)),
        aov=float(np.exp(random.normal(np.log(75), 0.35))) * CURRENCIES[currency],
    )


KINDS = {
    # multipliers on (cost per click, conversion rate, order value) as powers of the factor
    "click_price_up": (1.0, 0.0, 0.0, (1.35, 2.4)),
    "rate_down": (0.0, -1.0, 0.0, (1.35, 2.8)),
    "value_down": (0.0, 0.0, -1.0, (1.35, 2.0)),
    "mixed_bad": (0.4, -0.6, 0.0, (1.5, 2.8)),
    "rate_up": (0.0, 1.0, 0.0, (1.35, 2.2)),
    "click_price_down": (-1.0, 0.0, 0.0, (1.35, 2.0)),
    "value_up": (0.0, 0.0, 1.0, (1.35, 1.8)),
}
_ODDS = (0.2, 0.3, 0.1, 0.12, 0.16, 0.06, 0.06)


def draw_events(
    random: np.random.Generator, cast: Cast, *, mean: float = 3.6, ramps: float = 0.0
) -> list[Event]:
    """None for a quarter of the brands; apart from each other by a month per scope."""
    if random.random() < 0.25:
        return []
    events: list[Event] = []
    for _ in range(int(random.poisson(mean))):
        kind = str(random.choice(list(KINDS), p=_ODDS))
        low, high = KINDS[kind][3]
        length = int(random.integers(6, 29))
        first = int(random.integers(75, DAYS - 10))
        level = str(random.choice(["campaign", "brand", "platform"], p=[0.7, 0.2, 0.1]))
        row = int(random.integers(cast.count))
        platform = cast.campaigns[row].platform
        rows = [n for n, one in enumerate(cast.campaigns) if one.platform == platform]
        if level == "platform" and (len(rows) < 2 or len(rows) == cast.count):
            level = "campaign"
        if level == "brand":
            rows = list(range(cast.count))
        rows = [row] if level == "campaign" else rows
        last = min(first + length - 1, DAYS - 1)
        if any(
            set(rows) & set(one.rows) and first <= one.last + 35 and one.first <= last + 35
            for one in events
        ):
            continue
        factor = float(np.exp(random.uniform(np.log(low), np.log(high))))
        shape = "ramp" if random.random() < ramps else "step"
        events.append(Event(level, platform, tuple(rows), first, last, kind, factor, shape))  # type: ignore[arg-type]
    return events


def multipliers(cast: Cast, events: list[Event]) -> tuple[Array, Array, Array]:
    """Of cost per click, conversion rate and order value, (K, T) each."""
    found = tuple(np.ones((cast.count, DAYS)) for _ in range(3))
    for event in events:
        length = event.last - event.first + 1
        way = np.ones(length)
        if event.shape == "ramp":
            way = np.minimum((np.arange(length) + 1) / max(length * 0.5, 1), 1.0)
        for power, values in zip(KINDS[event.kind], found, strict=False):
            values[list(event.rows), event.first : event.last + 1] *= event.factor ** (power * way)
    return found  # type: ignore[return-value]


def draw_outages(random: np.random.Generator, cast: Cast, odds: float) -> list[Outage]:
    outages = []
    for platform in dict.fromkeys(one.platform for one in cast.campaigns):
        if random.random() < odds:
            first = int(random.integers(100, DAYS - 12))
            outages.append(Outage(platform, first, first + int(random.integers(2, 9))))
    return outages


def ornstein(
    random: np.random.Generator, shape: tuple[int, ...], deviation: float, days: float
) -> Array:
    """A stationary slow wander with this deviation and time constant, along the last axis."""
    keep = np.exp(-1.0 / days)
    steps = random.normal(0, deviation * np.sqrt(1 - keep**2), shape)
    steps[..., 0] = random.normal(0, deviation, shape[:-1])
    for day in range(1, shape[-1]):
        steps[..., day] += keep * steps[..., day - 1]
    return steps


def black_friday(year: int) -> date:
    november = date(year, 11, 1)
    return november + timedelta(days=(3 - november.weekday()) % 7 + 22)


def span(first: date, last: date) -> slice:
    lower, upper = (first - FIRST_DAY).days, (last - FIRST_DAY).days
    return slice(min(max(lower, 0), DAYS), min(max(upper + 1, 0), DAYS))
