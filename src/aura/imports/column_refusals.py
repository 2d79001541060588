"""Refusals about the names of columns, and which names may be shown and asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from aura.errors import FileRefusedError
from aura.imports.refusals import SUPPORTED

_MOST_NAMES = 12
_MOST_ASKED = 100
_LONGEST_NAME = 40
# refusals after which a person may say what the columns are
_OF_COLUMNS = frozenset({"unknown", "no_metrics", "no_revenue", "not_daily"})


def unknown(names: Iterable[str]) -> FileRefusedError:
    """Text, but of no report we know."""
    names = column_names(names)
    shown = [name[:_LONGEST_NAME] for name in names]
    more = ", …" if len(shown) > _MOST_NAMES else ""
    seen = (
        f"We saw these column names: {', '.join(shown[:_MOST_NAMES])}{more}."
        if shown
        else "We saw no row with column names."
    )
    return FileRefusedError(
        "unknown",
        f"We could not recognise this file. {seen} Supported: {SUPPORTED}. If it is one of them "
        'under other names, say what its columns are: --column "Name=field".',
        columns=names,
    )


def no_such_column(name: str, names: Iterable[str]) -> FileRefusedError:
    """A column that a person named and the file does not have."""
    shown = [one[:_LONGEST_NAME] for one in column_names(names)]
    more = ", …" if len(shown) > _MOST_NAMES else ""
    return FileRefusedError(
        "unknown",
        f'The file has no column "{name[:_LONGEST_NAME]}". Its columns are: '
        f"{', '.join(shown[:_MOST_NAMES])}{more}.",
        columns=column_names(names),
    )


def misnamed_columns(why: str, names: Iterable[str]) -> FileRefusedError:
    """What a person said of the columns does not fit together."""
    return FileRefusedError("columns", why, columns=column_names(names))


@contextmanager
def naming_columns(names: Sequence[str]) -> Iterator[None]:
    """Gives refusals that other names of columns may explain the names that the file has."""
    try:
        yield
    except FileRefusedError as refused:
        if refused.code in _OF_COLUMNS:
            refused.columns = column_names(names)
        raise


def column_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names that may be shown and asked about: none that may be about a person."""
    return tuple(name for name in names if _is_column_name(name))[:_MOST_ASKED]


def _is_column_name(name: str) -> bool:
    """False for what may be about a person: a file without a header shows its first row here."""
    return bool(name) and "@" not in name and sum(c.isdigit() for c in name) < 5
