"""The catalogue's laws: ratios are ratios of sums, unknown where they cannot be known."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.metrics import (
    BASE_METRICS,
    CATALOGUE,
    DERIVED_METRICS,
    STORED_METRICS,
    compute,
    derived_metric,
)

PARTS = sorted({part for metric in DERIVED_METRICS.values() for part in metric.parts})
amounts = st.decimals(-(10**9), 10**9, places=6)
days = st.lists(st.fixed_dictionaries(dict.fromkeys(PARTS, amounts)), min_size=1, max_size=5)
derived = st.sampled_from(sorted(DERIVED_METRICS))
ratios = st.sampled_from(sorted(key for key, metric in CATALOGUE.items() if metric.is_derived))
combinations = st.sampled_from(
    sorted(key for key, metric in DERIVED_METRICS.items() if metric.is_additive)
)


def sums(rows):
    return {part: sum((row[part] for row in rows), Decimal(0)) for part in PARTS}


def side(terms, row):
    return sum((factor * row[part] for part, factor in terms), Decimal(0))


@given(days, ratios)
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


@given(days, combinations)
def test_days_of_a_combination_add_up(rows, key):
    metric = CATALOGUE[key]
    assert compute(metric, sums(rows)) == sum(compute(metric, row) for row in rows)


def test_a_ratio_is_not_the_mean_of_its_days():
    quiet = {"revenue": Decimal(100), "ad_spend": Decimal(100)}
    busy = {"revenue": Decimal(900), "ad_spend": Decimal(100)}
    both = {part: quiet[part] + busy[part] for part in quiet}
    assert compute(CATALOGUE["mer"], both) == 5
    unequal = {"revenue": Decimal(1000), "ad_spend": Decimal(50)}
    both = {part: quiet[part] + unequal[part] for part in quiet}
    mean = (compute(CATALOGUE["mer"], quiet) + compute(CATALOGUE["mer"], unequal)) / 2
    assert compute(CATALOGUE["mer"], both) == Decimal(1100) / 150 != mean


@given(days, ratios)
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
        ("net_profit", "contribution_margin − other_spend − other_costs"),  # noqa: RUF001
        ("mer_all_spend", "revenue ÷ (ad_spend + other_spend)"),
        ("break_even_roas", "revenue ÷ contribution_before_ads"),
    ],
)
def test_formulas_read_as_people_write_them(key, formula):
    assert CATALOGUE[key].formula == formula


def test_a_thousand_impressions_cost_a_thousand_times_one():
    totals = {"ad_spend": Decimal("12.50"), "impressions": Decimal(4000)}
    assert compute(CATALOGUE["cpm"], totals) == Decimal("3.125")


def test_profit_takes_off_every_cost_once():
    totals = {
        "gross_sales": Decimal(1000),
        "discounts": Decimal(50),
        "returns": Decimal(150),
        "revenue": Decimal(960),
        "cost_of_goods": Decimal(300),
        "shipping_costs": Decimal(60),
        "payment_fees": Decimal(40),
        "ad_spend": Decimal(200),
        "other_spend": Decimal(50),
        "other_costs": Decimal(30),
    }
    shown = {key: compute(metric, totals) for key, metric in DERIVED_METRICS.items()}
    assert shown["net_sales"] == 800
    assert shown["contribution_before_ads"] == 400
    assert shown["contribution_margin"] == 200
    assert shown["net_profit"] == 120
    assert shown["poas"] == 2
    assert shown["contribution_share"] == Decimal("0.25")
    # at break-even all that sales leave over goes into ads
    assert shown["break_even_roas"] == Decimal("2.4")
    assert shown["mer_all_spend"] == Decimal("3.84")


def test_a_ratio_cannot_be_a_term():
    with pytest.raises(ValueError, match="mer is a ratio"):
        derived_metric(
            "twice", "Twice", "multiple", "up", "Twice MER.", of=CATALOGUE, above=(("mer", 2),)
        )
