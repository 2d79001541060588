"""Amounts in one currency: each row converts at the rate of its own day.

In: the currencies that rows are in, the one wanted, the days, the rates that a brand states itself
(`aura.brand_entries`, kind `rate`: one `name` is `amount` of `currency`) and the published ones.
Out: Conversion, whose rates go to the database as arrays, so that totals are still added there, and
Converted, which says of a figure what was converted at which rate. The decisions: a brand's own
rate goes before a published one; a currency without a rate is left as it is and said to be, never
counted one to one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final, Literal
from uuid import UUID

from aura.errors import NoRateError
from aura.model import DayRange
from aura.reports.present import day_with_year
from aura.reports.rates import DIGITS, SOURCE, Published, PublishedRates, published_rates
from aura.store.brand_entries import Entry, entries
from aura.store.database import Connection
from aura.store.reports import RateArrays

RateSource = Literal["published", "own"]
_ROUNDED: Final = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)
# what to do about a currency without a rate
REMEDY: Final = "state a rate of your own in Settings"


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a currency was worth on `day`, by a rate of `known_on`."""

    currency: str
    day: date
    value: Decimal
    source: RateSource
    known_on: date


@dataclass(frozen=True, slots=True)
class Converted:
    """What was converted for a figure: from which currency, at which rates, from where.

    Attributes:
        low, high: the lowest and the highest rate of the days.
        last_known: the day whose rate stands for all later ones, None when each day has its own.
    """

    currency: str
    into: str
    low: Decimal
    high: Decimal
    sources: tuple[RateSource, ...]
    known_from: date
    known_to: date
    last_known: date | None

    @property
    def sentence(self) -> str:
        """`1 EUR = 1.0921 to 1.1172 USD, the European Central Bank's rate of each day; …`."""
        span = _short(self.low)
        if _short(self.high) != span:
            span += f" to {_short(self.high)}"
        words = {"published": f"the {SOURCE}'s rate of each day", "own": "your own rate"}
        text = f"1 {self.currency} = {span} {self.into}, "
        text += " and ".join(words[source] for source in self.sources)
        if self.last_known is not None:
            text += (
                f"; days after {day_with_year(self.last_known)} have that day's rate, "
                "the last one known"
            )
        return text


@dataclass(frozen=True, slots=True)
class Conversion:
    """Rates into one currency, a rate a currency and day; `missing` says why others have none."""

    into: str
    rates: tuple[Rate, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    last_published: date | None = None

    @property
    def arrays(self) -> RateArrays:
        """As the store's statements take them."""
        return RateArrays(
            self.into,
            [rate.day for rate in self.rates],
            [rate.currency for rate in self.rates],
            [rate.value for rate in self.rates],
        )

    def without(self, currencies: Iterable[str]) -> Conversion:
        """The same without any rate of these currencies: their rows stay as they are stated."""
        left_out = frozenset(currencies)
        kept = tuple(rate for rate in self.rates if rate.currency not in left_out)
        return replace(self, rates=kept)

    def used(self, currencies: Iterable[str], days: DayRange) -> tuple[Converted, ...]:
        """What was converted for rows of these currencies on these days."""
        found = []
        for currency in sorted(set(currencies) - {self.into}):
            own = [
                r for r in self.rates if r.currency == currency and days.first <= r.day <= days.last
            ]
            if own:
                found.append(self._summary(currency, own))
        return tuple(found)

    def reason(self, currency: str) -> str:
        """Why rows of the currency were not converted, and what to do about it."""
        why = self.missing.get(currency, "no rate is known")
        return f"{currency} cannot be converted into {self.into}: {why}; {REMEDY}"

    def _summary(self, currency: str, rates: Sequence[Rate]) -> Converted:
        values = [rate.value for rate in rates]
        sources = tuple(dict.fromkeys(rate.source for rate in rates))
        published = [rate for rate in rates if rate.source == "published"]
        late = [r for r in published if self.last_published and r.day > self.last_published]
        # the bank publishes in the afternoon, and not at weekends: that is no lag worth a word
        is_late = bool(late) and (late[-1].day - late[-1].known_on).days > 4
        return Converted(
            currency=currency,
            into=self.into,
            low=min(values),
            high=max(values),
            sources=sources,
            known_from=min(rate.known_on for rate in rates),
            known_to=max(rate.known_on for rate in rates),
            last_known=late[-1].known_on if is_late else None,
        )


def cross_rate(of: Published, into: Published) -> Decimal:
    """What one unit of a currency is in another, from what one euro is in each."""
    return _ROUNDED.divide(into.value, of.value)


def conversion(
    currencies: Iterable[str],
    into: str,
    ranges: Sequence[DayRange],
    own: Sequence[Entry] = (),
    published: PublishedRates | None = None,
) -> Conversion:
    """The rates of every day of the ranges from each of the currencies; pure but for the file."""
    known = published or published_rates()
    days = sorted({value for one in ranges for value in one.days()})
    rates: list[Rate] = []
    missing: dict[str, str] = {}
    for currency in sorted(set(currencies) - {into}):
        for value in days:
            try:
                rates.append(_rate(currency, into, value, own, known))
            except NoRateError as error:
                missing.setdefault(currency, error.message)
    return Conversion(into, tuple(rates), missing, known.last_day)


async def brand_conversion(
    connection: Connection,
    *,
    brand_id: UUID,
    currencies: Iterable[str],
    into: str,
    ranges: Sequence[DayRange],
) -> Conversion | None:
    """The conversion that a brand's rows need; None when all of them are in that currency."""
    foreign = set(currencies) - {into}
    if not foreign:
        return None
    own = await entries(connection, brand_id=brand_id, kinds=("rate",))
    return conversion(foreign, into, ranges, own)


def _rate(
    currency: str, into: str, day: date, own: Sequence[Entry], published: PublishedRates
) -> Rate:
    stated = _own_rate(currency, day, own)
    if stated is not None and stated.amount is not None and stated.currency == into:
        return Rate(currency, day, stated.amount, "own", max(stated.first_day, date.min))
    target = published.per_euro(into, day)
    if stated is not None and stated.amount is not None and stated.currency is not None:
        # a rate into the brand's currency, and on from there
        step = cross_rate(published.per_euro(stated.currency, day), target)
        return Rate(currency, day, _ROUNDED.multiply(stated.amount, step), "own", target.day)
    found = published.per_euro(currency, day)
    known_on = min(one.day for one in (found, target))
    return Rate(currency, day, cross_rate(found, target), "published", known_on)


def _own_rate(currency: str, day: date, own: Sequence[Entry]) -> Entry | None:
    """The brand's latest statement about the currency that holds on the day."""
    holding = [one for one in own if one.name == currency and one.holds_on(day)]
    return max(holding, key=lambda one: one.first_day, default=None)


def _short(value: Decimal) -> str:
    """Five significant digits, as rates are read."""
    rounded = Context(prec=5).plus(value)
    return f"{rounded.normalize():f}"
