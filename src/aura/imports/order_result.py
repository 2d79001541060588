"""What an import of orders did, or would do."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from aura.errors import NotFoundError
from aura.imports import refusals
from aura.imports.bad_rows import BadRow
from aura.imports.notes import notes_of
from aura.imports.order_pages import Summary
from aura.imports.report_result import Glance
from aura.imports.shopify_orders import OrdersFile
from aura.model import DayRange
from aura.store.imports import ImportRecord

FORMAT = "shopify.orders"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did.

    Attributes:
        rows: data rows of the file; `orders` in them, voided ones included.
        revenue: what the counted orders come to after refunds, in `currency`.
        days: first and last day of an order, in `timezone`.
        rows_changed: rows of facts that the import added or changed; 0 when all was known.
        left_out: rows that could not be read and were not imported.
        was_known: a file with the same content was imported before and nothing replaced it since.
        notes: sentences about how the figures came to be.
    """

    import_id: UUID | None
    brand_id: UUID | None
    integration_id: UUID | None
    file_name: str
    sha256: str
    encoding: str
    delimiter: str
    bytes: int
    rows: int
    orders: int
    revenue: Decimal
    currency: str
    timezone: str | None
    days: DayRange
    rows_changed: int
    days_changed: int
    was_known: bool
    is_dry_run: bool
    left_out: tuple[BadRow, ...]
    notes: tuple[str, ...]
    glance: Glance


def preview(
    file: OrdersFile,
    summary: Summary,
    *,
    currency: str,
    timezone: str | None,
    left_out: int,
    new_customers_unknown_from: date | None,
) -> ImportResult:
    """What a file is, before anything is known of where it goes."""
    first, last = summary.first_day, summary.last_day
    if first is None or last is None:
        raise refusals.empty()
    source = file.source
    places = [getattr(file.columns, column.name) for column in fields(file.columns)]
    return ImportResult(
        import_id=None,
        brand_id=None,
        integration_id=None,
        file_name=source.path.name.encode("utf-8", "replace").decode()[:255],
        sha256=source.sha256.hex(),
        encoding=source.encoding,
        delimiter=file.layout.delimiter,
        bytes=source.size,
        rows=summary.rows,
        orders=summary.orders,
        revenue=summary.counted.amount,
        currency=currency,
        timezone=timezone,
        days=DayRange(first, last),
        rows_changed=0,
        days_changed=0,
        was_known=False,
        is_dry_run=True,
        left_out=summary.left_out,
        notes=notes_of(
            file,
            summary,
            currency=currency,
            timezone=timezone or "the time zone of the brand",
            left_out=left_out,
            new_customers_unknown_from=new_customers_unknown_from,
        ),
        glance=Glance.of(
            file.layout, [place for place in places if place is not None], summary.shown
        ),
    )


def record_of(
    result: ImportResult,
    import_id: UUID,
    *,
    is_complete_history: bool,
    created_by: UUID,
    created_at: datetime,
) -> ImportRecord:
    """The result as a row of the list of imports."""
    if result.brand_id is None or result.integration_id is None:
        raise NotFoundError("There is no such brand.")
    return ImportRecord(
        id=import_id,
        brand_id=result.brand_id,
        integration_id=result.integration_id,
        platform="shopify",
        format=FORMAT,
        sha256=bytes.fromhex(result.sha256),
        file_name=result.file_name,
        bytes=result.bytes,
        encoding=result.encoding,
        delimiter=result.delimiter,
        rows_read=result.rows,
        orders=result.orders,
        date_from=result.days.first,
        date_to=result.days.last,
        currency=result.currency,
        control_total=result.revenue,
        is_complete_history=is_complete_history,
        notes=result.notes,
        created_by=created_by,
        created_at=created_at,
    )
