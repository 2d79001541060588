"""Real series with known events: the orders of a real store, bought through made-up campaigns.

`../shared/data/cdnow_orders.csv.gz` holds every order of a real online store. A brand is a random
part of its customers: some came by themselves, each of the others belongs to one campaign, and all
that this customer ever ordered is the campaign's, on the day and for the money that are recorded.
Day-to-day swings, repeated purchases, weekday, holidays and order values are so the real ones.

Built beside it: spend and clicks (spend follows the store's trend of two months, as an owner who
spends a share of revenue does, and is moved in steps), and the days between a click and its order.
An order is kept with a probability that follows what the campaign was given and what an event does,
so that every order of a brand is a real one. The hidden rate, which nobody recorded, is taken to be
the real store's mean of seven days around, over its trend.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
from cast import AGES, DAYS, Cast, black_friday, draw_events, draw_outages, multipliers, ornstein
from truth import Array, Campaign, Outage, World

ORDERS = Path(__file__).parents[3] / "shared" / "data" / "cdnow_orders.csv.gz"
# every customer came in the three months before; a brand starts within so many days of this one
FIRST = date(1997, 4, 1)
STARTS = 50
# of a campaign's orders, with usual spend and no event
KEPT = 0.45


@dataclass(frozen=True)
class Store:
    """The recorded orders from `FIRST` on: (N,) day, customer and money; `trend` and `level` (D,).

    `trend` is orders a day over two months around, `level` over the seven days around.
    """

    day: Array
    customer: Array
    money: Array
    trend: Array
    level: Array


@cache
def store() -> Store:
    with gzip.open(ORDERS, "rt", newline="") as file:
        rows = [
            ((date.fromisoformat(row["Created at"][:10]) - FIRST).days, row["Email"], row["Total"])
            for row in csv.DictReader(file)
        ]
    kept = [row for row in rows if row[0] >= 0]
    day = np.array([row[0] for row in kept])
    _, customer = np.unique([row[1] for row in kept], return_inverse=True)
    orders = np.bincount(day).astype(float)
    return Store(
        day,
        customer,
        np.array([float(row[2]) for row in kept]),
        _around(orders, 57),
        _around(orders, 7),
    )


def _around(values: Array, days: int) -> Array:
    """Mean of so many days around each, of fewer at the ends."""
    window = np.ones(days)
    whole: Array = np.convolve(np.ones(len(values)), window, "same")
    return np.convolve(values, window, "same") / whole


def make(seed: int, number: int, noise: float = 0.0) -> World:
    """Every second brand is left without an event. There is no noise but the real one."""
    del noise
    random = np.random.default_rng((55, seed, number))
    cast, owner = _cast(random, number)
    shape = (cast.count, DAYS)
    start = int(random.integers(STARTS))
    events = draw_events(random, cast, ramps=0.3)
    outages = draw_outages(random, cast, 0.25)
    if number % 2:
        events, outages = [], []
    by_price, by_rate, by_value = multipliers(cast, events)
    steps = _steps(random, shape)
    trend = store().trend[start : start + DAYS]
    base_cpc = cast.cpc[:, None] * np.exp(ornstein(random, shape, 0.05, 20))
    share = np.bincount(owner[store().customer], minlength=cast.count + 1)[:-1]
    usual = trend * (share / len(store().day) * KEPT / cast.cvr)[:, None]
    spend = np.round(usual * steps * base_cpc, 2)
    clicks = random.poisson(spend / (base_cpc * by_price))
    lags = _lags(random, cast)
    bought, worth, orders, revenue = _orders(
        random, owner, start, lags, KEPT * steps * by_rate / by_price, by_value
    )
    counts, amounts = _tracked(random, cast, outages, bought, worth)
    base_cvr = cast.cvr[:, None] * _ready(start, lags)
    base_aov = np.full(shape, cast.aov)
    always = np.ones(DAYS + 1, dtype=bool)
    return World(
        brand=cast.brand,
        currency=cast.currency,
        first_day=FIRST + timedelta(days=start),
        campaigns=cast.campaigns,
        spend=spend,
        clicks=clicks,
        counts=counts,
        amounts=amounts,
        orders=orders,
        revenue=revenue,
        reads=dict.fromkeys(("meta", "google_ads", "shopify"), always),
        cpc=base_cpc * by_price,
        cvr=base_cvr * by_rate,
        aov=base_aov * by_value,
        base_cpc=base_cpc,
        base_cvr=base_cvr,
        base_aov=base_aov,
        unusual=_unusual(start),
        events=events,
        outages=outages,
        tier=cast.tier,
    )


def _cast(random: np.random.Generator, number: int) -> tuple[Cast, Array]:
    """A brand of two to four campaigns, and whose each customer is, (C,); the last is nobody's."""
    count = int(random.integers(2, 5))
    platforms = ["meta", "google_ads", "meta", "google_ads"][:count]
    alone = random.uniform(0.15, 0.35)
    shares = np.append(random.dirichlet(np.full(count, 6.0)) * (1 - alone), alone)
    owner = random.choice(count + 1, store().customer.max() + 1, p=shares)
    aov = float(store().money.mean())
    rate = np.exp(random.normal(np.log(0.03), 0.3, count))
    price = aov / random.uniform(1.5, 4.0, count) * rate
    return (
        Cast(
            brand=f"real-{number:03d}",
            tier="real",
            currency="USD",
            scale=1.0,
            campaigns=[
                Campaign(platform, f"s{place}", f"Campaign {place}")
                for place, platform in enumerate(platforms)
            ],
            budget=price,
            cpc=price,
            cvr=rate,
            aov=aov,
        ),
        owner,
    )


