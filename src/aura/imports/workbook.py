"""An .xlsx workbook to the text of its one sheet that holds a report, as CSV.

Line n of the text is row n of the sheet. Cells that are formatted as dates become 2026-09-01;
numbers are written out with the 15 digits that a spreadsheet keeps, and longer ones with an
exponent, so that nobody takes a rounded id for a real one. Nothing is written to disk, formulas
give the value they had when the file was saved. Format: ECMA-376, SpreadsheetML.
"""

from __future__ import annotations

import csv
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import IO
from xml.etree import ElementTree as ET

from aura.imports import refusals
from aura.imports.recognise import known, normal_name

_UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, EOFError)
MOST_UNPACKED = 200_000_000
_MOST_RATIO = 100
_MOST_COLUMNS = 1000
# what a spreadsheet can hold
_MOST_ROWS = 1 << 20
_LARGE_ENOUGH_TO_DOUBT = 1 << 20
_HEADER_ROWS = 25
_ORIGIN = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone
_ORIGIN_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 - as above
# formats that every spreadsheet has: ECMA-376 part 1, 18.8.30
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_IN_WORKBOOKS = "xl/workbook.xml"
_TABLES = frozenset({".csv", ".tsv", ".txt"})
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]+")
_PRECISE = Decimal(10) ** 15


def text_of(raw: IO[bytes], titles: frozenset[str] = frozenset()) -> bytes:
    """The sheet with a report as UTF-8 CSV.

    `titles` are names that columns have beside those of the reports. Raises FileRefusedError for
    any other archive.
    """
    try:
        with zipfile.ZipFile(raw) as archive:
            _check_size(archive)
            return _best_sheet(_Book(archive), titles)
    except (*_UNREADABLE, LookupError, ET.ParseError):
        raise refusals.workbook() from None
    except RuntimeError:  # encrypted, or packed in a way that nobody uses
        raise refusals.workbook() from None


def packed_text(raw: IO[bytes]) -> bytes | None:
    """The one table in a .zip archive; None for a workbook.

    Raises FileRefusedError for an archive with several files or none, or one that cannot be read.
    """
    try:
        with zipfile.ZipFile(raw) as archive:
            if _IN_WORKBOOKS in archive.namelist():
                return None
            _check_size(archive)
            tables = [one for one in archive.infolist() if _is_table(one)]
            if len(tables) != 1:
                raise refusals.archive(len(tables))
            return archive.read(tables[0])
    except (*_UNREADABLE, RuntimeError):
        raise refusals.workbook() from None


def _is_table(entry: zipfile.ZipInfo) -> bool:
    """Not a folder, nor what a Mac puts beside a file."""
    path = PurePosixPath(entry.filename)
    is_hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return not entry.is_dir() and not is_hidden and path.suffix.lower() in _TABLES


def _check_size(archive: zipfile.ZipFile) -> None:
    unpacked = sum(entry.file_size for entry in archive.infolist())
    packed = sum(entry.compress_size for entry in archive.infolist())
    is_bomb = unpacked > _LARGE_ENOUGH_TO_DOUBT and unpacked > packed * _MOST_RATIO
    if unpacked > MOST_UNPACKED or is_bomb:
        raise refusals.too_large_workbook(MOST_UNPACKED)


def _best_sheet(book: _Book, titles: frozenset[str]) -> bytes:
    """The sheet whose first rows have the most known column names; the first one of equals."""
    best: tuple[tuple[int, bool], list[list[str]]] | None = None
    for part in book.sheets():
        rows = list(_bounded(book.rows(part)))
        names = ([normal_name(cell) for cell in cells] for cells in rows[:_HEADER_ROWS])
        score = max((sum(n in titles or known(n) for n in row) for row in names), default=0)
        # a sheet of charts or notes has fewer rows than one with a table
        if best is None or (score, len(rows) > 1) > best[0]:
            best = (score, len(rows) > 1), rows
    if best is None:
        raise refusals.workbook()
    if not any(map(any, best[1])):
        raise refusals.empty()
    # a sheet does not keep the empty cells at the end of a row
    width = max(map(len, best[1]))
    if width * len(best[1]) > MOST_UNPACKED:
        raise refusals.too_large_workbook(MOST_UNPACKED)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(cells + [""] * (width - len(cells)) for cells in best[1])
    return text.getvalue().encode()


