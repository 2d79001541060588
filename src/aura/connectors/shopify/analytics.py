"""Shopify Analytics: what Shopify's own reports say of a shop's days, asked in ShopifyQL.

A shop, a token and days go in, one `SalesDay` for each of them comes out. It is used to check what
the orders add up to and is never a source of numbers. `sales_reversals` was called `returns` until
2026-04; like discounts it is negative there and positive here, as in `Sales`.
Source: shopify.dev, shopifyqlQuery (2026-10) and ShopifyQL schema `sales`; changelog of 2026-03-14.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from aura.connectors.fields import Document
from aura.connectors.shopify.documents import SALES_REPORT
from aura.connectors.shopify.graphql import AccessDeniedError, AdminApi
from aura.errors import BadDataError
from aura.model import DayRange, SalesDay

# by the column of ShopifyQL: the field of a SalesDay, and the sign it has there
_COLUMNS: Final[dict[str, tuple[str, int]]] = {
    "total_sales": ("total_sales", 1),
    "gross_sales": ("gross_sales", 1),
    "discounts": ("discounts", -1),
    "sales_reversals": ("returns", -1),
    "net_sales": ("net_sales", 1),
    "shipping_charges": ("shipping", 1),
    "taxes": ("taxes", 1),
    "orders": ("orders", 1),
}
_WHERE: Final = "Shopify Analytics' answer"


def question(days: DayRange) -> str:
    """The report in ShopifyQL; days are the shop's own, the last one included."""
    return (
        f"FROM sales SHOW {', '.join(_COLUMNS)} TIMESERIES day "
        f"SINCE {days.first} UNTIL {days.last} ORDER BY day ASC LIMIT {len(days)}"
    )


async def sales_report(api: AdminApi, shop: str, token: str, days: DayRange) -> list[SalesDay]:
    """Every day of the range, oldest first.

    Raises BadDataError when Shopify does not show its reports to the app, does not understand the
    question or leaves out a column or a day.
    """
    try:
        data, _ = await api.run(shop, token, SALES_REPORT, {"query": question(days)})
    except AccessDeniedError:
        raise BadDataError(
            "Shopify does not show its reports to the app: they need the scope read_reports and, "
            "for a public app, access to protected customer data (name, address, e-mail, phone)."
        ) from None
    answer = data.document("shopifyqlQuery")
    if problems := answer.value("parseErrors"):
        raise BadDataError(f"Shopify Analytics refused the question: {_first(problems)}")
    table = answer.document("tableData")
    found = [_day(row) for row in _rows(table)]
    if [day.date for day in found] != days.days():
        raise BadDataError("Shopify Analytics answered for other days than were asked for.")
    return found


def _first(problems: Any) -> str:
    first = problems[0] if isinstance(problems, list) else problems
    return str(first)[:200]


def _rows(table: Document) -> Iterator[Document]:
    """Rows by the names of their columns; JSON of no fixed shape, objects or bare lists."""
    names = [column.text("name") for column in table.documents("columns")]
    if missing := {"day", *_COLUMNS} - set(names):
        raise BadDataError(f"{_WHERE} has no column {', '.join(sorted(missing))}.")
    rows = table.value("rows")
    if not isinstance(rows, list):
        raise BadDataError(f"{_WHERE}: `rows` is no list.")
    for row in rows:
        if isinstance(row, list) and len(row) == len(names):
            yield Document(dict(zip(names, row, strict=True)), _WHERE)
        else:
            yield Document(row, _WHERE)


def _day(row: Document) -> SalesDay:
    figures = {
        # null is a day on which nothing happened; that every column is there was checked before
        name: sign * row.amount(column) if column in row else Decimal(0)
        for column, (name, sign) in _COLUMNS.items()
    }
    return SalesDay(date=row.day("day"), **figures)
