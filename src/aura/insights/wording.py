"""Numbers and days as people read them, and exact strings for JSON."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from aura.model import PLATFORM_NAMES, DayRange, Platform

_SYMBOLS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "AUD": "A$",
    "CAD": "C$",
    "NZD": "NZ$",
    "INR": "₹",
    "KRW": "₩",
    "BRL": "R$",
}
_WHOLE_CURRENCIES = {"JPY", "KRW", "CLP", "VND", "ISK", "HUF"}
MINUS = "\u2212"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def money(amount: float | Decimal, currency: str) -> str:
    """`$31`, `$4.20`, `CHF 1,310`: cents only where they matter."""
    value = float(amount)
    places = 0 if currency in _WHOLE_CURRENCIES or abs(value) >= 20 else 2
    number = f"{abs(value):,.{places}f}"
    sign = MINUS if value < 0 else ""
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{currency} {number}"


def money_pair(first: float, second: float, currency: str) -> tuple[str, str]:
    """Two amounts to compare, both with cents when either needs them."""
    if currency not in _WHOLE_CURRENCIES and min(abs(first), abs(second)) < 20:
        symbol = _SYMBOLS.get(currency, f"{currency} ")
        return f"{symbol}{first:,.2f}", f"{symbol}{second:,.2f}"
    return money(first, currency), money(second, currency)


def exact(amount: float) -> str:
    """A sum of platform amounts without float dust: at most six decimals, at least two."""
    value = Decimal(repr(amount)).quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)
    whole, _, cents = format(value.normalize(), "f").partition(".")
    return f"{whole}.{cents.ljust(2, '0')}"


def to_cents(amount: float) -> Decimal:
    """An estimate as money."""
    return Decimal(repr(amount)).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)


def per_cent(share: float) -> str:
    """`38 %`."""
    return f"{100 * share:.0f} %"


def chance(probability: float) -> str:
    """`86 %`; never rounded up to a certainty."""
    return f"{min(round(100 * probability), 99)} %"


def change(ratio: float) -> str:
    """A ratio as a change: `+38 %`, `−4 %` with a real minus, `unchanged`."""  # noqa: RUF002
    percent = round(100 * (ratio - 1))
    sign = "+" if percent > 0 else MINUS
    return "unchanged" if percent == 0 else f"{sign}{abs(percent)} %"


def day_words(day: date) -> str:
    """`12 Nov`."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def days_words(days: DayRange) -> str:
    """`12 to 18 Nov`."""
    if days.first == days.last:
        return day_words(days.first)
    if days.first.month == days.last.month:
        return f"{days.first.day} to {day_words(days.last)}"
    return f"{day_words(days.first)} to {day_words(days.last)}"


def platform_words(platform: Platform) -> str:
    """`Meta Ads`."""
    return PLATFORM_NAMES[platform]


def counted(number: float, one: str, many: str) -> str:
    """`1 campaign`, `14 campaigns`, `38.5 conversions`."""
    text = f"{number:,.1f}".removesuffix(".0")
    return f"{text} {one if text == '1' else many}"
