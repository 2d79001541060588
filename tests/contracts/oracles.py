"""Whether what the sandbox says is what the platforms' own clients and schemas understand.

`judge_shopify`, `judge_meta` and `judge_google_ads` take a running sandbox and say how many replies
and rows were judged and what was refused. `make oracles` is all of it, the tests are a sample.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from graphql import GraphQLObjectType

from aura.connectors.google_ads import queries
from aura.connectors.meta import insights
from aura.connectors.meta.client import ACCOUNT_FIELDS
from aura.connectors.shopify.documents import (
    BULK_CANCEL,
    BULK_OPERATION,
    BULK_RECENT,
    BULK_RUN,
    ORDER_AGREEMENT,
    ORDERS,
    SHOP,
    bulk_orders,
)
from aura.connectors.versions import GOOGLE_ADS_VERSION, META_VERSION, SHOPIFY_VERSION
from aura.model import DayRange
from aura_sandbox.google_ads.gaql import FIELDS as GAQL_FIELDS
from aura_sandbox.meta.insights import FIELDS as INSIGHTS_FIELDS
from aura_sandbox.shopify.schema import sandbox_schema
from contracts.official import ask
from contracts.shopify_replies import Judge, everything
from sandbox_calls import Google, Shopify, client, google, meta, shopify
from sandbox_fixture import ANCHOR, RunningSandbox

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
Reply = dict[str, Any]


@dataclass
class Verdict:
    """Replies that were judged, the rows in them, and what was refused."""

    replies: int = 0
    rows: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, other: Verdict) -> None:
        self.replies += other.replies
        self.rows += other.rows
        self.failures += other.failures


def judge_google_ads(sandbox: RunningSandbox, days: int) -> Verdict:
    """Google's message types read every answer, the refusals included."""
    span = DayRange(ANCHOR - timedelta(days=days), ANCHOR)
    ads = google(sandbox)
    requests = [*_google_answers(ads, span), *_google_refusals(ads)]
    found = ask("google_ads_messages.py", requests, GOOGLE_ADS_VERSION)
    return Verdict(found["replies"], found["rows"], found["failures"])


def _accessible(ads: Google, token: str) -> Any:
    address = f"{ads.sandbox.url}/google/{GOOGLE_ADS_VERSION}/customers:listAccessibleCustomers"
    return httpx.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=60).json()


def _google_answers(ads: Google, span: DayRange) -> Iterator[Reply]:
    listed = _accessible(ads, ads.token)
    yield {"kind": "customers", "body": listed}
    for root in [name.removeprefix("customers/") for name in listed["resourceNames"]]:
        clients = ads.ask(root, queries.CLIENTS).json()
        yield {"kind": "stream", "body": clients}
        for row in clients[0]["results"]:
            customer = row["customerClient"]["id"]
            login = None if customer == root else root
            for query in _gaql(span):
                for method, kind in (("searchStream", "stream"), ("search", "page")):
                    answer = ads.ask(customer, query, login=login, method=method)
                    yield {"kind": kind if answer.is_success else "error", "body": answer.json()}


def _gaql(span: DayRange) -> Iterator[str]:
    """What the product asks, and every field that the sandbox knows."""
    yield queries.days("account", span)
    yield queries.days("campaign", span)
    for resource, names in GAQL_FIELDS.items():
        where = f" WHERE segments.date BETWEEN '{span.first}' AND '{span.last}'"
        chosen = ", ".join(sorted(names))
        yield f"SELECT {chosen} FROM {resource}{where if 'segments.date' in names else ''}"


def _google_refusals(ads: Google) -> Iterator[Reply]:
    yield {"kind": "error", "body": _accessible(ads, "nobody")}
    known = _accessible(ads, ads.token)["resourceNames"][0].removeprefix("customers/")
    asked = {
        "12": queries.CLIENTS,
        "9999999999": queries.CLIENTS,
        known: "SELECT customer.profit FROM customer",
    }
    for method in ("searchStream", "search"):
        for customer, query in asked.items():
            yield {"kind": "error", "body": ads.ask(customer, query, method=method).json()}
        for fault in ("throttle", "500"):
            ads.sandbox.faults({"match": "/google", "kind": fault})
            answer = ads.ask(known, queries.CLIENTS, method=method)
            yield {"kind": "error", "body": answer.json()}


def judge_meta(sandbox: RunningSandbox, days: int) -> Verdict:
    """Meta's client reads every account by pages and as reports, and is refused three times."""
    token = meta(sandbox).token
    application = client("meta")
    wish = {
        "graph": f"{sandbox.url}/meta",
        "app": application["client_id"],
        "secret": application["client_secret"],
        "token": token,
        "version": META_VERSION,
        "since": str(ANCHOR - timedelta(days=days)),
        "until": str(ANCHOR),
        "limit": 100,
        "account_fields": ACCOUNT_FIELDS,
        "windows": ["1d_click", "7d_click", "28d_click", "1d_view"],
        "fields": {
            "account": sorted(INSIGHTS_FIELDS - {"campaign_id", "campaign_name"}),
            "campaign": insights.FIELDS["campaign"],
        },
    }
    found = ask("meta_ads_reader.py", wish)
    return Verdict(found["replies"], found["rows"], found["failures"])


