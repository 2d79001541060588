"""Shopify's own reports by day: a file in, the shop's days out.

"Total sales over time" and "Sales by product over time" give sales (of products without orders: an
order stands in the rows of all its products), "New or returning customers over time" gives new
customers. Shopify writes discounts and returns as negative amounts, here they are positive amounts
that are taken off. A day of returns alone is negative. No report names a currency.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from aura.imports import column_refusals, refusals
from aura.imports.bad_rows import BadRow
from aura.imports.daily_rows import DailyRows, DayRow, columns_of
from aura.imports.days import parse_day
from aura.imports.recognise import check_shop_report, currency_in, without_currency
from aura.imports.report_result import Glance, ReportTerms
from aura.imports.shop_columns import (
    COLUMNS,
    COUNTS,
    MONEY,
    PER_ORDER,
    PER_PRODUCT,
    is_comparison,
    is_new,
)
from aura.imports.source import Source, examine
from aura.imports.table import Layout, find_layout
from aura.model import DayRange

Kind = Literal["sales", "customers"]
SALES_REPORT = 'the Shopify report "Total sales over time"'
CUSTOMERS_REPORT = 'the Shopify report "New or returning customers over time"'
_ZERO = Decimal(0)
_RANGE_IN_NAME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ _]*(?:-|to|_)[ _]*([0-9]{4}-[0-9]{2}-[0-9]{2})"
)
_SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class ShopReport:
    """A report that was read to its last row.

    Attributes:
        kind: what it states: sales, or how many customers were new.
        values: by day; the columns in them are `columns`.
        stated_range: the days that the file's name says it covers.
        control: what the file itself says total sales come to, where it does.
        left_out: rows that could not be read.
    """

    kind: Kind
    source: Source
    layout: Layout
    values: dict[date, dict[str, Decimal]]
    columns: tuple[str, ...]
    currency: str | None
    has_currency_signs: bool
    rows: int
    totals_rows: int
    days: DayRange
    stated_range: DayRange | None
    control: tuple[Decimal, ...]
    left_out: tuple[BadRow, ...]
    glance: Glance
    notes: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        """Total sales, or new customers, of all days."""
        column = "revenue" if self.kind == "sales" else "new_customers"
        return sum((day.get(column, _ZERO) for day in self.values.values()), _ZERO)


def read_shop_report(path: Path, terms: ReportTerms | None = None) -> ShopReport:
    """Read a file to its end. Raises FileRefusedError, InputError when there is no such file."""
    said = terms or ReportTerms()
    return shop_report_of(examine(path, said.titles), said)


def shop_report_of(source: Source, terms: ReportTerms) -> ShopReport:
    """Read a source to its end. Raises FileRefusedError."""
    layout = find_layout(source)
    with column_refusals.naming_columns(layout.header):
        reader = _Reader(source, layout, check_shop_report(layout.header), terms)
    return reader.read()


def range_in_name(name: str) -> DayRange | None:
    """The days that Shopify writes into a file's name."""
    found = _RANGE_IN_NAME.search(name)
    days = [parse_day(part, "day first") for part in found.groups()] if found else []
    if len(days) != 2 or days[0] is None or days[1] is None or days[1] < days[0]:
        return None
    return DayRange(days[0], days[1])


