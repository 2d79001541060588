"""Lists in pages: each names the place after its last row, so nothing moves when rows are added.

In: `limit` and the `cursor` of the page before. Out: a page and the next cursor, null on the last
one. The decision: a cursor holds the values that the list is ordered by, not a number of rows; it
is good for the list that gave it and says nothing to anybody else.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query

from aura.errors import InputError

Row = TypeVar("Row")
Key = tuple[str | int, ...]
MOST = 500
_VERSION = 1


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page of a list is asked for: at most `limit` rows after the cursor's place."""

    limit: int
    cursor: str

    def after(self, of: str, *kinds: type) -> Key | None:
        """The values after which the page begins; InputError for a cursor of another list.

        `of` names the list, `kinds` the types of the values that it is ordered by.
        """
        if not self.cursor:
            return None
        try:
            padded = self.cursor + "=" * (-len(self.cursor) % 4)
            version, name, *key = json.loads(
                base64.b64decode(padded, altchars=b"-_", validate=True)
            )
        except (binascii.Error, ValueError, TypeError):
            raise _wrong() from None
        fits = [type(value) is kind for value, kind in zip(key, kinds, strict=False)]
        if version != _VERSION or name != of or len(key) != len(kinds) or not all(fits):
            raise _wrong()
        return tuple(key)


def _wrong() -> InputError:
    return InputError("This cursor is none of this list's: take `next_cursor` of the page before.")


def page_of(
    limit: Annotated[int, Query(ge=1, le=MOST, description="The most rows of a page.")] = 100,
    cursor: Annotated[str, Query(description="`next_cursor` of the page before.")] = "",
) -> PageAsked:
    """Which page is asked for."""
    return PageAsked(limit, cursor)


PagePart = Annotated[PageAsked, Depends(page_of)]


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursor of those that follow; None on the last page."""

    rows: Sequence[Row]
    next_cursor: str | None


def cut(rows: Sequence[Row], asked: PageAsked, of: str, key: Callable[[Row], Key]) -> Page[Row]:
    """A page of rows that were read from its place on, one more than it holds."""
    if len(rows) <= asked.limit:
        return Page(rows, None)
    shown = rows[: asked.limit]
    return Page(shown, cursor_of(of, *key(shown[-1])))


def cursor_of(of: str, *key: str | int) -> str:
    """The cursor of what follows the row with these values in the list `of`."""
    text = json.dumps([_VERSION, of, *key], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def paged(
    everything: Sequence[Row], asked: PageAsked, of: str, key: Callable[[Row], Key]
) -> Page[Row]:
    """A page of a short list that was read whole, in the order of `key`."""
    kinds = [type(value) for value in key(everything[0])] if everything else []
    after = asked.after(of, *kinds) if everything else None
    left = [row for row in everything if after is None or key(row) > after]
    return cut(left, asked, of, key)
