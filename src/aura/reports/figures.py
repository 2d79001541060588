"""One figure with everything a reader may ask of it: value, change, formula, sources, and why not.

In: sums by platform for two ranges, and the sources they come from. Out: Figure. The decision: a
blended figure is blank over a day that one of its sources lacks and another has, and over amounts
in another currency than the brand's: understating it quietly would be worse than not stating it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from aura.metrics import BASE_METRICS, Metric, compute
from aura.model import AD_PLATFORMS, DayRange, Platform
from aura.reports.freshness import Source
from aura.reports.present import (
    day,
    day_range,
    present_change,
    present_exact,
    present_short,
    present_value,
)
from aura.reports.stated import NOTHING_STATED, Stated
from aura.store.reports import PlatformTotals

ChangeKind = Literal["up", "down", "flat", "new", "unknown"]
Tone = Literal["good", "bad", "neutral"]
# what platforms still report days after the click
_ARRIVING = frozenset({"conversions", "conversion_value"})
FLAT_BELOW = Decimal("0.005")
_MONEY = frozenset(key for key, metric in BASE_METRICS.items() if metric.unit == "money")
_STATED = frozenset(key for key, metric in BASE_METRICS.items() if metric.is_stated)
_HIDDEN = "it was not read then, and shows no orders older than 60 days without read_all_orders"
_WORDS = {key: metric.label.lower() for key, metric in BASE_METRICS.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """A figure against the one before.

    Attributes:
        kind: up, down, flat (under 0.5 %), new (there was nothing before) or unknown.
        amount: the relative change as a fraction, or the difference of two rates.
        in_points: whether `amount` is a difference in percentage points.
        tone: whether it is good news, by the metric's direction and not by the arrow's.
    """

    kind: ChangeKind
    amount: Decimal | None = None
    in_points: bool = False
    tone: Tone = "neutral"

    @property
    def text(self) -> str:
        """▲ +12.4 %."""
        return present_change(self)


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric's value over a range.

    Attributes:
        value: exact; None when unknown, and then `reason` says why.
        previous: the value of the range before; None when unknown: `previous_reason` says why.
        note: what limits a known value, such as days that are not read yet.
        is_settled: whether no day of the range is expected to change noticeably.
        is_unstated: whether it is unknown for want of something that the brand is to state.
    """

    metric: Metric
    currency: str
    value: Decimal | None
    previous: Decimal | None
    change: Change
    reason: str | None
    previous_reason: str | None
    note: str | None
    platforms: tuple[Platform, ...]
    is_settled: bool
    is_unstated: bool = False

    @property
    def is_arriving(self) -> bool:
        """Whether purchases that the platforms claim for the range are still to come."""
        return not self.is_settled and bool(_ARRIVING.intersection(self.metric.parts))

    @property
    def text(self) -> str:
        """The value as in a table."""
        return present_value(self.metric, self.value, self.currency)

    @property
    def short(self) -> str:
        """The value as on a tile."""
        return present_short(self.metric, self.value, self.currency)

    @property
    def exact(self) -> str:
        """The value with all its decimals."""
        return present_exact(self.metric, self.value, self.currency)

    @property
    def previous_text(self) -> str:
        """The previous value as in a table."""
        return present_value(self.metric, self.previous, self.currency)


@dataclass(frozen=True, slots=True)
class Side:
    """One range of a comparison: its days, the sums of each platform and what the brand states."""

    days: DayRange
    totals: Mapping[Platform, PlatformTotals]
    stated: Stated = NOTHING_STATED


@dataclass(frozen=True, slots=True)
class _Value:
    value: Decimal | None
    reason: str | None = None
    note: str | None = None
    is_unstated: bool = False


def change_of(metric: Metric, value: Decimal | None, previous: Decimal | None) -> Change:
    """The change with its tone: unknown over an unknown side, new over a zero, flat under 0.5 %."""
    if value is None or previous is None:
        return Change("unknown")
    if previous == 0:
        return Change("flat", Decimal(0)) if value == 0 else Change("new")
    relative = (value - previous) / abs(previous)
    in_points = metric.unit == "ratio"
    amount = value - previous if in_points else relative
    if abs(relative) < FLAT_BELOW:
        return Change("flat", amount, in_points)
    kind: ChangeKind = "up" if relative > 0 else "down"
    if metric.better == "neither":
        return Change(kind, amount, in_points)
    return Change(kind, amount, in_points, "good" if kind == metric.better else "bad")


def figure(
    metric: Metric, current: Side, previous: Side, sources: Sequence[Source], currency: str
) -> Figure:
    """The metric over a range, against the range before, in the brand's currency."""
    used = _sources_of(metric, sources, current)
    now = _value(metric, current, used, currency)
    then = _value(metric, previous, _sources_of(metric, sources, previous), currency)
    before, before_reason = then.value, then.reason
    if then.note is not None:
        before, before_reason = None, then.note
    change = change_of(metric, now.value, None if now.note else before)
    if now.note and before_reason is None:
        before_reason = "not comparable, as the range is not fully read"
    covered = [source.covers(current.days) for source in used]
    is_settled = all(
        part is not None and source.is_settled(part.last)
        for source, part in zip(used, covered, strict=True)
    )
    if not is_settled and _ARRIVING.intersection(metric.parts):
        # half-arrived purchases against whole ones would be a false alarm
        change = Change("unknown")
        before_reason = before_reason or "not comparable, as purchases are still arriving"
    return Figure(
        metric=metric,
        currency=currency,
        value=now.value,
        previous=before,
        change=change,
        reason=now.reason,
        previous_reason=before_reason,
        note=now.note,
        platforms=tuple(source.platform for source in used),
        is_settled=is_settled,
        is_unstated=now.is_unstated,
    )


