"""How figures are written for people: money, counts, ratios, changes and days (CLDR data by Babel).

In: exact Decimals, never floats. Out: short text whose exact form is one call away. The decision:
one language (English), the brand's currency with its own number of decimals, U+2212 as minus, and a
no-break space before units, so that no figure is ever broken across lines.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import TYPE_CHECKING

from babel.numbers import get_currency_precision, get_currency_symbol

from aura.metrics import Metric
from aura.model import DayRange

if TYPE_CHECKING:
    from aura.reports.figures import Change

LANGUAGE = "en"
MINUS = "\u2212"
SPACE = "\u00a0"
UNKNOWN = "\u2013"
COMPACT_FROM = 100_000
_STEPS = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _number(value: Decimal, places: int) -> str:
    # as CLDR groups digits in English, at a twentieth of the cost: a page holds a thousand of these
    return f"{abs(_rounded(value, places)):,.{places}f}"


@cache
def _symbol(currency: str) -> str:
    """The currency's sign; one with letters stands apart: A$ 412k, CHF 60.50, but $412k."""
    sign = get_currency_symbol(currency, locale=LANGUAGE)
    return sign + (SPACE if sign[:1].isalpha() else "")


@cache
def _places(currency: str) -> int:
    """How many decimals the currency has."""
    return get_currency_precision(currency)


def _sign(value: Decimal, places: int) -> str:
    return MINUS if _rounded(value, places) < 0 else ""


def _compact(value: Decimal) -> str | None:
    """Three significant digits with k, M or B; None below 100,000."""
    size = abs(value)
    if size < COMPACT_FROM:
        return None
    # to three digits first: 999,600 is 1.00M and not 1000k
    size = _rounded(size.scaleb(2 - size.adjusted()), 0).scaleb(size.adjusted() - 2)
    step, letter = next(pair for pair in _STEPS if size >= pair[0])
    share = size / step
    if share >= 1000:
        return f"{_number(share, 0)}{letter}"
    return f"{_number(share, max(0, 2 - share.adjusted()))}{letter}"


def _with_symbol(text: str, currency: str, sign: str) -> str:
    return f"{sign}{_symbol(currency)}{text}"


def money(value: Decimal, currency: str) -> str:
    """An amount as in a table: no decimals from 1,000 on, the currency's own number below."""
    places = 0 if abs(value) >= 1000 else _places(currency)
    return _with_symbol(_number(value, places), currency, _sign(value, places))


def money_exact(value: Decimal, currency: str) -> str:
    """An amount with all the decimals that its currency has."""
    places = _places(currency)
    return _with_symbol(_number(value, places), currency, _sign(value, places))


def money_short(value: Decimal, currency: str) -> str:
    """An amount as on a tile: three significant digits from 100,000 on."""
    compact = _compact(value)
    if compact is None:
        return money(value, currency)
    return _with_symbol(compact, currency, MINUS if value < 0 else "")


def money_axis(value: Decimal, currency: str) -> str:
    """An amount beside a line of a chart: $0, $500, $2.5k, $40k."""
    sign = MINUS if value < 0 else ""
    if abs(value) < 1000:
        places = 0 if value == value.to_integral_value() else _places(currency)
        return _with_symbol(_number(value, places), currency, sign)
    return _with_symbol(_axis(value), currency, sign)


def count_axis(value: Decimal) -> str:
    """A count beside a line of a chart: 0, 2.5, 500, 2.5k."""
    if abs(value) < 1000:
        return count(value)
    return (MINUS if value < 0 else "") + _axis(value)


def _axis(value: Decimal) -> str:
    """The size of a round number of a thousand or more."""
    step, letter = next(pair for pair in _STEPS if abs(value) >= pair[0])
    share = abs(value) / step
    places = 0 if share % 1 == 0 else 1 if share * 10 % 1 == 0 else 2
    return f"{_number(share, places)}{letter}"


def count(value: Decimal) -> str:
    """A count; a platform's fractional conversions keep one decimal below 1,000."""
    places = 0 if value == value.to_integral_value() or abs(value) >= 1000 else 1
    return _sign(value, places) + _number(value, places)


def multiple(value: Decimal) -> str:
    """3.42x."""
    return f"{_sign(value, 2)}{_number(value, 2)}x"


