from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aura.connectors.shopify.governor import (
    FIRST_PAGE,
    MOST_PER_PAGE,
    MOST_PER_QUERY,
    Cost,
    CostGovernor,
    cost_of,
    throttled_wait,
)
from connectors.shopify.orders import cost


def test_nothing_is_waited_for_while_nothing_is_known() -> None:
    assert CostGovernor().wait(0.0) == 0.0


def test_a_wait_is_what_the_bucket_needs_to_refill() -> None:
    governor = CostGovernor()
    governor.observe(Cost(requested=500, maximum=2000, available=100, restore_rate=100), 10.0)
    assert governor.wait(10.0) == 4.0
    assert governor.wait(12.0) == 2.0
    assert governor.wait(99.0) == 0.0


def test_no_wait_is_longer_than_a_full_bucket_takes() -> None:
    governor = CostGovernor()
    governor.observe(Cost(requested=9000, maximum=1000, available=0, restore_rate=50), 0.0)
    assert governor.wait(0.0) == 20.0


def test_a_refused_query_waits_for_its_whole_requested_cost() -> None:
    refused = cost_of({"extensions": cost(requested=722, available=118)})
    assert throttled_wait(refused) == 6.04
    assert throttled_wait(None) > 0


def test_an_answer_without_figures_has_no_cost() -> None:
    assert cost_of(None) is None
    assert cost_of({"extensions": {"cost": {}}}) is None
    assert cost_of({"extensions": cost(rate=0)}) is None


def test_a_page_shrinks_until_it_is_a_single_order() -> None:
    governor = CostGovernor()
    while governor.shrink_page():
        pass
    assert governor.page == 1


@given(
    per_order=st.floats(0.5, 999),
    maximum=st.floats(1000, 20_000),
    rounds=st.integers(1, 12),
)
def test_a_page_settles_within_the_budget_of_a_query(
    per_order: float, maximum: float, rounds: int
) -> None:
    governor = CostGovernor()
    for _ in range(rounds):
        requested = governor.page * per_order
        governor.fit_page(Cost(requested, maximum, maximum, 100))
    assert 1 <= governor.page <= MOST_PER_PAGE
    assert governor.page == 1 or governor.page * per_order <= MOST_PER_QUERY * 1.000001


def test_cheap_orders_are_asked_for_in_larger_pages() -> None:
    governor = CostGovernor()
    governor.fit_page(Cost(FIRST_PAGE * 2, 2000, 2000, 100))
    assert governor.page == FIRST_PAGE * 2
