"""A file whose kind nobody has said: recognised by its columns and imported as what it is."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from uuid import UUID

from aura.imports.daily import import_report
from aura.imports.orders import ImportResult, import_orders
from aura.imports.recognise import ORDERS
from aura.imports.report_result import ReportResult, ReportTerms
from aura.imports.source import examine
from aura.imports.table import find_layout
from aura.store.database import Database
from aura.store.secrets import Keyring


def is_orders_export(path: Path) -> bool:
    """Whether a file has the columns of a Shopify orders export. Raises FileRefusedError."""
    return ORDERS.matches(frozenset(find_layout(examine(path)).header))


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
) -> ImportResult | ReportResult:
    """Import an orders export or a daily report: raises what the import of either raises."""
    if await asyncio.to_thread(is_orders_export, path):
        return await import_orders(
            database,
            keyring,
            path=path,
            brand_id=brand_id,
            now=now,
            complete_history=complete_history,
            created_by=created_by,
        )
    return await import_report(
        database, path=path, brand_id=brand_id, now=now, created_by=created_by, terms=terms
    )