def ratio(value: Decimal) -> str:
    """A rate in per cent: two decimals below 10 %, one from there on."""
    percent = value * 100
    places = 2 if abs(percent) < 10 else 1
    return f"{_sign(percent, places)}{_number(percent, places)}{SPACE}%"


def present_value(metric: Metric, value: Decimal | None, currency: str) -> str:
    """The value as in a table: a dash for an unknown one, never 0."""
    if value is None:
        return UNKNOWN
    if metric.unit == "money":
        # money per order or customer keeps its cents
        return money_exact(value, currency) if metric.is_derived else money(value, currency)
    return {"count": count, "multiple": multiple, "ratio": ratio}[metric.unit](value)


def present_short(metric: Metric, value: Decimal | None, currency: str) -> str:
    """The value as on a tile."""
    if value is None or metric.is_derived or abs(value) < COMPACT_FROM:
        return present_value(metric, value, currency)
    if metric.unit == "money":
        return money_short(value, currency)
    return (MINUS if value < 0 else "") + (_compact(value) or "")


def present_exact(metric: Metric, value: Decimal | None, currency: str) -> str:
    """The value with every decimal worth having, for a title and a screen reader."""
    if value is not None and metric.unit == "money":
        return money_exact(value, currency)
    return present_value(metric, value, currency)


def percent_change(value: Decimal) -> str:
    """A relative change given as a fraction: +12.4 %, >999 %, with a real minus for a fall."""
    percent = value * 100
    if percent > 999:
        return f">999{SPACE}%"
    sign = "+" if _rounded(percent, 1) > 0 else _sign(percent, 1)
    return f"{sign}{_number(percent, 1)}{SPACE}%"


def points_change(value: Decimal) -> str:
    """A change of a rate in percentage points: +0.4 pp, and +0.04 pp where one decimal says 0."""
    points = value * 100
    places = 1 if _rounded(points, 1) else 2
    sign = "+" if _rounded(points, places) > 0 else _sign(points, places)
    return f"{sign}{_number(points, places)}{SPACE}pp"


def present_change(change: Change) -> str:
    """A change in words and figures: an arrow, a sign and a value, or why there is none."""
    if change.kind == "unknown":
        return UNKNOWN
    if change.kind == "new":
        return "new"
    if change.kind == "flat":
        return "flat"
    arrow = "▲" if change.kind == "up" else "▼"
    amount = change.amount or Decimal(0)
    return f"{arrow} {points_change(amount) if change.in_points else percent_change(amount)}"


def day(value: date) -> str:
    """Sat 21 Nov."""
    return f"{value:%a} {value.day} {value:%b}"


def day_with_year(value: date) -> str:
    """Sat 21 Nov 2026."""
    return f"{day(value)} {value.year}"


def day_range(days: DayRange, *, with_year: bool = False) -> str:
    """25 Oct to 21 Nov, with an en dash; the years where they differ or are asked for."""
    years = with_year or days.first.year != days.last.year
    ends = [
        f"{value.day} {value:%b}" + (f" {value.year}" if years else "")
        for value in (days.first, days.last)
    ]
    if days.first == days.last:
        return ends[0]
    if with_year and days.first.year == days.last.year:
        ends[0] = f"{days.first.day} {days.first:%b}"
    return f"{ends[0]} – {ends[1]}"  # noqa: RUF001 - an en dash joins the ends of a range


def moment(value: datetime, *, now: datetime) -> str:
    """06:10 when it was today, Fri 20 Nov 06:10 otherwise; both in one and the same time zone."""
    local = value.astimezone(now.tzinfo)
    clock = f"{local:%H:%M}"
    if local.date() == now.date():
        return clock
    return f"{day(local.date())} {clock}"


def ago(value: datetime, *, now: datetime) -> str:
    """Just now, 12 minutes ago, 3 hours ago, 5 days ago."""
    past = now - value
    if past < timedelta(minutes=1):
        return "just now"
    for size, word in (
        (timedelta(days=1), "day"),
        (timedelta(hours=1), "hour"),
        (timedelta(minutes=1), "minute"),
    ):
        if past >= size:
            number = past // size
            return f"{number} {word}{'' if number == 1 else 's'} ago"
    return "just now"
