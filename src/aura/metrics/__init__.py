"""The catalogue: every number Aura shows, its unit, formula and direction, in one place."""

from aura.metrics.catalogue import (
    BASE_METRICS,
    CATALOGUE,
    DERIVED_METRICS,
    STORED_METRICS,
    Metric,
    Totals,
    compute,
)

__all__ = [
    "BASE_METRICS",
    "CATALOGUE",
    "DERIVED_METRICS",
    "STORED_METRICS",
    "Metric",
    "Totals",
    "compute",
]