class _Reader:
    """The reading of one report."""

    def __init__(self, source: Source, layout: Layout, kind: Kind, terms: ReportTerms) -> None:
        self._source = source
        self._layout = layout
        self._kind = kind
        self._header = frozenset(without_currency(name) for name in layout.header)
        self._columns = columns_of(layout, COLUMNS, amounts=MONEY, counts=COUNTS, names=())
        self._check()
        self._stated_range = range_in_name(source.path.name)
        self._rows = DailyRows(source, layout, self._columns, terms, covered=self._stated_range)
        self._values: dict[date, dict[str, Decimal]] = {}
        self._rows_of: Counter[date] = Counter()
        self._shown: list[dict[str, str]] = []

    def _check(self) -> None:
        there = self._columns.positions
        if self._kind == "customers":
            if "new_customers" not in there and not {"customer_kind", "customers"} <= set(there):
                raise refusals.no_metrics(CUSTOMERS_REPORT, "customers")
            return
        parts = {"net_sales", "shipping", "taxes"}
        if "revenue" not in there and not parts <= set(there):
            raise refusals.no_metrics(SALES_REPORT, "total sales", code="no_revenue")

    def read(self) -> ShopReport:
        for row in self._rows:
            self._add(row)
        if self._kind == "sales":
            self._turn_signs()
        columns, notes = self._stated_columns()
        days = DayRange(min(self._values), max(self._values))
        kept = {
            day: {name: stated.get(name, _ZERO) for name in columns}
            for day, stated in self._values.items()
        }
        return ShopReport(
            kind=self._kind,
            source=self._source,
            layout=self._layout,
            values=kept,
            columns=columns,
            currency=self._currency(),
            has_currency_signs=self._rows.has_currency_signs,
            rows=self._rows.rows,
            totals_rows=self._rows.totals.rows,
            days=days,
            stated_range=self._stated_range,
            control=tuple(self._rows.totals.stated.get("revenue", ())),
            left_out=self._rows.left_out,
            glance=self._glance(columns),
            notes=(*notes, *self._about_range(days), *self._about_comparison()),
        )

    def _add(self, row: DayRow) -> None:
        numbers = dict(row.numbers)
        for count in COUNTS:
            if numbers.get(count, _ZERO) < 0 and count != "orders":
                self._rows.problem(row.line, count, "is negative")
        if row.line in self._rows.bad.lines:
            return
        if self._kind == "customers":
            numbers = {"new_customers": self._new_customers(row, numbers)}
        elif "revenue" not in self._columns.positions:
            parts = ("net_sales", "shipping", "duties", "fees", "taxes")
            numbers["revenue"] = sum((numbers.get(part, _ZERO) for part in parts), _ZERO)
        self._rows_of[row.day] += 1
        sums = self._values.setdefault(row.day, {})
        for column, number in numbers.items():
            sums[column] = sums.get(column, _ZERO) + number
        if len(self._shown) < _SHOWN_ROWS:
            shown = {name: format(number, "f") for name, number in numbers.items()}
            self._shown.append({"day": row.day.isoformat(), **shown})

    def _new_customers(self, row: DayRow, numbers: dict[str, Decimal]) -> Decimal:
        if "customer_kind" not in self._columns.positions:
            return numbers.get("new_customers", _ZERO)
        is_of_new = is_new(self._rows.cell(row, "customer_kind"))
        return numbers.get("customers", _ZERO) if is_of_new else _ZERO

    def _turn_signs(self) -> None:
        """Amounts that are taken off are negative in the file, unless its sums are positive."""
        for column in ("discounts", "returns"):
            total = sum((day.get(column, _ZERO) for day in self._values.values()), _ZERO)
            if total <= 0:
                for day in self._values.values():
                    day[column] = -day.get(column, _ZERO)

    def _stated_columns(self) -> tuple[tuple[str, ...], list[str]]:
        if self._kind == "customers":
            return ("new_customers",), [
                (
                    "Only new customers are taken from this report: its orders and sales leave out "
                    "what has no customer."
                )
            ]
        there = self._columns.positions
        sums = ("gross_sales", "discounts", "returns", "shipping", "duties", "taxes", "orders")
        columns = ["revenue", *(name for name in sums if name in there)]
        notes = []
        if "orders" in columns and self._counts_orders_twice():
            columns.remove("orders")
            notes.append(
                "Orders are left unknown: the report splits them (an order stands in the row of "
                'each of its products). Import "Total sales over time" to have them.'
            )
        if "revenue" not in there:
            notes.append("Total sales are net sales plus shipping, duties, fees and taxes.")
        return tuple(columns), notes

    def _counts_orders_twice(self) -> bool:
        if not self._header.isdisjoint(PER_PRODUCT):
            return True
        is_split = any(count > 1 for count in self._rows_of.values())
        return is_split and self._header.isdisjoint(PER_ORDER)

    def _currency(self) -> str | None:
        money = {name for column in MONEY for name in COLUMNS[column]}
        codes = {
            currency_in(name) for name in self._layout.header if without_currency(name) in money
        } - {""}
        if len(codes) > 1:
            raise refusals.two_currencies(codes)
        return next(iter(codes), None)

    def _about_range(self, days: DayRange) -> list[str]:
        stated = self._stated_range
        if stated is None or stated == days:
            return []
        return [
            (
                f"The file's name says {stated.first} to {stated.last}, its rows are of "
                f"{days.first} to {days.last}: check that the file is complete."
            )
        ]

    def _about_comparison(self) -> list[str]:
        ignored = sum(map(is_comparison, self._layout.header))
        if not ignored:
            return []
        return [f"{ignored} comparison columns were ignored: they are about another period."]

    def _glance(self, columns: tuple[str, ...]) -> Glance:
        used = {self._columns.positions["day"]}
        kinds = {"customer_kind", "customers"} if self._kind == "customers" else set()
        for name in {*columns, *kinds} & set(self._columns.positions):
            used.add(self._columns.positions[name])
        return Glance.of(self._layout, used, self._shown)