def _bounded(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows while they stay small: few bytes can stand for many rows, cells and long texts."""
    size = 0
    for cells in rows:
        # a place in a list takes eight bytes, whatever stands there
        size += 8 * len(cells) + sum(map(len, cells))
        if size > MOST_UNPACKED:
            raise refusals.too_large_workbook(MOST_UNPACKED)
        yield cells


class _Book:
    """The parts of one workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._workbook = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - size and ratio are checked
        properties = self._workbook.find("{*}workbookPr")
        is_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
        self._origin = _ORIGIN_1904 if is_1904 else _ORIGIN
        self._texts = self._shared_texts()
        self._is_date = self._date_styles()

    def sheets(self) -> list[str]:
        """The parts that hold the sheets, in their order."""
        relations = {
            one.get("Id"): one.get("Target", "")
            for one in self._part("xl/_rels/workbook.xml.rels").iterfind("{*}Relationship")
        }
        found = []
        for sheet in self._workbook.iterfind("{*}sheets/{*}sheet"):
            key = next((v for name, v in sheet.attrib.items() if name.endswith("}id")), None)
            target = relations.get(key, "")
            path = target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)
            if path in self._archive.namelist() and "chartsheet" not in path:
                found.append(path)
        return found

    def rows(self, part: str) -> Iterator[list[str]]:
        """Every row of a sheet, those that the file leaves out as empty ones."""
        expected = 1
        with self._archive.open(part) as file:
            for _, element in ET.iterparse(file):  # noqa: S314 - size and ratio are checked
                if not element.tag.endswith("}row"):
                    continue
                number = int(element.get("r") or expected)
                if not expected <= number <= _MOST_ROWS:
                    raise refusals.workbook()
                yield from ([""] for _ in range(expected, number))
                yield self._cells(element)
                expected = number + 1
                element.clear()

    def _cells(self, row: ET.Element) -> list[str]:
        cells: list[str] = []
        for cell in row:
            place = _REFERENCE.fullmatch(cell.get("r", ""))
            column = _column(place[1]) if place else len(cells)
            if column >= _MOST_COLUMNS:
                break
            cells.extend("" for _ in range(len(cells), column))
            cells.append(self._text(cell))
        return cells or [""]

    def _text(self, cell: ET.Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _one_line("".join(t.text or "" for t in cell.iterfind(".//{*}t")))
        value = cell.findtext("{*}v", "")
        if kind == "s" and value:
            return self._texts[int(value)]
        if kind != "n" or not value:
            return _one_line(value)
        style = int(cell.get("s", "0"))
        return self._number(value, is_date=style < len(self._is_date) and self._is_date[style])

    def _number(self, value: str, *, is_date: bool) -> str:
        try:
            number = Decimal(value)
        except InvalidOperation:
            return value
        if not number.is_finite():
            return value
        if is_date and 0 < number < 100_000:
            moment = self._origin + timedelta(seconds=round(float(number) * 86400))
            return f"{moment:%Y-%m-%d}" if number % 1 == 0 else f"{moment:%Y-%m-%d %H:%M:%S}"
        if abs(number) >= _PRECISE:
            return f"{number:E}"
        return f"{Decimal(f'{float(number):.15g}'):f}"

    def _part(self, name: str) -> ET.Element:
        return ET.fromstring(self._archive.read(name))  # noqa: S314 - size and ratio are checked

    def _shared_texts(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._archive.namelist():
            return []
        texts = self._part("xl/sharedStrings.xml").iterfind("{*}si")
        # phonetic readings stand beside the text, not in it
        return [
            _one_line(
                "".join(t.text or "" for t in [*si.iterfind("{*}t"), *si.iterfind("{*}r/{*}t")])
            )
            for si in texts
        ]

    def _date_styles(self) -> list[bool]:
        if "xl/styles.xml" not in self._archive.namelist():
            return []
        styles = self._part("xl/styles.xml")
        own = {
            int(one.get("numFmtId", "0")): _QUOTED.sub("", one.get("formatCode", "")).lower()
            for one in styles.iterfind("{*}numFmts/{*}numFmt")
        }
        formats = [int(xf.get("numFmtId", "0")) for xf in styles.iterfind("{*}cellXfs/{*}xf")]
        return [
            any(letter in own[number] for letter in "dy")
            if number in own
            else number in _DATE_FORMATS
            for number in formats
        ]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _one_line(text: str) -> str:
    return " ".join(text.splitlines()) if "\n" in text or "\r" in text else text
