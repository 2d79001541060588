"""The month so far: what it came to, against its target, and what it will come to.

In: a person and their brand. Out: Month, the same for page, API and shell. The decisions: the month
is that of yesterday, the last whole day; figures are those of the overview over its days so far;
whole past days of a year teach the forecast; what ad platforms claim is never forecast, for recent
days still grow.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from aura.metrics import CATALOGUE, Metric
from aura.model import DayRange
from aura.reports.figures import Figure
from aura.reports.forecast import FEWEST_DAYS, MOST_DAYS, Forecast, forecast
from aura.reports.overview import Overview, overview
from aura.reports.periods import today_in
from aura.reports.present import percent_change, present_exact, present_value
from aura.store.brand_entries import Entry, entries
from aura.store.database import Database
from aura.store.reports import BrandRow, brand

# shown whether or not they have a target
USUAL: Final = ("revenue", "orders", "ad_spend")
_ARRIVING: Final = frozenset({"conversions", "conversion_value"})

Outlook = Literal["likely above", "likely below", "near", "unknown"]


@dataclass(frozen=True, slots=True)
class Pace:
    """One metric in the month.

    Attributes:
        figure: the month's days so far; its change is against as many days before.
        target: what the whole month should come to, or what a ratio should be.
        due: what would have been reached by now at an even pace; of a ratio the target itself.
        forecast: the month's end; None where it cannot be known, and `no_forecast` says why.
        forecast_low, forecast_high: the bounds that it stays within four times out of five.
    """

    figure: Figure
    target: Decimal | None
    due: Decimal | None
    forecast: Decimal | None
    forecast_low: Decimal | None
    forecast_high: Decimal | None
    no_forecast: str | None

    @property
    def metric(self) -> Metric:
        """Of which metric."""
        return self.figure.metric

    @property
    def ahead(self) -> Decimal | None:
        """How far from the even pace, as a share of it: 0.1 is a tenth more than due."""
        if self.figure.value is None or not self.due:
            return None
        return self.figure.value / self.due - 1

    @property
    def ahead_text(self) -> str:
        """The distance from the even pace for people; empty where there is none."""
        return "" if self.ahead is None else percent_change(self.ahead)

    @property
    def outlook(self) -> Outlook:
        """Where the month's end lies against the target."""
        if self.target is None or self.forecast_low is None or self.forecast_high is None:
            return "unknown"
        if self.forecast_low > self.target:
            return "likely above"
        return "likely below" if self.forecast_high < self.target else "near"

    @property
    def target_text(self) -> str:
        """The target for people; empty where there is none."""
        if self.target is None:
            return ""
        return present_exact(self.metric, self.target, self.figure.currency)

    @property
    def forecast_text(self) -> str:
        """What the month will come to, with its bounds; empty where it cannot be known."""
        if self.forecast is None:
            return ""
        value, low, high = (
            present_value(self.metric, bound, self.figure.currency)
            for bound in (self.forecast, self.forecast_low, self.forecast_high)
        )
        return value if low == high else f"{value} ({low} to {high})"


@dataclass(frozen=True, slots=True)
class Month:
    """The month of yesterday; `days` are those that are over, `length` how many it has."""

    brand: BrandRow
    first: date
    days: DayRange
    length: int
    paces: tuple[Pace, ...]

    @property
    def days_left(self) -> int:
        """Days that are not over yet."""
        return self.length - len(self.days)


async def month_report(
    database: Database, *, user_id: UUID, brand_id: UUID, now: datetime
) -> Month:
    """The month so far. NotFoundError for a brand that is not the person's."""
    async with database.as_user(user_id) as connection:
        known = await brand(connection, brand_id)
        yesterday = today_in(known.timezone, now) - timedelta(days=1)
        stated = await entries(
            connection, brand_id=brand_id, kinds=("target",), first=yesterday, last=yesterday
        )
    targets = {
        name: found
        for name in dict.fromkeys(entry.name for entry in stated)
        if name in CATALOGUE and (found := target_on(stated, name, yesterday)) is not None
    }
    metrics = tuple(dict.fromkeys((*USUAL, *targets)))
    days = DayRange(yesterday.replace(day=1), yesterday)
    past = DayRange(yesterday - timedelta(days=MOST_DAYS - 1), yesterday)
    so_far, history = [
        await overview(
            database, user_id=user_id, brand_id=brand_id, days=one, now=now, metrics=metrics
        )
        for one in (days, past)
    ]
    length = monthrange(yesterday.year, yesterday.month)[1]
    paces = tuple(
        _pace(so_far.figure(key), targets.get(key), history, days, length) for key in metrics
    )
    return Month(known, days.first, days, length, paces)


def target_on(targets: Sequence[Entry], name: str, day: date) -> Entry | None:
    """The target that holds on a day: the month's own first, else the latest begun."""
    holding = [entry for entry in targets if entry.name == name and entry.holds_on(day)]
    return max(
        holding, key=lambda entry: (entry.last_day is not None, entry.first_day), default=None
    )


def _pace(
    figure: Figure, entry: Entry | None, history: Overview, days: DayRange, length: int
) -> Pace:
    target = entry.amount if entry is not None else None
    if entry is not None and entry.currency not in (None, figure.currency):
        # a target in the brand's former currency says nothing about this one
        target = None
    due = target
    if target is not None and figure.metric.is_additive:
        due = target * len(days) / length
    made, why_not = _forecast(figure.metric, history, days, length)
    bounds = [None] * 3 if made is None else [made.value, made.low, made.high]
    # a forecast is no exact figure: a hundredth is more than it can say
    value, low, high = (None if b is None else Decimal(repr(round(b, 2))) for b in bounds)
    return Pace(figure, target, due, value, low, high, why_not)


def _forecast(
    metric: Metric, history: Overview, days: DayRange, length: int
) -> tuple[Forecast | None, str | None]:
    if not metric.is_additive:
        return None, "Only sums are forecast, not ratios"
    if _ARRIVING.intersection(metric.parts):
        return None, "What ad platforms claim of recent days still grows"
    values = [row.value(metric) for row in history.series]
    known = len(values)
    while known and values[known - 1] is None:
        known -= 1
    # the days of a source that is late are forecast like those to come
    missing = len(values) - known
    if missing > len(days):
        return None, "No day of this month has been read yet"
    begun = known
    while begun and values[begun - 1] is not None:
        begun -= 1
    # before a store opened it sold nothing, which says nothing about how it sells
    while begun < known and values[begun] == 0:
        begun += 1
    series = [float(value) for value in values[begun:known] if value is not None]
    if len(series) < FEWEST_DAYS:
        return None, f"A forecast needs {FEWEST_DAYS} days in a row, there are {len(series)}"
    done = len(days) - missing
    so_far = sum((values[n] or Decimal(0) for n in range(known - done, known)), Decimal(0))
    made = forecast(
        series,
        last_day=history.days.last - timedelta(days=missing),
        ahead=length - done,
        so_far=float(so_far),
    )
    return made, None if made else "There is next to nothing to forecast from"
