"""Reports with a row for each day: rows in, their days and numbers out.

Read twice: the first time to decide for the whole file what one cell cannot tell (decimal
separator, order of day and month), the second time row by row. Rows of totals are told from rows
of days by having no day.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from aura.imports import refusals
from aura.imports.amounts import Separator, SeparatorEvidence, parse_amount
from aura.imports.bad_rows import BadRow, BadRows
from aura.imports.days import parse_day, parse_range
from aura.imports.moments import Order, OrderEvidence
from aura.imports.recognise import currency_in, without_currency
from aura.imports.report_result import ReportTerms
from aura.imports.source import Source, reading
from aura.imports.table import Layout, Row, read_rows
from aura.model import DayRange

NOTHING = frozenset({"", "-", "--", "\u2013", "\u2014"})
# as nearly every row of nearly every file has them; no real number is longer
_PLAIN_AMOUNT = r"(?: ?--?|[+-]?[0-9]{1,11}(?:\.[0-9]{1,9})?)?"
_PLAIN_COUNT = r"(?: ?--?|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3}|[0-9]{1,11})?"
# of a currency, or letters beside a digit
_SIGN = re.compile(r"[$\u00a2-\u00a5\u20a0-\u20cf]|[^\W\d_]")
# amounts that are counted or divided: decimals of theirs say nothing about a currency
_NOT_MONEY = frozenset({"conversions", "conversions_by_conversion_date", "results", "roas"})
_WHOLE = re.compile(r"[1-9][0-9]{0,2}(?:([.,])[0-9]{3})+")
_TOTAL = re.compile(
    r"(?:total|totals|gesamt|summe|totale|totaal|totalt|summa|合計)[\w ]*\s*[:\uff1a]",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"(?:results? from|ergebnisse? (?:aus|von)|r\u00e9sultats? (?:de|pour)|resultados? de|"
    r"risultati? d[ia]|resultaten van|resultat fr\u00e5n|resultados totales|total|gesamt|totale|"
    r"summary|grand total)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns that are read stand: our names to positions.

    Attributes:
        positions: of every column that is read, `day` among them.
        amounts, counts: those of them that hold numbers; counts are whole.
        names: columns that say what a row is about; a row of totals has none of them.
    """

    positions: Mapping[str, int]
    amounts: tuple[str, ...]
    counts: tuple[str, ...]
    names: tuple[str, ...]

    def title(self, layout: Layout, column: str) -> str:
        """A column's name as the file has it."""
        return layout.written[self.positions[column]].capitalize()


def columns_of(
    layout: Layout,
    known: Mapping[str, tuple[str, ...]],
    *,
    amounts: tuple[str, ...],
    counts: tuple[str, ...],
    names: tuple[str, ...],
) -> Columns:
    """The positions of known columns: the best name of each that the header has."""
    header = [without_currency(name) for name in layout.header]
    positions: dict[str, int] = {}
    for column, titles in known.items():
        best = next((title for title in titles if title in header), None)
        if best is None:
            continue
        if header.count(best) > 1 and len({n for n in layout.header if n.startswith(best)}) == 1:
            raise refusals.two_columns(best.capitalize(), line=layout.header_line)
        positions[column] = header.index(best)
    return Columns(
        positions,
        tuple(column for column in amounts if column in positions),
        tuple(column for column in counts if column in positions),
        tuple(column for column in names if column in positions),
    )


class DayRow(NamedTuple):
    """A row of one day; numbers that the row does not state are missing from `numbers`."""

    line: int
    day: date
    cells: list[str]
    numbers: dict[str, Decimal]


@dataclass(slots=True)
class Totals:
    """Rows of totals: how many, and what each says of each column."""

    rows: int = 0
    stated: dict[str, list[Decimal]] = field(default_factory=dict)


