"""Import of Shopify's own reports by day: a path in, the shop's days out.

The file is read to its last row before the database hears of it, then written in one transaction.
Two sources of one day are never mixed: days that were read from the connected shop, and days of
which an orders export speaks, stay as they are. New customers are taken wherever orders do not
tell them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Unpack
from uuid import UUID

from uuid_utils.compat import uuid7

from aura.errors import InputError
from aura.imports import refusals
from aura.imports.bad_rows import note_of
from aura.imports.brand_import import Asked, Job, import_into_brand
from aura.imports.report_result import ReportResult, checked_code, record_of
from aura.imports.shop_reports import ShopReport, read_shop_report
from aura.model import DayRange
from aura.store import imports
from aura.store.database import Database
from aura.store.filed_windows import write_shop_report
from aura.store.windows import WindowResult

# a day that loses a larger share of its sales was probably filtered
_MOST_LOST = Decimal("0.05")


async def import_shop_report(
    database: Database, *, path: Path, read: ShopReport | None = None, **asked: Unpack[Asked]
) -> ReportResult:
    """Import a report of sales or new customers by day into a brand of `created_by`.

    `read` is what was read already. Raises FileRefusedError, InputError or NotFoundError; nothing
    of the file is stored then.
    """
    return await import_into_brand(
        database,
        lambda: read or read_shop_report(path, asked["terms"]),
        lambda job, report: _Import(job, report).write(),
        **asked,
    )


@dataclass(slots=True)
class _Import:
    """The writing of one checked report, inside one transaction."""

    job: Job
    report: ShopReport

    async def write(self) -> ReportResult:
        report = self.report
        shop = await imports.lock_shop(self.job.connection, self.job.brand.id)
        currency = self._currency(shop)
        dates = await self._dates(shop)
        if not dates:
            raise refusals.overlap_shop(report.days, is_connected=shop.known_days is not None)
        known = await imports.latest_import_of(
            self.job.connection,
            brand_id=self.job.brand.id,
            integration_id=shop.integration_id,
            kind=f"shopify.{report.kind}.daily",
            sha256=report.source.sha256,
            days=report.days,
        )
        import_id = known or uuid7()
        written = await write_shop_report(
            self.job.connection,
            brand_id=self.job.brand.id,
            integration_id=shop.integration_id,
            days={day: report.values[day] for day in dates},
            columns=report.columns,
            currency=currency,
            observed_at=self.job.now,
            import_id=import_id,
        )
        result = self._result(
            shop, currency, dates, written, import_id, was_known=known is not None
        )
        if known is None:
            job = self.job
            record = record_of(result, import_id, created_by=job.created_by, created_at=job.now)
            await imports.add_import(job.connection, record)
        return result

    def _currency(self, shop: imports.Shop) -> str:
        """The file's, else what a person says, else the shop's, else the brand's."""
        said = checked_code(self.job.terms.currency, in_file=self.report.currency)
        expected = shop.currency or self.job.brand.currency
        currency = self.report.currency or said or expected
        if currency is None:
            raise InputError("The file names no currency: give it with --currency, as USD or EUR.")
        if expected is not None and currency != expected:
            raise refusals.other_currency(currency, expected)
        return currency

    async def _dates(self, shop: imports.Shop) -> list[date]:
        """The days to write. Refuses a file that clearly has less of them than an earlier one."""
        days = await imports.reported_days(
            self.job.connection,
            brand_id=self.job.brand.id,
            integration_id=shop.integration_id,
            dates=sorted(self.report.values),
        )
        is_sales = self.report.kind == "sales"
        free = [
            day
            for day in days
            if not shop.knows(day.date)
            and not (day.has_orders if is_sales else day.has_new_customers)
        ]
        if is_sales and not self.job.terms.may_shrink:
            self._check_shrinkage(free)
        return [day.date for day in free]

    def _check_shrinkage(self, days: list[imports.ReportedDay]) -> None:
        new = {day: stated["revenue"] for day, stated in self.report.values.items()}
        keep = 1 - _MOST_LOST
        smaller = [
            (day.date, day.revenue)
            for day in days
            if day.revenue is not None and day.revenue > 0 and new[day.date] < keep * day.revenue
        ]
        if smaller:
            raise refusals.shrink(
                days=[day for day, _ in smaller],
                rows=None,
                amount=(
                    sum((new[day] for day, _ in smaller), Decimal(0)),
                    sum((was for _, was in smaller), Decimal(0)),
                ),
                what="total sales",
                currency=self._shown_currency(),
            )

    def _shown_currency(self) -> str:
        return self.report.currency or self.job.terms.currency or self.job.brand.currency or ""

    def _result(
        self,
        shop: imports.Shop,
        currency: str,
        dates: list[date],
        written: WindowResult,
        import_id: UUID,
        *,
        was_known: bool,
    ) -> ReportResult:
        return replace(
            shop_preview(self.report, currency),
            import_id=None if self.job.dry_run else import_id,
            brand_id=self.job.brand.id,
            integration_id=shop.integration_id,
            days_left_out=len(self.report.values) - len(dates),
            rows_changed=written.rows_changed,
            days_changed=len(written.days_touched),
            was_known=was_known,
            is_dry_run=self.job.dry_run,
            notes=_notes(self.report, currency, sorted(set(self.report.values) - set(dates))),
        )


