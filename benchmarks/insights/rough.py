"""Generator 2, "rough": nothing is tidy.

Negative-binomial purchases, lognormal order values, a lag curve for every campaign, ramps,
campaigns that start, pause and stop, tracking outages with the store's orders holding, late reads,
refunds and cancelled conversions, diminishing returns, spend that follows demand.
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
from truth import Array, Outage, World


def make(seed: int, number: int, noise: float) -> World:
    random = np.random.default_rng((22, seed, number))
    cast = draw_cast(random, "rough", number)
    shape = (cast.count, DAYS)
    events = draw_events(random, cast, ramps=0.45)
    outages = draw_outages(random, cast, 0.35)
    by_price, by_rate, by_value = multipliers(cast, events)
    spend_factor, price_factor, sales_factor, unusual = _season(random)
    demand = np.exp(ornstein(random, (1, DAYS), 0.10, 25))
    spend = _spend(random, cast, demand) * spend_factor
    elasticity = random.uniform(0.5, 0.95, cast.count)
    saturation = _saturation(spend, elasticity)
    base_cpc = cast.cpc[:, None] * np.exp(ornstein(random, shape, 0.10, 20))
    base_cvr = cast.cvr[:, None] * np.exp(ornstein(random, shape, 0.10, 30)) * demand * saturation
    base_aov = cast.aov * np.exp(ornstein(random, shape, 0.04, 40))
    clicks = random.poisson(
        spend / (base_cpc * by_price * price_factor) * np.exp(random.normal(0, 0.08, shape))
    )
    week = _week(random)
    wild = np.exp(random.normal(0, noise * 0.8, shape) + random.normal(0, noise * 0.6, (1, DAYS)))
    mean = clicks * base_cvr * by_rate * week * sales_factor * wild
    odd = random.uniform(0.005, 0.03)
    bought = random.poisson(mean * random.gamma(1 / odd, odd, shape))
    arrivals = random.multinomial(bought, _lags(random, cast)[:, None, :])
    organic = random.poisson(
        mean.sum(axis=0).mean() * random.uniform(0.4, 1.5) * week * sales_factor * demand[0]
    )
    # a purchase first read at age a was made a - 1 days after the click
    orders = organic + sum(
        np.concatenate([np.zeros(age - 1, int), arrivals[:, : DAYS - age + 1, age].sum(axis=0)])
        for age in range(1, AGES)
    )
    tracked = _tracked(random, cast, arrivals, outages)
    counts, amounts = _restated(random, tracked, base_aov * by_value)
    return World(
        brand=cast.brand,
        currency=cast.currency,
        first_day=FIRST_DAY,
        campaigns=cast.campaigns,
        spend=np.round(spend, 2),
        clicks=clicks,
        counts=counts,
        amounts=amounts,
        orders=orders,
        revenue=np.round(orders * cast.aov, 2),
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
        elasticity=elasticity,
    )


def _saturation(spend: Array, elasticity: Array) -> Array:
    """What a budget unlike the usual one does to the conversion rate, (K, T)."""
    usual = np.maximum(spend.sum(axis=1) / np.maximum((spend > 0).sum(axis=1), 1), 1e-9)
    relative = np.where(spend > 0, spend / usual[:, None], 1.0)
    return np.asarray(np.clip(relative ** (elasticity[:, None] - 1), 0.5, 2.0))


def _week(random: np.random.Generator) -> Array:
    week = 1 + 0.18 * np.cos(2 * np.pi * (np.arange(7) - random.integers(7)) / 7)
    return np.asarray(week[np.arange(DAYS) % 7])


def _spend(random: np.random.Generator, cast: Cast, demand: Array) -> Array:
    jitter = np.exp(random.normal(0, random.uniform(0.05, 0.25), (cast.count, DAYS)))
    spend = cast.budget[:, None] * jitter * demand ** random.uniform(0.3, 1.0)
    for row in range(cast.count):
        day = int(random.integers(15, 60))
        while day < DAYS:
            spend[row, day:] *= np.exp(random.normal(0, 0.22))
            day += int(random.integers(25, 90))
        if random.random() < 0.25:
            spend[row, : int(random.integers(30, 220))] = 0.0
        if random.random() < 0.25:
            spend[row, int(random.integers(150, DAYS)) :] = 0.0
        if random.random() < 0.25:
            pause = int(random.integers(60, DAYS - 40))
            spend[row, pause : pause + int(random.integers(3, 25))] = 0.0
    return np.asarray(spend)


def _season(random: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Factors of spend, price and sales, and the days near anything unusual. (T,) each."""
    spend, price, sales = np.ones(DAYS), np.ones(DAYS), np.ones(DAYS)
    marked = np.zeros(DAYS, dtype=bool)
    strength = random.uniform(0.5, 1.3)
    for year in (2024, 2025):
        friday = black_friday(year)
        teaser = span(friday - timedelta(days=10), friday - timedelta(days=1))
        peak = span(friday, friday + timedelta(days=4))
        tail = span(friday + timedelta(days=5), friday + timedelta(days=11))
        sales[teaser] *= 0.88
        sales[peak] *= 1 + 0.9 * strength
        sales[tail] *= 0.78
        spend[peak] *= 1 + 1.5 * strength
        price[teaser], price[peak] = 1.15, 1.4
        gifts = span(date(year, 12, 8), date(year, 12, 19))
        sales[gifts] *= 1.2
        lull = span(date(year, 12, 22), date(year, 12, 31))
        sales[lull] *= 0.68
        price[lull] *= 0.85
        for part in (teaser, peak, tail, gifts, lull):
            marked[part] = True
    for _ in range(int(random.integers(2, 7))):
        first = int(random.integers(30, DAYS - 12))
        length, lift = int(random.integers(2, 8)), random.uniform(1.2, 2.0)
        sales[first : first + length] *= lift
        # what was bought early is not bought later
        sales[first + length : first + length + 5] *= 1 - 0.25 * (lift - 1)
        if random.random() < 0.4:
            spend[first : first + length] *= random.uniform(1.1, 1.8)
        marked[first : first + length + 5] = True
    near = np.convolve(marked, np.ones(15), "same") > 0
    return spend, price, sales, near


