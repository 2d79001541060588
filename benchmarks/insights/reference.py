"""Generator 4, "reference": written from a published description of a simulator, never tuned on.

The description is that of the simulator on which usual rules and forecasting tools were measured
(see docs/insight-benchmark.md): brands of four sizes over 400 days with two Black Fridays, spend
that wanders and is moved in steps, drift of click price and conversion rate, a week, Black Friday,
a dip at Christmas, four smaller occasions, two to five unannounced promotions, Poisson purchases,
gamma order values, one table of arrival by age of the click's day for everyone. About 530 events in
200 brands, a quarter of the brands without any. It shares the setting (sizes, length, first day)
with the other generators and none of their draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from cast import AGES, DAYS, FIRST_DAY, TIERS, black_friday, span
from truth import Array, Campaign, Event, World

# share of a click day's purchases that is read by age 1, 2, …
ARRIVED = (0.55, 0.75, 0.85, 0.91, 0.945, 0.965, 0.985, 1.0)
# variance of an order's value over its mean's square
VALUE_SPREAD = 0.36
WITHOUT_EVENTS = 0.25
EVENTS = 4.9
# kind: odds; what it multiplies; from and to
KINDS: dict[str, tuple[float, str, float, float]] = {
    "click_price_up": (0.25, "price", 1.35, 2.4),
    "rate_down": (0.35, "rate", 0.35, 0.72),
    "value_down": (0.15, "value", 0.5, 0.75),
    "rate_up": (0.25, "rate", 1.4, 2.4),
}
# first day, last day, what it does to the conversion rate
OCCASIONS = (
    (date(2025, 2, 11), date(2025, 2, 14), 1.15),
    (date(2025, 5, 6), date(2025, 5, 11), 1.2),
    (date(2025, 7, 8), date(2025, 7, 11), 0.9),
    (date(2025, 10, 7), date(2025, 10, 8), 0.9),
)


@dataclass(frozen=True)
class _Brand:
    tier: str
    campaigns: list[Campaign]
    budget: Array
    price: Array
    rate: Array
    value: float


def make(seed: int, number: int, noise: float) -> World:
    random = np.random.default_rng((44, seed, number))
    brand = _brand(random)
    shape = (len(brand.campaigns), DAYS)
    events = _events(random, brand)
    moved = _moved(events, shape)
    base_cpc = brand.price[:, None] * np.exp(_wander(random, shape, 0.95, 0.10))
    base_cvr = brand.rate[:, None] * np.exp(_wander(random, shape, 0.97, 0.12))
    base_aov = np.full(shape, brand.value)
    cpc, cvr, aov = base_cpc * moved["price"], base_cvr * moved["rate"], base_aov * moved["value"]
    money, dearer, readier, unusual = _calendar(random)
    spend = np.round(_spend(random, brand) * money, 2)
    clicks = random.poisson(spend / (cpc * dearer))
    week = np.exp(random.normal(0, 0.1, 7))
    readier = readier * (week / week.mean())[np.arange(DAYS) % 7]
    mean = clicks * cvr * readier * np.exp(random.normal(0, noise, shape))
    bought = random.poisson(mean[:, :, None] * _shares())
    values = np.zeros(bought.shape)
    some = bought > 0
    each = np.broadcast_to(aov[:, :, None], bought.shape)[some]
    values[some] = random.gamma(bought[some] / VALUE_SPREAD, each * VALUE_SPREAD)
    orders = _orders(random, bought, mean * readier / readier.mean())
    always = np.ones(DAYS + 1, dtype=bool)
    return World(
        brand=f"reference-{number:03d}",
        currency="USD",
        first_day=FIRST_DAY,
        campaigns=brand.campaigns,
        spend=spend,
        clicks=clicks,
        counts=np.cumsum(bought, axis=2),
        amounts=np.round(np.cumsum(values, axis=2), 2),
        orders=orders,
        revenue=np.round(orders * brand.value, 2),
        reads=dict.fromkeys(("meta", "google_ads", "shopify"), always),
        cpc=cpc,
        cvr=cvr,
        aov=aov,
        base_cpc=base_cpc,
        base_cvr=base_cvr,
        base_aov=base_aov,
        unusual=unusual,
        events=events,
        tier=brand.tier,
    )


def _brand(random: np.random.Generator) -> _Brand:
    tier = str(random.choice(list(TIERS), p=[share for _, share, _ in TIERS.values()]))
    (least, most), _, (fewest, many) = TIERS[tier]
    count = int(random.integers(fewest, many + 1))
    weights = random.uniform(0.4, 1.6, count)
    platforms = ["meta", "google_ads", *random.choice(["meta", "google_ads"], count - 2)]
    return _Brand(
        tier=tier,
        campaigns=[
            Campaign(str(platform), f"r{place}", f"Campaign {place}")
            for place, platform in enumerate(platforms)
        ],
        budget=weights / weights.sum() * float(np.exp(random.uniform(np.log(least), np.log(most)))),
        price=np.exp(random.normal(np.log(1.0), 0.35, count)),
        rate=np.exp(random.normal(np.log(0.025), 0.35, count)),
        value=float(np.exp(random.normal(np.log(80), 0.3))),
    )


def _wander(
    random: np.random.Generator, shape: tuple[int, ...], keep: float, deviation: float
) -> Array:
    """An autoregression along the last axis with this deviation."""
    found = np.empty(shape)
    found[:, 0] = random.normal(0, deviation, shape[0])
    for day in range(1, shape[1]):
        step = random.normal(0, deviation * np.sqrt(1 - keep**2), shape[0])
        found[:, day] = keep * found[:, day - 1] + step
    return found


def _events(random: np.random.Generator, brand: _Brand) -> list[Event]:
    """At least four weeks between two that touch the same campaign."""
    if random.random() < WITHOUT_EVENTS:
        return []
    count = len(brand.campaigns)
    free = np.ones((count, DAYS), dtype=bool)
    events = []
    for _ in range(int(random.poisson(EVENTS))):
        kind = str(random.choice(list(KINDS), p=[odds for odds, *_ in KINDS.values()]))
        _, _, low, high = KINDS[kind]
        whole = random.random() < 0.25
        rows = tuple(range(count)) if whole else (int(random.integers(count)),)
        first = int(random.integers(90, DAYS - 7))
        last = min(first + int(random.integers(7, 31)), DAYS) - 1
        factor = float(np.exp(random.uniform(np.log(low), np.log(high))))
        if free[list(rows), first : last + 1].all():
            free[list(rows), max(first - 28, 0) : last + 29] = False
            platform = "" if whole else brand.campaigns[rows[0]].platform
            level = "brand" if whole else "campaign"
            events.append(Event(level, platform, rows, first, last, kind, factor))  # type: ignore[arg-type]
    return events


def _moved(events: list[Event], shape: tuple[int, ...]) -> dict[str, Array]:
    """What the events do to click price, conversion rate and order value, (K, T) each."""
    moved = {part: np.ones(shape) for part in ("price", "rate", "value")}
    for event in events:
        moved[KINDS[event.kind][1]][list(event.rows), event.first : event.last + 1] *= event.factor
    return moved


def _calendar(random: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Factors of spend, click price and conversion rate, and the days near an occasion, (T,)."""
    spend, price, rate = (np.ones(DAYS) for _ in range(3))
    marked = np.zeros(DAYS, dtype=bool)
    for year in (2024, 2025):
        sale = span(black_friday(year), black_friday(year) + timedelta(days=3))
        spend[sale], price[sale], rate[sale] = 2.5, 1.35, 1.7
        dip = span(date(year, 12, 23), date(year, 12, 28))
        rate[dip] = 0.7
        marked[sale] = marked[dip] = True
    for first, last, lift in OCCASIONS:
        rate[span(first, last)] *= lift
        marked[span(first, last)] = True
    for _ in range(int(random.integers(2, 6))):
        start = int(random.integers(0, DAYS - 5))
        days = slice(start, start + int(random.integers(2, 6)))
        rate[days] *= random.uniform(1.2, 1.7)
        marked[days] = True
    return spend, price, rate, np.convolve(marked, np.ones(15), "same") > 0


