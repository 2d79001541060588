from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse

from aura.connectors.contract import Application
from aura.connectors.shopify.client import ShopifyConnector
from aura.connectors.shopify.graphql import AccessDeniedError
from aura.connectors.shopify.orders import updated_since, within_days
from aura.errors import BadDataError, NeedsReconnectError, TryLaterError
from aura.model import Account, DayRange, Grant, Order
from connectors.scripted import Platform, Sleeper
from connectors.shopify.orders import PAGE_END, agreement, cost, errors, order, page, sale

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
GRANT = Grant("an-access-token")
ACCOUNT = Account("aurora-outfitters.myshopify.com", "Aurora", "USD", "America/New_York")


@pytest.fixture
async def connector(platform: Platform, sleeper: Sleeper) -> AsyncIterator[ShopifyConnector]:
    address = platform.url + "/{shop}"
    application = Application("an-id", "hush", address, address, address)
    connector = ShopifyConnector(application, sleep=sleeper, elapsed=lambda: 0.0)
    yield connector
    await connector.aclose()


async def read(connector: ShopifyConnector) -> list[Order]:
    return [
        found
        async for orders in connector.read_orders(GRANT, ACCOUNT, updated_from=SINCE)
        for found in orders
    ]


def sold(number: int) -> dict[str, object]:
    return order(number, agreement(number, "2026-11-01T12:00:00Z", sale("10")))


async def test_pages_are_read_to_the_last(connector: ShopifyConnector, platform: Platform) -> None:
    platform.will_answer(page(sold(1), sold(2), after="c1"), page(sold(3), after="c2"), page())
    assert [found.order_id for found in await read(connector)] == ["1", "2", "3"]
    first, second, third = (asked.document["variables"] for asked in platform.asked)
    assert (first["after"], second["after"], third["after"]) == (None, "c1", "c2")
    assert first["query"] == "updated_at:>='2026-11-01T00:00:00Z'"
    assert first["sortKey"] == "UPDATED_AT"
    assert platform.asked[0].path == f"/{ACCOUNT.external_id}/admin/api/2026-10/graphql.json"
    assert platform.asked[0].headers["x-shopify-access-token"] == "an-access-token"


