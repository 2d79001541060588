"""One finding of a scope at a time: opened, updated, resolved, expired; one cause, one finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from aura.insights.finding import Effect, Finding, Impact, Scope
from aura.insights.lifecycle import Closing, Opening, Standing, Update, plan, stood_before
from aura.model import DayRange

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
CAMPAIGN = Scope("campaign", "Prospecting", "meta", "c1")
OTHER_CAMPAIGN = Scope("campaign", "Story", "meta", "c2")
PLATFORM = Scope("platform", "Meta Ads", "meta")
BRAND = Scope("brand", "All ads")
EVERYTHING = {("", ""), ("meta", ""), ("meta", "c1"), ("meta", "c2"), ("google_ads", "")}


def found(scope: Scope, *, kind="high_cpa", priority="medium") -> Finding:
    money = Decimal(100)
    return Finding(
        finding_type=kind,
        scope=scope,
        window=DayRange(TODAY - timedelta(days=7), TODAY - timedelta(days=1)),
        confidence=0.97,
        effect=Effect(1.5, 1.2, 1.8),
        impact=None if kind == "tracking_outage" else Impact(money, money, money, "USD", 7),
        priority=priority,
        title="title",
        description="description",
        dedup_key="key",
    )


def stands(scope: Scope, *, days_ago=1, status="open", kind="high_cpa", **facts) -> Standing:
    return Standing(
        id=uuid4(),
        insight_id=None if kind == "tracking_outage" else uuid4(),
        finding_type=kind,
        platform=scope.platform,
        entity_id=scope.entity_id,
        status=status,
        priority=facts.pop("priority", "medium"),
        updated_on=TODAY - timedelta(days=days_ago),
        opened_on=facts.pop("opened_on", TODAY - timedelta(days=days_ago)),
        **facts,
    )


def planned(findings, standing, judged=frozenset(EVERYTHING)):
    return plan(findings, standing, judged=judged, run_day=TODAY, now=NOW)


def test_something_new_is_opened() -> None:
    (change,) = planned([found(CAMPAIGN)], [])
    assert isinstance(change, Opening)


def test_what_stands_is_updated_in_place() -> None:
    one = stands(CAMPAIGN)
    (change,) = planned([found(CAMPAIGN)], [one])
    assert isinstance(change, Update)
    assert change.standing is one
    assert not change.is_escalated


def test_a_higher_priority_asks_for_attention_again() -> None:
    (change,) = planned([found(CAMPAIGN, priority="high")], [stands(CAMPAIGN)])
    assert change.is_escalated
    (snoozed,) = planned([found(CAMPAIGN, priority="high")], [stands(CAMPAIGN, status="snoozed")])
    assert not snoozed.is_escalated


@pytest.mark.parametrize(("days_ago", "closes"), [(1, False), (2, False), (3, True)])
def test_three_mornings_without_confirmation_resolve(days_ago, closes) -> None:
    changes = planned([], [stands(CAMPAIGN, days_ago=days_ago)])
    assert [change.status for change in changes] == (["resolved"] if closes else [])


def test_a_finding_about_the_data_is_resolved_at_once() -> None:
    (change,) = planned([], [stands(PLATFORM, kind="tracking_outage")])
    assert change.status == "resolved"


def test_a_scope_that_could_not_be_looked_at_waits_and_expires() -> None:
    dark = EVERYTHING - {("meta", ""), ("meta", "c1")}
    assert planned([], [stands(CAMPAIGN, days_ago=5)], dark) == []
    (change,) = planned([], [stands(CAMPAIGN, days_ago=7)], dark)
    assert change.status == "expired"


def test_what_was_dismissed_does_not_come_back_while_it_goes_on() -> None:
    one = stands(CAMPAIGN, status="dismissed")
    (change,) = planned([found(CAMPAIGN)], [one])
    assert isinstance(change, Update)
    assert change.status == "dismissed"
    assert planned([], [one]) == []
    assert planned([found(PLATFORM)], [one]) == []


def test_a_snooze_ends() -> None:
    over = stands(CAMPAIGN, status="snoozed", snoozed_until=NOW - timedelta(hours=1))
    (change,) = planned([found(CAMPAIGN)], [over])
    assert change.status == "open"
    later = stands(CAMPAIGN, status="snoozed", snoozed_until=NOW + timedelta(hours=1))
    (change,) = planned([found(CAMPAIGN)], [later])
    assert change.status == "snoozed"


def test_a_narrower_scope_takes_over_at_once() -> None:
    wide = stands(PLATFORM)
    changes = planned([found(CAMPAIGN)], [wide])
    assert [type(change) for change in changes] == [Closing, Opening]
    assert changes[0].standing is wide


@pytest.mark.parametrize("wide", [PLATFORM, BRAND])
def test_a_wider_scope_waits_until_the_narrower_is_unconfirmed(wide: Scope) -> None:
    assert planned([found(wide)], [stands(CAMPAIGN, days_ago=2)]) == []
    changes = planned([found(wide)], [stands(CAMPAIGN, days_ago=3)])
    assert [type(change) for change in changes] == [Closing, Opening]


def test_two_campaigns_are_two_findings() -> None:
    changes = planned([found(CAMPAIGN), found(OTHER_CAMPAIGN)], [stands(CAMPAIGN)])
    assert [type(change) for change in changes] == [Update, Opening]


def test_an_outage_and_a_rise_do_not_displace_each_other() -> None:
    outage = stands(PLATFORM, kind="tracking_outage")
    changes = planned([found(CAMPAIGN), found(PLATFORM, kind="tracking_outage")], [outage])
    assert {type(change) for change in changes} == {Opening, Update}


@pytest.mark.parametrize(
    ("kind", "ended"), [("high_cpa", 1), ("tracking_outage", 1), ("high_performer", 0)]
)
def test_a_small_test_of_budgets_ends_when_something_needs_repair(kind: str, ended: int) -> None:
    small = stands(BRAND, kind="budget_recommendation", priority="low")
    changes = planned([found(CAMPAIGN, kind=kind)], [small])
    assert changes.count(Closing(small, "expired")) == ended


def test_a_firm_shift_of_budgets_outlives_a_new_problem() -> None:
    firm = stands(BRAND, kind="budget_recommendation", priority="medium")
    (change,) = planned([found(CAMPAIGN)], [firm])
    assert isinstance(change, Opening)


def told(findings, standing):
    return plan(
        findings, standing, judged=frozenset(EVERYTHING), run_day=TODAY, now=NOW, by_story=True
    )


def test_of_one_story_the_nearest_to_the_cause_is_told() -> None:
    (change,) = told([found(CAMPAIGN, kind="low_roas"), found(CAMPAIGN)], [])
    assert isinstance(change, Opening)
    assert change.finding.finding_type == "high_cpa"


def test_the_nearer_takes_over_and_goes_on_as_the_same_story() -> None:
    standing = stands(CAMPAIGN, kind="low_roas")
    changes = told([found(CAMPAIGN), found(CAMPAIGN, kind="low_roas")], [standing])
    closing, opening = changes
    assert closing == Closing(standing, "resolved", opening.finding.dedup_key)
    assert opening.continues is standing


def test_a_story_never_goes_back_to_a_name_farther_from_its_cause() -> None:
    standing = stands(CAMPAIGN, days_ago=2)
    assert told([found(CAMPAIGN, kind="low_roas")], [standing]) == []
    over = stands(CAMPAIGN, days_ago=4)
    changes = told([found(CAMPAIGN, kind="low_roas")], [over])
    assert {type(change) for change in changes} == {Opening, Closing}


@pytest.mark.parametrize("status", ["snoozed", "dismissed"])
def test_who_put_a_story_off_does_not_meet_it_under_another_name(status: str) -> None:
    away = NOW + timedelta(days=3)
    standing = stands(CAMPAIGN, kind="low_roas", status=status, snoozed_until=away)
    (change,) = told([found(CAMPAIGN), found(CAMPAIGN, kind="low_roas")], [standing])
    assert isinstance(change, Update)
    assert (change.standing, change.status) == (standing, status)
    assert told([found(CAMPAIGN)], [standing]) == []


def test_two_stories_of_two_scopes_are_both_told() -> None:
    changes = told([found(CAMPAIGN), found(OTHER_CAMPAIGN, kind="low_roas")], [])
    assert [type(change) for change in changes] == [Opening, Opening]


def test_what_only_goes_on_calls_nobody_again_and_never_opens() -> None:
    held = replace(found(CAMPAIGN, priority="high"), details={"method": {"only_goes_on": True}})
    (update,) = planned([held], [stands(CAMPAIGN, priority="low")])
    assert isinstance(update, Update)
    assert not update.is_escalated
    # it ended earlier this morning
    assert planned([held], []) == []


def test_what_stood_before_this_morning_is_asked_for_less() -> None:
    """Not what opened today, so that a second look says the same."""
    today = stands(CAMPAIGN, days_ago=0)
    open_, snoozed = stands(CAMPAIGN), stands(PLATFORM, status="snoozed")
    dismissed = stands(BRAND, status="dismissed", days_ago=9)
    assert stood_before([today], TODAY) == frozenset()
    assert stood_before([open_, snoozed], TODAY) == {open_.key, snoozed.key}
    assert stood_before([dismissed], TODAY) == {dismissed.key}
