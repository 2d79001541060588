"""Shopify's orders export, first look: its columns, and what only the whole file can tell.

The export has one row per line item; cells of the order stand on its first row only. What is
decided for the file as a whole: decimal separator, order of day and month, one currency, and
whether Shopify's order ids survived (a spreadsheet turns them into 1.67185E+13), so that file and
API meet in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC
from typing import Any

from aura.imports import column_refusals, refusals
from aura.imports.amounts import Separator, SeparatorEvidence
from aura.imports.moments import Order as DateOrder
from aura.imports.moments import OrderEvidence, parse_moment
from aura.imports.recognise import check_orders
from aura.imports.source import Source, reading
from aura.imports.table import Layout, Row, find_layout, read_rows
from aura.imports.zones import ZoneEvidence

CREATED_AT = "Created at"
# an id of up to 19 digits; the apostrophe keeps spreadsheets from rounding it
_ID = re.compile(r"'?([0-9]{1,19})")
_CODE = re.compile(r"[A-Z]{3}")
_PLAIN_ROW = re.compile(r"(?:[+-]?[0-9]+(?:\.[0-9]{1,2})?|\n)+")
ROWS_PER_STEP = 2000


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of the columns that are read; None for one that the file does not have.

    Names, addresses, phone numbers and notes are read into nothing.
    """

    name: int
    created_at: int
    total: int
    email: int | None
    financial_status: int | None
    currency: int | None
    shipping: int | None
    taxes: int | None
    duties: int | None
    discount_amount: int | None
    refunded_amount: int | None
    cancelled_at: int | None
    id: int | None

    def amounts(self) -> list[tuple[str, str, int]]:
        """Columns of money that are there: our name, Shopify's title, position."""
        there = ((column, getattr(self, column)) for column in AMOUNTS)
        return [(column, title(column), at) for column, at in there if at is not None]


AMOUNTS = ("total", "shipping", "taxes", "duties", "discount_amount", "refunded_amount")


def title(column: str) -> str:
    """A column as Shopify writes it: `refunded_amount` is "Refunded Amount"."""
    words = column.replace("_", " ")
    return words.capitalize() if column.endswith("_at") else words.title()


def columns_of(layout: Layout) -> Columns:
    """Where the columns stand. Raises FileRefusedError unless this is an orders export."""
    check_orders(layout.header)
    positions: dict[str, Any] = {
        column.name: layout.column(column.name.replace("_", " ")) for column in fields(Columns)
    }
    return Columns(**positions)


def cell_of(row: Row, position: int | None) -> str:
    """The cell without outer spaces; empty for a column that is not there."""
    return "" if position is None else row.cells[position].strip()


def is_code(cell: str) -> bool:
    """Whether a cell names a currency, in large or small letters."""
    return _CODE.fullmatch(cell.upper()) is not None


def plain_id(cell: str) -> str | None:
    """The digits of an order id; None for anything else, an exponent among them."""
    found = _ID.fullmatch(cell)
    return found[1] if found else None


@dataclass(frozen=True, slots=True)
class OrdersFile:
    """An orders export that was looked through once.

    Attributes:
        currency: of all orders; None when the file names none.
        timezone: that every time's offset fits; None when none does or an offset is missing.
        has_ids: whether every order has a usable id; without, orders are told apart by name.
        rows: data rows.
    """

    source: Source
    layout: Layout
    columns: Columns
    separator: Separator
    date_order: DateOrder
    currency: str | None
    timezone: str | None
    has_ids: bool
    rows: int


@dataclass(frozen=True, slots=True)
class Step:
    """How far a pass has come: rows read, and bytes read on disk."""

    rows: int
    position: int


class Survey:
    """The first pass over the rows; `result` is complete when `steps` has ended."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._layout = find_layout(source)
        with column_refusals.naming_columns(self._layout.header):
            self._columns = columns_of(self._layout)
        self._amounts = self._columns.amounts()
        self._separator = SeparatorEvidence()
        self._dates = OrderEvidence(CREATED_AT)
        self._zones = ZoneEvidence()
        self._days_and_offsets: set[tuple[str, str]] = set()
        self._currencies: set[str] = set()
        self._orders = 0
        self._ids = 0
        self._rows = 0

    def steps(self) -> Iterator[Step]:
        """Read the file, telling from time to time how far. Raises FileRefusedError."""
        with reading(self._source) as lines:
            for row in read_rows(lines, self._layout):
                self._add(row)
                if self._rows % ROWS_PER_STEP == 0:
                    yield Step(self._rows, lines.position)

    def _add(self, row: Row) -> None:
        columns = self._columns
        self._rows += 1
        created_at = cell_of(row, columns.created_at)
        self._dates.add(created_at, row.line)
        if not cell_of(row, columns.total):
            return
        self._orders += 1
        self._add_offset(created_at)
        self._ids += plain_id(cell_of(row, columns.id)) is not None
        # nothing in such a row speaks against a decimal point that was seen before
        texts = [row.cells[position] for _, _, position in self._amounts]
        if "." not in self._separator.only or not _PLAIN_ROW.fullmatch("\n".join(texts)):
            for (_, name, _), text in zip(self._amounts, texts, strict=True):
                if cell := text.strip():
                    self._separator.add(cell, row.line, name)
        currency = cell_of(row, columns.currency)
        if is_code(currency):
            self._currencies.add(currency.upper())

    def _add_offset(self, created_at: str) -> None:
        # `2026-04-05` and `+0400`: the time between them tells nothing more
        ends = (created_at[:10], created_at[-5:])
        if ends in self._days_and_offsets:
            return
        self._days_and_offsets.add(ends)
        moment = parse_moment(created_at, order="day first", zone=UTC)
        if moment is not None:
            self._zones.add(moment.at, has_offset=moment.has_offset)

    def result(self) -> OrdersFile:
        """What the file is. Raises FileRefusedError when the file contradicts itself."""
        if not self._rows:
            raise refusals.empty()
        return OrdersFile(
            source=self._source,
            layout=self._layout,
            columns=self._columns,
            separator=self._separator.decide(),
            date_order=self._dates.decide(),
            currency=self._currency(),
            timezone=self._zones.decide(),
            has_ids=self._orders > 0 and self._ids == self._orders,
            rows=self._rows,
        )

    def _currency(self) -> str | None:
        if len(self._currencies) > 1:
            raise refusals.two_currencies(self._currencies)
        return next(iter(self._currencies), None)
