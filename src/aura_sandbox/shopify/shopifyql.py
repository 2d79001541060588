"""ShopifyQL as far as a report of sales needs it, answered from the world's truth.

It reads neither the orders' views nor their GraphQL types, so it can contradict them. Discounts and
reversals are negative, as in Shopify's reports; `sales_reversals` is what `returns` was called
until 2026-04, and holds returns, cancellations and edits that take goods out.
Source: shopify.dev, ShopifyQL reference and schema `sales`; changelog of 2026-03-14.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aura_sandbox import truth
from aura_sandbox.world.days import day_of, days_between
from aura_sandbox.world.world import World

if TYPE_CHECKING:
    from aura_sandbox.shopify.schema import Visit

# by the name of a column: what it adds up of the truth, and with which sign
_PARTS: dict[str, dict[str, int]] = {
    "gross_sales": {"gross_sales": 1},
    "discounts": {"discounts": -1},
    "sales_reversals": {"returns": -1},
    "net_sales": {"gross_sales": 1, "discounts": -1, "returns": -1},
    "shipping_charges": {"shipping": 1},
    "taxes": {"taxes": 1},
    "duties": {"duties": 1},
    "total_sales": {"revenue": 1},
    "orders": {"orders": 1},
}
_WORD = re.compile(r"\s*([A-Za-z_]+|-?\d[\d-]*[a-z]?|,)")
_CLAUSES = frozenset({"TIMESERIES", "SINCE", "UNTIL", "ORDER", "LIMIT"})
_MOST_ROWS = 1_000


class ShopifyqlError(Exception):
    """A text that cannot be read; the message is what `parseErrors` holds."""


@dataclass(slots=True)
class _Question:
    columns: tuple[str, ...]
    by_day: bool
    first: date
    last: date
    newest_first: bool
    limit: int


class _Reader:
    """Words of a query, one after the other."""

    def __init__(self, text: str) -> None:
        self._words: list[str] = []
        position = 0
        text = text.strip()
        while position < len(text):
            match = _WORD.match(text, position)
            if match is None:
                raise ShopifyqlError(
                    f"Syntax input mismatch - unexpected input '{text[position:]}'"
                )
            self._words.append(match[1])
            position = match.end()

    @property
    def is_done(self) -> bool:
        """Whether no word is left."""
        return not self._words

    def next(self) -> str:
        """The next word, taken."""
        if not self._words:
            raise ShopifyqlError("Syntax input mismatch - unexpected end of the query")
        return self._words.pop(0)

    def expect(self, *words: str) -> str:
        """The next word, which must be one of these."""
        found = self.next()
        if found.upper() not in words:
            raise ShopifyqlError(
                f"Syntax input mismatch - mismatched input '{found}' expecting {', '.join(words)}"
            )
        return found.upper()

    def take(self, word: str) -> bool:
        """Take the next word if it is this one."""
        if self._words and self._words[0].upper() == word:
            self._words.pop(0)
            return True
        return False


def _columns(reader: _Reader) -> tuple[str, ...]:
    columns = [reader.next().lower()]
    while reader.take(","):
        columns.append(reader.next().lower())
    for column in columns:
        if column not in _PARTS:
            raise ShopifyqlError(f"Column Not Found: '{column}' is no column of `sales`")
    return tuple(columns)


def _day(text: str, today: date) -> date:
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    if text.lower() in named:
        return named[text.lower()]
    if re.fullmatch(r"-\d{1,4}d", text):
        return today - timedelta(days=int(text[1:-1]))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ShopifyqlError(f"Invalid date '{text}'") from None


def _parse(text: str, today: date) -> _Question:
    reader = _Reader(text)
    reader.expect("FROM")
    table = reader.next()
    if table.lower() != "sales":
        raise ShopifyqlError(f"Table Not Found: '{table}' (the sandbox has `sales`)")
    reader.expect("SHOW")
    question = _Question(_columns(reader), False, today, today, False, _MOST_ROWS)
    while not reader.is_done:
        clause = reader.expect(*sorted(_CLAUSES))
        if clause == "TIMESERIES":
            reader.expect("DAY")
            question.by_day = True
        elif clause == "SINCE":
            question.first = _day(reader.next(), today)
        elif clause == "UNTIL":
            question.last = _day(reader.next(), today)
        elif clause == "ORDER":
            reader.expect("BY")
            reader.expect("DAY")
            question.newest_first = reader.take("DESC")
            reader.take("ASC")
        else:
            question.limit = _limit(reader.next())
    if question.last < question.first:
        raise ShopifyqlError("UNTIL cannot be before SINCE")
    return question


def _limit(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ShopifyqlError(f"Invalid limit '{text}'")
    return int(text)


def _value(column: str, days: list[dict[str, Any]]) -> str:
    parts = _PARTS[column]
    total = sum(
        (sign * Decimal(str(day[part])) for day in days for part, sign in parts.items()), Decimal(0)
    )
    return str(int(total)) if column == "orders" else format(total, "f")


def _rows(question: _Question, world: World, at: int) -> list[dict[str, str]]:
    known = truth.shop_days(world, question.first, question.last, at)
    if not question.by_day:
        days = list(known.values())
        return [{column: _value(column, days) for column in question.columns}]
    rows = []
    for day in days_between(question.first, question.last):
        found = [known[day.isoformat()]] if day.isoformat() in known else []
        figures = {column: _value(column, found) for column in question.columns}
        rows.append({"day": day.isoformat(), **figures})
    if question.newest_first:
        rows.reverse()
    return rows[: question.limit]


def _described(name: str) -> dict[str, str]:
    kind = {"day": "DAY_TIMESTAMP", "orders": "INTEGER"}.get(name, "MONEY")
    return {
        "name": name,
        "dataType": kind,
        "displayName": name.replace("_", " ").capitalize(),
    }


def resolve(_root: Any, info: Any, query: str) -> dict[str, Any]:
    """Resolve `shopifyqlQuery`; a late report lacks what happened in its fault's seconds."""
    visit: Visit = info.context
    fault = visit.report_fault()
    if fault is not None and fault.kind == "report_denied":
        visit.deny("read_reports", "shopifyqlQuery")
    visit.need("read_reports", "shopifyqlQuery")
    try:
        question = _parse(query, day_of(visit.at, visit.shop.timezone))
    except ShopifyqlError as error:
        return {"parseErrors": [str(error)], "tableData": None}
    known_at = visit.at - (0 if fault is None else int(fault.seconds))
    names = ("day", *question.columns) if question.by_day else question.columns
    return {
        "parseErrors": [],
        "tableData": {
            "columns": [_described(name) for name in names],
            "rows": _rows(question, visit.world, known_at),
        },
    }
