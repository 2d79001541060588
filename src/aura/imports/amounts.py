"""Amounts as programs and spreadsheets write them: one decimal separator for the whole file.

`1,234` alone says nothing, so it is decided from all amounts of the file which separator it uses.
Where nothing decides, a point is the decimal one, as Shopify writes it. Text is never guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from aura.imports import refusals

Separator = Literal[".", ","]

_LARGEST = Decimal(10) ** 12
# spaces of every width and apostrophes group digits in some countries
_GROUPING = str.maketrans("", "", " \u00a0\u202f\u2009'\u2019")
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]{1,2})?")
# names of currencies beside an amount, their signs being gone: USD 5, US$5, 5 kr, 5 zł
_WORDS = r"[Kk]r\.?|zł|Kč|Ft|Rs\.?|[Ll]ei|лв\.?"
_BEFORE = rf"(?:[A-Z]{{1,3}}|{_WORDS})"
# behind a number other letters may multiply it: 1.2K, 3 MM, 2 MIO
_MULTIPLIERS = "MIO|MLN|MIL|MLD|MRD|MDS|BIO|BLN|TSD|TYS"
_BEHIND = rf"(?:(?!{_MULTIPLIERS})[A-Z]{{3}}|R|S|US|CA|AU|NZ|HK|TL|{_WORDS})"
_NAMED = re.compile(rf"([+-]?)(?:{_BEFORE})?([+-]?[0-9][0-9.,]*)(?:{_BEHIND})?")
_GROUPED_BY_POINT = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
# amounts in them have no decimals: ISO 4217
WITHOUT_DECIMALS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_WITH: dict[Separator, re.Pattern[str]] = {
    ".": re.compile(r"[+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"),
    ",": re.compile(r"[+-]?(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?"),
}


@dataclass(slots=True)
class SeparatorEvidence:
    """Where each reading of the file's amounts was seen to be the only one, or one of two."""

    # (line, column) of the first cell that can only be read with this separator
    only: dict[Separator, tuple[int, str]] = field(default_factory=dict)
    # (line, column) of the first cell such as 1,234
    unclear_comma: tuple[int, str] | None = None
    # the same of a number that is no money, which has decimals in every currency
    unclear_ratio: tuple[int, str] | None = None
    has_grouped_by_point: bool = False

    def add(self, cell: str, line: int, column: str, *, is_money: bool = True) -> None:
        """Take in one cell of an amount."""
        reading = _reading(cell)
        if reading == "unclear" and is_money:
            self.unclear_comma = self.unclear_comma or (line, column)
        elif reading == "unclear":
            self.unclear_ratio = self.unclear_ratio or (line, column)
        elif reading is None and is_money and _GROUPED_BY_POINT.fullmatch(cell):
            self.has_grouped_by_point = True
        elif reading is not None:
            self.only.setdefault(reading, (line, column))

    def decide(self, currency: str | None = None) -> Separator:
        """The file's decimal separator, with the help of its currency where amounts do not tell.

        Raises FileRefusedError when the file uses both, or nothing tells.
        """
        if len(self.only) > 1:
            (first, column), (second, _) = sorted(self.only.values())
            raise refusals.mixed_numbers(first, second, column)
        if self.only:
            return next(iter(self.only))
        is_grouped_by_comma = self.unclear_comma is not None
        # where amounts have no decimals, one way of grouping them tells
        if currency in WITHOUT_DECIMALS and is_grouped_by_comma != self.has_grouped_by_point:
            return "," if self.has_grouped_by_point else "."
        unclear = self.unclear_comma or self.unclear_ratio
        if unclear is not None:
            line, column = unclear
            raise refusals.mixed_numbers(line, line, column)
        return "."


def bare(cell: str) -> str:
    """An amount without what a currency and a bookkeeper put around it: -5.00 for ($5.00)."""
    text = cell.translate(_GROUPING).replace("\u2212", "-")
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    elif text.endswith("-"):
        text = f"-{text[:-1]}"
    if text.isascii() and text.replace(",", "").replace(".", "").lstrip("+-").isdigit():
        return text
    text = "".join(c for c in text if unicodedata.category(c) != "Sc")
    named = _NAMED.fullmatch(text)
    return text if named is None else named[1] + named[2]


# prices repeat: most cells of a file are among a few thousand texts
@lru_cache(maxsize=16384)
def _reading(cell: str) -> Separator | Literal["unclear"] | None:
    """The only separator with which the cell is an amount; None when it says nothing."""
    if _PLAIN.fullmatch(cell):
        return "." if "." in cell else None
    text = bare(cell)
    point, comma = (bool(_WITH[s].fullmatch(text)) for s in (".", ","))
    if point != comma:
        return "." if point else ","
    return "unclear" if point and "," in text else None


@lru_cache(maxsize=16384)
def parse_amount(cell: str, separator: Separator) -> Decimal | None:
    """The amount in a cell; None when it is not one or is beyond any real one."""
    if separator == "." and _PLAIN.fullmatch(cell):
        amount = Decimal(cell)
    else:
        text = bare(cell)
        if not _WITH[separator].fullmatch(text):
            return None
        grouping = "," if separator == "." else "."
        amount = Decimal(text.replace(grouping, "").replace(separator, "."))
    return amount if abs(amount) < _LARGEST else None
