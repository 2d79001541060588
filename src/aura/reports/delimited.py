"""Tables as CSV: UTF-8 with a mark for spreadsheets, ISO days, a point in decimals, no thousands.

In: rows of what reports hold. Out: text. The decision: a text that a spreadsheet would run as a
formula gets an apostrophe in front; numbers never do, a negative one stays a number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

BYTE_ORDER_MARK = "\ufeff"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# as many digits as money per customer can need
_MOST_PLACES = 6

Value = str | int | Decimal | date | None


def delimited(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """The table as a CSV document; an unknown value is an empty cell."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + file.getvalue()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_STARTS_A_FORMULA) else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        is_long = isinstance(exponent, int) and exponent < -_MOST_PLACES
        return format(round(value, _MOST_PLACES) if is_long else value, "f")
    return str(value)
