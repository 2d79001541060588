"""A file whose kind nobody has said: recognised by its columns and imported as what it is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal, Unpack
from uuid import UUID

from aura.imports import refusals
from aura.imports.ad_reports import AdReport, ad_report_of, read_ad_report
from aura.imports.brand_import import Asked
from aura.imports.daily import import_report, preview
from aura.imports.order_result import ImportResult
from aura.imports.orders import import_orders
from aura.imports.own_tables import is_own_table, parts_of
from aura.imports.recognise import ORDERS, is_shop_report
from aura.imports.remembered_columns import import_as_named
from aura.imports.report_result import ReportResult, ReportTerms
from aura.imports.shop_import import import_shop_report, shop_preview
from aura.imports.shop_reports import ShopReport, read_shop_report, shop_report_of
from aura.imports.source import examine
from aura.imports.table import find_layout
from aura.model import PLATFORM_NAMES
from aura.store.database import Database
from aura.store.secrets import Keyring

Kind = Literal["orders", "shop", "ads", "own"]


def kind_of(path: Path, titles: Mapping[str, str] | None = None) -> Kind:
    """What a file is by its columns; `ads` for what is nothing else. Raises FileRefusedError."""
    header = find_layout(examine(path, titles)).header
    if ORDERS.matches(frozenset(header)):
        return "orders"
    if is_own_table(header):
        return "own"
    return "shop" if is_shop_report(header) else "ads"


async def inspect_daily(path: Path, terms: ReportTerms) -> ReportResult:
    """A report by day, read to its last row without a database. Raises FileRefusedError."""
    kind = await asyncio.to_thread(kind_of, path, terms.titles)
    if kind == "own":
        return _together([_previewed(one, terms) for one in await _read_own(path, terms)])
    if kind == "shop":
        return _previewed(await asyncio.to_thread(read_shop_report, path, terms), terms)
    return _previewed(await asyncio.to_thread(read_ad_report, path, terms), terms)


async def import_daily(database: Database, *, path: Path, **asked: Unpack[Asked]) -> ReportResult:
    """Import a report by day of the shop or of ads: raises what the import of either raises."""
    kind = await asyncio.to_thread(kind_of, path, asked["terms"].titles)
    if kind == "own":
        return await _import_own(database, path, asked)
    bring = import_shop_report if kind == "shop" else import_report
    return await bring(database, path=path, **asked)


async def _import_own(database: Database, path: Path, asked: Asked) -> ReportResult:
    """A table that Aura exported: every platform is tried before the first is written."""
    parts = await _read_own(path, asked["terms"])

    async def bring(part: AdReport | ShopReport, asked: Asked) -> ReportResult:
        if isinstance(part, ShopReport):
            return await import_shop_report(database, path=path, read=part, **asked)
        return await import_report(database, path=path, read=part, **asked)

    tried = [await bring(part, {**asked, "dry_run": True}) for part in parts]
    if asked.get("dry_run"):
        return _together(tried)
    return _together([await bring(part, asked) for part in parts])


async def _read_own(path: Path, terms: ReportTerms) -> list[AdReport | ShopReport]:
    def read() -> list[AdReport | ShopReport]:
        source = examine(path)
        parts = parts_of(source, find_layout(source))
        return [
            shop_report_of(one, terms) if kind == "shop" else ad_report_of(one, terms)
            for kind, one in parts
        ]

    found = await asyncio.to_thread(read)
    if not found:
        raise refusals.empty()
    return found


def _previewed(part: AdReport | ShopReport, terms: ReportTerms) -> ReportResult:
    currency = part.currency or terms.currency
    return shop_preview(part, currency) if isinstance(part, ShopReport) else preview(part, currency)


def _together(results: list[ReportResult]) -> ReportResult:
    """The results of one file's platforms as one: the first, with the rows and notes of all."""
    return replace(
        results[0],
        rows=sum(one.rows for one in results),
        rows_changed=sum(one.rows_changed for one in results),
        was_known=all(one.was_known for one in results),
        left_out=tuple(row for one in results for row in one.left_out),
        notes=tuple(
            f"{PLATFORM_NAMES[one.platform]}: {note}" for one in results for note in one.notes
        ),
    )


async def import_file(
    database: Database,
    keyring: Keyring,
    *,
    path: Path,
    brand_id: UUID,
    now: datetime,
    created_by: UUID,
    terms: ReportTerms,
    complete_history: bool,
    dry_run: bool = False,
) -> ImportResult | ReportResult:
    """Import an orders export or a daily report, as its columns are known or were said to be.

    Raises what the import of either raises.
    """

    async def work(said: ReportTerms) -> ImportResult | ReportResult:
        asked: Asked = {
            "brand_id": brand_id,
            "now": now,
            "created_by": created_by,
            "terms": said,
            "dry_run": dry_run,
        }
        if await asyncio.to_thread(kind_of, path, said.titles) == "orders":
            return await import_orders(
                database, keyring, path=path, complete_history=complete_history, **asked
            )
        return await import_daily(database, path=path, **asked)

    return await import_as_named(database, path, terms, work, brand_id=brand_id, user_id=created_by)