def _steps(random: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Money given to each campaign beside the trend's share, (K, T): moved for good at times."""
    level = np.zeros(shape)
    for row in range(shape[0]):
        for day in random.integers(20, DAYS, int(random.poisson(2))):
            level[row, day:] += random.normal(0, 0.2)
    return np.exp(np.clip(level, -0.5, 0.4) + random.normal(0, 0.05, shape))


def _lags(random: np.random.Generator, cast: Cast) -> Array:
    """Share of orders by days since their click, (K, A): a prompt part and a tail."""
    days = np.arange(AGES - 1)
    shares = np.zeros((cast.count, AGES - 1))
    for row in range(cast.count):
        prompt, tail = random.uniform(0.4, 0.7), np.exp(-days / random.uniform(2.0, 6.0))
        tail[28:] = 0.0
        shares[row] = (1 - prompt) * tail / tail.sum()
        shares[row, 0] += prompt
    return shares


def _orders(
    random: np.random.Generator,
    owner: Array,
    start: int,
    lags: Array,
    kept: Array,
    by_value: Array,
) -> tuple[Array, Array, Array, Array]:
    """Kept orders and their money by campaign, day of the click and age, and the store's by day."""
    known = store()
    day = known.day - start
    inside = (day >= 0) & (day < DAYS)
    day, money, row = day[inside], known.money[inside].copy(), owner[known.customer[inside]]
    own = row == len(lags)
    passed = np.zeros(len(day), dtype=int)
    for campaign, shares in enumerate(lags):
        of_it = row == campaign
        passed[of_it] = random.choice(len(shares), int(of_it.sum()), p=shares)
    click = np.maximum(day - passed, 0)
    chance = np.ones(len(day))
    chance[~own] = kept[row[~own], click[~own]]
    money[~own] *= by_value[row[~own], click[~own]]
    stays = random.random(len(day)) < chance
    bought, worth = (np.zeros((len(lags), DAYS, AGES)) for _ in range(2))
    counted = stays & ~own & (day >= passed)
    place = row[counted], click[counted], passed[counted] + 1
    np.add.at(bought, place, 1.0)
    np.add.at(worth, place, money[counted])
    orders = np.bincount(day[stays], minlength=DAYS)
    revenue = np.bincount(day[stays], money[stays], DAYS)
    return bought.astype(int), worth, orders, np.round(revenue, 2)


def _tracked(
    random: np.random.Generator, cast: Cast, outages: list[Outage], bought: Array, worth: Array
) -> tuple[Array, Array]:
    """Cumulative counts and money as read at each age, without what a broken tag did not see."""
    made = np.arange(DAYS)[:, None] + np.maximum(np.arange(AGES) - 1, 0)
    seen = np.ones(bought.shape)
    for outage in outages:
        rows = [n for n, one in enumerate(cast.campaigns) if one.platform == outage.platform]
        broken = (made >= outage.first) & (made <= outage.last)
        seen[rows] = np.where(broken, random.choice([0.0, 0.1]), 1.0)
    tracked = random.binomial(bought, seen)
    money = worth * tracked / np.maximum(bought, 1)
    return np.cumsum(tracked, axis=2), np.round(np.cumsum(money, axis=2), 2)


def _ready(start: int, lags: Array) -> Array:
    """What the real store sold beside its trend, for clicks of each day, (K, T)."""
    ratio = store().level / store().trend
    ratio = np.append(ratio, np.ones(AGES))
    days = start + np.arange(DAYS)[:, None] + np.arange(AGES - 1)
    return lags @ ratio[days].T


def _unusual(start: int) -> Array:
    """Days within a week of a holiday or of a day on which the real store sold a third more."""
    known = store()
    orders = np.bincount(known.day, minlength=start + DAYS)
    marked = orders / known.trend > 1.35
    sale = (black_friday(1997) - FIRST).days
    marked[sale : (date(1997, 12, 31) - FIRST).days + 1] = True
    marked[(date(1998, 2, 12) - FIRST).days : (date(1998, 2, 15) - FIRST).days] = True
    near: Array = np.convolve(marked, np.ones(15), "same") > 0
    return near[start : start + DAYS]
