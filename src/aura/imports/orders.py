"""Import of an orders export: a path in, the brand's revenue, orders and new customers by day out.

The file is looked through, then read and written in one transaction, which a row that cannot be
read undoes. Importing the same file, or the same orders, again changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from uuid_utils.compat import uuid7

from aura.errors import InputError, NotFoundError
from aura.imports import refusals
from aura.imports.order_pages import OrderPages, Summary
from aura.imports.order_result import FORMAT, ImportResult, preview, record_of
from aura.imports.report_result import ReportTerms
from aura.imports.shopify_orders import OrdersFile, Survey
from aura.imports.source import examine
from aura.model import DayRange, Order
from aura.store import brands, imports
from aura.store.brands import Brand
from aura.store.database import Connection, Database
from aura.store.filed_orders import SmallerDay, note_replaced
from aura.store.secrets import Keyring
from aura.store.windows import WindowResult, load_orders, write_loaded_orders

# called with (rows written, bytes read, bytes to read): the file is read twice
Progress = Callable[[int, int, int], None]
_PASSES = 2


class _Passed(Protocol):
    @property
    def position(self) -> int: ...


_Step = TypeVar("_Step", bound=_Passed)


async def inspect_orders(
    path: Path, terms: ReportTerms | None = None, *, timezone: str | None = None
) -> ImportResult:
    """Check a file to its last row without a database.

    Raises FileRefusedError when it cannot be imported, InputError when there is no such file.
    """
    said = terms or ReportTerms()
    file = await _survey(path, said, _no_progress)
    zone = timezone or file.timezone
    # neither changes whether a row can be read
    meaning = _Meaning(
        file.currency or said.currency or "", zone or "UTC", known_zone(zone or "UTC")
    )
    pages = _pages(file, meaning, said)
    async for _ in _stepped(pages.pages()):
        pass
    return preview(
        file,
        pages.summary,
        currency=meaning.currency,
        timezone=zone,
        left_out=0,
        new_customers_unknown_from=pages.summary.first_day,
    )


async def import_orders(
    database: Database,
    keyring: Keyring,
    *,
    path: Path,
    brand_id: UUID,
    now: datetime,
    complete_history: bool,
    created_by: UUID,
    terms: ReportTerms | None = None,
    progress: Progress | None = None,
    timezone: str | None = None,
    dry_run: bool = False,
) -> ImportResult:
    """Import a Shopify orders export into a brand of `created_by`.

    `complete_history` says that the file starts with the store's first order. `timezone` is used
    where the brand has none. The file's orders replace those of earlier files on its days; where
    `terms` allow it also where they are clearly fewer. With `dry_run` everything is tried and
    nothing is kept. Raises FileRefusedError, InputError or NotFoundError; nothing of the file is
    stored then.
    """
    said = terms or ReportTerms()
    tell = progress or _no_progress
    async with database.as_user(created_by) as connection:
        brand = await brands.brand_of_person(connection, user_id=created_by, brand_id=brand_id)
    if brand is None:
        raise NotFoundError("There is no such brand.")
    async with database.as_worker(brand_id) as connection:
        shop = await imports.find_shop(connection, brand_id)
    file = await _survey(path, said, tell)
    meaning = _Meaning.of(file, brand, shop, timezone)
    async with (
        database.as_worker(brand_id) as connection,
        connection.transaction(force_rollback=dry_run),
    ):
        job = _Import(
            connection, keyring, file, meaning, said, brand_id, now, created_by, dry_run=dry_run
        )
        return await job.write(complete_history=complete_history, tell=tell)


def _no_progress(_rows: int, _done: int, _total: int) -> None:
    """Nobody is watching."""


async def _stepped(steps: Iterator[_Step]) -> AsyncIterator[_Step]:
    """The steps of a pass, each made in a thread: parsing must not hold up the event loop."""
    while (step := await asyncio.to_thread(next, steps, None)) is not None:
        yield step


def known_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises InputError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise InputError(
            "The time zone of the store is not known. Give an IANA name with --timezone, for "
            "example --timezone Europe/Berlin."
        ) from None


async def _survey(path: Path, terms: ReportTerms, tell: Progress) -> OrdersFile:
    source = await asyncio.to_thread(examine, path, terms.titles)
    survey = await asyncio.to_thread(Survey, source)
    async for step in _stepped(survey.steps()):
        tell(0, step.position, source.file_size * _PASSES)
    return survey.result()


def _pages(file: OrdersFile, meaning: _Meaning, terms: ReportTerms) -> OrderPages:
    return OrderPages(
        file,
        zone=meaning.zone,
        currency=meaning.currency,
        may_leave_out=terms.skip_bad_rows,
    )


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What the file's amounts and times mean."""

    currency: str
    timezone: str
    zone: ZoneInfo

    @classmethod
    def of(
        cls, file: OrdersFile, brand: Brand, shop: imports.Shop | None, timezone: str | None
    ) -> _Meaning:
        """The shop's own terms where it is connected, else the brand's.

        Raises InputError where nobody says, FileRefusedError where the file is in another currency.
        """
        expected = (shop.currency if shop else None) or brand.currency
        currency = file.currency or expected
        if currency is None:
            raise InputError("The file names no currency and the brand has none: set it first.")
        if expected is not None and currency != expected:
            raise refusals.other_currency(currency, expected)
        name = (shop.timezone if shop else None) or brand.timezone or timezone or file.timezone
        if name is None:
            raise InputError(
                "In which time zone is the store? The times in the file only say how far from UTC "
                "they are. Give it with --timezone, for example --timezone America/New_York."
            )
        return cls(currency, name, known_zone(name))


