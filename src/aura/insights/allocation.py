"""The same money, divided better: equal marginal return within a box around today's budgets.

In go what campaigns answer to money, out comes a division with the same total, its expected gain
and the interval of that gain. Nothing moves by more than the box: the power law that the
elasticities speak of is only trusted near where money was spent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.insights.elasticity import Response
from aura.insights.series import FloatArray

BOX: Final = 0.30
_DRAWS: Final = 400
_ELASTICITY_RANGE: Final = (0.05, 0.97)


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """Daily money by campaign, (K,), and what it is expected to bring.

    Attributes:
        gain: expected gain as a share of the value that the campaigns bring now.
        low, high: its central 80 %; probability: that there is a gain at all.
    """

    money: FloatArray
    gain: float
    low: float
    high: float
    probability: float


def divide(
    response: Response, value: FloatArray, present: FloatArray, reach: FloatArray
) -> Division:
    """The best division of the present money.

    Args:
        response: what they answer to money at their present spend.
        value: (K,) money that a conversion brings.
        present: (K,) daily spend now.
        reach: (K,) how far each campaign may move, 0 to BOX.
    """
    elasticity = np.clip(response.elasticity, *_ELASTICITY_RANGE)
    worth = np.exp(response.level) * value
    money = _equal_margins(worth, elasticity, present, reach)
    return judge(response, value, present, money)


def _equal_margins(
    worth: FloatArray, elasticity: FloatArray, present: FloatArray, reach: FloatArray
) -> FloatArray:
    """Where the last unit of money brings the same everywhere, by bisection on that return."""
    low, high = present * (1.0 - reach), present * (1.0 + reach)
    margin = np.maximum(elasticity * worth / present, 1e-12)

    power = 1.0 / (elasticity - 1.0)

    def at(price: float) -> FloatArray:
        return np.minimum(np.maximum(present * (price / margin) ** power, low), high)

    total = present.sum()
    cheap, dear = float(np.log(margin.min())) - 3.0, float(np.log(margin.max())) + 3.0
    for _ in range(60):
        middle = (cheap + dear) / 2
        if at(math.exp(middle)).sum() > total:
            cheap = middle
        else:
            dear = middle
    return at(math.exp((cheap + dear) / 2))


def judge(
    response: Response, value: FloatArray, present: FloatArray, money: FloatArray
) -> Division:
    """The gain under everything that the response may be."""
    count = len(present)
    centre = np.concatenate([response.level, response.elasticity])
    root = np.linalg.cholesky(response.covariance + 1e-10 * np.eye(2 * count))
    # fixed draws: the same numbers give the same advice
    draws = centre + np.random.default_rng(20).standard_normal((_DRAWS, 2 * count)) @ root.T
    worth = np.exp(np.clip(draws[:, :count], -20, 20)) * value
    elasticity = np.clip(draws[:, count:], *_ELASTICITY_RANGE)
    factor = (money / present) ** elasticity
    gain = (worth * factor).sum(axis=1) / worth.sum(axis=1) - 1.0
    low, high = np.quantile(gain, (0.1, 0.9))
    return Division(money, float(gain.mean()), float(low), float(high), float((gain > 0).mean()))
