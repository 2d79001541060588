"""Bulk operations: by both ways the same orders, and nothing of a job that is not whole."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from aura.connectors.contract import Application, BulkFailedError
from aura.connectors.shopify.bulk import PATIENCE
from aura.connectors.shopify.client import ShopifyConnector
from aura.connectors.shopify.jsonl import PARENT, OrderFile
from aura.connectors.shopify.normalise import order_of
from aura.errors import BadDataError, NeedsReconnectError, TryLaterError
from aura.model import Account, DayRange, Grant, Order
from connectors.scripted import Cut, Platform, Sleeper
from connectors.shopify.orders import agreement, errors, order, sale
from connectors.worlds import World, connected, orders_of, world

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
GRANT = Grant("an-access-token")
ACCOUNT = Account("aurora-outfitters.myshopify.com", "Aurora", "USD", "America/New_York")
DAYS = DayRange(NOW.date() - timedelta(days=90), NOW.date())
JOB = "gid://shopify/BulkOperation/7"


def sold(number: int) -> dict[str, Any]:
    return order(
        number,
        agreement(number * 10, "2026-11-01T12:00:00Z", sale("10"), sale("3", line="SHIPPING")),
        agreement(number * 10 + 1, "2026-11-04T12:00:00Z", sale("-10"), reason="REFUND"),
    )


def lines_of(*orders: dict[str, Any]) -> list[bytes]:
    """What a bulk operation writes of orders: children after their parents."""
    found = []

    def write(fields: dict[str, Any], inside: str | None, parent: str | None) -> None:
        fields = dict(fields)
        children = fields.pop(inside)["nodes"] if inside else []
        found.append(fields if parent is None else {**fields, PARENT: parent})
        for child in children:
            write(child, "sales" if inside == "agreements" else None, fields["id"])

    for number, made in enumerate(orders):
        one = json.loads(json.dumps(made))
        for nth, agreed in enumerate(one["agreements"]["nodes"]):
            for place, sold_line in enumerate(agreed["sales"]["nodes"]):
                sold_line["id"] = f"gid://shopify/ProductSale/{number}{nth}{place}"
        write(one, "agreements", None)
    return [json.dumps(one).encode() + b"\n" for one in found]


ORDERS = [sold(number) for number in (1, 2, 3)]
LINES = lines_of(*ORDERS)
WHOLE = b"".join(LINES)


@pytest.fixture
async def connector(platform: Platform, sleeper: Sleeper) -> AsyncIterator[ShopifyConnector]:
    address = platform.url + "/{shop}"
    application = Application("an-id", "hush", address, address, address)
    connector = ShopifyConnector(application, sleep=sleeper, elapsed=lambda: 0.0)
    yield connector
    await connector.aclose()


def job(platform: Platform, **changes: Any) -> dict[str, Any]:
    whole = {
        "id": JOB,
        "status": "COMPLETED",
        "errorCode": None,
        "createdAt": "2026-11-22T08:00:00Z",
        "objectCount": str(len(LINES)),
        "rootObjectCount": str(len(ORDERS)),
        "fileSize": str(len(WHOLE)),
        "url": f"{platform.url}/file.jsonl?signature=hush",
    }
    return {"data": {"bulkOperation": whole | changes}}


def recent(*jobs: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"bulkOperations": {"nodes": list(jobs)}}}


def run(*codes: str) -> dict[str, Any]:
    made = None if codes else {"id": JOB}
    refusals = [{"code": code, "field": None, "message": "no"} for code in codes]
    return {"data": {"bulkOperationRunQuery": {"bulkOperation": made, "userErrors": refusals}}}


async def read(connector: ShopifyConnector) -> list[Order]:
    return [one async for page in connector.read_bulk(GRANT, ACCOUNT, JOB) for one in page]


async def start(connector: ShopifyConnector) -> str:
    return await connector.start_bulk(GRANT, ACCOUNT, DAYS, updated_from=NOW, since=NOW)


@pytest.fixture(scope="module", params=["plain", "edges"])
def running(request: pytest.FixtureRequest) -> Iterator[World]:
    with world(request.param, now=NOW) as started:
        yield started


@pytest.mark.xdist_group("sandbox-truth")
async def test_a_bulk_operation_gives_the_orders_that_pages_give(running: World) -> None:
    async with connected(running, "shopify") as (connector, grant, (shop,)):
        days = running.history()
        wanted = await orders_of(connector, grant, shop, in_days=days, updated_from=NOW)
        job_id = await connector.start_bulk(grant, shop, days, updated_from=NOW, since=NOW)
        state = await connector.watch_bulk(grant, shop, job_id)
        found = [one async for page in connector.read_bulk(grant, shop, job_id) for one in page]
    assert state.is_done
    assert len(found) == len(wanted) > 500
    assert {one.order_id: one for one in found} == wanted


async def test_a_whole_file_is_read(connector: ShopifyConnector, platform: Platform) -> None:
    platform.will_answer(job(platform), Response(WHOLE))
    assert await read(connector) == [order_of(one) for one in ORDERS]
    # the address carries its own permission, ours is not for whoever keeps the file
    assert "x-shopify-access-token" not in platform.asked[1].headers


async def test_nothing_found_is_no_file(connector: ShopifyConnector, platform: Platform) -> None:
    platform.will_answer(job(platform, objectCount="0", rootObjectCount="0", url=None))
    assert await read(connector) == []


LOSSES = {
    "cut in a line": ({}, WHOLE[:-20]),
    "cut in a line, size unknown": ({"fileSize": None}, WHOLE[:-20]),
    "cut at the end of a line": ({"fileSize": None}, b"".join(LINES[:-1])),
    "an order short": ({"fileSize": None, "objectCount": str(len(LINES))}, b"".join(LINES[:-5])),
    "empty": ({"fileSize": None}, b""),
    "another size": ({"fileSize": str(len(WHOLE) + 1)}, WHOLE),
    "more orders promised": ({"rootObjectCount": "4"}, WHOLE),
    "more objects promised": ({"objectCount": str(len(LINES) + 1)}, WHOLE),
    "a line twice": ({"fileSize": None, "objectCount": str(len(LINES) + 1)}, WHOLE + LINES[-1]),
    "a line twice for another": ({"fileSize": None}, b"".join(LINES[:-1]) + LINES[-2]),
    "a sale of nothing": (
        {"fileSize": None},
        WHOLE.replace(b'"__parentId": "gid://shopify/OrderAgreement/10"', b'"__parentId": "x"', 1),
    ),
    "no address": ({"url": None}, None),
    "another's address": ({"url": "http://files.example/file.jsonl"}, None),
}


@pytest.mark.parametrize("loss", LOSSES)
async def test_nothing_is_read_of_a_job_whose_file_is_not_whole(
    loss: str, connector: ShopifyConnector, platform: Platform
) -> None:
    changes, content = LOSSES[loss]
    assert content != WHOLE or changes
    platform.will_answer(job(platform, **changes))
    if content is not None:
        platform.will_answer(Response(content))
    pages = 0
    with pytest.raises(BulkFailedError):
        async for _ in connector.read_bulk(GRANT, ACCOUNT, JOB):
            pages += 1
    assert pages == 0


async def test_a_download_that_breaks_off_begins_again(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(job(platform), Cut(WHOLE[:700]), Cut(WHOLE[:900]), Response(WHOLE))
    assert len(await read(connector)) == len(ORDERS)


@pytest.mark.parametrize("status", [403, 404, 410, 302])
async def test_a_file_that_is_gone_is_a_lost_job(
    status: int, connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(job(platform), Response("gone", status))
    with pytest.raises(BulkFailedError):
        await read(connector)


async def test_an_order_that_cannot_be_true_is_bad_data(
    connector: ShopifyConnector, platform: Platform
) -> None:
    lone = json.dumps({"id": "gid://shopify/Order/1", "currencyCode": "USD"}).encode()
    counts = {"objectCount": "1", "rootObjectCount": "1", "fileSize": None}
    platform.will_answer(job(platform, **counts), Response(lone))
    with pytest.raises(BadDataError):
        await read(connector)


LOST = [
    {"status": "FAILED", "errorCode": "INTERNAL_SERVER_ERROR"},
    {"status": "FAILED", "errorCode": "TIMEOUT"},
    {"status": "FAILED"},
    {"status": "CANCELED"},
    {"status": "CANCELING"},
    {"status": "EXPIRED", "url": None},
    {"status": "SOMETHING_NEW"},
]


@pytest.mark.parametrize("changes", LOST, ids=lambda one: " ".join(map(str, one.values())))
async def test_a_job_that_did_not_complete_is_lost_whatever_it_has_collected(
    changes: dict[str, Any], connector: ShopifyConnector, platform: Platform
) -> None:
    partial = {"url": None, "partialDataUrl": f"{platform.url}/part.jsonl", **changes}
    platform.will_answer(job(platform, **partial), job(platform, **partial))
    with pytest.raises(BulkFailedError) as lost:
        await connector.watch_bulk(GRANT, ACCOUNT, JOB)
    assert not lost.value.is_final
    with pytest.raises(BulkFailedError):
        await read(connector)
    assert len(platform.asked) == 2


async def test_a_job_that_shopify_forgot_is_lost(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer({"data": {"bulkOperation": None}})
    with pytest.raises(BulkFailedError):
        await connector.watch_bulk(GRANT, ACCOUNT, JOB)


async def test_a_job_without_access_asks_for_the_permission(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(job(platform, status="FAILED", errorCode="ACCESS_DENIED", url=None))
    with pytest.raises(NeedsReconnectError):
        await connector.watch_bulk(GRANT, ACCOUNT, JOB)


async def test_a_job_that_runs_is_waited_for_and_not_for_ever(
    connector: ShopifyConnector, platform: Platform, sleeper: Sleeper
) -> None:
    for count in range(20):
        platform.will_answer(job(platform, status="RUNNING", objectCount=str(count), url=None))
    state = await connector.watch_bulk(GRANT, ACCOUNT, JOB)
    assert (state.is_done, state.objects) == (False, len(platform.asked) - 1)
    assert PATIENCE <= sum(sleeper.slept) < 2 * PATIENCE
    platform.answers.clear()
    platform.will_answer(job(platform))
    assert (await connector.watch_bulk(GRANT, ACCOUNT, JOB)).is_done


async def test_a_job_asks_for_ungrouped_lines_of_the_days(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(recent(), run())
    assert await start(connector) == JOB
    asked = platform.asked[1].document
    assert "groupObjects: false" in asked["query"]
    assert "processed_at:>='2026-08-24T04:00:00Z'" in asked["variables"]["query"]


async def test_a_job_whose_answer_was_lost_is_found_and_none_is_started(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(recent(), Cut(b"{"))
    with pytest.raises(TryLaterError):
        await start(connector)
    # a mutation that may have been carried out is not sent again
    assert len(platform.asked) == 2
    query = platform.asked[1].document["variables"]["query"]
    mine = {"id": JOB, "status": "RUNNING", "createdAt": "2026-11-22T08:00:00Z", "query": query}
    others = [
        {**mine, "id": "1", "query": "query { other }"},
        {**mine, "id": "2", "status": "COMPLETED"},
        {**mine, "id": "3", "createdAt": "2026-11-22T07:50:00Z"},
    ]
    platform.will_answer(recent(*others, mine))
    assert await start(connector) == JOB


@pytest.mark.parametrize("code", ["LIMIT_REACHED", "OPERATION_IN_PROGRESS"])
async def test_without_a_free_place_it_is_tried_later(
    code: str, connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(recent(), run(code))
    with pytest.raises(TryLaterError) as later:
        await start(connector)
    assert not isinstance(later.value, BulkFailedError)


async def test_a_query_that_is_not_allowed_is_refused_for_good(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(recent(), run("INVALID"))
    with pytest.raises(BulkFailedError) as refused:
        await start(connector)
    assert refused.value.is_final


async def test_the_errors_of_the_api_keep_their_types(
    connector: ShopifyConnector, platform: Platform
) -> None:
    platform.will_answer(errors("ACCESS_DENIED"))
    with pytest.raises(NeedsReconnectError):
        await start(connector)
    platform.will_answer(Response("", 401))
    with pytest.raises(NeedsReconnectError):
        await connector.watch_bulk(GRANT, ACCOUNT, JOB)


async def pieces_of(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@given(lines=st.permutations(LINES), size=st.integers(1, 2_000), end=st.sampled_from([b"", b"\n"]))
async def test_any_order_of_lines_in_any_pieces_gives_the_same_orders(
    lines: list[bytes], size: int, end: bytes
) -> None:
    content = b"".join(lines).rstrip(b"\n") + end
    file = await OrderFile.read(pieces_of(content, size))
    file.check(objects=len(LINES), roots=len(ORDERS), size=len(content))
    found = sorted((order_of(one) for one in file.orders()), key=lambda one: one.order_id)
    assert found == [order_of(one) for one in ORDERS]


@given(cut=st.integers(0, len(WHOLE) - 2))
async def test_no_beginning_of_a_file_passes_for_the_whole(cut: int) -> None:
    with pytest.raises(BulkFailedError):
        file = await OrderFile.read(pieces_of(WHOLE[:cut], 512))
        file.check(objects=len(LINES), roots=len(ORDERS), size=None)


def test_an_order_is_the_same_whichever_way_its_agreements_come() -> None:
    first = order_of(ORDERS[0])
    turned = json.loads(json.dumps(ORDERS[0]))
    turned["agreements"]["nodes"].reverse()
    assert order_of(turned) == first