def judge_shopify(sandbox: RunningSandbox, orders: int) -> Verdict:
    """Shopify's schema executes every reply: the product's documents and every field there is."""
    shop, judge = shopify(sandbox), Judge(SHOPIFY_VERSION)
    verdict = Verdict()
    schema = sandbox_schema()
    whole = {
        name: everything(schema, kind, 5)
        for name in ("Order", "Shop", "AppInstallation")
        if isinstance(kind := schema.type_map[name], GraphQLObjectType)
    }
    _judge(shop, judge, verdict, SHOP, {})
    _judge(shop, judge, verdict, "{ orders(first: 1) { nodes { profit } } }", {}, refused=True)
    some = (
        f"{{ shop {{ {whole['Shop']} }} currentAppInstallation {{ {whole['AppInstallation']} }} "
        'ordersCount { count precision } order(id: "gid://shopify/Order/1") { id } }'
    )
    _judge(shop, judge, verdict, some, {})
    every = (
        "query($first: Int!, $after: String) { orders(first: $first, after: $after, reverse: true) "
        f"{{ nodes {{ {whole['Order']} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )
    mine = {"query": "", "sortKey": "UPDATED_AT", "agreements": 2, "sales": 3}
    first = _judge_pages(shop, judge, verdict, every, {"first": 50}, orders // 4)
    _judge_pages(shop, judge, verdict, ORDERS, {"first": 100, **mine}, orders - orders // 4)
    for order in first:
        _judge(shop, judge, verdict, ORDER_AGREEMENT, {"id": order, "sales": 2})
    _judge_bulk(shop, judge, verdict)
    shop.sandbox.faults({"match": "/shopify", "kind": "throttle"})
    if "errors" not in _judge(shop, judge, verdict, SHOP, {}, throttled=True):
        verdict.failures.append("the throttled answer did not come")
    return verdict


def _judge_bulk(shop: Shopify, judge: Judge, verdict: Verdict) -> None:
    """A bulk operation from its start to its end, one that is refused and one that is cancelled."""

    def begin(query: str) -> Any:
        reply = _judge(shop, judge, verdict, BULK_RUN, {"query": query})
        return reply["data"]["bulkOperationRunQuery"]

    job = {"id": begin(bulk_orders("test:true"))["bulkOperation"]["id"]}
    status = "CREATED"
    while status in {"CREATED", "RUNNING"}:
        reply = _judge(shop, judge, verdict, BULK_OPERATION, job)
        status = reply["data"]["bulkOperation"]["status"]
    verdict.failures += [] if status == "COMPLETED" else [f"a bulk operation ended {status}"]
    begin("{ shop { id } }")
    _judge(shop, judge, verdict, BULK_CANCEL, {"id": begin(bulk_orders(""))["bulkOperation"]["id"]})
    _judge(shop, judge, verdict, BULK_CANCEL, job)
    _judge(shop, judge, verdict, BULK_RECENT, {"search": "operation_type:query"})


def _judge_pages(
    shop: Shopify,
    judge: Judge,
    verdict: Verdict,
    document: str,
    variables: dict[str, Any],
    orders: int,
) -> list[str]:
    """Judge pages of orders until there are enough; some of the orders' ids."""
    after, seen = None, []
    while len(seen) < orders:
        reply = _judge(shop, judge, verdict, document, {**variables, "after": after})
        page = reply["data"]["orders"]
        seen += [order["id"] for order in page["nodes"]]
        verdict.rows += len(page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    return seen[:10]


def _judge(
    shop: Shopify,
    judge: Judge,
    verdict: Verdict,
    document: str,
    variables: dict[str, Any],
    *,
    refused: bool = False,
    throttled: bool = False,
) -> Reply:
    """Judge one reply; one for which the bucket is too low is judged and asked for again."""
    while True:
        reply = shop.run(document, variables).json()
        verdict.replies += 1
        expected = judge.faults(document, variables, reply)
        codes = {error.get("extensions", {}).get("code") for error in reply.get("errors", [])}
        if refused:
            # the document itself is wrong: both must say so
            wrong = not expected or "undefinedField" not in codes
            verdict.failures += ["an unknown field was not refused"] if wrong else []
            return reply
        verdict.failures += expected
        if "THROTTLED" not in codes:
            verdict.failures += [str(error) for error in reply.get("errors", [])]
        if throttled or "THROTTLED" not in codes:
            return reply
        time.sleep(1)
