"""Bulk operations of the sandbox's Shopify, as its documentation describes them."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sandbox_calls import Shopify, shopify
from sandbox_fixture import RunningSandbox, running_sandbox

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
FIELDS = "id status errorCode objectCount rootObjectCount fileSize url partialDataUrl query"
NESTED = "agreements { edges { node { id sales { edges { node { id lineType } } } } } }"
RUN = """
mutation($query: String!, $grouped: Boolean!) {
  bulkOperationRunQuery(query: $query, groupObjects: $grouped) {
    bulkOperation { id status } userErrors { code message field }
  }
}
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox("tiny", seed=3, now=NOW) as sandbox:
        yield sandbox


@pytest.fixture
def shop(sandbox: RunningSandbox) -> Shopify:
    """A token; what earlier tests began has ended."""
    sandbox.clear_faults()
    sandbox.clock(advance=120)
    return shopify(sandbox)


def orders_query(fields: str, search: str = "") -> str:
    return f"{{ orders(query: {json.dumps(search)}) {{ edges {{ node {{ {fields} }} }} }} }}"


def begin(shop: Shopify, query: str, *, grouped: bool = False) -> Any:
    return shop.data(RUN, {"query": query, "grouped": grouped})["bulkOperationRunQuery"]


def look(shop: Shopify, job_id: str) -> Any:
    query = f"query($id: ID!) {{ bulkOperation(id: $id) {{ {FIELDS} }} }}"
    return shop.data(query, {"id": job_id})["bulkOperation"]


def done(shop: Shopify, query: str, **options: Any) -> Any:
    """An operation that is run to its end, while the clock stands still."""
    job_id = begin(shop, query, **options)["bulkOperation"]["id"]
    assert look(shop, job_id)["status"] == "RUNNING"
    for _ in range(10):
        job = look(shop, job_id)
        if job["status"] != "RUNNING":
            return job
    raise AssertionError("it never ends")


def lines(job: Any) -> list[Any]:
    answer = httpx.get(job["url"]).raise_for_status()
    assert len(answer.content) == int(job["fileSize"])
    assert answer.content.endswith(b"\n")
    return [json.loads(line) for line in answer.content.splitlines()]


def test_every_object_is_a_line_that_names_its_parent(shop: Shopify) -> None:
    job = done(shop, orders_query(f"id {NESTED}"))
    found = lines(job)
    kinds = Counter(line["id"].split("/")[3] for line in found)
    (count,) = shop.data("{ ordersCount { count } }").values()

    assert job["status"] == "COMPLETED"
    assert kinds["Order"] == count["count"] == int(job["rootObjectCount"]) > 50
    assert len(found) == int(job["objectCount"]) > 2 * kinds["Order"]
    ids = {line["id"] for line in found}
    assert all(line.get("__parentId", line["id"]) in ids for line in found)
    assert ("__parentId" in found[0], "agreements" in found[0]) == (False, False)


def test_children_follow_their_parent_only_when_it_is_asked_for(shop: Shopify) -> None:
    def is_grouped(found: list[Any]) -> bool:
        orders = [n for n, line in enumerate(found) if "__parentId" not in line]
        return all(second - first > 1 for first, second in itertools.pairwise(orders))

    query = orders_query(f"id {NESTED}")
    assert is_grouped(lines(done(shop, query, grouped=True)))
    assert not is_grouped(lines(done(shop, query)))


def test_nothing_found_is_no_file(shop: Shopify) -> None:
    job = done(shop, orders_query("id", "created_at:<'2001-01-01'"))
    assert (job["status"], job["objectCount"], job["url"]) == ("COMPLETED", "0", None)


def test_it_sees_the_shop_as_it_was_when_it_began(shop: Shopify) -> None:
    before = done(shop, orders_query("id"))["rootObjectCount"]
    job_id = begin(shop, orders_query("id"))["bulkOperation"]["id"]
    shop.sandbox.clock(advance=2 * 86_400)
    later = shopify(shop.sandbox)
    # a minute after it began one look is enough
    assert look(later, job_id)["rootObjectCount"] == before
    assert int(done(later, orders_query("id"))["rootObjectCount"]) > int(before)