async def test_a_page_that_comes_again_is_an_error_not_an_endless_read(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(page(sold(1), after="c1"), page(sold(2), after="c1"))
    with pytest.raises(BadDataError, match="twice"):
        await read(connector)


async def test_an_order_with_more_agreements_than_its_place_is_read_again_whole(
    connector: ShopifyConnector, platform: Platform
) -> None:
    cut = sold(7)
    cut["agreements"] = {**cut["agreements"], "pageInfo": {"hasNextPage": True, "endCursor": "x"}}

    def alone(number: int, day: int, total: str, after: str | None, **more: object) -> object:
        reason = "ORDER" if number == 1 else "REFUND"
        action = "ORDER" if number == 1 else "RETURN"
        found = agreement(
            number, f"2026-11-{day:02}T12:00:00Z", sale(total, action=action), reason=reason, **more
        )
        info = {"hasNextPage": after is not None, "endCursor": after}
        connection = {"nodes": [found], "pageInfo": info}
        return {"data": {"order": {"id": "x", "agreements": connection}}, "extensions": cost()}

    platform.will_answer(
        page(sold(6), cut),
        alone(1, 1, "100", "a1"),
        alone(2, 5, "-30", "a2", hasNextPage=True, endCursor="s1"),
        alone(2, 5, "-20", "a2"),
        alone(3, 9, "-7", None),
    )
    _, whole = await read(connector)
    assert whole.sales.gross_sales == Decimal(100)
    assert [event.sales.returns for event in whole.events] == [Decimal(50), Decimal(7)]
    cursors = [
        (asked.document["variables"]["after"], asked.document["variables"]["salesAfter"])
        for asked in platform.asked[1:]
    ]
    assert cursors == [(None, None), ("a1", None), ("a1", "s1"), ("a2", None)]


async def test_an_order_deleted_while_it_is_read_is_for_later(
    connector: ShopifyConnector, platform: Platform
) -> None:
    cut = sold(7)
    cut["agreements"] = {**cut["agreements"], "pageInfo": {"hasNextPage": True, "endCursor": "x"}}
    platform.will_answer(page(cut), {"data": {"order": None}})
    with pytest.raises(TryLaterError):
        await read(connector)


async def test_a_page_that_costs_too_much_is_made_smaller_and_nothing_is_lost(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(
        errors("MAX_COST_EXCEEDED"), errors("MAX_COST_EXCEEDED"), page(sold(1), after="c"), page()
    )
    assert len(await read(connector)) == 1
    sizes = [asked.document["variables"]["first"] for asked in platform.asked]
    assert sizes[:3] == [10, 2, 1]


async def test_a_single_order_that_costs_too_much_is_an_error(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(*[errors("MAX_COST_EXCEEDED")] * 3)
    with pytest.raises(BadDataError):
        await read(connector)


async def test_the_page_follows_the_cost(connector: ShopifyConnector, platform: Platform) -> None:
    platform.will_answer(page(sold(1), after="c", requested=500), page())
    await read(connector)
    assert [asked.document["variables"]["first"] for asked in platform.asked] == [10, 20]


async def test_a_query_waits_until_the_bucket_can_pay(
    connector: ShopifyConnector, platform: Platform, sleeper: Sleeper
) -> None:
    platform.will_answer(
        page(sold(1), after="c", requested=1000, available=400, maximum=2000, rate=100), page()
    )
    await read(connector)
    assert sleeper.slept == [6.0]


async def test_a_throttled_answer_is_asked_for_again(
    connector: ShopifyConnector, platform: Platform
) -> None:
    throttled = {**errors("THROTTLED"), "extensions": cost(requested=500, available=10)}
    platform.will_answer(throttled, page(sold(1)))
    assert len(await read(connector)) == 1


@pytest.mark.parametrize(
    ("answer", "family"),
    [
        (
            JSONResponse({"errors": "[API] Invalid API key or access token"}, 401),
            NeedsReconnectError,
        ),
        (JSONResponse({}, 403), NeedsReconnectError),
        (JSONResponse({"errors": "Not Found"}, 404), NeedsReconnectError),
        (JSONResponse({}, 301), NeedsReconnectError),
        (JSONResponse({}, 402), TryLaterError),
        (JSONResponse({}, 423), TryLaterError),
        (errors("ACCESS_DENIED"), AccessDeniedError),
        (errors("SHOP_INACTIVE"), TryLaterError),
        (errors("undefinedField"), BadDataError),
        ({"errors": [{"message": "no code"}]}, BadDataError),
        ({"errors": "text"}, BadDataError),
        ({"data": None}, BadDataError),
        ({}, BadDataError),
        ([], BadDataError),
        ({**page(), **errors("undefinedField")}, BadDataError),
        ({"data": {"orders": {"nodes": []}}}, BadDataError),
        ({"data": {"orders": {"nodes": {}, "pageInfo": PAGE_END}}}, BadDataError),
        ({"data": {"orders": None}}, BadDataError),
        (page({"id": "gid://shopify/Order/1"}), BadDataError),
    ],
)
async def test_every_failure_has_its_family(
    connector: ShopifyConnector, platform: Platform, answer: object, family: type[Exception]
) -> None:
    platform.will_answer(answer)
    with pytest.raises(family) as failed:
        await read(connector)
    assert type(failed.value) is family
    assert "an-access-token" not in str(failed.value)


async def test_trouble_at_shopify_is_tried_again_then_for_later(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(errors("INTERNAL_SERVER_ERROR"), page(sold(1)))
    assert len(await read(connector)) == 1
    platform.will_answer(*[errors("INTERNAL_SERVER_ERROR")] * 3)
    with pytest.raises(TryLaterError):
        await read(connector)


async def test_an_answer_of_another_version_is_said_once(
    connector: ShopifyConnector, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    later = {"X-Shopify-API-Version": "2027-10"}
    platform.will_answer(
        JSONResponse(page(sold(1), after="c"), headers=later), JSONResponse(page(), headers=later)
    )
    await read(connector)
    assert caplog.text.count("2027-10") == 1


async def test_a_way_of_asking_is_needed(connector: ShopifyConnector) -> None:
    with pytest.raises(ValueError, match="give"):
        connector.read_orders(GRANT, ACCOUNT)


def test_moments_are_asked_for_in_utc() -> None:
    moment = datetime(2026, 11, 1, 2, tzinfo=timezone(timedelta(hours=5)))
    assert updated_since(moment) == ("updated_at:>='2026-10-31T21:00:00Z'", "UPDATED_AT")


@pytest.mark.parametrize(
    ("zone", "day", "moments"),
    [
        (
            "America/New_York",
            date(2026, 11, 1),
            ("2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
        ),
        (
            "America/New_York",
            date(2026, 3, 8),
            ("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
        ),
        (
            "Asia/Beirut",  # midnight does not exist on this day
            date(2026, 3, 29),
            ("2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"),
        ),
    ],
)
def test_days_are_the_shops_own_also_when_clocks_change(
    zone: str, day: date, moments: tuple[str, str]
) -> None:
    first, after = moments
    search = (
        f"(processed_at:>='{first}' processed_at:<'{after}') OR "
        f"(updated_at:>='{first}' updated_at:<'{after}')"
    )
    assert within_days(DayRange(day, day), zone) == (search, "PROCESSED_AT")
    since = datetime(2026, 11, 9, 8, tzinfo=UTC)
    search += " OR updated_at:>='2026-11-09T08:00:00Z'"
    assert within_days(DayRange(day, day), zone, updated_from=since)[0] == search


@given(
    zone=st.sampled_from(
        ["America/New_York", "Europe/London", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Kolkata"]
    ),
    moment=st.integers(1_640_000_000, 1_830_000_000).map(
        lambda seconds: datetime.fromtimestamp(seconds, UTC)
    ),
)
def test_a_moment_is_found_on_its_own_day_and_no_other(zone: str, moment: datetime) -> None:
    own = moment.astimezone(ZoneInfo(zone)).date()
    for day in (own - timedelta(days=1), own, own + timedelta(days=1)):
        search, _ = within_days(DayRange(day, day), zone)
        first, after, *again = (datetime.fromisoformat(part) for part in search.split("'")[1::2])
        assert again == [first, after]
        assert (first <= moment < after) == (day == own)
