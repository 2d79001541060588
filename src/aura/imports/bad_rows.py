"""Rows that cannot be read, noted by line, column and reason: refused, or left out and listed.

A cell's text is never kept, because it may be about a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aura.imports import refusals

# so many are listed; a file with more is not a good file with some bad rows
MOST_LEFT_OUT = 1000
_SHOWN_LINES = 20


class BadRow(NamedTuple):
    """What is wrong with a row: its line in the file, the column, a reason such as "is empty"."""

    line: int
    column: str
    reason: str


class BadRows:
    """The rows of one pass that cannot be read.

    Attributes:
        lines: where they begin.
    """

    def __init__(self, *, may_leave_out: bool = False) -> None:
        self.lines: set[int] = set()
        self._may_leave_out = may_leave_out
        self._found: list[BadRow] = []

    def add(self, line: int, column: str, reason: str) -> None:
        """Note what is wrong with a row; one row may have several faults."""
        self.lines.add(line)
        if len(self._found) < MOST_LEFT_OUT:
            self._found.append(BadRow(line, column, reason))

    def settle(self, readable: int) -> tuple[BadRow, ...]:
        """The rows that are left out, by line; `readable` is how many other rows there are.

        Raises FileRefusedError when there are any and nobody said that they may be left out, or
        when they are more than the others or than 1,000.
        """
        if not self._found:
            return ()
        bad = len(self.lines)
        found = tuple(sorted(self._found))
        can_be = bad <= readable and len(found) < MOST_LEFT_OUT
        if not (self._may_leave_out and can_be):
            raise refusals.bad_rows(
                found, bad, bad + readable, can_be_left_out=can_be, was_asked=self._may_leave_out
            )
        return found


def note_of(left_out: Sequence[BadRow]) -> str:
    """The sentence that says which rows were left out; empty where none were."""
    lines = sorted({row.line for row in left_out})
    if not lines:
        return ""
    one = len(lines) == 1
    shown = ", ".join(f"{line:,}" for line in lines[:_SHOWN_LINES])
    more = ", …" if len(lines) > _SHOWN_LINES else ""
    return (
        f"{len(lines):,} row{'' if one else 's'} that could not be read {'was' if one else 'were'} "
        f"left out (line{'' if one else 's'} {shown}{more}): their days may have less than the "
        "platform says."
    )