def shop_preview(report: ShopReport, currency: str | None) -> ReportResult:
    """What a file is, before anything is known of where it goes."""
    return ReportResult(
        import_id=None,
        brand_id=None,
        integration_id=None,
        platform="shopify",
        format=f"shopify.{report.kind}.daily",
        file_name=report.source.path.name.encode("utf-8", "replace").decode()[:255],
        sha256=report.source.sha256.hex(),
        encoding=report.source.encoding,
        delimiter=report.layout.delimiter,
        bytes=report.source.size,
        rows=report.rows,
        total_rows=report.totals_rows,
        campaigns=0,
        accounts=(),
        days=report.days,
        days_stated=len(report.values),
        days_left_out=0,
        total=report.total,
        total_of="revenue" if report.kind == "sales" else "new_customers",
        currency=currency,
        rows_changed=0,
        days_changed=0,
        was_known=False,
        is_dry_run=True,
        left_out=report.left_out,
        notes=_notes(report, currency, []),
        glance=report.glance,
    )


def _notes(report: ShopReport, currency: str | None, left_out: list[date]) -> tuple[str, ...]:
    found = [*report.notes, note_of(report.left_out)]
    if report.kind == "sales":
        found.insert(0, "Sales are booked on the order's day, returns on the day they happened.")
        if report.currency is None and currency is not None:
            found.append(f"The file names no currency: amounts are taken as {currency}.")
        if report.control:
            found.append(_compared(report))
    if left_out:
        why = (
            "the connected shop or an orders export speaks of them"
            if report.kind == "sales"
            else "the connected shop or the orders tell who was new"
        )
        found.append(
            f"{len(left_out):,} days ({left_out[0]} to {left_out[-1]}) were left out: {why}."
        )
    missing = len(DayRange(report.days.first, report.days.last)) - len(report.values)
    if missing:
        found.append(f"{missing:,} days between the first and the last have no row: unknown.")
    if report.source.encoding == "cp1252":
        found.append("The file is not UTF-8 and was read as Windows-1252: accents may be wrong.")
    found.append(
        f"The last day, {report.days.last}, may be incomplete if the file was made on it: import a "
        "newer file to replace it."
    )
    return tuple(note for note in found if note)


def _compared(report: ShopReport) -> str:
    nearest = min(report.control, key=lambda total: abs(total - report.total))
    if abs(nearest - report.total) <= Decimal("0.01") * max(report.rows, 1):
        return f"The sales equal the file's own total, {nearest:,}."
    return f"The rows come to {report.total:,.2f} but the file's own total is {nearest:,.2f}."
