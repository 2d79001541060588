"""What reports read, and what a reader marks: rows of one brand as its owner may see them.

In: a transaction as the signed-in person. Out: frozen rows, exact Decimals. The decision: totals
are added by the database and rounded only where they are shown. `public.metrics` gives the same to
the last digit: its values are rounded to cents, and where that lost something the row's metadata
holds the `exact` value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from aura.errors import NotFoundError
from aura.model import PLATFORM_NAMES, DayRange, Platform
from aura.store.day_ranges import day_ranges
from aura.store.statements import statements

# what the brand calls revenue
RevenueBasis = Literal["total_sales", "net_sales"]
_NET_SALES = (("gross_sales", 1), ("discounts", -1), ("returns", -1))

Connection = AsyncConnection[dict[str, Any]]

MEASURES = (
    "revenue",
    "total_sales",
    "gross_sales",
    "discounts",
    "returns",
    "shipping",
    "taxes",
    "duties",
    "orders",
    "new_customers",
    "ad_spend",
    "impressions",
    "clicks",
    "conversions",
    "conversion_value",
)
# the rollup's columns: its revenue is always total sales, the measure `revenue` follows the choice
_SUMMED = tuple(measure for measure in MEASURES if measure != "total_sales")
_KNOWN_AT = 2 + len(_SUMMED)


@dataclass(frozen=True, slots=True)
class BrandRow:
    """A brand: its currency, its time zone, and what bears on how its figures are read."""

    id: UUID
    name: str
    currency: str
    timezone: str
    is_sample: bool
    history_complete_from: date | None = None
    revenue_basis: RevenueBasis = "total_sales"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """An integration and the days read from it.

    Attributes:
        problem: in plain words why it cannot be read.
        settles_in_days: the age from which a day counts as settled, where it was learned.
        known_from, known_through: days that were read; the last may not be over.
        hidden_days: those between that the platform did not show, oldest first.
        arrived_shares: the part of a day's conversions that is in by age, where it was learned.
        file_first_day, file_last_day, file_read_at: days and moment of imported files.
    """

    brand_id: UUID
    integration_id: UUID
    platform: Platform
    status: str
    account_name: str | None
    last_sync_at: datetime | None
    problem: str | None
    settles_in_days: int | None
    known_from: date | None
    known_through: date | None
    file_first_day: date | None
    file_last_day: date | None
    file_read_at: datetime | None
    currencies: tuple[str, ...]
    timezones: tuple[str, ...]
    hidden_days: tuple[DayRange, ...] = ()
    arrived_shares: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class PlatformTotals:
    """Sums of one platform's rows over some days.

    Attributes:
        days: how many days have a row.
        currencies: that the sums are in; several where rows were not converted into one.
        sums: by measure, None where no day has a value.
        known: by measure, the number of days that have a value; None where there is one day, whose
            sums say so themselves.
        stated: the currencies that the platform stated the rows in.
    """

    platform: Platform
    days: int
    currencies: tuple[str, ...]
    sums: Mapping[str, Decimal | None]
    known: Mapping[str, int] | None
    stated: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The platform's name for people."""
        return PLATFORM_NAMES[self.platform]

    def is_whole(self, measure: str) -> bool:
        """Whether every row has a value for the measure."""
        return self.days_lacking(measure) == 0

    def days_lacking(self, measure: str) -> int:
        """How many rows have no value for the measure."""
        if self.known is None:
            return int(self.sums.get(measure) is None)
        return self.days - self.known.get(measure, 0)


@dataclass(frozen=True, slots=True)
class RateArrays:
    """Rates into one currency as a statement takes them: place n is one day and currency.

    A row whose day and currency are not among them stays as it is.
    """

    into: str
    days: list[date]
    currencies: list[str]
    rates: list[Decimal]


NO_RATES = RateArrays("", [], [], [])


@dataclass(frozen=True, slots=True)
class RangeRows:
    """Sums of a range and of the one it is compared with, and each day of both, by platform."""

    current: Mapping[Platform, PlatformTotals]
    previous: Mapping[Platform, PlatformTotals]
    days: Mapping[tuple[date, Platform], PlatformTotals]
    previous_days: Mapping[tuple[date, Platform], PlatformTotals] = field(default_factory=dict)

    @property
    def currencies(self) -> set[str]:
        """Of every row."""
        sides = (self.current, self.previous)
        return {one for side in sides for totals in side.values() for one in totals.currencies}


async def schema_version(connection: Connection) -> str:
    """The last migration that the database has seen."""
    cursor = await connection.execute(statements("reports")["schema_version"])
    row = await cursor.fetchone()
    return str(row["version"]) if row else ""


async def brands(connection: Connection) -> list[BrandRow]:
    """The brands of the person whom the transaction speaks for, by name."""
    cursor = await connection.execute(statements("reports")["brands"])
    return [BrandRow(**row) for row in await cursor.fetchall()]


async def brand(connection: Connection, brand_id: UUID) -> BrandRow:
    """The brand; NotFoundError when it does not exist or belongs to somebody else."""
    cursor = await connection.execute(statements("reports")["brand"], {"brand_id": brand_id})
    row = await cursor.fetchone()
    if row is None:
        raise NotFoundError("This brand does not exist, or it is not yours.")
    return BrandRow(**row)


async def sources(
    connection: Connection, brand_id: UUID, *, as_of: datetime | None = None
) -> list[SourceRow]:
    """The brand's platforms, store first; read as far as they had been at the moment `as_of`."""
    rows = await sources_of_brands(connection, [brand_id])
    return rows if as_of is None else await _as_of(connection, brand_id, rows, as_of)


