"""What differs between our days and the store's own, and the one line about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.model import SalesDay
from aura.reports.reconcile import FIGURES, KEPT_DAYS, Reconciliation, compare, reconciliation_of

NOW = datetime(2026, 11, 11, 9, tzinfo=UTC)
LAST = date(2026, 11, 10)
NAMES = [name for name in SalesDay.__slots__ if name != "date"]
DAYS = [
    SalesDay(LAST - timedelta(days=34 - n), *(Decimal(100 + 7 * n + k) for k in range(8)))
    for n in range(35)
]


def changed(*changes: tuple[int, str, str]) -> list[SalesDay]:
    days = list(DAYS)
    for index, name, by in changes:
        days[index] = replace(days[index], **{name: getattr(days[index], name) + Decimal(by)})
    return days


def test_every_figure_of_a_day_is_compared() -> None:
    assert set(FIGURES) == set(NAMES)
    for name in NAMES:
        found = compare(DAYS, changed((3, name, "0.01")), checked_at=NOW)
        assert [(one.date, one.figure) for one in found.differences] == [(DAYS[3].date, name)]


def test_digits_below_a_cent_are_no_difference() -> None:
    below = changed((3, "taxes", "0.0049"), (4, "taxes", "-0.0049"))
    assert compare(DAYS, below, checked_at=NOW).is_same
    assert not compare(DAYS, changed((3, "taxes", "0.005")), checked_at=NOW).is_same


@pytest.mark.parametrize(
    ("changes", "same", "said"),
    [
        (
            [(34, "returns", "12.30"), (34, "net_sales", "-12.30"), (34, "total_sales", "-12.30")],
            34,
            "On Tue 10 Nov it says A$\u00a012.30 less total sales (returns).",
        ),
        (
            [(3, "taxes", "1"), (33, "orders", "2")],
            33,
            "On Mon 9 Nov it says 2 more orders.",
        ),
        (
            [(34, "discounts", "5"), (34, "gross_sales", "5")],
            34,
            "On Tue 10 Nov it says A$\u00a05.00 more gross sales (discounts).",
        ),
    ],
)
def test_one_line_says_how_it_stands(changes, same, said) -> None:
    line = compare(DAYS, changed(*changes), checked_at=NOW).sentence("AUD")
    assert line == f"Shopify Analytics says the same for {same} of 35 days. {said}"


def test_one_line_says_that_all_is_the_same() -> None:
    line = compare(DAYS, DAYS, checked_at=NOW).sentence("AUD")
    assert line == "Shopify Analytics says the same for 35 of 35 days, through Tue 10 Nov."


def test_what_could_not_be_compared_says_why() -> None:
    found = Reconciliation(NOW, problem="The shop did not grant read_reports.")
    assert (found.state, found.is_same) == ("not_compared", False)
    said = "Not compared with Shopify Analytics. The shop did not grant read_reports."
    assert found.sentence("AUD") == said


@given(
    st.lists(
        st.tuples(
            st.integers(0, 34),
            st.sampled_from(NAMES),
            st.decimals(-1000, 1000, places=2).filter(bool).map(str),
        ),
        unique_by=lambda change: change[:2],
    )
)
def test_what_is_kept_is_what_was_found_and_stays_small(changes) -> None:
    found = compare(DAYS, changed(*changes), checked_at=NOW)
    assert reconciliation_of(found.document()) == found
    assert found.differing_days == len({index for index, _, _ in changes})
    assert len({one.date for one in found.differences}) <= KEPT_DAYS
    assert found.is_same is (not changes)
    for one in found.differences:
        index = (one.date - DAYS[0].date).days
        by = next(Decimal(by) for at, name, by in changes if (at, name) == (index, one.figure))
        assert one.reported - one.stored == by


def test_days_that_do_not_belong_together_are_not_compared() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        compare(DAYS[:2], DAYS[1:3], checked_at=NOW)
