"""What a client asked is counted, and a plan sets the limit it meets."""

from __future__ import annotations

import httpx
import pytest

from sandbox_calls import Shopify, meta, shopify

PAGE = "query($first: Int!) { orders(first: $first) { nodes { id } pageInfo { hasNextPage } } }"
COSTLY = """
    query($first: Int!) {
        orders(first: $first) {
            nodes { agreements(first: 50) { nodes { sales(first: 50) { nodes { id } } } } }
        }
    }
"""


def ask(shop: Shopify, first: int = 250) -> dict:
    return shop.run(PAGE, {"first": first}).json()


class TestUsage:
    def test_counts_requests_by_platform_and_the_points_that_were_paid(self, sandbox):
        before = sandbox.usage()
        shop = shopify(sandbox)
        paid = sum(ask(shop)["extensions"]["cost"]["actualQueryCost"] for _ in range(3))
        meta(sandbox)
        after = sandbox.usage()
        # two pages of consent, the exchange, three queries
        assert after["requests"]["shopify"] - before["requests"].get("shopify", 0) == 6
        assert after["requests"]["meta"] > 0
        assert after["shopify_points"]["spent"] == paid
        assert after["shopify_points"]["throttled"] == 0

    def test_counts_requests_by_address_faults_included(self, sandbox):
        before = sandbox.addresses()
        sandbox.faults({"match": "/google/token", "kind": "500", "times": 1})
        for _ in range(3):
            httpx.post(f"{sandbox.url}/google/token")
        assert sandbox.addresses() - before == {"POST /google/token": 3}

    def test_counts_what_was_throttled_and_not_what_it_would_have_cost(self, start_sandbox):
        sandbox = start_sandbox("plain", plan="standard")
        shop = shopify(sandbox)
        # five of them cost more than the bucket holds
        answers = [shop.run(COSTLY, {"first": 250}).json() for _ in range(12)]
        refused = [one for one in answers if "errors" in one]
        points = sandbox.usage()["shopify_points"]
        assert refused
        assert points["throttled"] == len(refused)
        assert points["spent"] == sum(
            one["extensions"]["cost"]["actualQueryCost"] for one in answers if "data" in one
        )


@pytest.mark.parametrize(
    ("plan", "rate"), [("standard", 100), ("plus", 1_000), ("unlimited", 1_000_000_000)]
)
def test_a_plan_sets_the_limit(start_sandbox, plan, rate):
    status = ask(shopify(start_sandbox("plain", plan=plan)), 1)["extensions"]["cost"]
    assert status["throttleStatus"]["restoreRate"] == rate


def test_midsize_is_as_large_as_its_name_says(start_sandbox):
    sandbox = start_sandbox("midsize")
    truth = sandbox.truth(sandbox.first_day, sandbox.anchor)
    campaigns = [truth[name]["campaigns"] for name in ("meta", "google_ads")]
    assert sum(map(len, campaigns)) == 40
    assert 59_000 < sum(day["orders"] for day in truth["shopify"].values()) < 61_000
