"""Reading an orders export without a database, for tests of many files."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from aura.imports.order_pages import OrderPages, Summary
from aura.imports.shopify_orders import Survey
from aura.imports.source import examine
from aura.model import Order


def read_orders(
    path: Path, *, timezone: str = "America/New_York", currency: str = "USD"
) -> tuple[list[Order], Summary]:
    """The orders of a file and their summary, without a database."""
    survey = Survey(examine(path))
    for _ in survey.steps():
        pass
    file = survey.result()
    pages = OrderPages(file, zone=ZoneInfo(timezone), currency=file.currency or currency)
    return [order for page in pages.pages() for order in page.orders], pages.summary
