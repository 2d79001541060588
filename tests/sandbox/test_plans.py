"""The fast way through a query gives what graphql-core gives, to the letter."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from graphql import execute_sync, parse, validate

from aura_sandbox.faults import FaultScript
from aura_sandbox.scenarios import SCENARIOS
from aura_sandbox.shopify.bulk import BulkOperations
from aura_sandbox.shopify.connections import OrderIndex
from aura_sandbox.shopify.cost import Bucket
from aura_sandbox.shopify.execution import run
from aura_sandbox.shopify.schema import Visit, sandbox_schema
from aura_sandbox.world.days import midnight
from aura_sandbox.world.world import World

ANCHOR = date(2026, 11, 20)
EVERYTHING = """
query($first: Int!, $money: Boolean!) {
  orders(first: $first, reverse: true) {
    edges { cursor node { ...order } }
    nodes { again: id ...order }
  }
  shop { name plan { publicDisplayName } }
}
fragment order on Order {
  __typename id legacyResourceId name number createdAt processedAt updatedAt
  cancelledAt cancelReason
  closed closedAt confirmed test currencyCode presentmentCurrencyCode displayFinancialStatus
  displayFulfillmentStatus email discountCode discountCodes edited fullyPaid note sourceName tags
  customer { id displayName numberOfOrders defaultEmailAddress { emailAddress } }
  customerJourneySummary { ready customerOrderIndex daysToConversion
    firstVisit { ...visit } lastVisit { ...visit } }
  total: totalPriceSet @include(if: $money) { shopMoney { amount } }
  total: totalPriceSet @include(if: $money) { presentmentMoney { amount currencyCode } }
  currentTotalPriceSet { shopMoney { amount } } netPaymentSet { shopMoney { amount } }
  totalDiscountsSet { shopMoney { amount } } totalRefundedSet { shopMoney { amount } }
  refunds(first: 5) { id note totalRefundedSet { shopMoney { amount } } order { id } }
  lineItems(first: 2) { nodes { title sku quantity currentQuantity } pageInfo { hasNextPage } }
  agreements(first: 10) {
    edges { cursor }
    nodes { __typename id happenedAt reason
      ... on RefundAgreement { refund { id } }
      ... on ReturnAgreement { return { name order { name } } }
      sales(first: 2, reverse: true) { nodes { __typename id actionType lineType quantity
        totalAmount { shopMoney { amount currencyCode } }
        ... on ProductSale { lineItem { title } } } pageInfo { hasNextPage endCursor } } }
  }
}
fragment visit on CustomerVisit { source occurredAt utmParameters { source medium campaign term } }
"""


def visit(scopes: set[str]) -> Visit:
    world = World(3, SCENARIOS["edges"], ANCHOR)
    world.order_book.through(ANCHOR)
    return Visit(
        world=world,
        index=OrderIndex(world.order_book, "Europe/Berlin"),
        at=midnight(ANCHOR, "Europe/Berlin") + 50_000,
        scopes=frozenset(scopes),
        client_id="client",
        uninstall=lambda: None,
        drop_scopes=lambda _scopes: None,
        bulk=BulkOperations(FaultScript(), lambda: 0),
        webhooks=None,
        site="http://sandbox",
        report_fault=lambda: None,
    )


@pytest.mark.parametrize(
    "scopes",
    [{"read_orders", "read_all_orders", "read_customers"}, {"read_orders", "read_all_orders"}],
    ids=["all scopes", "customers denied"],
)
@pytest.mark.parametrize("money", [True, False])
def test_a_plan_writes_what_graphql_core_writes(scopes: set[str], *, money: bool) -> None:
    variables: dict[str, Any] = {"first": 60, "money": money}
    document = parse(EVERYTHING)
    assert validate(sandbox_schema(), document) == []
    bucket = Bucket(1e9, 1e9)
    asking = visit(scopes)
    slow = execute_sync(sandbox_schema(), document, context_value=asking, variable_values=variables)
    fast = run({"query": EVERYTHING, "variables": variables}, asking, bucket)
    assert fast["data"] == slow.data
    denied = "read_customers" not in scopes
    assert bool(fast.get("errors")) is bool(slow.errors) is denied
    if denied:
        assert [one["path"] for one in fast["errors"]] == [one.path for one in slow.errors or []]
        assert fast["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
