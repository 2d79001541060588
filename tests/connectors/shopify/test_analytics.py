"""Shopify Analytics as a platform by script: what is read of its table, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import pytest
from starlette.responses import JSONResponse

from aura.connectors.contract import Application, SalesReporter
from aura.connectors.shopify.client import ShopifyConnector
from aura.errors import BadDataError, NeedsReconnectError, TryLaterError
from aura.model import Account, DayRange, Grant, SalesDay
from connectors.scripted import Platform, Sleeper
from connectors.shopify.orders import errors

DAYS = DayRange(date(2026, 11, 1), date(2026, 11, 2))
SHOP = Account("aurora-outfitters.myshopify.com", "Aurora", "USD", "America/New_York")
FIRST = {
    "day": "2026-11-01",
    "total_sales": "112.40",
    "gross_sales": "120.00",
    "discounts": "-10.00",
    "sales_reversals": "-15.00",
    "net_sales": "95.00",
    "shipping_charges": "7.95",
    "taxes": 9.45,
    "orders": 3,
}
SECOND = dict.fromkeys(FIRST) | {"day": "2026-11-02"}


@pytest.fixture
async def read(platform: Platform, sleeper: Sleeper) -> AsyncIterator:
    address = platform.url + "/{shop}"
    application = Application("an-id", "hush", address, address, address)
    connector = ShopifyConnector(application, sleep=sleeper, elapsed=lambda: 0.0)
    assert isinstance(connector, SalesReporter)

    async def read() -> list[SalesDay]:
        return await connector.read_sales_report(Grant("a-token"), SHOP, DAYS)

    yield read
    await connector.aclose()


def table(*rows: object, without: str = "") -> dict:
    columns = [{"name": name} for name in FIRST if name != without]
    answer = {"parseErrors": [], "tableData": {"columns": columns, "rows": list(rows)}}
    return {"data": {"shopifyqlQuery": answer}}


async def test_days_come_with_the_signs_of_sales(read, platform) -> None:
    platform.will_answer(table(FIRST, SECOND))
    first, second = await read()
    assert first == SalesDay(
        date(2026, 11, 1),
        total_sales=Decimal("112.40"),
        gross_sales=Decimal(120),
        discounts=Decimal(10),
        returns=Decimal(15),
        net_sales=Decimal(95),
        shipping=Decimal("7.95"),
        taxes=Decimal("9.45"),
        orders=Decimal(3),
    )
    assert (second.total_sales, second.orders) == (0, 0)
    asked = platform.asked[0].document["variables"]["query"]
    assert asked.startswith("FROM sales SHOW total_sales, ")
    assert "SINCE 2026-11-01 UNTIL 2026-11-02" in asked


async def test_bare_lists_are_read_by_the_names_of_the_columns(read, platform) -> None:
    platform.will_answer(table(list(FIRST.values()), list(SECOND.values())))
    assert [day.total_sales for day in await read()] == [Decimal("112.40"), 0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (table(FIRST), "other days"),
        (table(SECOND, FIRST), "other days"),
        (table(FIRST, FIRST, SECOND), "other days"),
        (table(FIRST, SECOND, without="taxes"), "no column taxes"),
        (table(FIRST | {"taxes": "much"}, SECOND), "taxes"),
        (table(["2026-11-01"], SECOND), "instead of an object"),
        ({"data": {"shopifyqlQuery": None}}, "shopifyqlQuery"),
        (
            {"data": {"shopifyqlQuery": {"parseErrors": ["Column Not Found"], "tableData": None}}},
            "refused the question: Column Not Found",
        ),
        (errors("ACCESS_DENIED"), "read_reports"),
    ],
    ids=["short", "order", "twice", "column", "number", "row", "null", "parse", "denied"],
)
async def test_what_cannot_be_compared_is_said(read, platform, answer, said) -> None:
    platform.will_answer(answer)
    with pytest.raises(BadDataError, match=said):
        await read()


async def test_a_grant_that_has_ended_and_a_busy_platform_stay_what_they_are(
    read, platform
) -> None:
    platform.will_answer(*[errors("INTERNAL_SERVER_ERROR")] * 3)
    with pytest.raises(TryLaterError):
        await read()
    platform.will_answer(errors("SHOP_INACTIVE"))
    with pytest.raises(TryLaterError):
        await read()
    platform.answers.clear()
    platform.will_answer(JSONResponse({"errors": "gone"}, 401))
    with pytest.raises(NeedsReconnectError):
        await read()
