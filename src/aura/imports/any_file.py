"""A file whose kind nobody has said: recognised by its columns and imported as what it is."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

from aura.imports.daily import import_report, inspect_report, preview
from aura.imports.order_result import ImportResult
from aura.imports.orders import import_orders
from aura.imports.recognise import ORDERS, is_shop_report
from aura.imports.report_result import ReportResult, ReportTerms
from aura.imports.shop_import import import_shop_report, inspect_shop_report, shop_preview
from aura.imports.source import examine
from aura.imports.table import find_layout
from aura.store.database import Database
from aura.store.secrets import Keyring

Kind = Literal["orders", "shop", "ads"]


def kind_of(path: Path) -> Kind:
    """What a file is by its columns; `ads` for what is nothing else. Raises FileRefusedError."""
    header = find_layout(examine(path)).header
    if ORDERS.matches(frozenset(header)):
        return "orders"
    return "shop" if is_shop_report(header) else "ads"


async def inspect_daily(path: Path, terms: ReportTerms) -> ReportResult:
    """A report by day, read to its last row without a database. Raises FileRefusedError."""
    if await asyncio.to_thread(kind_of, path) == "shop":
        shop = await inspect_shop_report(path, terms)
        return shop_preview(shop, shop.currency or terms.currency)
    report = await inspect_report(path, terms)
    return preview(report, report.currency or terms.currency)


async def import_daily(
    database: Database,
    *,
    path: Path,
    brand_id: UUID,
    now: datetime,
    created_by: UUID,
    terms: ReportTerms,
    dry_run: bool = False,
) -> ReportResult:
    """Import a report by day of the shop or of ads: raises what the import of either raises."""
    is_of_shop = await asyncio.to_thread(kind_of, path) == "shop"
    bring = import_shop_report if is_of_shop else import_report
    return await bring(
        database,
        path=path,
        brand_id=brand_id,
        now=now,
        created_by=created_by,
        terms=terms,
        dry_run=dry_run,
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
    """Import an orders export or a daily report: raises what the import of either raises."""
    if await asyncio.to_thread(kind_of, path) == "orders":
        return await import_orders(
            database,
            keyring,
            path=path,
            brand_id=brand_id,
            now=now,
            complete_history=complete_history,
            created_by=created_by,
            may_shrink=terms.may_shrink,
            dry_run=dry_run,
        )
    return await import_daily(
        database,
        path=path,
        brand_id=brand_id,
        now=now,
        created_by=created_by,
        terms=terms,
        dry_run=dry_run,
    )
