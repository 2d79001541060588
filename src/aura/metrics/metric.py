"""What an entry of the catalogue is, how its formula is written as data, and how it is computed.

A base metric is a sum of stored or stated values. A combination adds and takes off others: days
of it add up. A ratio divides two of them: it is the ratio of sums, never a mean of ratios, and null
when its denominator is zero. Whatever lacks a part is null: missing is not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from aura.model import Platform

Unit = Literal["money", "count", "ratio", "multiple"]
Direction = Literal["up", "down", "neither"]
# who states it: a platform, or the brand itself
MetricSource = Platform | Literal["brand"]
# metrics with their factors
Terms = tuple[tuple[str, int], ...]
# sums by base metric; None where a source is missing: unknown, not zero
Totals = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of the catalogue.

    Attributes:
        key: name in the API, the shell and exports.
        label: name on the page.
        unit: money (brand currency), count, ratio (shown in per cent) or multiple (shown as 3.42x).
        better: the direction that is good news.
        tooltip: one sentence for people.
        sources: who states it; a derived metric needs all sources of its parts.
        formula: in words, `ad_spend ÷ orders`; of a base metric, what is added up.
        numerator, denominator: for a derived metric, base metrics with their factors.
        version: raised whenever the formula changes.
    """

    key: str
    label: str
    unit: Unit
    better: Direction
    tooltip: str
    sources: tuple[MetricSource, ...]
    formula: str
    numerator: Terms = ()
    denominator: Terms = ()
    version: int = 1

    @property
    def is_derived(self) -> bool:
        """Whether it is a ratio of sums."""
        return bool(self.denominator)

    @property
    def is_additive(self) -> bool:
        """Whether values of days or platforms may be added; a ratio is computed from sums anew."""
        return not self.is_derived

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """The platforms among its sources."""
        return tuple(source for source in self.sources if source != "brand")

    @property
    def is_stated(self) -> bool:
        """Whether something that the brand states goes into it."""
        return "brand" in self.sources

    @property
    def parts(self) -> tuple[str, ...]:
        """Base metrics it is made of."""
        return tuple(dict.fromkeys(key for key, _ in (*self.numerator, *self.denominator))) or (
            self.key,
        )


def base_metric(
    key: str,
    label: str,
    unit: Unit,
    better: Direction,
    tooltip: str,
    sources: tuple[MetricSource, ...],
) -> Metric:
    """A metric that is summed as it is stored or stated."""
    return Metric(key, label, unit, better, tooltip, sources, f"sum of {key}")


def derived_metric(
    key: str,
    label: str,
    unit: Unit,
    better: Direction,
    tooltip: str,
    *,
    of: Mapping[str, Metric],
    above: Terms,
    below: Terms = (),
    version: int = 1,
) -> Metric:
    """A combination of metrics of the catalogue `of`, or with `below` the ratio of two.

    The terms may name combinations: the formula states them, the computation their base metrics.
    """
    numerator, denominator = _in_base_metrics(above, of), _in_base_metrics(below, of)
    sources = [source for part, _ in (*numerator, *denominator) for source in of[part].sources]
    formula = _in_words(above)
    if below:
        formula = f"{_bracketed(above)} ÷ {_bracketed(below)}"
    return Metric(
        key,
        label,
        unit,
        better,
        tooltip,
        tuple(dict.fromkeys(sources)),
        formula,
        numerator,
        denominator,
        version,
    )


def _in_base_metrics(terms: Terms, of: Mapping[str, Metric]) -> Terms:
    factors: dict[str, int] = {}
    for key, factor in terms:
        if of[key].is_derived:
            raise ValueError(f"{key} is a ratio: it cannot be added to anything")
        for part, its_factor in of[key].numerator or ((key, 1),):
            factors[part] = factors.get(part, 0) + factor * its_factor
    return tuple(factors.items())


def _in_words(terms: Terms) -> str:
    text = ""
    for key, factor in terms:
        if text:
            text += " + " if factor > 0 else " − "  # noqa: RUF001 - people read a real minus
        text += key if abs(factor) == 1 else f"{abs(factor):,} × {key}"  # noqa: RUF001 - as above
    return text


def _bracketed(terms: Terms) -> str:
    return f"({_in_words(terms)})" if len(terms) > 1 else _in_words(terms)


def _sum(terms: Terms, totals: Totals) -> Decimal | None:
    total = Decimal(0)
    for key, factor in terms:
        value = totals.get(key)
        if value is None:
            return None
        total += factor * value
    return total


def compute(metric: Metric, totals: Totals) -> Decimal | None:
    """The metric's value from sums, or None when a part is missing or the denominator is zero."""
    if not metric.numerator:
        return totals.get(metric.key)
    numerator = _sum(metric.numerator, totals)
    if not metric.denominator:
        return numerator
    denominator = _sum(metric.denominator, totals)
    if numerator is None or denominator is None or denominator == 0:
        return None
    return numerator / denominator
