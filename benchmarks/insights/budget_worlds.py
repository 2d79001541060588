"""Worlds for the budget advice, written apart from the engine: the answer to money is known.

A world has K campaigns over T days; each answers to money by one of several families of curves
(Hill, power, logarithm, saturating exponential), some with carry-over. `varied` says how spend
moved: by itself, in steps, with demand, hardly, not at all, or all campaigns in step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

FAMILIES = ("hill", "power", "log", "saturating")
# how spend moved, and whether anybody could learn the answer to money from it
VARIED = ("jitter", "steps", "demand")
WEAK = ("little",)
UNIDENTIFIABLE = ("never", "in_step")


@dataclass(frozen=True)
class BudgetWorld:
    """What was seen of a brand, and the truth that was not."""

    kind: str
    spend: np.ndarray
    clicks: np.ndarray
    conversions: np.ndarray
    value: np.ndarray
    present: np.ndarray
    worth: Callable[[np.ndarray], np.ndarray]

    def total(self, money: np.ndarray) -> float:
        """Expected value a day when each campaign is given this much, for good."""
        return float(self.worth(money).sum())

    def best(self, box: float = 0.30) -> np.ndarray:
        """What somebody who knows the curves would do: small coins where they bring most."""
        low, high = self.present * (1 - box), self.present * (1 + box)
        money = low.copy()
        coin = (self.present.sum() - low.sum()) / 400
        for _ in range(400):
            step = np.minimum(coin, high - money)
            gain = np.where(step > 1e-9, self.worth(money + step) - self.worth(money), -np.inf)
            place = int(np.argmax(gain / np.maximum(step, 1e-9)))
            money[place] += step[place]
        return money


def _curve(
    random: np.random.Generator, family: str, usual: float
) -> Callable[[np.ndarray], np.ndarray]:
    """Value from money around `usual`, 1 there."""
    if family == "power":
        power = random.uniform(0.35, 0.9)
        return lambda x: (x / usual) ** power
    if family == "log":
        scale = usual / random.uniform(0.5, 8.0)
        return lambda x: np.log1p(x / scale) / np.log1p(usual / scale)
    if family == "saturating":
        scale = usual / random.uniform(0.3, 2.0)
        return lambda x: (1 - np.exp(-x / scale)) / (1 - np.exp(-usual / scale))
    half, steep = usual * random.uniform(0.4, 3.0), random.uniform(0.75, 1.25)
    hill = lambda x: x**steep / (x**steep + half**steep)  # noqa: E731
    return lambda x: hill(x) / hill(usual)


def budget_world(seed: int, kind: str, family: str, days: int = 180) -> BudgetWorld:
    """A brand of three to eight campaigns whose spend moved as `kind` says."""
    random = np.random.default_rng((seed, hash_of(kind), hash_of(family)))
    count = int(random.integers(3, 9))
    usual = np.exp(random.normal(5.0, 0.7, count))
    return_now = np.exp(random.normal(np.log(2.5), 0.45, count))
    order = np.exp(random.normal(np.log(60), 0.2, count))
    curves = [_curve(random, family, float(level)) for level in usual]
    carry = random.uniform(0, 0.5, count) * (random.random() < 0.5)
    demand = _demand(random, days)
    spend = np.round(usual[:, None] * _moves(random, kind, count, days, demand), 2)
    flow = spend.copy()
    for day in range(1, days):
        flow[:, day] = carry * flow[:, day - 1] + (1 - carry) * spend[:, day]

    def worth(money: np.ndarray) -> np.ndarray:
        return np.array([c(m) for c, m in zip(curves, money, strict=True)]) * usual * return_now

    mean = np.stack([worth(flow[:, day]) for day in range(days)], axis=1) / order[:, None]
    noise = np.exp(random.normal(0, random.choice([0.06, 0.12, 0.2]), mean.shape))
    conversions = random.poisson(mean * demand * noise)
    value = conversions * order[:, None] * np.exp(random.normal(0, 0.05, mean.shape))
    clicks = random.poisson(np.maximum(spend / 1.2, 0.1))
    present = spend[:, -28:].mean(axis=1)
    return BudgetWorld(kind, spend, clicks, conversions, value, present, worth)


def hash_of(text: str) -> int:
    """A number of a word that is the same in every run."""
    return sum(ord(letter) * 31**place for place, letter in enumerate(text)) % 2**31


def _demand(random: np.random.Generator, days: int) -> np.ndarray:
    """Common demand, around 1: a slow walk, the week, some odd days."""
    walk = np.cumsum(random.normal(0, 0.025, days))
    walk -= walk.mean()
    week = 0.12 * np.sin(2 * np.pi * (np.arange(days) % 7) / 7 + random.uniform(0, 6))
    return np.exp(walk + week + random.normal(0, 0.05, days))


def _moves(
    random: np.random.Generator, kind: str, count: int, days: int, demand: np.ndarray
) -> np.ndarray:
    """Spend as a multiple of the usual, (count, days)."""
    shape = (count, days)
    small = np.exp(random.normal(0, 0.01, shape))
    if kind == "never":
        return small
    if kind == "in_step":
        return small * demand ** random.uniform(0.3, 1.0)
    if kind == "little":
        return np.exp(random.normal(0, 0.05, shape)) * demand**0.5
    jitter = np.exp(random.normal(0, 0.3 if kind == "jitter" else 0.1, shape))
    if kind == "jitter":
        return jitter
    level = np.ones(shape)
    for row in range(count):
        for start in random.choice(days, 6, replace=False):
            level[row, start:] = np.exp(random.normal(0, 0.3))
    return jitter * level * (demand**0.5 if kind == "demand" else 1.0)