def _spend(random: np.random.Generator, brand: _Brand) -> Array:
    """Wandering daily, and moved for good now and then."""
    shape = (len(brand.campaigns), DAYS)
    level = np.zeros(shape)
    for row in range(shape[0]):
        for start in random.integers(10, DAYS, int(random.poisson(3))):
            level[row, start:] += random.normal(0, 0.25)
    level = np.clip(level, -1.0, 1.0) + _wander(random, shape, 0.8, 0.15)
    return np.asarray(brand.budget[:, None] * np.exp(level))


def _shares() -> Array:
    """Share of a click day's purchases that is new at each age, (A,)."""
    shares = np.zeros(AGES)
    shares[1 : len(ARRIVED) + 1] = np.diff(ARRIVED, prepend=0.0)
    return shares


def _orders(random: np.random.Generator, bought: Array, mean: Array) -> Array:
    """The store's orders by day: those of the clicks, on the day they are made, and as many."""
    made = np.arange(DAYS)[:, None] + np.maximum(np.arange(AGES) - 1, 0)
    of_clicks = np.bincount(made.ravel(), bought.sum(axis=0).ravel(), DAYS + AGES)[:DAYS]
    return np.asarray(of_clicks.astype(int) + random.poisson(mean.sum(axis=0).mean(), DAYS))
