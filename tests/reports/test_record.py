"""The record of all insights, whether there is enough to judge by, and of how many people hear."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.reports.record import holds, record_of
from aura.reports.silence import enough_sentence
from aura.store.insight_answers import ToldRow

DAY = date(2026, 11, 1)


def told(kind: str, **outcomes) -> ToldRow:
    return ToldRow(kind, DAY, {name.removeprefix("after_"): one for name, one in outcomes.items()})


def ended(state: str, then: float | None = 0.6) -> dict:
    return {"state": state, "then": then}


def test_of_all_that_was_said_so_much_held() -> None:
    rows = [
        told("high_cpa", after_14=ended("persisted"), after_28=ended("recovered")),
        told("low_roas", after_14=ended("persisted", 0.8)),
        told("conversion_drop", after_14=ended("recovered", 0.97)),
        told("high_performer", after_14=ended("kept", 1.4)),
        told("high_cpa", after_14={"state": "unclear", "reason": "too few conversions to tell"}),
        told("high_cpa"),
        told("budget_recommendation", after_14={"state": "followed"}),
        told("budget_recommendation", after_14={"state": "not followed"}),
        told("budget_recommendation"),
    ]
    record = record_of(rows)
    assert record.sentence == (
        "Of 5 insights judged two weeks later, 3 held once every conversion had arrived, 1 did "
        "not, 1 had too few conversions to tell. Of those that held, 1 recovered and 2 went on. "
        "1 more wait for their two weeks. Budgets then moved as advised in 1 of 2 cases."
    )


def test_nothing_is_claimed_before_anything_can_be_judged() -> None:
    assert record_of([]).sentence == "Nothing was said yet that could be judged."
    assert record_of([told("high_cpa")]).sentence == (
        "1 insight was said so far; none is two weeks old, so none is judged yet."
    )


@pytest.mark.parametrize(
    ("kind", "then", "is_true"),
    [
        ("high_cpa", 0.86, True),
        ("high_cpa", 0.88, False),
        ("conversion_drop", None, True),
        ("high_performer", 1.16, True),
        ("high_performer", 1.1, False),
        ("high_performer", None, False),
    ],
)
def test_a_claim_holds_where_its_days_were_off_by_what_it_claimed(kind, then, is_true) -> None:
    assert holds(kind, {"state": "recovered", "then": then}) is is_true


STATES = st.sampled_from(["persisted", "recovered", "kept", "faded", "unclear"])
OUTCOMES = st.fixed_dictionaries(
    {"state": STATES, "then": st.none() | st.floats(0.1, 3, allow_nan=False)}
)


@given(
    st.lists(
        st.builds(
            ToldRow,
            st.sampled_from(["high_cpa", "high_performer", "budget_recommendation"]),
            st.just(DAY),
            st.dictionaries(st.sampled_from(["14", "28"]), OUTCOMES),
        )
    )
)
def test_every_insight_is_counted_once(rows) -> None:
    record = record_of(rows)
    claims = [one for one in rows if one.finding_type != "budget_recommendation"]
    assert record.said == len(claims)
    assert record.waiting + record.held + record.not_held + record.unclear == record.said
    assert record.recovered + record.persisted <= record.held
    assert record.followed <= record.advised


@pytest.mark.parametrize(
    ("volumes", "says"),
    [
        ([], ""),
        ([3, 2], "Not enough data: the ads bring about 2 conversions in 14 days"),
        ([200], "Of 1 campaign, 1 sell enough to be judged within a week."),
        ([200, 30, 4], "Of 3 campaigns, 1 sell enough to be judged within a week, 1 within a for"),
        ([200, 4], "1 too little to be judged alone (fewer than 10 conversions in 14 days)"),
    ],
)
def test_whether_there_is_enough_to_judge_by_is_said(volumes, says) -> None:
    sentence = enough_sentence([Decimal(one) for one in volumes])
    assert says in sentence
    assert bool(sentence) == bool(says)