def _sources_of(metric: Metric, sources: Sequence[Source], side: Side) -> list[Source]:
    """The brand's sources of the metric: those connected, and those that have rows in the range."""
    needed = {platform for part in metric.parts for platform in BASE_METRICS[part].platforms}
    return [
        source
        for source in sources
        if source.platform in needed
        and (source.is_connected or source.platform in side.totals or source.platform == "shopify")
    ]


def _value(metric: Metric, side: Side, used: Sequence[Source], currency: str) -> _Value:
    lacking = _lacking_source(metric, used) or _torn(used, side.days)
    if lacking:
        return _Value(None, lacking)
    covered = [source.covers(side.days) for source in used]
    unread = next((s for s, part in zip(used, covered, strict=True) if part is None), None)
    if unread is not None:
        return _Value(None, _unread(unread))
    parts = [part for part in covered if part is not None]
    if any(part != parts[0] for part in parts):
        shortest = min(
            (source for source in used), key=lambda source: len(source.covers(side.days) or ())
        )
        return _Value(None, _gap(shortest, side.days))
    return _computed(metric, side, used, currency, parts[0] if parts else side.days)


def _computed(
    metric: Metric, side: Side, used: Sequence[Source], currency: str, read: DayRange
) -> _Value:
    """The value over the days that every source was read for."""
    foreign = _foreign_currency(metric, side, currency)
    if foreign:
        return _Value(None, foreign)
    stated = {part: side.stated.over(part, read) for part in metric.parts if part in _STATED}
    unknown = next((found for found in stated.values() if found.value is None), None)
    if unknown is not None:
        return _Value(None, unknown.reason, is_unstated=unknown.is_unstated)
    known = _sums(metric, side, used) | {part: found.value for part, found in stated.items()}
    value = compute(metric, known)
    if value is None:
        return _Value(None, _no_value(metric, known, side))
    return _Value(value, note=None if read == side.days else _gap(used[0], side.days))


def _lacking_source(metric: Metric, used: Sequence[Source]) -> str | None:
    platforms = {source.platform for source in used}
    sides = {BASE_METRICS[part].sources for part in metric.parts}
    if any("shopify" in side for side in sides) and "shopify" not in platforms:
        return "No store is connected"
    if any("meta" in side for side in sides) and not platforms.intersection(AD_PLATFORMS):
        return "No ad account is connected"
    return None


def _torn(used: Sequence[Source], days: DayRange) -> str | None:
    """Why a sum would hide missing days: the range reaches into a source's gap."""
    for source in used:
        gap = source.gap_in(days)
        if gap is not None:
            reason = f"{source.name} has no data from {day_range(gap, with_year=True)}"
            return f"{reason}: {_HIDDEN}" if gap in source.hidden else reason
    return None


def _unread(source: Source) -> str:
    if source.first_day is None or source.last_day is None:
        return f"{source.name} has not been read yet"
    read = DayRange(source.first_day, source.last_day)
    return f"{source.name} has no data in this range; it has {day_range(read, with_year=True)}"


def _gap(source: Source, days: DayRange) -> str:
    covered = source.covers(days)
    if covered is None:
        return _unread(source)
    if covered.last < days.last:
        last = min(covered.last, source.through or covered.last)
        return f"{source.name} has data through {day(last)}"
    return f"{source.name} has data from {day(covered.first)} on"


def _foreign_currency(metric: Metric, side: Side, currency: str) -> str | None:
    """Why amounts cannot be added: money of a metric's parts stands in another currency."""
    for part in metric.parts:
        if part not in _MONEY:
            continue
        for platform in BASE_METRICS[part].platforms:
            totals = side.totals.get(platform)
            if totals and totals.sums.get(part) is not None and totals.currencies != (currency,):
                named = " and ".join(totals.currencies)
                return f"{totals.name} is in {named}, the brand in {currency}: not converted"
    return None


def _sums(metric: Metric, side: Side, used: Sequence[Source]) -> dict[str, Decimal | None]:
    """Sums of the metric's parts over its sources. Days read without a row hold nothing: zero."""
    sums: dict[str, Decimal | None] = {}
    for part in metric.parts:
        total: Decimal | None = Decimal(0)
        for source in used:
            if source.platform not in BASE_METRICS[part].sources:
                continue
            rows = side.totals.get(source.platform)
            if rows is None:
                continue
            value = rows.sums.get(part) if rows.is_whole(part) else None
            total = None if total is None or value is None else total + value
        sums[part] = total
    return sums


def _no_value(metric: Metric, known: Mapping[str, Decimal | None], side: Side) -> str:
    unknown = next((part for part in metric.parts if known.get(part) is None), None)
    if unknown == "new_customers":
        return "New customers are known only once a full year of orders before the range is known"
    if unknown is not None:
        days = max((t.days_lacking(unknown) for t in side.totals.values()), default=0)
        return f"{BASE_METRICS[unknown].label} is not known on {days} of {len(side.days)} days"
    below = " and ".join(_WORDS[key] for key, _ in metric.denominator)
    return f"No {below} in this range to divide by"