def _lags(random: np.random.Generator, cast: Cast) -> Array:
    """Share of a click-day's purchases first read at each age, (K, A): a Weibull, by campaign."""
    scale = {"meta": random.uniform(0.8, 2.6), "google_ads": random.uniform(1.0, 5.0)}
    shape = {"meta": random.uniform(0.55, 0.9), "google_ads": random.uniform(0.6, 1.0)}
    age = np.arange(AGES)
    shares = np.zeros((cast.count, AGES))
    for row, one in enumerate(cast.campaigns):
        own = scale[one.platform] * np.exp(random.normal(0, 0.25))
        done = 1 - np.exp(-((age / own) ** shape[one.platform]))
        shares[row, 1:] = np.diff(np.minimum(done / done[30], 1.0))
    return shares / shares.sum(axis=1, keepdims=True)


def _tracked(
    random: np.random.Generator, cast: Cast, arrivals: Array, outages: list[Outage]
) -> Array:
    """Without purchases made on days on which a platform's tag was broken."""
    kept = np.ones(arrivals.shape)
    made = np.arange(DAYS)[:, None] + np.maximum(np.arange(AGES) - 1, 0)
    for outage in outages:
        rows = [n for n, one in enumerate(cast.campaigns) if one.platform == outage.platform]
        lost = (made >= outage.first) & (made <= outage.last)
        kept[rows] = np.where(lost, random.choice([0.0, 0.05, 0.15]), 1.0)
    return np.asarray(random.binomial(arrivals, kept))


def _restated(random: np.random.Generator, arrivals: Array, aov: Array) -> tuple[Array, Array]:
    """Cumulative counts and amounts, with conversions taken back 5 to 25 days later."""
    values = np.zeros(arrivals.shape)
    some = arrivals > 0
    deviation = 0.6
    spread = np.sqrt(np.log(1 + (np.exp(deviation**2) - 1) / arrivals[some]))
    level = (aov[:, :, None] * np.ones(AGES))[some]
    values[some] = arrivals[some] * level * np.exp(random.normal(-(spread**2) / 2, spread))
    counts, amounts = arrivals.astype(int), values
    share = random.uniform(0.0, 0.06)
    gone = random.binomial(arrivals, share)
    mean = values / np.maximum(arrivals, 1)
    counts = counts.copy()
    amounts = amounts.copy()
    for age in range(1, AGES - 6):
        later = min(age + int(random.integers(4, 15)), AGES - 1)
        counts[:, :, later] -= gone[:, :, age]
        amounts[:, :, later] -= gone[:, :, age] * mean[:, :, age]
    return np.cumsum(counts, axis=2), np.round(np.maximum(np.cumsum(amounts, axis=2), 0.0), 2)


def _reads(random: np.random.Generator, cast: Cast) -> dict[str, Array]:
    reads = {}
    for platform in (*dict.fromkeys(one.platform for one in cast.campaigns), "shopify"):
        own = np.ones(DAYS + 1, dtype=bool)
        for _ in range(int(random.poisson(3))):
            first = int(random.integers(60, DAYS))
            own[first : first + int(random.integers(1, 5))] = False
        reads[platform] = own
    return reads
