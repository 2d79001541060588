"""One figure with everything a reader may ask of it: value, change, formula, sources, and why not.

In: sums by platform for two ranges, and the sources they come from. Out: Figure. The decision: a
blended figure is blank over a day that one of its sources lacks and another has, and over amounts
that no known rate converts: understating it quietly would be worse than not stating it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from aura.metrics import BASE_METRICS, Metric, compute
from aura.model import AD_PLATFORMS, DayRange, Platform
from aura.reports.currency import REMEDY, Conversion, Converted
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
# what would make an unknown figure known: a source that is read, a rate, something stated
Want = Literal["source", "rate", "statement"]
# what platforms still report days after the click
_ARRIVING = frozenset({"conversions", "conversion_value"})
FLAT_BELOW = Decimal("0.005")
_MONEY = frozenset(key for key, metric in BASE_METRICS.items() if metric.unit == "money")
_STATED = frozenset(key for key, metric in BASE_METRICS.items() if metric.is_stated)
_HIDDEN = "it was not read then, and shows no orders older than 60 days without read_all_orders"
_TWO_CURRENCIES = "accounts that bill in two currencies meet there, and are never added"
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
        estimate: by which rule a value is estimated; None for one that is exact.
        is_settled: whether no day of the range is expected to change noticeably.
        wants: what it is unknown for want of; None where nothing that somebody can do helps.
        converted: the amounts that were converted for it, and at which rates.
        complete_through: the last day of which no source is expected to restate anything.
        read_at: when the source that was read the longest ago was read.
        still_expected: the share of its conversions that is expected to arrive later, where known.
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
    wants: Want | None = None
    converted: tuple[Converted, ...] = ()
    complete_through: date | None = None
    read_at: datetime | None = None
    still_expected: Decimal | None = None
    estimate: str | None = None

    @property
    def is_unstated(self) -> bool:
        """Whether it is unknown for want of something that the brand is to state."""
        return self.wants == "statement"

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
    """One range of a comparison: its days, the sums of each platform and what the brand states.

    Attributes:
        conversion: the rates that the sums were converted at, where any was.
        arriving: by ad platform, the share of the range's conversions that is still to come.
    """

    days: DayRange
    totals: Mapping[Platform, PlatformTotals]
    stated: Stated = NOTHING_STATED
    conversion: Conversion | None = None
    arriving: Mapping[Platform, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Value:
    value: Decimal | None
    reason: str | None = None
    note: str | None = None
    wants: Want | None = None


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
    metric: Metric, current: Side, previous: Side | None, sources: Sequence[Source], currency: str
) -> Figure:
    """The metric over a range, against the one it is compared with, in the currency."""
    used = _sources_of(metric, sources, current)
    now = _value(metric, current, used, currency)
    covered = [source.covers(current.days) for source in used]
    is_settled = all(
        part is not None and source.is_settled(part.last)
        for source, part in zip(used, covered, strict=True)
    )
    before = _Value(None, "Nothing to compare with was asked for")
    if previous is not None:
        then = _value(metric, previous, _sources_of(metric, sources, previous), currency)
        before = _comparable(metric, now, then, (current, previous), is_settled=is_settled)
    is_comparable = before.reason is None and before.note is None
    return Figure(
        metric=metric,
        currency=currency,
        value=now.value,
        previous=before.value,
        change=change_of(metric, now.value, before.value) if is_comparable else Change("unknown"),
        reason=now.reason,
        previous_reason=before.reason or before.note,
        note=now.note,
        platforms=tuple(source.platform for source in used),
        is_settled=is_settled,
        wants=now.wants,
        converted=_converted(metric, current),
        complete_through=_complete_through(used),
        read_at=min((source.read_at for source in used if source.read_at), default=None),
        still_expected=_still_expected(metric, used, current),
        estimate=None if now.value is None else _estimate(metric, used),
    )


def _estimate(metric: Metric, used: Sequence[Source]) -> str | None:
    """The rule by which new customers are told where a store's first orders are not known."""
    shop = next((source for source in used if source.platform == "shopify"), None)
    if "new_customers" not in metric.parts or shop is None or shop.has_all_orders:
        return None
    if shop.hidden or shop.first_day is None:
        missing = " and ".join(day_range(one, with_year=True) for one in shop.hidden)
        return f"Estimated: orders of {missing} are not known, who bought first then counts as new"
    return (
        f"Estimated: orders before {day(shop.first_day)} {shop.first_day.year} are not known. Who "
        "has no earlier order since then counts as new, on days after at least 365 known ones"
    )


