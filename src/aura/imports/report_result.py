"""What a person says about a daily report, and what its import answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from aura.errors import InputError, NotFoundError
from aura.imports.bad_rows import BadRow
from aura.imports.moments import Order
from aura.imports.table import Layout
from aura.model import DayRange, Platform
from aura.store.imports import ImportRecord

# totals that are no money
COUNTED = frozenset({"new_customers", "conversions"})
_CODE = re.compile(r"[A-Z]{3}")
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Glance:
    """What a person looks at before a file is imported.

    Attributes:
        read, ignored: the file's columns, as it names them in lower case.
        rows: the first rows as they were understood, our names to plain text; nothing personal.
    """

    read: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    rows: tuple[dict[str, str], ...] = ()

    @classmethod
    def of(cls, layout: Layout, used: Iterable[int], rows: Sequence[dict[str, str]]) -> Glance:
        """From the positions of the columns that are read."""
        places = set(used)
        return cls(
            tuple(n for at, n in enumerate(layout.written) if at in places),
            tuple(n for at, n in enumerate(layout.written) if at not in places and n),
            tuple(rows[:_MOST_SHOWN]),
        )


@dataclass(frozen=True, slots=True)
class ReportTerms:
    """What a person says about a file where the file does not.

    Attributes:
        currency: of the amounts; the account's or the brand's where nobody says.
        account: id of the ad account at its platform.
        order: whether 3/4/2026 is in March or in April.
        may_shrink: replace days even where the file has clearly less than is stored.
        skip_bad_rows: leave out and list rows that cannot be read, and import the others.
        columns: fields that columns are said to be, by the columns' normal names.
        is_a: what the file is said to be then, one of `named_columns.KINDS`.
        titles: what follows of both: normal names of columns to those of a report.
    """

    currency: str | None = None
    account: str | None = None
    order: Order | None = None
    may_shrink: bool = False
    skip_bad_rows: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    is_a: str | None = None
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportResult:
    """What an import of a report did, or would do.

    Attributes:
        rows: rows of days in the file; `total_rows` only repeat their sums.
        total: what the file's days come to in `currency`, those that were left out included;
            `total_of` says of what: ad_spend, conversions, revenue or new_customers.
        days_left_out: days of the file that the connected account itself was read for.
        rows_changed: rows of facts added, changed or deleted; 0 when all was known.
        was_known: the same file was imported before and nothing has replaced it since.
        left_out: rows that could not be read and were not imported.
        notes: sentences about how the figures came to be.
    """

    import_id: UUID | None
    brand_id: UUID | None
    integration_id: UUID | None
    platform: Platform
    format: str
    file_name: str
    sha256: str
    encoding: str
    delimiter: str
    bytes: int
    rows: int
    total_rows: int
    campaigns: int
    accounts: tuple[str, ...]
    days: DayRange
    days_stated: int
    days_left_out: int
    total: Decimal
    total_of: str
    currency: str | None
    rows_changed: int
    days_changed: int
    was_known: bool
    is_dry_run: bool
    left_out: tuple[BadRow, ...]
    notes: tuple[str, ...]
    glance: Glance


def checked_code(said: str | None, *, in_file: str | None) -> str | None:
    """The currency that a person says; InputError for no currency, or another than the file's."""
    code = said.upper() if said else None
    if code and not _CODE.fullmatch(code):
        raise InputError("A currency has three letters, as USD or EUR.")
    if code and in_file and code != in_file:
        raise InputError(f"The file is in {in_file}, not in {code}. Leave out --currency.")
    return code


def record_of(
    result: ReportResult, import_id: UUID, *, created_by: UUID, created_at: datetime
) -> ImportRecord:
    """The result as a row of the list of imports."""
    if result.brand_id is None or result.integration_id is None or result.currency is None:
        raise NotFoundError("There is no such brand.")
    return ImportRecord(
        id=import_id,
        brand_id=result.brand_id,
        integration_id=result.integration_id,
        platform=result.platform,
        format=result.format,
        sha256=bytes.fromhex(result.sha256),
        file_name=result.file_name,
        bytes=result.bytes,
        encoding=result.encoding,
        delimiter=result.delimiter,
        rows_read=result.rows,
        orders=0,
        date_from=result.days.first,
        date_to=result.days.last,
        currency=result.currency,
        control_total=result.total,
        is_complete_history=False,
        notes=result.notes,
        created_by=created_by,
        created_at=created_at,
    )