async def _as_of(
    connection: Connection, brand_id: UUID, rows: Sequence[SourceRow], as_of: datetime
) -> list[SourceRow]:
    """The same platforms without anything that was read later; what is wrong now was not then."""
    cursor = await connection.execute(
        statements("as_of")["sources"], {"brand_id": brand_id, "as_of": as_of}
    )
    then = {row["integration_id"]: row for row in await cursor.fetchall()}
    return [_row_as_of(row, then[row.integration_id]) for row in rows]


def _row_as_of(row: SourceRow, then: Mapping[str, Any]) -> SourceRow:
    # only what platforms state themselves is known from a day to a day; files say which days
    was_read = row.known_from is not None and then["read_at"] is not None
    return replace(
        row,
        status="connected" if row.status == "error" else row.status,
        problem=None,
        last_sync_at=then["read_at"] if was_read else None,
        known_from=then["known_from"] if was_read else None,
        known_through=then["known_through"] if was_read else None,
        file_first_day=then["file_first_day"],
        file_last_day=then["file_last_day"],
        file_read_at=then["file_read_at"],
    )


async def sources_of_brands(connection: Connection, brand_ids: Sequence[UUID]) -> list[SourceRow]:
    """The platforms of some brands, each brand's together and its store first."""
    cursor = await connection.execute(
        statements("reports")["sources"], {"brand_ids": list(brand_ids)}
    )
    return [
        SourceRow(
            **{
                **row,
                "currencies": tuple(row["currencies"]),
                "timezones": tuple(row["timezones"]),
                "hidden_days": day_ranges(row["hidden_days"]),
                "arrived_shares": tuple(row["arrived_shares"] or ()),
            }
        )
        for row in await cursor.fetchall()
    ]


def range_parameters(brand_id: UUID, days: DayRange, previous: DayRange | None) -> dict[str, Any]:
    """Bind parameters of the statements that compare two ranges of a brand."""
    return {
        "brand_id": brand_id,
        "first": days.first,
        "last": days.last,
        "previous_first": previous.first if previous else None,
        "previous_last": previous.last if previous else None,
    }


async def totals_and_days(
    connection: Connection,
    *,
    brand_id: UUID,
    days: DayRange,
    previous: DayRange | None,
    basis: RevenueBasis = "total_sales",
    rates: RateArrays = NO_RATES,
    as_of: datetime | None = None,
) -> RangeRows:
    """Sums and days of a range and of the one it is compared with, in one statement.

    They are as they are known now, or as they were known at the moment `as_of`.
    """
    parameters = range_parameters(brand_id, days, previous)
    if as_of is None and not rates.days:
        name = "totals_and_days"
    else:
        name = "totals_and_days_anew"
        parameters |= {"as_of": as_of, **rate_parameters(rates)}
    sums: dict[bool, dict[Platform, PlatformTotals]] = {True: {}, False: {}}
    by_day: dict[bool, dict[tuple[date, Platform], PlatformTotals]] = {True: {}, False: {}}
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(statements("reports")[name], parameters)
        for row in await cursor.fetchall():
            platform, side, day = row[:3]
            if day is None:
                sums[side][platform] = totals_of(platform, row[3:], basis)
            else:
                by_day[side][day, platform] = totals_of(platform, row[3:], basis)
    current, before = (dict(sorted(sums[side].items())) for side in (True, False))
    return RangeRows(current, before, by_day[True], by_day[False])


def rate_parameters(rates: RateArrays) -> dict[str, object]:
    """The parameters that a statement converts by."""
    return {
        "rate_into": rates.into,
        "rate_days": rates.days,
        "rate_currencies": rates.currencies,
        "rates": rates.rates,
    }


def totals_of(
    platform: Platform, row: Sequence[Any], basis: RevenueBasis = "total_sales"
) -> PlatformTotals:
    """The sums of a platform from a row as the statements give it.

    It holds the number of days, the currencies, a sum for each of _SUMMED, an array of how many
    days know each (null for a single day), and the currencies stated where they may differ.
    """
    # `revenue` is total sales until the brand's choice says otherwise
    sums = dict(zip(MEASURES, row[1:_KNOWN_AT], strict=True))
    sums["revenue"] = row[2]
    known = None
    if row[_KNOWN_AT] is not None:
        known = dict(zip(_SUMMED, row[_KNOWN_AT], strict=True))
        known["total_sales"] = known["revenue"]
    if basis == "net_sales":
        _net_sales(sums, known)
    currencies = _currencies(row[1])
    stated = _currencies(row[-1]) if len(row) > _KNOWN_AT + 1 else currencies
    return PlatformTotals(platform, row[0], currencies, sums, known, stated)


@cache
def _currencies(text: str) -> tuple[str, ...]:
    """A short list of codes, of which a page has hundreds and an installation a few."""
    return tuple(text.split(","))


def _net_sales(sums: dict[str, Any], known: dict[str, int] | None) -> None:
    """Puts net sales in the place of revenue."""
    parts = [(sums[part], factor) for part, factor in _NET_SALES]
    lacks = any(value is None for value, _ in parts)
    sums["revenue"] = None if lacks else sum(value * factor for value, factor in parts)
    if known is not None:
        known["revenue"] = min(known[part] for part, _ in _NET_SALES)


async def mark_insight_read(connection: Connection, *, brand_id: UUID, insight_id: UUID) -> None:
    """Keep that its owner has seen an insight; NotFoundError when it is not one of the brand's."""
    cursor = await connection.execute(
        statements("reports")["mark_insight_read"],
        {"brand_id": brand_id, "insight_id": insight_id},
    )
    if await cursor.fetchone() is None:
        raise NotFoundError("This insight does not exist any more.")