def _comparable(
    metric: Metric, now: _Value, then: _Value, sides: tuple[Side, Side], *, is_settled: bool
) -> _Value:
    """The value before, and in `note` why the two cannot be compared although both are known."""
    if then.note is not None:
        return _Value(None, then.note)
    if then.reason is not None:
        return then
    current, previous = sides
    if now.note:
        return _Value(then.value, note="not comparable, as the range is not fully read")
    if not is_settled and _ARRIVING.intersection(metric.parts):
        # half-arrived purchases against whole ones would be a false alarm
        return _Value(then.value, note="not comparable, as purchases are still arriving")
    if metric.is_additive and len(current.days) != len(previous.days):
        lengths = f"{len(current.days)} days against {len(previous.days)}"
        return _Value(then.value, note=f"not comparable: {lengths}")
    return then


def _converted(metric: Metric, side: Side) -> tuple[Converted, ...]:
    """What was converted for the metric: money that was stated in another currency."""
    if side.conversion is None:
        return ()
    stated = {
        currency
        for part in metric.parts
        if part in _MONEY
        for platform in BASE_METRICS[part].platforms
        if platform in side.totals
        for currency in side.totals[platform].stated
    }
    return side.conversion.used(stated, side.days)


def _complete_through(used: Sequence[Source]) -> date | None:
    days = [source.settled_through for source in used]
    known = [value for value in days if value is not None]
    return min(known) if known and len(known) == len(days) else None


def _still_expected(metric: Metric, used: Sequence[Source], side: Side) -> Decimal | None:
    """The share of the conversions in it that is still to come; the largest of its platforms'."""
    if not _ARRIVING.intersection(metric.parts):
        return None
    shares = [side.arriving[one.platform] for one in used if one.platform in side.arriving]
    return max(shares, default=None)


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
        return _Value(None, lacking, wants="source")
    covered = [source.covers(side.days) for source in used]
    unread = next((s for s, part in zip(used, covered, strict=True) if part is None), None)
    if unread is not None:
        return _Value(None, _unread(unread), wants="source")
    parts = [part for part in covered if part is not None]
    if any(part != parts[0] for part in parts):
        shortest = min(used, key=lambda source: len(source.covers(side.days) or ()))
        return _Value(None, _gap(shortest, side.days), wants="source")
    return _computed(metric, side, used, currency, parts[0] if parts else side.days)


def _computed(
    metric: Metric, side: Side, used: Sequence[Source], currency: str, read: DayRange
) -> _Value:
    """The value over the days that every source was read for."""
    foreign = _foreign_currency(metric, side, currency)
    if foreign:
        return _Value(None, foreign, wants="rate")
    stated = {part: side.stated.over(part, read) for part in metric.parts if part in _STATED}
    unknown = next((found for found in stated.values() if found.value is None), None)
    if unknown is not None:
        return _Value(None, unknown.reason, wants="statement" if unknown.is_unstated else None)
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
                return _not_converted(totals, side.conversion, currency)
    return None


def _not_converted(totals: PlatformTotals, conversion: Conversion | None, currency: str) -> str:
    foreign = next(one for one in totals.currencies if one != currency)
    if conversion is None or conversion.into != currency:
        return f"{totals.name} is in {foreign}, not in {currency}; {REMEDY}"
    return f"{totals.name} is in {foreign}: {conversion.reason(foreign)}"


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
        reason = f"{BASE_METRICS[unknown].label} is not known on {days} of {len(side.days)} days"
        # every account states what it spent: what has no sum was in two currencies
        return f"{reason}: {_TWO_CURRENCIES}" if unknown == "ad_spend" else reason
    below = " and ".join(_WORDS[key] for key, _ in metric.denominator)
    return f"No {below} in this range to divide by"
