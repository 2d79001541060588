"""The bars that the insights are held to, each with its key: the rows of the benchmark's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isnan
from typing import Any

NOISES = (0.06, 0.20, 0.40)
Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Bar:
    """What is measured and between what it must lie.

    Attributes:
        noise: of the worlds it is measured on; None when it is not measured on them.
        figure: its name among the figures of those worlds, or of the budget, or of the cost.
    """

    figure: str
    least: float
    most: float
    noise: float | None = None

    @property
    def key(self) -> str:
        return self.figure if self.noise is None else f"{self.figure}_at_{self.noise * 100:02.0f}"

    @property
    def words(self) -> str:
        if self.least == -inf:
            return f"≤ {self.most:g}"
        return f"≥ {self.least:g}" if self.most == inf else f"{self.least:g} to {self.most:g}"

    def holds(self, measured: float | None) -> bool:
        return measured is not None and self.least <= measured <= self.most


def _least(figure: str, *limits: float) -> list[Bar]:
    return [Bar(figure, limit, inf, noise) for noise, limit in zip(NOISES, limits, strict=False)]


def _most(figure: str, *limits: float) -> list[Bar]:
    return [Bar(figure, -inf, limit, noise) for noise, limit in zip(NOISES, limits, strict=False)]


BARS: tuple[Bar, ...] = (
    *_least("f1", 0.82, 0.76, 0.66),
    *_least("strict_precision", 0.70, 0.62, 0.50),
    *_least("recall", 0.70, 0.65, 0.55),
    *_least("strict_precision_weakest_type", 0.50),
    *_most("false_per_brand_month", 0.06, 0.08, 0.15),
    *_most("false_near_holidays", 0.10, 0.14, 0.15),
    *_least("money_recall", 0.88),
    Bar("delay_median", -inf, 4, NOISES[0]),
    Bar("delay_p90", -inf, 11, NOISES[0]),
    Bar("delay_median", -inf, 6, NOISES[2]),
    Bar("delay_p90", -inf, 14, NOISES[2]),
    *_most("calibration_error", 0.10, 0.10, 0.10),
    *[Bar("coverage", 0.72, 0.88, noise) for noise in NOISES],
    *_most("outage_wrong", 0.10, 0.10, 0.10),
    *_least("outage_recognised", 0.75, 0.75, 0.75),
    Bar("budget_captured_where_spend_varied", 0.65, inf),
    Bar("budget_captured_all_identifiable", 0.50, inf),
    Bar("budget_harmful", -inf, 0.15),
    Bar("budget_confident_where_unidentifiable", -inf, 0.05),
    Bar("budget_slope", 0.5, 1.5),
    Bar("look_ahead_changes", -inf, 0),
    Bar("backtest_seconds_60_brands", -inf, 120),
    Bar("night_seconds_10000_brands", -inf, 60),
    Bar("night_growth", -inf, 1.2),
    Bar("night_peak_megabytes", -inf, 1024),
)


def measured(
    of_worlds: Mapping[float, Figures], others: Figures, bars: tuple[Bar, ...] = BARS
) -> dict[str, float | None]:
    """Every row's number by its key, None where it was not measured.

    Args:
        of_worlds: a method's figures by noise.
        others: what has no noise.
    """
    found: dict[str, float | None] = {}
    for bar in bars:
        figures = others if bar.noise is None else of_worlds.get(bar.noise, {})
        number = figures.get(bar.figure)
        found[bar.key] = None if number is None or isnan(number) else round(float(number), 3)
    return found
