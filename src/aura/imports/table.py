"""Lines of text in, rows of cells out: delimiter, header row, re-quoted rows, ragged rows.

The header is found, not assumed: whichever delimiter and row among the first 25 show the most known
column names win. So titles above the header, `sep=;` and any of the delimiters need no rule.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from aura.imports import column_refusals, refusals
from aura.imports.recognise import known, normal_name, without_currency
from aura.imports.source import LONGEST_LINE, MOST_BYTES, MOST_ROWS, Reading, Source, reading

DELIMITERS = (",", ";", "\t", "|")
_HEADER_ROWS = 25
_SAMPLE_ROWS = 40

# a note of an order may be longer than the 131,072 characters that Python's reader takes by default
csv.field_size_limit(LONGEST_LINE)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file are written.

    Attributes:
        header: normal names of the columns, in file order, as a person said that they are to be
            read; `written` as the file has them.
        rows_above: rows up to and including the header row.
        header_line: line on which the header row begins.
        is_wrapped: each data row is one quoted cell that holds the row (a mail program did it).
    """

    delimiter: str
    header: tuple[str, ...]
    rows_above: int
    header_line: int
    is_wrapped: bool
    written: tuple[str, ...]

    def column(self, name: str) -> int | None:
        """The position of a column by its normal name; refuses a file that has two of it."""
        positions = [n for n, title in enumerate(self.header) if title == name]
        if len(positions) > 1:
            raise refusals.two_columns(name.capitalize(), line=self.header_line)
        return positions[0] if positions else None


class Row(NamedTuple):
    """One data row: the line it begins on, and its cells, as many as the header has."""

    line: int
    cells: list[str]


def find_layout(source: Source) -> Layout:
    """The delimiter and header of a file. Raises FileRefusedError when it has no row at all.

    Columns that a person named stand in the header under the names of a report.
    """
    return _titled(written_layout(source), source.titles)


def written_layout(source: Source) -> Layout:
    """As `find_layout`, with the header as it is written."""
    candidates = []
    for delimiter in DELIMITERS:
        sample = _sample(source, delimiter)
        for number, (line, cells) in enumerate(sample[:_HEADER_ROWS]):
            header = tuple(normal_name(cell) for cell in cells)
            if any(header):
                below = [row for _, row in sample[number + 1 :] if any(row)]
                is_wrapped = len(header) > 5 and bool(below) and all(len(r) == 1 for r in below)
                layout = Layout(delimiter, header, number + 1, line, is_wrapped, header)
                said = sum(
                    name in source.titles or without_currency(name) in source.titles
                    for name in header
                )
                # most known names, then the highest row, then most names
                rank = (sum(map(known, header)) + said, -number, sum(map(bool, header)))
                candidates.append((rank, layout))
    if not candidates:
        raise refusals.empty()
    return max(candidates, key=itemgetter(0))[1]


def _titled(layout: Layout, titles: Mapping[str, str]) -> Layout:
    """The columns under the names that a person gave them; nothing else keeps such a name."""
    missing = [name for name in titles if name not in layout.header]
    if missing:
        raise column_refusals.no_such_column(missing[0], layout.header)
    given = frozenset(without_currency(title) for title in titles.values())
    header = tuple(
        titles.get(name, f"other {name}" if without_currency(name) in given else name)
        for name in layout.header
    )
    return replace(layout, header=header)


def _sample(source: Source, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first rows with the lines they begin on, as far as they can be split."""
    rows: list[tuple[int, list[str]]] = []
    with reading(source) as lines, suppress(csv.Error):
        reader = csv.reader(lines, delimiter=delimiter)
        line = 1
        for cells in islice(reader, _SAMPLE_ROWS):
            rows.append((line, cells))
            line = reader.line_num + 1
    return rows


def read_rows(lines: Reading, layout: Layout) -> Iterator[Row]:
    """The data rows of one pass. Raises FileRefusedError at the first that does not fit."""
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    width = len(layout.header)
    count = 0
    line = 1
    try:
        for _ in islice(reader, layout.rows_above):
            line = reader.line_num + 1
        for cells in reader:
            if any(cells):
                count += 1
                if count > MOST_ROWS:
                    raise refusals.too_large(MOST_BYTES, MOST_ROWS)
                fits = len(cells) == width
                yield Row(line, cells if fits else _fitting(cells, layout, line, lines, reader))
            line = reader.line_num + 1
    except csv.Error as error:
        if "end of data" in str(error):
            raise refusals.ends_early(line=line) from None
        raise refusals.broken_quotes(line) from None
    lines.check_unchanged()


def _fitting(
    cells: list[str], layout: Layout, line: int, lines: Reading, later: Iterator[list[str]]
) -> list[str]:
    """The row's cells, one for each column of the header, of a row that is not written so."""
    if layout.is_wrapped and len(cells) == 1:
        cells = next(csv.reader([cells[0]], delimiter=layout.delimiter, strict=True))
    width = len(layout.header)
    if len(cells) < width and lines.is_cut and next(later, None) is None:
        raise refusals.ends_early(line=line)
    if len(cells) < width or any(cells[width:]):
        raise refusals.ragged(line, len(cells), width)
    return cells[:width]
