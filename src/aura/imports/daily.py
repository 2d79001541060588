"""Import of daily reports: a path in, the days of an ad account out.

The file is read to its last row before the database hears of it, then written in one transaction:
each day that the file states replaces what an earlier file said of that day and account. Days that
were read from the platform itself stay as they are. Importing the same file again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Unpack
from uuid import UUID

from uuid_utils.compat import uuid7

from aura.errors import InputError
from aura.imports import refusals
from aura.imports.ad_accounts import account_of
from aura.imports.ad_facts import ad_days
from aura.imports.ad_reports import AdReport, read_ad_report
from aura.imports.ad_sums import AccountDays, AccountKey
from aura.imports.brand_import import Asked, Job, import_into_brand
from aura.imports.report_notes import notes_of
from aura.imports.report_result import ReportResult, checked_code, record_of
from aura.model import PLATFORM_NAMES, Account, AdDay, DayRange
from aura.store import filed_days, imports
from aura.store.database import Database
from aura.store.windows import WindowResult, write_ad_window

# a day that loses a larger share of its campaigns or its spend was probably filtered
_MOST_LOST = Decimal("0.05")
_ZERO = Decimal(0)
# what a report that is split by conversion action states of a day
_SPLIT_COLUMNS = frozenset(
    {
        *("conversions", "conversion_value"),
        *("conversions_by_conversion_date", "conversion_value_by_conversion_date"),
    }
)


async def import_report(
    database: Database, *, path: Path, read: AdReport | None = None, **asked: Unpack[Asked]
) -> ReportResult:
    """Import a daily report of Meta Ads or Google Ads into a brand of `created_by`.

    `read` is what was read already. Raises FileRefusedError, InputError or NotFoundError; nothing
    of the file is stored then.
    """
    return await import_into_brand(
        database,
        lambda: read or read_ad_report(path, asked["terms"]),
        lambda job, report: _Import(job, report).write(),
        **asked,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What the file says of one account: its days and, of those, the ones to write."""

    account: Account
    days: list[AdDay]
    dates: list[date]
    left_out: frozenset[date]