@dataclass(slots=True)
class _Import:
    """The writing of one file, inside one transaction: nothing is kept if any row is bad."""

    connection: Connection
    keyring: Keyring
    file: OrdersFile
    meaning: _Meaning
    terms: ReportTerms
    brand_id: UUID
    now: datetime
    created_by: UUID
    dry_run: bool
    summary: Summary = field(default_factory=Summary)
    left_out: int = 0

    async def write(self, *, complete_history: bool, tell: Progress) -> ImportResult:
        shop = await imports.lock_shop(self.connection, self.brand_id)
        loaded = await load_orders(
            self.connection,
            self.keyring,
            brand_id=self.brand_id,
            integration_id=shop.integration_id,
            timezone=self.meaning.timezone,
            orders=self._orders(shop, tell),
        )
        days = self._days()
        await self._check_against(shop, days, complete_history=complete_history)
        same = await imports.latest_import_of(
            self.connection,
            brand_id=self.brand_id,
            integration_id=shop.integration_id,
            kind=FORMAT,
            sha256=self.file.source.sha256,
            days=days,
        )
        import_id = same or uuid7()
        written = await write_loaded_orders(
            self.connection,
            loaded,
            observed_at=self.now,
            run_id=import_id,
            source="file",
            import_id=import_id,
            complete_history=complete_history,
            check=None if self.terms.may_shrink else self._check_smaller,
        )
        result = await self._result(import_id, shop, written, was_known=same is not None)
        await self._note(result, import_id, same, complete_history=complete_history)
        await note_replaced(
            loaded.staged, brand_id=self.brand_id, import_id=import_id, now=self.now
        )
        return result

    async def _note(
        self, result: ImportResult, import_id: UUID, same: UUID | None, *, complete_history: bool
    ) -> None:
        """Keep that the file was imported."""
        if same is None:
            record = record_of(
                result,
                import_id,
                is_complete_history=complete_history,
                created_by=self.created_by,
                created_at=self.now,
            )
            await imports.add_import(self.connection, record)
        elif complete_history:
            await imports.complete_import(
                self.connection, brand_id=self.brand_id, import_id=import_id
            )

    def _days(self) -> DayRange:
        first, last = self.summary.first_day, self.summary.last_day
        if first is None or last is None:
            raise refusals.empty()
        return DayRange(first, last)

    async def _check_against(
        self, shop: imports.Shop, days: DayRange, *, complete_history: bool
    ) -> None:
        """Refuse what would contradict the orders that are known already."""
        if await imports.has_other_keys(
            self.connection,
            brand_id=self.brand_id,
            integration_id=shop.integration_id,
            days=days,
            has_ids=self.file.has_ids,
        ):
            raise refusals.other_ids(has_ids=self.file.has_ids)
        known = await imports.first_order_day(self.connection, self.brand_id)
        if complete_history and known is not None and known < days.first:
            raise refusals.not_the_first_order(days.first.isoformat(), known.isoformat())

    async def _orders(self, shop: imports.Shop, tell: Progress) -> AsyncIterator[list[Order]]:
        """The file's orders, except on days that were read from the shop itself."""
        size = self.file.source.file_size
        pages = _pages(self.file, self.meaning, self.terms)
        self.summary = pages.summary
        async for page in _stepped(pages.pages()):
            orders = page.orders
            if shop.known_days is not None:
                orders = [one for one in orders if not shop.knows(self._day(one))]
            self.left_out += len(page.orders) - len(orders)
            yield orders
            tell(page.rows, size + page.position, size * _PASSES)

    def _day(self, order: Order) -> date:
        return order.processed_at.astimezone(self.meaning.zone).date()

    async def _result(
        self,
        import_id: UUID,
        shop: imports.Shop,
        written: WindowResult,
        *,
        was_known: bool,
    ) -> ImportResult:
        after = await imports.find_shop(self.connection, self.brand_id)
        is_complete = after is not None and after.history_complete_from is not None
        first_day = await imports.first_order_day(self.connection, self.brand_id)
        return replace(
            preview(
                self.file,
                self.summary,
                currency=self.meaning.currency,
                timezone=self.meaning.timezone,
                left_out=self.left_out,
                new_customers_unknown_from=None if is_complete else first_day,
            ),
            import_id=None if self.dry_run else import_id,
            brand_id=self.brand_id,
            integration_id=shop.integration_id,
            rows_changed=written.rows_changed,
            days_changed=len(written.days_touched),
            was_known=was_known,
            is_dry_run=self.dry_run,
        )

    def _check_smaller(self, days: list[SmallerDay]) -> None:
        raise refusals.shrink(
            days=[day.date for day in days],
            rows=(sum(day.orders for day in days), sum(day.stored_orders for day in days)),
            amount=(
                sum((day.amount for day in days), Decimal(0)),
                sum((day.stored_amount for day in days), Decimal(0)),
            ),
            currency=self.meaning.currency,
            of="orders",
            what="sales",
        )
