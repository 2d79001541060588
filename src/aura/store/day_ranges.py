"""Days that PostgreSQL keeps as a multirange, as ranges whose both ends are among them."""

from __future__ import annotations

from datetime import date, timedelta

from psycopg.types.multirange import Multirange

from aura.model import DayRange


def day_ranges(days: Multirange[date] | None) -> tuple[DayRange, ...]:
    """The ranges, oldest first; PostgreSQL gives the day after as the upper bound of each."""
    bounds = [(one.lower, one.upper) for one in days or ()]
    return tuple(
        DayRange(first, after - timedelta(days=1))
        for first, after in bounds
        if first is not None and after is not None
    )