INVALID = {
    "no connection": "{ shop { id } }",
    "too deep": orders_query(
        f"id agreements {{ edges {{ node {{ id ... on OrderAgreement {{ order {{ id {NESTED} }} }} "
        "} } }"
    ),
    "two fields": "{ orders { edges { node { id } } } shop { id } }",
    "a mutation": "mutation { appUninstall { userErrors { message } } }",
    "a parent without id": orders_query(f"name {NESTED}"),
    "nodes": "{ orders { nodes { id } } }",
    "an unknown field": orders_query("profit"),
    "no query": "orders",
}


@pytest.mark.parametrize("case", INVALID)
def test_what_cannot_run_in_bulk_is_refused(case: str, shop: Shopify) -> None:
    answer = begin(shop, INVALID[case])
    assert answer["bulkOperation"] is None
    assert [error["code"] for error in answer["userErrors"]] == ["INVALID"]


def test_five_at_once_and_a_cancelled_one_makes_room(shop: Shopify) -> None:
    made = [begin(shop, orders_query("id"))["bulkOperation"]["id"] for _ in range(5)]
    refused = begin(shop, orders_query("id"))
    assert [error["code"] for error in refused["userErrors"]] == ["LIMIT_REACHED"]

    cancel = "mutation($id: ID!) { bulkOperationCancel(id: $id) { userErrors { message } } }"
    assert shop.data(cancel, {"id": made[0]})["bulkOperationCancel"]["userErrors"] == []
    assert look(shop, made[0])["status"] == "CANCELED"
    assert shop.data(cancel, {"id": made[0]})["bulkOperationCancel"]["userErrors"] != []
    assert begin(shop, orders_query("id"))["userErrors"] == []


def test_recent_operations_are_found_by_status_and_age(shop: Shopify) -> None:
    begin(shop, orders_query("id"))
    listed = 'bulkOperations(first: 50, query: "%s") { nodes { id status } }'
    running = shop.data("{ %s }" % (listed % "status:created operation_type:query"))
    assert [job["status"] for job in running["bulkOperations"]["nodes"]] == ["CREATED"]
    later = "created_at:>='2027-01-01T00:00:00Z'"
    assert shop.data("{ %s }" % (listed % later))["bulkOperations"]["nodes"] == []
    newest = shop.data("{ currentBulkOperation { id } }")["currentBulkOperation"]
    assert newest["id"] == running["bulkOperations"]["nodes"][0]["id"]


def test_a_file_has_an_address_that_nobody_guesses(shop: Shopify) -> None:
    job = done(shop, orders_query("id"))
    assert httpx.get(job["url"].partition("?")[0]).status_code == 403
    other = "y" if job["url"].endswith("x") else "x"
    assert httpx.get(job["url"][:-1] + other).status_code == 403


def test_without_a_scope_the_operation_fails(shop: Shopify) -> None:
    poor = shopify(shop.sandbox, scope="read_orders")
    job = done(poor, orders_query("id customer { id }"))
    assert (job["status"], job["errorCode"], job["url"]) == ("FAILED", "ACCESS_DENIED", None)


def test_faults_of_operations(shop: Shopify) -> None:
    query = orders_query(f"id {NESTED}")
    whole = lines(done(shop, query))

    def faulty(kind: str) -> Any:
        shop.sandbox.faults({"match": "/shopify", "kind": kind})
        return done(shop, query)

    failed = faulty("bulk_failed")
    assert (failed["status"], failed["url"]) == ("FAILED", None)
    assert httpx.get(failed["partialDataUrl"]).status_code == 200
    for kind in ("bulk_cut", "bulk_short"):
        job = faulty(kind)
        content = httpx.get(job["url"]).content
        assert (job["status"], job["objectCount"]) == ("COMPLETED", str(len(whole)))
        assert content.count(b"\n") < len(whole)
        assert content.endswith(b"\n") == (kind == "bulk_short")
    assert httpx.get(faulty("bulk_expired")["url"]).status_code == 403

    shop.sandbox.faults({"match": "/shopify", "kind": "bulk_limit"})
    assert begin(shop, query)["userErrors"][0]["code"] == "LIMIT_REACHED"
    with pytest.raises(AssertionError, match="never ends"):
        faulty("bulk_stuck")
    assert begin(shop, query)["userErrors"] == []
