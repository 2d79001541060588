"""One true finding of every insight type, as the engine says it of a small world."""

from __future__ import annotations

from functools import cache

import numpy as np

from aura.insights.engine import examine
from aura.insights.finding import Finding
from insights.worlds import Campaign, Event, World, shop

START = 250
EVENTS = {
    "high_cpa": Event("click_price", START, 299, 2.2, "meta", "Prospecting"),
    "low_roas": Event("value", START, 299, 0.45, "meta", "Prospecting"),
    "conversion_drop": Event("rate", START, 299, 0.5, "meta", "Prospecting"),
    "high_performer": Event("rate", START, 299, 1.8, "meta", "Prospecting"),
}
TYPES = (*EVENTS, "budget_recommendation")


@cache
def said(kind: str) -> Finding:
    """The first finding of the type."""
    if kind == "budget_recommendation":
        made, mornings = moving_budgets(), range(200, 201)
    else:
        made = shop(seed=3, events=[EVENTS[kind]])
        mornings = range(START + 8, START + 24)
    for morning in mornings:
        seen = examine(made.history(morning), made.day(morning), with_budget=True)
        for one in seen.findings:
            if one.finding_type == kind:
                return one
    raise AssertionError(f"{kind} was never said")


def moving_budgets() -> World:
    """Two sated campaigns and two hungry ones whose spend moves."""
    random = np.random.default_rng(3)
    cast = [
        Campaign("Full", daily_spend=400, conversion_rate=0.05),
        Campaign("Sated", "google_ads", 300, conversion_rate=0.05),
        Campaign("Hungry", daily_spend=250, conversion_rate=0.06),
        Campaign("Starved", "google_ads", 200, conversion_rate=0.07),
    ]
    powers = np.array([[0.25], [0.3], [0.85], [0.9]])
    made = World(cast, seed=3, days=200)
    usual = np.array([[one.daily_spend] for one in cast])
    made.spend = np.round(usual * np.exp(random.normal(0, 0.3, made.spend.shape)), 2)
    made.clicks = random.poisson(made.spend)
    rate = np.array([[one.conversion_rate] for one in cast])
    mean = usual * rate * (made.spend / usual) ** powers
    made.arrivals = np.zeros_like(made.arrivals)
    made.arrivals[:, :, 1] = random.poisson(mean)
    return made
