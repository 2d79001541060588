"""What an address asks of a table: a search, an order, a page.

In: the query's text. Out: Question, or InputError saying what can be asked. The decision: numbers
are sorted from the largest on at first and names from A, and what is unknown stands last in either
order, so that a blank is never mistaken for the least.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, TypeVar
from urllib.parse import urlencode

from aura.errors import InputError
from aura.model import AD_PLATFORMS, Platform

NAME: Final = "name"
LONGEST_SEARCH: Final = 200
_AMOUNT: Final = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
# pages beyond this hold nothing
_LAST_PAGE: Final = 1_000_000

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows to show, in which order.

    Attributes:
        search: part of a name, in any case; empty for all.
        platform: one ad platform, None for all.
        sort: a column, or `name`; `default` when an address names none.
        page: from 1 on.
        min_spend: leaves out what cost less, in its own currency; None for no such limit.
        columns: metrics to show; empty for the usual ones.
    """

    search: str
    platform: Platform | None
    sort: str
    descending: bool
    page: int
    default: str
    min_spend: Decimal | None = None
    columns: tuple[str, ...] = ()

    def parts(self) -> list[tuple[str, str]]:
        """The question as pairs of an address's query, without the page; defaults are left out."""
        pairs = (
            ("search", self.search),
            ("platform", self.platform or ""),
            ("min_spend", "" if self.min_spend is None else format(self.min_spend, "f")),
            ("columns", ",".join(self.columns)),
            ("sort", "" if self.sort == self.default else self.sort),
            ("order", "" if self.descending is _first_order(self.sort) else self.order),
        )
        return [(name, value) for name, value in pairs if value]

    def at_page(self, number: int) -> str:
        """The address's query of another page of the same answer."""
        pages = [("page", str(number))] if number > 1 else []
        return urlencode([*self.parts(), *pages])

    def sorted_by(self, column: str) -> str:
        """The address's query that sorts by a column, and the other way when it is so already."""
        turned = not self.descending if column == self.sort else _first_order(column)
        return urlencode(replace(self, sort=column, descending=turned).parts())

    def ordered(self, by_name: Sequence[Row], value: Callable[[Row], Decimal | None]) -> list[Row]:
        """The rows, given by name, as asked for; `value` is what stands in the sorted column."""
        if self.sort == NAME:
            return list(reversed(by_name)) if self.descending else list(by_name)
        values = [(row, value(row)) for row in by_name]
        known = [(row, found) for row, found in values if found is not None]
        known.sort(key=lambda pair: pair[1], reverse=self.descending)
        return [row for row, _ in known] + [row for row, found in values if found is None]

    @property
    def order(self) -> str:
        """`desc` or `asc`, as in an address."""
        return "desc" if self.descending else "asc"


def table_question(query: Mapping[str, str], *, columns: Sequence[str], default: str) -> Question:
    """The question that an address asks. InputError for an order or a page that does not exist."""
    search = query.get("search", "").strip()[:LONGEST_SEARCH]
    platform = query.get("platform", "").strip()
    if platform and platform not in AD_PLATFORMS:
        raise InputError(f"The platform is one of {' and '.join(AD_PLATFORMS)}.")
    sort = query.get("sort", "").strip() or default
    if sort not in (NAME, *columns):
        raise InputError(f"The table can be sorted by {NAME}, {', '.join(columns)}.")
    order = query.get("order", "").strip() or ("desc" if _first_order(sort) else "asc")
    if order not in {"asc", "desc"}:
        raise InputError("The order is asc or desc.")
    page = query.get("page", "").strip() or "1"
    if not (page.isascii() and page.isdigit() and 1 <= int(page[:9]) <= _LAST_PAGE):
        raise InputError("Pages are counted from 1.")
    shown = _shown(query.get("columns", ""), columns)
    least = _least(query.get("min_spend", ""))
    chosen: Platform | None = next((one for one in AD_PLATFORMS if one == platform), None)
    return Question(search, chosen, sort, order == "desc", int(page), default, least, shown)


def _shown(text: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns to show, in the table's order; none named means the usual ones."""
    wanted = {name.strip() for name in text.split(",") if name.strip()}
    if not wanted <= set(columns):
        raise InputError(f"The table can show {', '.join(columns)}.")
    return tuple(column for column in columns if column in wanted)


def _least(text: str) -> Decimal | None:
    """An amount of money that is not negative."""
    amount = text.strip()
    if not amount:
        return None
    if not _AMOUNT.fullmatch(amount):
        raise InputError("Write the least spend as a number, such as 100 or 99.50.")
    return Decimal(amount)


def _first_order(sort: str) -> bool:
    """Whether a column is sorted from the largest on at first: numbers are, names are not."""
    return sort != NAME
