"""The Admin API: pages, filters, cost, versions, scopes, and what an order looks like over time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sandbox_calls import SCOPES, Shopify, shopify
from sandbox_fixture import RunningSandbox

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
EDGES = pytest.mark.parametrize("sandbox", ["edges"], indirect=True)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def error_of(answer: httpx.Response) -> dict:
    return answer.json()["errors"][0]


def test_pages_hold_every_order_once_in_order(sandbox: RunningSandbox) -> None:
    sandbox.clock(NOON)
    shop = shopify(sandbox)
    small = [order["id"] for order in shop.orders("id processedAt", first=97)]
    large = list(shop.orders("id processedAt", first=250))
    assert small == [order["id"] for order in large]
    assert len(set(small)) == len(small) > 700
    assert [order["processedAt"] for order in large] == sorted(o["processedAt"] for o in large)
    count = shop.data("{ ordersCount(limit: null) { count precision } }")["ordersCount"]
    assert count == {"count": len(small), "precision": "EXACT"}


def test_backwards_is_the_other_way_round(sandbox: RunningSandbox) -> None:
    sandbox.clock(NOON)
    shop = shopify(sandbox)
    newest = (
        "{ orders(first: 5, reverse: true, sortKey: UPDATED_AT) { edges { cursor node { id } } } }"
    )
    oldest = (
        "{ orders(last: 5, sortKey: UPDATED_AT) { nodes { id } pageInfo { hasPreviousPage } } }"
    )
    edges = shop.data(newest)["orders"]["edges"]
    page = shop.data(oldest)["orders"]
    assert [edge["node"]["id"] for edge in edges] == [one["id"] for one in page["nodes"]][::-1]
    assert page["pageInfo"]["hasPreviousPage"] is True
    further = shop.data(
        "query($after: String) { orders(first: 3, reverse: true, sortKey: UPDATED_AT, "
        "after: $after) { nodes { id } } }",
        {"after": edges[1]["cursor"]},
    )["orders"]["nodes"]
    assert [one["id"] for one in further] == [edge["node"]["id"] for edge in edges[2:5]]


@pytest.mark.parametrize("field", ["updated_at", "processed_at", "created_at"])
def test_filters_by_time_are_half_open_and_may_be_quoted(
    sandbox: RunningSandbox, field: str
) -> None:
    sandbox.clock(NOON)
    shop = shopify(sandbox)
    name = {"updated_at": "updatedAt", "processed_at": "processedAt", "created_at": "createdAt"}
    everything = list(shop.orders(f"id {name[field]}"))
    low, high = NOON - timedelta(days=9), NOON - timedelta(days=2)
    wanted = {one["id"] for one in everything if low <= moment(one[name[field]]) < high}
    span = [f"{bound:%Y-%m-%dT%H:%M:%SZ}" for bound in (low, high)]
    for quote in ("'", '"', ""):
        search = f"{field}:>={quote}{span[0]}{quote} AND {field}:<{quote}{span[1]}{quote}"
        assert {one["id"] for one in shop.orders("id", search)} == wanted
    assert len(wanted) > 30


def test_other_filters_and_connectives(sandbox: RunningSandbox) -> None:
    sandbox.clock(NOON)
    shop = shopify(sandbox)
    everything = list(shop.orders("id name test displayFinancialStatus cancelledAt"))

    def found(search: str) -> set[str]:
        return {one["id"] for one in shop.orders("id", search)}

    tests = {one["id"] for one in everything if one["test"]}
    refunded = {one["id"] for one in everything if one["displayFinancialStatus"] == "REFUNDED"}
    cancelled = {one["id"] for one in everything if one["cancelledAt"]}
    assert found("test:true") == tests
    assert found("-test:true") == found("NOT test:true") == {o["id"] for o in everything} - tests
    assert found("financial_status:refunded") == refunded != set()
    assert found("test:true OR financial_status:refunded") == tests | refunded
    assert found("(test:true OR status:cancelled) test:false") == cancelled - tests
    assert found(f"name:'{everything[3]['name']}'") == {everything[3]["id"]}
    assert found("status:any") == {one["id"] for one in everything}
    assert error_of(
        shop.run("{ orders(first: 1, query: \"created_at:>'soon'\") { nodes { id } } }")
    )


def test_a_date_without_offset_is_the_shops(sandbox: RunningSandbox) -> None:
    sandbox.clock(NOON)
    shop = shopify(sandbox)
    local = {one["id"] for one in shop.orders("id", "processed_at:>=2026-11-18")}
    utc = {one["id"] for one in shop.orders("id", "processed_at:>='2026-11-18T05:00:00Z'")}
    assert local == utc != set()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ orders { nodes { id } } }", "you must provide one of first or last"),
        ("{ orders(first: 251) { nodes { id } } }", "cannot be more than 250"),
        ('{ orders(first: 1, after: "x") { nodes { id } } }', "invalid cursor"),
        ("{ orders(first: 1) { nodes { agreements { nodes { id } } } } }", "first or last"),
        ("{ orders(first: 1) { nodes { totalPrize } } }", "totalPrize"),
        ("{ shop { name ", "Syntax Error"),
        ("", "No query string"),
    ],
)
def test_a_wrong_query_is_refused_with_http_200(
    sandbox: RunningSandbox, query: str, words: str
) -> None:
    answer = shopify(sandbox).run(query)
    assert answer.status_code == 200
    assert words in error_of(answer)["message"]


@EDGES
def test_the_bucket_runs_dry_says_so_and_fills_again(sandbox: RunningSandbox) -> None:
    sandbox.clock(NOON)
    shop = shopify(sandbox)
    query = (
        "{ orders(first: 250) { nodes { id agreements(first: 10) { nodes { sales(first: 10) "
        "{ nodes { id } } } } } } }"
    )
    answers = [shop.run(query) for _ in range(12)]
    assert {answer.status_code for answer in answers} == {200}
    throttled = next(answer.json() for answer in answers if "errors" in answer.json())
    assert "data" not in throttled
    assert throttled["errors"][0]["extensions"]["code"] == "THROTTLED"
    cost = throttled["extensions"]["cost"]
    assert cost["actualQueryCost"] is None
    assert cost["throttleStatus"]["maximumAvailable"] == 2000.0
    assert cost["throttleStatus"]["currentlyAvailable"] < cost["requestedQueryCost"]
    assert shop.data("{ shop { name } }")["shop"]["name"] == "Edge & Cases <GmbH>"


def test_one_query_may_not_cost_everything(sandbox: RunningSandbox) -> None:
    query = (
        "{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { id } } "
        "agreements(first: 250) { nodes { ... on RefundAgreement { refund { id order { id } } } "
        "sales(first: 250) { nodes { ... on ProductSale { lineItem { id } } } } } } } } }"
    )
    error = error_of(shopify(sandbox).run(query))
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"


def test_an_old_version_falls_forward_and_only_a_header_tells(sandbox: RunningSandbox) -> None:
    shop = shopify(sandbox)
    for asked, served in (("2026-10", "2026-10"), ("2024-01", "2026-01"), ("unstable", "unstable")):
        answer = shop.run("{ shop { name } }", version=asked)
        assert answer.headers["X-Shopify-API-Version"] == served
        assert "errors" not in answer.json()


def test_a_dead_token_is_401(sandbox: RunningSandbox) -> None:
    answer = Shopify(sandbox, "shpat_unknown").run("{ shop { name } }")
    assert answer.status_code == 401
    assert "Invalid API key or access token" in answer.json()["errors"]


def test_scopes_decide_what_is_seen(sandbox: RunningSandbox) -> None:
    sandbox.clock(NOON)
    short = shopify(sandbox, scope="read_orders")
    orders = list(short.orders("createdAt"))
    assert min(moment(one["createdAt"]) for one in orders) >= NOON - timedelta(days=60)
    assert len(list(shopify(sandbox).orders("id"))) > len(orders)
    error = error_of(short.run("{ orders(first: 5) { nodes { customer { id } } } }"))
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    handles = "{ currentAppInstallation { accessScopes { handle } } }"
    granted = shopify(sandbox).data(handles)["currentAppInstallation"]["accessScopes"]
    assert {scope["handle"] for scope in granted} == set(SCOPES.split(","))


def test_the_running_day_grows_by_the_hour(sandbox: RunningSandbox) -> None:
    counts = []
    for hour in (6, 12, 18, 23):
        now = datetime(2026, 11, 19, 5, tzinfo=UTC) + timedelta(hours=hour)
        sandbox.clock(now)
        orders = list(shopify(sandbox).orders("id", "processed_at:>='2026-11-19T05:00:00Z'"))
        counts.append(len(orders))
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_a_later_change_moves_updated_at_and_leaves_the_sale(
    start_sandbox: Callable[..., RunningSandbox],
) -> None:
    sandbox = start_sandbox("plain", now=NOON - timedelta(days=40))
    fields = "id updatedAt displayFinancialStatus agreements(first: 9) { nodes { reason id } }"
    before = {one["id"]: one for one in shopify(sandbox).orders(fields)}
    sandbox.clock(NOON)
    after = {one["id"]: one for one in shopify(sandbox).orders(fields)}
    assert before.keys() < after.keys()
    changed = [one for key, one in before.items() if after[key] != one]
    refunded = [one for one in changed if len(after[one["id"]]["agreements"]["nodes"]) > 1]
    assert len(refunded) > 2
    for one in changed:
        later = after[one["id"]]
        assert moment(later["updatedAt"]) > NOON - timedelta(days=40)
        kept = later["agreements"]["nodes"][: len(one["agreements"]["nodes"])]
        assert kept == one["agreements"]["nodes"]


def test_visits_are_attributed_after_a_while(sandbox: RunningSandbox) -> None:
    sandbox.clock(NOON)
    fields = (
        "createdAt sourceName customerJourneySummary { ready customerOrderIndex "
        "lastVisit { source utmParameters { source medium campaign } } }"
    )
    orders = list(shopify(sandbox).orders(fields))
    newest = orders[-1]
    sandbox.clock(moment(newest["createdAt"]) + timedelta(seconds=30))
    early = list(shopify(sandbox).orders(fields))[-1]["customerJourneySummary"]
    assert early in (
        None,
        {"ready": False, "customerOrderIndex": None, "lastVisit": None},
    )
    tagged = [
        one["customerJourneySummary"]["lastVisit"]["utmParameters"]
        for one in orders
        if one["customerJourneySummary"] and one["customerJourneySummary"]["ready"]
    ]
    assert {"facebook", "google", "newsletter"} <= {one["source"] for one in tagged if one}
    assert any(one is None for one in tagged)


@EDGES
def test_the_edges_hold_what_they_promise(sandbox: RunningSandbox) -> None:
    sandbox.clock(NOON)
    fields = (
        "createdAt processedAt currencyCode presentmentCurrencyCode taxesIncluded edited "
        "totalPriceSet { shopMoney { currencyCode } presentmentMoney { amount currencyCode } }"
    )
    orders = list(shopify(sandbox).orders(fields))
    assert {one["currencyCode"] for one in orders} == {"EUR"}
    paid_in = {one["presentmentCurrencyCode"] for one in orders}
    assert paid_in == {"EUR", "USD", "GBP", "JPY", "KWD"}
    assert any(one["edited"] for one in orders)
    assert any(
        moment(one["createdAt"]) - moment(one["processedAt"]) > timedelta(hours=20)
        for one in orders
    )
    # the night of the clock change: two o'clock is there twice
    night = [
        one["processedAt"]
        for one in orders
        if "2026-10-25T00:00:00Z" <= one["processedAt"] < "2026-10-25T02:00:00Z"
    ]
    assert len(night) >= 2
