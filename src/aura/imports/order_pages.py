"""Shopify's orders export, row by row: rows of a looked-through file in, orders out.

The sale is booked on the order's day, and so is what was refunded of it: the file says how much,
not when. Voided orders are passed on and count for nothing. What the amounts do not name is gross
sales, so that the parts always add up to the order's Total.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, tzinfo
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from aura.imports.amounts import parse_amount
from aura.imports.bad_rows import BadRow, BadRows
from aura.imports.moments import Moment, parse_moment
from aura.imports.shopify_orders import (
    AMOUNTS,
    CREATED_AT,
    ROWS_PER_STEP,
    OrdersFile,
    cell_of,
    is_code,
    plain_id,
)
from aura.imports.source import reading
from aura.imports.table import Row, read_rows
from aura.model import Order, OrderEvent, Sales

_LONGEST_NAME = 100
_SHOWN_ORDERS = 5
_ZERO = Decimal(0)


@dataclass(slots=True)
class Share:
    """Some orders: how many, and what they come to."""

    orders: int = 0
    amount: Decimal = _ZERO

    def add(self, amount: Decimal) -> None:
        """Take in one order."""
        self.orders += 1
        self.amount += amount


@dataclass(slots=True)
class Summary:
    """A pass in figures; money in the file's currency.

    Attributes:
        counted: orders that count, and their Total less what was refunded.
        refunded, pending, cancelled: parts of `counted`; cancelled ones were neither refunded nor
            voided.
        shown: the first orders as they were understood.
        left_out: rows that could not be read.
        repeated: rows that state an order a second time, in the same words.
    """

    rows: int = 0
    counted: Share = field(default_factory=Share)
    refunded: Share = field(default_factory=Share)
    pending: Share = field(default_factory=Share)
    cancelled: Share = field(default_factory=Share)
    voided: int = 0
    guests: int = 0
    repeated: int = 0
    without_offset: int = 0
    first_day: date | None = None
    last_day: date | None = None
    shown: list[dict[str, str]] = field(default_factory=list)
    left_out: tuple[BadRow, ...] = ()

    @property
    def orders(self) -> int:
        """All orders, voided ones among them."""
        return self.counted.orders + self.voided


@dataclass(frozen=True, slots=True)
class Page:
    """Some orders, and how far the pass has come: rows, and bytes on disk."""

    rows: int
    position: int
    orders: list[Order]


class _Group(NamedTuple):
    """Neighbouring rows of one name: the one with the Total, and cells that may stand below."""

    name: str
    row: Row
    created_at: str
    email: str


class OrderPages:
    """One pass over the orders. Afterwards `summary` is complete."""

    def __init__(
        self, file: OrdersFile, *, zone: tzinfo, currency: str, may_leave_out: bool = False
    ) -> None:
        self._file = file
        self._zone = zone
        self._currency = currency
        self._amount_columns = file.columns.amounts()
        self.summary = Summary()
        self._bad = BadRows(may_leave_out=may_leave_out)
        # what was seen of each order, to know a second mention of it
        self._seen: dict[str, int] = {}
        self._names: set[str] = set()
        self._without_total: dict[str, int] = {}

    def pages(self) -> Iterator[Page]:
        """Read the file. Raises FileRefusedError at its end when any row could not be read."""
        with reading(self._file.source) as lines:
            orders: list[Order] = []
            told = 0
            for group in self._groups(read_rows(lines, self._file.layout)):
                order = self._order(group)
                if order is not None:
                    orders.append(order)
                if self.summary.rows - told >= ROWS_PER_STEP:
                    told = self.summary.rows
                    yield Page(told, lines.position, orders)
                    orders = []
            yield Page(self.summary.rows, lines.position, orders)
        self._check()

    def _groups(self, rows: Iterator[Row]) -> Iterator[_Group]:
        columns = self._file.columns
        at_name, at_total = columns.name, columns.total
        for name, members in groupby(rows, key=lambda row: row[1][at_name].strip()):
            main: Row | None = None
            created_at = email = ""
            line = 0
            for row in members:
                self.summary.rows += 1
                if not name or len(name) > _LONGEST_NAME:
                    self._bad.add(row.line, "Name", "is too long" if name else "is empty")
                    continue
                line = line or row.line
                created_at = created_at or cell_of(row, columns.created_at)
                email = email or cell_of(row, columns.email)
                if row.cells[at_total].strip():
                    if main is not None:
                        yield _Group(name, main, created_at, email)
                    main = row
            if main is not None:
                yield _Group(name, main, created_at, email)
            elif line:
                self._without_total.setdefault(name, line)

    def _check(self) -> None:
        for name, line in self._without_total.items():
            if name not in self._names:
                self._bad.add(line, "Total", "is empty")
        readable = self.summary.rows - len(self._bad.lines)
        self.summary.left_out = self._bad.settle(readable)

    def _order(self, group: _Group) -> Order | None:
        """The order of a group; None for one that cannot be read or was read before."""
        self._names.add(group.name)
        amounts = self._amounts(group.row)
        moment = self._moment(group)
        if amounts is None or moment is None or not self._has_currency(group.row):
            return None
        order_id = self._order_id(group)
        status = cell_of(group.row, self._file.columns.financial_status).casefold()
        # the amounts, the moment and whether it counts: what makes two mentions the same
        trace = hash((*map(float, amounts.values()), moment.at, status))
        if order_id in self._seen:
            if self._seen[order_id] == trace:
                self.summary.repeated += 1
            else:
                self._bad.add(group.row.line, "Name", "is an order that came before, otherwise")
            return None
        self._seen[order_id] = trace
        email = _email(group.email)
        self._count(group, amounts, moment, status=status, is_guest=email is None)
        return _make_order(
            order_id, moment, self._currency, amounts, email=email, is_counted=status != "voided"
        )

    def _amounts(self, row: Row) -> dict[str, Decimal] | None:
        amounts = dict.fromkeys(AMOUNTS, _ZERO)
        for column, name, position in self._amount_columns:
            cell = row.cells[position].strip()
            if not cell:
                continue
            amount = parse_amount(cell, self._file.separator)
            if amount is None or (amount < 0 and column in {"total", "refunded_amount"}):
                reason = "is not an amount" if amount is None else "is negative"
                self._bad.add(row.line, name, reason)
                return None
            amounts[column] = amount
        return amounts

    def _has_currency(self, row: Row) -> bool:
        """Whether the order's currency can be read; nearly always it is that of the whole file."""
        cell = cell_of(row, self._file.columns.currency)
        if not cell or cell == self._currency or is_code(cell):
            return True
        self._bad.add(row.line, "Currency", "is not a three-letter code")
        return False

    def _moment(self, group: _Group) -> Moment | None:
        cell = cell_of(group.row, self._file.columns.created_at) or group.created_at
        moment = parse_moment(cell, order=self._file.date_order, zone=self._zone)
        if moment is None:
            reason = "is not a date and time" if cell else "is empty"
            self._bad.add(group.row.line, CREATED_AT, reason)
        return moment

    def _order_id(self, group: _Group) -> str:
        """Shopify's id, as its API has it; else the name behind one `#`, which no id has."""
        found = plain_id(cell_of(group.row, self._file.columns.id)) if self._file.has_ids else None
        return found or f"#{group.name.removeprefix('#')}"

    def _count(
        self,
        group: _Group,
        amounts: dict[str, Decimal],
        moment: Moment,
        *,
        status: str,
        is_guest: bool,
    ) -> None:
        summary = self.summary
        day = moment.at.astimezone(self._zone).date()
        summary.first_day = min(day, summary.first_day or day)
        summary.last_day = max(day, summary.last_day or day)
        summary.without_offset += not moment.has_offset
        if len(summary.shown) < _SHOWN_ORDERS:
            paid = {name: format(amounts[name], "f") for name in ("total", "refunded_amount")}
            summary.shown.append({"day": day.isoformat(), "order": group.name, **paid})
        if status == "voided":
            summary.voided += 1
            return
        net = amounts["total"] - amounts["refunded_amount"]
        summary.counted.add(net)
        summary.guests += is_guest
        if amounts["refunded_amount"]:
            summary.refunded.add(amounts["refunded_amount"])
        if status == "pending":
            summary.pending.add(net)
        if cell_of(group.row, self._file.columns.cancelled_at) and net:
            summary.cancelled.add(net)


def _email(cell: str) -> str | None:
    """The address of the order; None for a guest, or for text that is none."""
    return cell.lower() if "@" in cell.strip("@") else None


def _make_order(
    order_id: str,
    moment: Moment,
    currency: str,
    amounts: dict[str, Decimal],
    *,
    email: str | None,
    is_counted: bool,
) -> Order:
    named = amounts["shipping"] + amounts["taxes"] + amounts["duties"]
    refunded = amounts["refunded_amount"]
    return Order(
        order_id=order_id,
        processed_at=moment.at,
        currency=currency,
        sales=Sales(
            gross_sales=amounts["total"] - named + amounts["discount_amount"],
            discounts=amounts["discount_amount"],
            shipping=amounts["shipping"],
            taxes=amounts["taxes"],
            duties=amounts["duties"],
        ),
        is_counted=is_counted,
        email=email,
        events=(
            (OrderEvent("file", "refund", moment.at, Sales(returns=refunded)),) if refunded else ()
        ),
    )
