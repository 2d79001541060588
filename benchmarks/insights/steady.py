"""Generator 1, "steady": campaigns that run all year, drawn day by click-day.

Poisson purchases of the clicks, gamma order values, one lag curve per platform with a prompt part,
slow drift of price and rate, budget steps, Black Friday, Christmas dip, unannounced promotions.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from cast import (
    AGES,
    DAYS,
    FIRST_DAY,
    Cast,
    black_friday,
    draw_cast,
    draw_events,
    multipliers,
    ornstein,
    span,
)
from truth import Array, World


def make(seed: int, number: int, noise: float) -> World:
    random = np.random.default_rng((11, seed, number))
    cast = draw_cast(random, "steady", number)
    shape = (cast.count, DAYS)
    events = draw_events(random, cast)
    by_price, by_rate, by_value = multipliers(cast, events)
    base_cpc = cast.cpc[:, None] * np.exp(ornstein(random, shape, 0.11, 30))
    base_cvr = cast.cvr[:, None] * np.exp(
        ornstein(random, shape, 0.11, 30) + ornstein(random, (1, DAYS), 0.05, 60)
    )
    base_aov = np.full(shape, cast.aov)
    cal_spend, cal_price, cal_rate, unusual = _calendar(random)
    spend = _spend(random, cast) * cal_spend
    clicks = random.poisson(
        spend / (base_cpc * by_price * cal_price) * np.exp(random.normal(0, 0.04, shape))
    )
    week = np.exp(random.normal(0, 0.10, 7))[np.arange(DAYS) % 7]
    day_noise = np.exp(random.normal(0, noise, shape))
    mean = clicks * base_cvr * by_rate * day_noise * (week / week.mean()) * cal_rate
    bought = random.poisson(mean[:, :, None] * _lag(random, cast)[:, None, :])
    counts = np.cumsum(bought, axis=2)
    values = bought.astype(float)
    some = bought > 0
    mean_value = (base_aov * by_value)[:, :, None] * np.ones(AGES)
    values[some] = random.gamma(2.8 * bought[some], mean_value[some] / 2.8)
    organic = random.poisson(
        mean.sum(axis=0).mean() * random.uniform(0.6, 1.6) * (week / week.mean()) * cal_rate
    )
    orders = organic + bought.sum(axis=(0, 2))
    every = np.ones(DAYS + 1, dtype=bool)
    return World(
        brand=cast.brand,
        currency=cast.currency,
        first_day=FIRST_DAY,
        campaigns=cast.campaigns,
        spend=np.round(spend, 2),
        clicks=clicks,
        counts=counts,
        amounts=np.round(np.cumsum(values, axis=2), 2),
        orders=orders,
        revenue=np.round(orders * cast.aov, 2),
        reads={one.platform: every for one in cast.campaigns} | {"shopify": every},
        cpc=base_cpc * by_price,
        cvr=base_cvr * by_rate,
        aov=base_aov * by_value,
        base_cpc=base_cpc,
        base_cvr=base_cvr,
        base_aov=base_aov,
        unusual=unusual,
        events=events,
        tier=cast.tier,
    )


def _spend(random: np.random.Generator, cast: Cast) -> Array:
    wander = np.exp(ornstein(random, (cast.count, DAYS), 0.15, 6))
    steps = np.zeros((cast.count, DAYS))
    for row in range(cast.count):
        for _ in range(int(random.poisson(2.5))):
            steps[row, int(random.integers(20, DAYS)) :] += random.normal(0, 0.25)
    return np.asarray(cast.budget[:, None] * wander * np.exp(np.clip(steps, -1.0, 1.0)))


def _calendar(random: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Factors of spend, price and rate; and days within a week of anything unusual. (T,) each."""
    spend, price, rate = np.ones(DAYS), np.ones(DAYS), np.ones(DAYS)
    marked = np.zeros(DAYS, dtype=bool)
    for year in (2024, 2025):
        friday = black_friday(year)
        days = span(friday, date.fromordinal(friday.toordinal() + 3))
        spend[days], price[days], rate[days] = 2.5, 1.35, 1.7
        dip = span(date(year, 12, 23), date(year, 12, 29))
        rate[dip] *= 0.75
        marked[days] = marked[dip] = True
    for first, last, lift in (
        (date(2025, 2, 10), date(2025, 2, 14), 1.2),
        (date(2025, 5, 7), date(2025, 5, 11), 1.25),
        (date(2025, 7, 8), date(2025, 7, 11), 0.85),
    ):
        rate[span(first, last)] *= lift
        marked[span(first, last)] = True
    for _ in range(int(random.integers(2, 6))):
        first = int(random.integers(30, DAYS - 6))
        days = slice(first, first + int(random.integers(2, 6)))
        rate[days] *= random.uniform(1.25, 1.8)
        marked[days] = True
    near = np.convolve(marked, np.ones(15), "same") > 0
    return spend, price, rate, near


def _lag(random: np.random.Generator, cast: Cast) -> Array:
    """Share of a click-day's purchases first read at each age, (K, A)."""
    known = np.array([0.55, 0.75, 0.85, 0.91, 0.945, 0.965, 0.985, 1.0])
    curve = np.zeros(AGES)
    curve[1:9] = np.diff(known, prepend=0)
    shares = np.zeros((cast.count, AGES))
    for platform in ("meta", "google_ads"):
        own = curve ** random.uniform(0.9, 1.1)
        rows = [n for n, one in enumerate(cast.campaigns) if one.platform == platform]
        shares[rows] = own / own.sum()
    return shares
