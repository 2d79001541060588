"""Generator 3, "market": purchases happen on the day of purchase, in a market that moves.

What a click brings depends on the demand of the day on which the person buys, so a promotion lifts
the late purchases of clicks before it and leaves a hole behind. Google Ads gives fractions of a
purchase. Order values have a heavy tail. Day noise lasts (autocorrelated) and is shared by the
brand. Budgets are moved each week towards what seemed to work, campaigns that do not work are
stopped and new ones started; auctions get dearer all through the last quarter; some days are never
reported.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from cast import (
    AGES,
    DAYS,
    FIRST_DAY,
    Cast,
    black_friday,
    draw_cast,
    draw_events,
    draw_outages,
    multipliers,
    ornstein,
    span,
)
from truth import Array, World


def make(seed: int, number: int, noise: float) -> World:
    random = np.random.default_rng((33, seed, number))
    cast = draw_cast(random, "market", number)
    shape = (cast.count, DAYS)
    events = draw_events(random, cast, mean=3.0, ramps=0.25)
    outages = draw_outages(random, cast, 0.25)
    by_price, by_rate, by_value = multipliers(cast, events)
    demand, unusual = _demand(random)
    auction = _auction()
    base_cpc = cast.cpc[:, None] * auction * np.exp(ornstein(random, shape, 0.07, 15))
    base_cvr = cast.cvr[:, None] * np.exp(
        ornstein(random, shape, 0.09, 60) + ornstein(random, (1, DAYS), 0.07, 40)
    )
    base_aov = cast.aov * np.exp(ornstein(random, (1, DAYS), 0.05, 50)) * np.ones(shape)
    spend = _budgets(random, cast, base_cpc * by_price / (base_cvr * by_rate), demand)
    clicks = np.round(spend / (base_cpc * by_price) * np.exp(random.normal(0, 0.05, shape))).astype(
        int
    )
    lasting = np.exp(
        ornstein(random, (1, DAYS), noise * 0.7, 2.0) + random.normal(0, noise * 0.7, shape)
    )
    bought = _purchases(random, clicks * base_cvr * by_rate * lasting, _lags(random, cast), demand)
    made = np.arange(DAYS)[:, None] + np.maximum(np.arange(AGES) - 1, 0)
    organic = random.poisson(
        clicks.mean(axis=1) @ base_cvr.mean(axis=1) * random.uniform(0.3, 1.2) * demand[:DAYS]
    )
    by_day = np.bincount(made.ravel(), bought.sum(axis=0).ravel(), DAYS + AGES)[:DAYS]
    kept = np.ones(bought.shape)
    for outage in outages:
        rows = [n for n, one in enumerate(cast.campaigns) if one.platform == outage.platform]
        kept[rows] = np.where((made >= outage.first) & (made <= outage.last), 0.02, 1.0)
    tracked = random.binomial(bought, kept)
    counts, amounts = _credited(random, cast, tracked, base_aov * by_value)
    return World(
        brand=cast.brand,
        currency=cast.currency,
        first_day=FIRST_DAY,
        campaigns=cast.campaigns,
        spend=np.round(spend, 2),
        clicks=clicks,
        counts=counts,
        amounts=amounts,
        orders=(organic + by_day).astype(int),
        revenue=np.round((organic + by_day) * cast.aov, 2),
        reads=_reads(random, cast),
        cpc=base_cpc * by_price,
        cvr=base_cvr * by_rate,
        aov=base_aov * by_value,
        base_cpc=base_cpc,
        base_cvr=base_cvr,
        base_aov=base_aov,
        unusual=unusual,
        events=events,
        outages=outages,
        tier=cast.tier,
    )


def _demand(random: np.random.Generator) -> tuple[Array, Array]:
    """How ready people are to buy, by day, (T + A,), and days near anything unusual, (T,)."""
    length = DAYS + AGES
    days = np.arange(length)
    week = np.exp(0.12 * np.sin(2 * np.pi * (days + random.integers(7)) / 7))
    level = np.log(week)
    marked = np.zeros(length, dtype=bool)
    for year in (2024, 2025):
        friday = (black_friday(year) - FIRST_DAY).days
        for first, last, lift in (
            (friday - 7, friday - 1, -0.10),
            (friday, friday + 3, random.uniform(0.4, 0.9)),
            (friday + 4, friday + 9, -0.2),
            ((date(year, 12, 1) - FIRST_DAY).days, (date(year, 12, 18) - FIRST_DAY).days, 0.12),
            ((date(year, 12, 21) - FIRST_DAY).days, (date(year, 12, 30) - FIRST_DAY).days, -0.35),
        ):
            level[max(first, 0) : last + 1] += lift
            marked[max(first, 0) : last + 1] = True
    for _ in range(int(random.integers(3, 9))):
        first, days_long = int(random.integers(20, DAYS - 8)), int(random.integers(1, 7))
        lift = random.uniform(0.15, 0.7)
        level[first : first + days_long] += lift
        hole = np.arange(first + days_long, min(first + days_long + 8, length))
        level[hole] -= 0.3 * lift * np.exp(-(hole - hole[0]) / 3.0) if hole.size else 0.0
        marked[first : first + days_long + 6] = True
    near = np.convolve(marked[:DAYS], np.ones(15), "same") > 0
    return np.exp(level), near


def _auction() -> Array:
    """Price of a click over the year: up to a third dearer towards the holidays, then cheap."""
    price = np.ones(DAYS)
    for year in (2024, 2025):
        autumn = span(date(year, 10, 1), black_friday(year) + timedelta(days=3))
        price[autumn] *= 1 + 0.3 * np.linspace(0, 1, 70)[-(autumn.stop - autumn.start) :]
        price[span(black_friday(year) + timedelta(days=4), date(year, 12, 22))] *= 1.2
        price[span(date(year + 1, 1, 1), date(year + 1, 1, 31))] *= 0.88
    return price


def _budgets(random: np.random.Generator, cast: Cast, cost: Array, demand: Array) -> Array:
    """Weekly: more for what was cheap, less for what was dear, at times a stop and a new start."""
    spend = np.zeros((cast.count, DAYS))
    budget, resting = cast.budget.copy(), np.zeros(cast.count, dtype=int)
    usual = cost[:, :60].mean(axis=1)
    for start in range(0, DAYS, 7):
        days = slice(start, min(start + 7, DAYS))
        if start > 28:
            recent = cost[:, start - 14 : start].mean(axis=1) / usual
            budget *= np.clip(recent ** -random.uniform(0.0, 0.5), 0.8, 1.25)
            budget = np.clip(budget, 0.3 * cast.budget, 2.5 * cast.budget)
            resting = np.maximum(resting - 1, 0)
            dear = (recent > 1.6) & (random.random(cast.count) < 0.15)
            resting = np.where(dear | (random.random(cast.count) < 0.006), 4, resting)
        daily = budget[:, None] * np.exp(random.normal(0, 0.1, (cast.count, 7)))
        spend[:, days] = (daily * (resting == 0)[:, None])[:, : days.stop - start]
    late = random.random(cast.count) < 0.2
    for row in np.flatnonzero(late):
        spend[row, : int(random.integers(60, 250))] = 0.0
    return np.asarray(spend * np.maximum(demand[:DAYS], 0.9) ** random.uniform(0.0, 1.0))


def _lags(random: np.random.Generator, cast: Cast) -> Array:
    """Share of buyers by days from click to purchase, (K, A): a prompt part, a long tail."""
    shares = np.zeros((cast.count, AGES))
    for row, one in enumerate(cast.campaigns):
        prompt = random.uniform(0.35, 0.6) if one.platform == "meta" else random.uniform(0.5, 0.8)
        tail = np.exp(-np.arange(27) / random.uniform(2.0, 7.0))
        shares[row, 1:28] = (1 - prompt) * tail / tail.sum()
        shares[row, 1] += prompt
    return shares


def _purchases(random: np.random.Generator, mean: Array, shares: Array, demand: Array) -> Array:
    ages = np.maximum(np.arange(AGES) - 1, 0)
    ready = demand[np.arange(DAYS)[:, None] + ages]
    return np.asarray(random.poisson(mean[:, :, None] * shares[:, None, :] * ready))


def _credited(
    random: np.random.Generator, cast: Cast, bought: Array, aov: Array
) -> tuple[Array, Array]:
    """Cumulative conversions and values: a fraction of each purchase at Google Ads."""
    counts = bought.astype(float)
    google = [n for n, one in enumerate(cast.campaigns) if one.platform == "google_ads"]
    some = np.zeros(bought.shape, dtype=bool)
    some[google] = bought[google] > 0
    counts[some] = np.round(
        bought[some] * np.clip(random.normal(0.8, 0.2 / np.sqrt(bought[some])), 0.2, 1.0), 2
    )
    values = np.zeros(bought.shape)
    bought_some = bought > 0
    number = bought[bought_some]
    spread = np.sqrt(np.log(1 + (np.exp(0.8**2) - 1) / number))
    level = (aov[:, :, None] * np.ones(AGES))[bought_some]
    values[bought_some] = (
        counts[bought_some] * level * np.exp(random.normal(-(spread**2) / 2, spread))
    )
    return np.round(np.cumsum(counts, axis=2), 2), np.round(np.cumsum(values, axis=2), 2)


def _reads(random: np.random.Generator, cast: Cast) -> dict[str, Array]:
    reads = {}
    for platform in (*dict.fromkeys(one.platform for one in cast.campaigns), "shopify"):
        own = random.random(DAYS + 1) > 0.02
        reads[platform] = own
    return reads
