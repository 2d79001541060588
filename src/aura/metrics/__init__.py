"""The catalogue: every number Aura shows, its unit, formula and direction, in one place."""

from aura.metrics.base import BASE_METRICS, STORED_METRICS
from aura.metrics.catalogue import CATALOGUE, DERIVED_METRICS
from aura.metrics.metric import Metric, MetricSource, Totals, base_metric, compute, derived_metric

__all__ = [
    "BASE_METRICS",
    "CATALOGUE",
    "DERIVED_METRICS",
    "STORED_METRICS",
    "Metric",
    "MetricSource",
    "Totals",
    "base_metric",
    "compute",
    "derived_metric",
]