class DailyRows:
    """The rows of one report; iterate once, and what the attributes say is right afterwards.

    Attributes:
        covered: the days that the report says it covers, where it says so above its header, else
            what the caller knows of them; None when rows were left out, which may be all of a day.
        rows: rows of days.
        bad: rows that cannot be read; the caller adds to them and leaves such a row out.
        left_out: those of them that a person allowed to leave out.
        has_currency_signs: numbers carry signs such as the dollar's, which name no currency.
    """

    def __init__(
        self,
        source: Source,
        layout: Layout,
        columns: Columns,
        terms: ReportTerms,
        *,
        covered: DayRange | None = None,
    ) -> None:
        self._source = source
        self._stated = covered
        self._layout = layout
        self._columns = columns
        self._day = columns.positions["day"]
        self._numbers = [
            (column, columns.positions[column], column in columns.counts)
            for column in (*columns.amounts, *columns.counts)
        ]
        self._pick, self._plain = self._plain_rows()
        self.bad = BadRows(may_leave_out=terms.skip_bad_rows)
        self.left_out: tuple[BadRow, ...] = ()
        self.totals = Totals()
        self.rows = 0
        self.has_currency_signs = False
        self.separator: Separator = "."
        self._currency = self._said_currency(terms)
        self._order: Order = terms.order or "day first"
        self._look_through(terms.order)
        self.covered = self._covered(self._order)

    def _said_currency(self, terms: ReportTerms) -> str:
        """The currency of the titles, else what a person says; empty where the rows must tell."""
        titles = (currency_in(name) for name in self._layout.header)
        return next((code for code in titles if code), (terms.currency or "").upper())

    def cell(self, row: Row | DayRow, column: str) -> str:
        """A row's cell of a column without outer spaces; empty for one that is not there."""
        position = self._columns.positions.get(column)
        return "" if position is None else _tidy(row.cells[position])

    def problem(self, line: int, column: str, reason: str) -> None:
        """Note by our name of the column what cannot be read of the row on a line."""
        self.bad.add(line, self._columns.title(self._layout, column), reason)

    def __iter__(self) -> Iterator[DayRow]:
        bad = self.bad.lines
        at = self._day
        with reading(self._source) as lines:
            for row in read_rows(lines, self._layout):
                line, cells = row
                day = parse_day(_tidy(cells[at]), self._order)
                if day is None:
                    self._add_undated(row)
                    continue
                yield DayRow(line, day, cells, self._parsed(row, is_total=False))
                self.rows += line not in bad
        self.left_out = self.bad.settle(self.rows)
        if self.left_out:
            self.covered = None
        if not self.rows:
            raise refusals.empty()

    def _look_through(self, order: Order | None) -> None:
        separators = SeparatorEvidence()
        days = OrderEvidence(self._columns.title(self._layout, "day"))
        cells: set[str] = set()
        pick, plain = self._pick, self._plain
        at = self._day
        with reading(self._source) as lines:
            for row in read_rows(lines, self._layout):
                cell = row.cells[at]
                if cell not in cells:
                    cells.add(cell)
                    days.add(_tidy(cell), row.line)
                # nothing in such a row speaks against a decimal point that was seen before
                if "." in separators.only and plain.fullmatch("\n".join(pick(row.cells))):
                    continue
                self._weigh(separators, row)
        self.separator = separators.decide(self._currency)
        if order is None:
            self._order = self._decided(days, {_tidy(cell) for cell in cells})

    def _plain_rows(self) -> tuple[Callable[[list[str]], Sequence[str]], re.Pattern[str]]:
        """The numbers of a row, and how they look together where a point is the decimal one."""
        positions = [position for _, position, _ in self._numbers]
        patterns = [_PLAIN_COUNT if is_count else _PLAIN_AMOUNT for *_, is_count in self._numbers]
        if len(positions) < 2:
            return (lambda cells: [cells[n] for n in positions]), re.compile("".join(patterns))
        return itemgetter(*positions), re.compile("\n".join(patterns))

    def _weigh(self, evidence: SeparatorEvidence, row: Row) -> None:
        for column, position, is_count in self._numbers:
            number = _number_text(row.cells[position])
            if number:
                self._currency = self._currency or self.cell(row, "currency").upper()
                self.has_currency_signs |= _SIGN.search(number) is not None
                title = self._columns.title(self._layout, column)
                grouped = _WHOLE.fullmatch(number) if is_count else None
                if grouped is None:
                    is_money = not is_count and column not in _NOT_MONEY
                    evidence.add(number, row.line, title, is_money=is_money)
                else:  # a whole number with a separator can only be grouped in thousands
                    only: Separator = "," if grouped[1] == "." else "."
                    evidence.only.setdefault(only, (row.line, title))

    def _decided(self, days: OrderEvidence, cells: set[str]) -> Order:
        """Day or month first; where the cells do not tell, the covered days may."""
        if days.unclear_line is None or days.day_first_line or days.month_first_line:
            return days.decide()
        orders: tuple[Order, Order] = ("day first", "month first")
        fitting = [order for order in orders if self._fits(cells, order)]
        return fitting[0] if len(fitting) == 1 else days.decide()

    def _fits(self, cells: set[str], order: Order) -> bool:
        covered = self._covered(order)
        days = [day for cell in cells if (day := parse_day(cell, order)) is not None]
        return covered is not None and all(covered.first <= day <= covered.last for day in days)

    def _covered(self, order: Order) -> DayRange | None:
        for text in _texts_above(self._source, self._layout):
            found = parse_range(text, order)
            if found is not None:
                return found
        return self._stated

    def _add_undated(self, row: Row) -> None:
        """A row of totals; any other row without a day cannot be read."""
        if not self._is_total(row):
            cell = _tidy(row.cells[self._day])
            self.problem(row.line, "day", "is not a day" if cell else "is empty")
            return
        self.totals.rows += 1
        for column, number in self._parsed(row, is_total=True).items():
            self.totals.stated.setdefault(column, []).append(number)

    def _is_total(self, row: Row) -> bool:
        day = _tidy(row.cells[self._day])
        has_day = day not in NOTHING
        # a campaign may be called Total Care, and its day be misspelt
        if has_day and not (_TOTAL.match(day) or _SUMMARY.match(day)):
            return False
        first = next((cell for cell in map(_tidy, row.cells) if cell not in NOTHING), "")
        if _TOTAL.match(first):
            return True
        if has_day and not _SUMMARY.match(first):
            return False
        names = [self.cell(row, column) for column in self._columns.names]
        return all(name in NOTHING or _SUMMARY.match(name) for name in names)

    def _parsed(self, row: Row, *, is_total: bool) -> dict[str, Decimal]:
        found: dict[str, Decimal] = {}
        separator = self.separator
        cells = row.cells
        if separator == ".":
            texts = self._pick(cells)
            if self._plain.fullmatch("\n".join(texts)):
                for (column, _, _), text in zip(self._numbers, texts, strict=True):
                    if text and text[-1] != "-":
                        found[column] = Decimal(text.replace(",", ""))
                return found
        for column, position, is_count in self._numbers:
            number = _number(cells[position], separator)
            if number is None:
                if not is_total and _number_text(cells[position]):
                    self.problem(row.line, column, "is not a number")
            elif is_count and number != int(number):
                if not is_total:
                    self.problem(row.line, column, "is not a whole number")
            else:
                found[column] = number
        return found


def stated_period(source: Source, layout: Layout) -> str:
    """The line above the header that says which days a report covers; empty without one."""
    texts = _texts_above(source, layout)
    return next((text.strip() for text in texts if parse_range(text, "day first")), "")


def _texts_above(source: Source, layout: Layout) -> list[str]:
    """Each row above the header as one text, then its cells: an unquoted date has commas."""
    with reading(source) as lines:
        rows = csv.reader(lines, delimiter=layout.delimiter)
        above = list(islice(rows, layout.rows_above - 1))
    return [text for cells in above for text in (layout.delimiter.join(cells), *cells)]


def _tidy(cell: str) -> str:
    return cell.strip().strip("\u00a0\u202f")


def _number_text(cell: str) -> str:
    """A number's text; empty where the cell states none."""
    text = _tidy(cell)
    return "" if text in NOTHING else text


# counts, zeros and small amounts repeat
@lru_cache(maxsize=16384)
def _number(cell: str, separator: Separator) -> Decimal | None:
    """The number in a cell; None where it states none or what it states is no number."""
    text = _number_text(cell)
    return parse_amount(text, separator) if text else None
