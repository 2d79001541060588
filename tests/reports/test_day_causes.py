"""Each rule of a difference's cause: it needs its amounts to the cent, and names nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from aura.model import SalesDay
from aura.reports.day_causes import causes_of
from aura.reports.reconcile import compare
from aura.store.reconciliation import DayEvidence

NOW = datetime(2026, 11, 11, 9, tzinfo=UTC)
LAST = date(2026, 11, 10)
DAYS = [
    SalesDay(LAST - timedelta(days=34 - n), *(Decimal(100 + 7 * n + k) for k in range(8)))
    for n in range(35)
]
AT = DAYS[10].date
ZERO = Decimal(0)
NOTHING = DayEvidence(AT, ZERO, ZERO, ZERO, ZERO, 0, 0, 0, ZERO)


def causes(*changes, evidence=NOTHING, stored_now=None):
    """What the report says differently: index of the day, figure and by how much."""
    reported = list(DAYS)
    for index, name, by in changes:
        value = getattr(reported[index], name) + Decimal(by)
        reported[index] = replace(reported[index], **{name: value})
    found = compare(DAYS, reported, checked_at=NOW)
    known = {day.date: replace(evidence, date=day.date) for day in DAYS}
    now = {day.date: day.total_sales for day in DAYS} | (stored_now or {})
    return {day: cause.key for day, cause in causes_of(found, known, now, "USD").items()}


TOTAL = [(10, "net_sales", "-12.30"), (10, "total_sales", "-12.30")]


@pytest.mark.parametrize(
    ("changes", "evidence", "key"),
    [
        (TOTAL, {"edits_later": "-12.30"}, "order_edits"),
        (TOTAL, {"edits_here": "12.30"}, "order_edits"),
        (TOTAL, {"edits_here": "10.30", "edits_later": "-2.00"}, "order_edits"),
        (TOTAL, {"returns_later": "-12.30"}, "return_days"),
        (TOTAL, {"returns_here": "12.30"}, "return_days"),
        (TOTAL, {"returns_later": "-10", "edits_later": "-2.30"}, "order_edits_and_return_days"),
        (TOTAL, {"returns_later": "-12.31"}, "unexplained"),
        (TOTAL, {}, "unexplained"),
        (TOTAL, {"file_orders": 3, "edits_later": "-12.30"}, "file_days"),
        ([(10, "orders", "2"), (10, "total_sales", "40")], {}, "missing_orders"),
        ([(10, "orders", "-1"), (10, "total_sales", "-40")], {}, "deleted_orders"),
        (
            [(10, "orders", "2"), (10, "total_sales", "40")],
            {"uncounted_orders": 2, "uncounted_sales": "40"},
            "uncounted_orders",
        ),
        (
            [(10, "gross_sales", "50"), (10, "total_sales", "50")],
            {"empty_orders": 1},
            "gift_cards",
        ),
        ([(10, "total_sales", "0.02"), (10, "taxes", "0.02")], {}, "rounding"),
    ],
)
def test_the_first_rule_whose_amounts_agree_names_the_cause(changes, evidence, key) -> None:
    exact = {name: type(getattr(NOTHING, name))(value) for name, value in evidence.items()}
    assert causes(*changes, evidence=replace(NOTHING, **exact)) == {AT: key}


def test_orders_that_stand_on_the_day_beside_are_a_matter_of_the_time_zone() -> None:
    moved = [
        (10, "orders", "-2"),
        (10, "total_sales", "-55.10"),
        (11, "orders", "2"),
        (11, "total_sales", "55.10"),
    ]
    assert causes(*moved) == {AT: "time_zone", AT + timedelta(days=1): "time_zone"}
    moved[3] = (11, "total_sales", "55.00")
    assert "time_zone" not in causes(*moved).values()


def test_a_report_that_knows_nothing_of_the_newest_day_is_behind() -> None:
    newest = DAYS[-1]
    empty = [
        (34, name, str(-getattr(newest, name))) for name in SalesDay.__slots__ if name != "date"
    ]
    found = causes(*empty, (33, "returns", "-3"), (20, "taxes", "1"))
    assert found[newest.date] == "report_late"
    assert found[DAYS[33].date] == "report_late"
    assert found[DAYS[20].date] == "unexplained"


def test_a_day_that_was_read_since_says_so_first() -> None:
    assert causes(*TOTAL, stored_now={AT: Decimal(1)}) == {AT: "changed_since"}
