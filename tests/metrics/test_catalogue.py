"""The catalogue's laws: ratios are ratios of sums, unknown where they cannot be known."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.metrics import BASE_METRICS, CATALOGUE, DERIVED_METRICS, STORED_METRICS, compute

PARTS = sorted({part for metric in DERIVED_METRICS.values() for part in metric.parts})
amounts = st.decimals(-(10**9), 10**9, places=6)
days = st.lists(st.fixed_dictionaries(dict.fromkeys(PARTS, amounts)), min_size=1, max_size=5)
derived = st.sampled_from(sorted(DERIVED_METRICS))


def sums(rows):
    return {part: sum((row[part] for row in rows), Decimal(0)) for part in PARTS}


def side(terms, row):
    return sum((factor * row[part] for part, factor in terms), Decimal(0))


@given(days, derived)
def test_a_ratio_over_days_is_the_ratio_of_their_sums(rows, key):
    metric = DERIVED_METRICS[key]
    below = sum((side(metric.denominator, row) for row in rows), Decimal(0))
    above = sum((side(metric.numerator, row) for row in rows), Decimal(0))
    value = compute(metric, sums(rows))
    assert value == (None if below == 0 else above / below)


@given(days, derived, st.data())
def test_a_missing_part_is_unknown_and_never_zero(rows, key, data):
    metric = DERIVED_METRICS[key]
    totals = sums(rows) | {data.draw(st.sampled_from(metric.parts)): None}
    assert compute(metric, totals) is None


@given(days, derived)
def test_a_zero_denominator_has_no_ratio(rows, key):
    metric = DERIVED_METRICS[key]
    totals = sums(rows) | dict.fromkeys((part for part, _ in metric.denominator), Decimal(0))
    assert compute(metric, totals) is None


def test_every_entry_states_what_a_reader_asks():
    assert set(STORED_METRICS) <= set(BASE_METRICS)
    for key, metric in CATALOGUE.items():
        assert metric.key == key
        assert metric.tooltip.endswith(".")
        assert metric.is_additive is not metric.is_derived
        needed = {platform for part in metric.parts for platform in BASE_METRICS[part].sources}
        assert set(metric.sources) == needed


@pytest.mark.parametrize(
    ("key", "formula"),
    [
        ("mer", "revenue ÷ ad_spend"),
        ("ad_cost_share", "ad_spend ÷ revenue"),
        ("aov", "(gross_sales − discounts) ÷ orders"),  # noqa: RUF001 - as people read it
        ("cpm", "1,000 × ad_spend ÷ impressions"),  # noqa: RUF001 - as above
        ("overclaim", "conversions ÷ orders"),
        ("click_to_order", "orders ÷ clicks"),
        ("new_customer_share", "new_customers ÷ orders"),
    ],
)
def test_formulas_read_as_people_write_them(key, formula):
    assert CATALOGUE[key].formula == formula


def test_a_thousand_impressions_cost_a_thousand_times_one():
    totals = {"ad_spend": Decimal("12.50"), "impressions": Decimal(4000)}
    assert compute(CATALOGUE["cpm"], totals) == Decimal("3.125")
