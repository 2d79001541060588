"""Reading orders page by page, each with all of its agreements and sales.

A search and its order go in, pages of whole orders come out, oldest first. An order that has more
agreements or sales than fit its place in the page is read again on its own, agreement by agreement.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from aura.connectors.fields import Document
from aura.connectors.shopify.documents import ORDER_AGREEMENT, ORDERS
from aura.connectors.shopify.graphql import AdminApi, QueryTooExpensiveError
from aura.connectors.shopify.normalise import order_of
from aura.errors import BadDataError, TryLaterError
from aura.model import DayRange, Order

# Most orders have a sale and at most a refund, and fewer than ten lines.
AGREEMENTS_AT_ONCE: Final = 3
SALES_AT_ONCE: Final = 10
SALES_ALONE: Final = 100


def updated_since(moment: datetime) -> tuple[str, str]:
    """Search and sort key of the orders updated at a moment or later."""
    return f"updated_at:>='{_utc(moment)}'", "UPDATED_AT"


def within_days(
    days: DayRange, timezone: str, *, updated_from: datetime | None = None
) -> tuple[str, str]:
    """Search and sort key of the orders processed or last changed on days of a time zone.

    An older order that was sent back on one of these days counts there, too; also one that was
    changed again since, at `updated_from` or later.
    """
    zone = ZoneInfo(timezone)
    first = _utc(datetime.combine(days.first, time(), zone))
    after = _utc(datetime.combine(days.last + timedelta(days=1), time(), zone))
    sold, changed = (
        f"({field}:>='{first}' {field}:<'{after}')" for field in ("processed_at", "updated_at")
    )
    again = "" if updated_from is None else f" OR updated_at:>='{_utc(updated_from)}'"
    return f"{sold} OR {changed}{again}", "PROCESSED_AT"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def pages(
    api: AdminApi, shop: str, token: str, *, search: str, sort_key: str
) -> AsyncIterator[list[Order]]:
    """Every order that the search finds, a page at a time."""
    after: str | None = None
    while True:
        connection = await _page(api, shop, token, search=search, sort_key=sort_key, after=after)
        found = connection.value("nodes")
        if not isinstance(found, list):
            raise BadDataError(f"{connection.where}: `nodes` is no list.")
        if found:
            yield [order_of(await _whole(api, shop, token, fields)) for fields in found]
        page = connection.document("pageInfo")
        if not page.flag("hasNextPage"):
            return
        after = _next_cursor(page, after)


async def _page(
    api: AdminApi, shop: str, token: str, *, search: str, sort_key: str, after: str | None
) -> Document:
    governor = api.governor(shop)
    while True:
        variables = {
            "first": governor.page,
            "after": after,
            "query": search,
            "sortKey": sort_key,
            "agreements": AGREEMENTS_AT_ONCE,
            "sales": SALES_AT_ONCE,
        }
        try:
            data, cost = await api.run(shop, token, ORDERS, variables)
        except QueryTooExpensiveError:
            if not governor.shrink_page():
                raise
        else:
            governor.fit_page(cost)
            return data.document("orders")


async def _whole(api: AdminApi, shop: str, token: str, fields: Any) -> Any:
    order = Document(fields, "Shopify order")
    agreements = order.document("agreements")
    cut = agreements.document("pageInfo").flag("hasNextPage") or any(
        agreement.document("sales").document("pageInfo").flag("hasNextPage")
        for agreement in agreements.documents("nodes")
    )
    if not cut:
        return fields
    nodes = await _agreements(api, shop, token, order.text("id"))
    return {**fields, "agreements": {"nodes": nodes, "pageInfo": {"hasNextPage": False}}}


async def _agreements(api: AdminApi, shop: str, token: str, order_id: str) -> list[Any]:
    """All agreements of one order, each with all of its sales."""
    whole: list[Any] = []
    after: str | None = None
    while True:
        agreement, sales, page = await _agreement(api, shop, token, order_id, after)
        whole.append({**agreement, "sales": {"nodes": sales, "pageInfo": {"hasNextPage": False}}})
        if not page.flag("hasNextPage"):
            return whole
        after = _next_cursor(page, after)


async def _agreement(
    api: AdminApi, shop: str, token: str, order_id: str, after: str | None
) -> tuple[Any, list[Any], Document]:
    """The agreement that follows a cursor: its fields, all its sales, and the page it stands on."""
    sales: list[Any] = []
    sales_after: str | None = None
    while True:
        variables = {
            "id": order_id,
            "after": after,
            "sales": SALES_ALONE,
            "salesAfter": sales_after,
        }
        data, _ = await api.run(shop, token, ORDER_AGREEMENT, variables)
        order = data.optional_document("order")
        if order is None:
            raise TryLaterError("An order was deleted while it was read.")
        connection = order.document("agreements")
        nodes = connection.value("nodes")
        if not isinstance(nodes, list) or len(nodes) != 1:
            raise TryLaterError("An order changed while it was read.")
        found = Document(nodes[0], connection.where).document("sales")
        sales.extend(found.value("nodes"))
        page = found.document("pageInfo")
        if not page.flag("hasNextPage"):
            return nodes[0], sales, connection.document("pageInfo")
        sales_after = _next_cursor(page, sales_after)


def _next_cursor(page: Document, previous: str | None) -> str:
    cursor = page.text("endCursor")
    if cursor == previous:
        raise BadDataError("Shopify gave the same page twice.")
    return cursor