@dataclass(slots=True)
class _Import:
    """The writing of one checked report, inside one transaction."""

    job: Job
    report: AdReport

    async def write(self) -> ReportResult:
        job, report = self.job, self.report
        place = await filed_days.lock_ad_place(job.connection, job.brand.id, report.platform)
        currency = self._currency(place)
        parts = [
            await self._part(place, key, account, currency)
            for key, account in report.accounts.items()
        ]
        if not any(part.dates for part in parts):
            raise refusals.overlap_api(report.days, PLATFORM_NAMES[report.platform])
        if not job.terms.may_shrink:
            for part in parts:
                await self._check_shrinkage(place, part)
        known = await self._known_import(place)
        import_id = known or uuid7()
        written = [await self._write(place, part, import_id) for part in parts]
        result = self._result(
            place, parts, written, import_id, currency, was_known=known is not None
        )
        if known is None:
            record = record_of(result, import_id, created_by=job.created_by, created_at=job.now)
            await imports.add_import(job.connection, record)
        return result

    def _currency(self, place: filed_days.AdPlace) -> str:
        """The file's, else what a person says, else the account's, else the brand's.

        Raises where it is another than that of the platform's days: nothing is converted.
        """
        in_file = self.report.currency
        said = checked_code(self.job.terms.currency, in_file=in_file)
        if in_file is None and said is None and self.report.has_currency_signs:
            raise InputError(
                "The amounts carry a currency sign, but the file does not say which currency it "
                "is. Give it with --currency, as USD or EUR."
            )
        currency = in_file or said or place.currency or self.job.brand.currency
        if currency is None:
            raise InputError("The file names no currency: give it with --currency, as USD or EUR.")
        if place.currency is not None and currency != place.currency:
            raise refusals.other_account_currency(
                currency, place.currency, PLATFORM_NAMES[self.report.platform]
            )
        return currency

    async def _part(
        self, place: filed_days.AdPlace, key: AccountKey, account: AccountDays, currency: str
    ) -> _Part:
        external_id = account_of(
            place, key, self.job.terms.account, is_only=len(self.report.accounts) == 1
        )
        named = await filed_days.campaigns_by_name(
            self.job.connection, self.job.brand.id, place, external_id
        )
        names = {c.name for c, _ in account.days if c is not None and not c.external_id}
        days = ad_days(
            account,
            account_id=external_id,
            currency=currency,
            ids={name: named.get(name, f"{external_id}:{name}") for name in names},
            report=self.report,
        )
        left_out = place.known_dates(external_id, {day.date for day in days})
        kept = [day for day in days if day.date not in left_out]
        return _Part(
            Account(external_id, key.name, currency, None),
            kept,
            sorted({day.date for day in kept}),
            left_out,
        )

    async def _check_shrinkage(self, place: filed_days.AdPlace, part: _Part) -> None:
        """Refuse a file that has clearly less of some day than an earlier file had."""
        of = self.report.total_of
        stored = await filed_days.filed_sums(
            self.job.connection,
            self.job.brand.id,
            place,
            part.account.external_id,
            part.dates,
            of=of,
        )
        # a report that an action splits has no row for campaigns without a conversion
        counts_rows = self.report.has_spend
        new_rows = Counter(day.date for day in part.days if day.level == "campaign")
        totals = {
            day.date: getattr(day, of) or _ZERO for day in part.days if day.level == "account"
        }
        keep = 1 - _MOST_LOST
        smaller = [
            day
            for day in stored
            if (counts_rows and new_rows[day.date] < keep * day.campaigns)
            or totals.get(day.date, _ZERO) < keep * day.total
        ]
        if smaller:
            raise refusals.shrink(
                days=[day.date for day in smaller],
                rows=(
                    sum(new_rows[day.date] for day in smaller),
                    sum(day.campaigns for day in smaller),
                )
                if counts_rows
                else None,
                amount=(
                    sum((totals.get(day.date, _ZERO) for day in smaller), _ZERO),
                    sum((day.total for day in smaller), _ZERO),
                ),
                currency="" if of == "conversions" else part.account.currency or "",
                what="spend" if of == "ad_spend" else of.replace("_", " "),
            )

    async def _known_import(self, place: filed_days.AdPlace) -> UUID | None:
        """The import of the same file, unless another file of these days came after it."""
        return await imports.latest_import_of(
            self.job.connection,
            brand_id=self.job.brand.id,
            integration_id=place.integration_id,
            kind=f"{place.platform}.daily",
            sha256=self.report.source.sha256,
            days=self.report.days,
        )

    async def _write(
        self, place: filed_days.AdPlace, part: _Part, import_id: UUID
    ) -> WindowResult | None:
        if not part.dates:
            return None
        return await write_ad_window(
            self.job.connection,
            brand_id=self.job.brand.id,
            integration_id=place.integration_id,
            account=part.account,
            window=DayRange(part.dates[0], part.dates[-1]),
            days=part.days,
            observed_at=self.job.now,
            run_id=import_id,
            source="file",
            import_id=import_id,
            dates=part.dates,
            columns=None if self.report.has_spend else _SPLIT_COLUMNS & self.report.columns,
        )

    def _result(
        self,
        place: filed_days.AdPlace,
        parts: list[_Part],
        written: list[WindowResult | None],
        import_id: UUID,
        currency: str,
        *,
        was_known: bool,
    ) -> ReportResult:
        report = self.report
        left_out = frozenset[date]().union(*(part.left_out for part in parts))
        done = [one for one in written if one is not None]
        return replace(
            preview(report, currency),
            import_id=None if self.job.dry_run else import_id,
            brand_id=self.job.brand.id,
            integration_id=place.integration_id,
            accounts=tuple(part.account.external_id for part in parts),
            days_left_out=len(left_out),
            rows_changed=sum(one.rows_changed for one in done),
            days_changed=len({day for one in done for day in one.days_touched}),
            was_known=was_known,
            is_dry_run=self.job.dry_run,
            notes=notes_of(
                report,
                currency=currency,
                brand_currency=self.job.brand.currency,
                left_out=sorted(left_out),
            ),
        )


def preview(report: AdReport, currency: str | None) -> ReportResult:
    """What a file is, before anything is known of where it goes."""
    days = {day for account in report.accounts.values() for _, day in account.days}
    campaigns = {
        (key, campaign)
        for key, account in report.accounts.items()
        for campaign, _ in account.days
        if campaign is not None
    }
    return ReportResult(
        import_id=None,
        brand_id=None,
        integration_id=None,
        platform=report.platform,
        format=f"{report.platform}.daily",
        file_name=report.source.path.name.encode("utf-8", "replace").decode()[:255],
        sha256=report.source.sha256.hex(),
        encoding=report.source.encoding,
        delimiter=report.layout.delimiter,
        bytes=report.source.size,
        rows=report.rows,
        total_rows=report.totals_rows,
        campaigns=len(campaigns),
        accounts=tuple(key.external_id or key.name for key in report.accounts),
        days=report.days,
        days_stated=len(days),
        days_left_out=0,
        total=report.total,
        total_of=report.total_of,
        currency=currency,
        rows_changed=0,
        days_changed=0,
        was_known=False,
        is_dry_run=True,
        left_out=report.left_out,
        notes=notes_of(report, currency=currency, brand_currency=None, left_out=[]),
        glance=report.glance,
    )
