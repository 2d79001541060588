"""When high_cpa speaks, about what, and what it gives as evidence."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from aura.insights.engine import evaluate
from insights.worlds import Campaign, Event, World, shop

START = 250


def findings(world: World, mornings, **options):
    """What this rule says; a fall of the conversion rate is told by its own rule as well."""
    by_morning = {
        morning: [
            finding
            for finding in evaluate(world.history(morning, **options), world.day(morning))
            if finding.finding_type in {"high_cpa", "tracking_outage"}
        ]
        for morning in mornings
    }
    return {morning: found for morning, found in by_morning.items() if found}


def about(found) -> set[tuple[str, str]]:
    return {
        (finding.finding_type, finding.scope.name)
        for of_morning in found.values()
        for finding in of_morning
    }


@pytest.fixture(scope="module")
def risen():
    """A world whose Prospecting campaign converts half as well, on a morning that says so."""
    world = shop(seed=3, events=[Event("rate", START, 299, 0.5, "meta", "Prospecting")])
    found = findings(world, range(START + 4, START + 16))
    morning = max(found)
    return world, morning, found[morning][0]


def test_a_true_rise_in_one_campaign_is_found_within_a_fortnight_and_blamed_on_it() -> None:
    for seed in (3, 4, 5):
        world = shop(seed=seed, events=[Event("rate", START, 299, 0.5, "meta", "Prospecting")])
        found = findings(world, range(START - 10, START + 15))
        assert about(found) == {("high_cpa", "Prospecting")}
        assert min(found) > START


def test_a_slow_campaign_that_got_more_money_is_no_rise() -> None:
    # its purchases come late; with nearly three times the budget the platform shows few of them yet
    for seed in (1, 2, 3):
        world = shop(seed=seed, events=[Event("spend", 260, 266, 2.8, "meta", "Story")])
        assert findings(world, range(258, 275), nights=40) == {}


def test_young_days_alone_are_no_rise() -> None:
    # every purchase is late: yesterday always looks like a disaster
    late = [Campaign(name, lag=(0.05, 6.0)) for name in ("One", "Two", "Three")]
    for seed in (1, 2, 3):
        world = World(late, seed=seed)
        assert findings(world, range(200, 260, 3), nights=45) == {}


def test_dearer_clicks_are_named_as_the_driver() -> None:
    world = shop(seed=2, events=[Event("click_price", START, 299, 1.9, "meta", "Prospecting")])
    found = findings(world, range(START + 5, START + 20))
    assert about(found) == {("high_cpa", "Prospecting")}
    drivers = found[max(found)][0].details["drivers"]
    assert drivers["cpc"]["log_share"] > 0.7
    assert drivers["cpc"]["log_share"] + drivers["conversion_rate"]["log_share"] == pytest.approx(1)


def test_a_platform_that_falls_as_a_whole_is_one_insight() -> None:
    world = shop(seed=1, events=[Event("rate", START, 299, 0.5, "meta")])
    found = findings(world, range(START + 6, START + 20))
    assert about(found) == {("high_cpa", "Meta Ads")}
    assert all(len(of_morning) == 1 for of_morning in found.values())
    assert found[max(found)][0].details["siblings"]["kind"] == "parts"


def test_a_brand_that_falls_as_a_whole_is_one_insight() -> None:
    world = shop(seed=1, events=[Event("rate", START, 299, 0.5)])
    found = findings(world, range(START + 6, START + 20))
    assert about(found) == {("high_cpa", "All ads")}
    assert all(len(of_morning) == 1 for of_morning in found.values())


@pytest.mark.parametrize("seed", [2, 5])
def test_a_campaign_that_stopped_does_not_outvote_the_brand(seed: int) -> None:
    """What had broken before it stopped is past; all others falling together is news."""
    names = ("P1", "P2", "Old"), ("G1", "G2")
    world = shop(
        seed=seed,
        campaigns=[
            Campaign(name, platform, daily_spend=2000 if name == "Old" else 200)
            for platform, own in zip(("meta", "google_ads"), names, strict=True)
            for name in own
        ],
        events=[
            Event("rate", 287, 299, 0.55),
            Event("rate", 285, 299, 0.2, "meta", "Old"),
            Event("spend", 295, 299, 0.0, "meta", "Old"),
        ],
    )
    said = evaluate(world.history(300), world.day(300))
    assert ("high_cpa", "All ads") in {(one.finding_type, one.scope.name) for one in said}


def test_without_a_learned_curve_only_mature_days_are_judged() -> None:
    world = shop(seed=3, events=[Event("rate", START, 299, 0.5, "meta", "Prospecting")])
    found = findings(world, range(START, START + 22), nights=1)
    assert about(found) == {("high_cpa", "Prospecting")}
    for morning, (finding,) in found.items():
        assert (world.day(morning) - finding.window.last).days == 8
        assert finding.details["completeness"]["platforms"]["meta"]["is_learned"] is False


def test_a_campaign_that_stopped_is_not_spoken_of() -> None:
    events = [
        Event("rate", START, 299, 0.4, "meta", "Prospecting"),
        Event("spend", START + 6, 299, 0.0, "meta", "Prospecting"),
    ]
    assert findings(shop(seed=3, events=events), range(START + 9, START + 20)) == {}


def test_a_new_campaign_is_given_three_weeks() -> None:
    events = [
        Event("spend", 0, START - 15, 0.0, "meta", "Prospecting"),
        Event("rate", START, 299, 0.4, "meta", "Prospecting"),
    ]
    assert findings(shop(seed=3, events=events), range(START, START + 10)) == {}


def test_nothing_is_said_of_a_platform_that_was_not_read_lately() -> None:
    world = shop(seed=3, events=[Event("rate", START, 299, 0.5, "meta", "Prospecting")])
    stale = world.history(START + 15)
    assert evaluate(stale, world.day(START + 15))
    late = evaluate(stale, world.day(START + 18))
    assert {one.finding_type for one in late} == {"sync_issue"}


def test_accounts_in_two_currencies_are_not_added_up() -> None:
    campaigns = [
        Campaign("One", daily_spend=150, currency="USD", account="1"),
        Campaign("Two", daily_spend=150, currency="EUR", account="2"),
        Campaign("Three", daily_spend=150, currency="EUR", account="2"),
    ]
    world = World(campaigns, seed=1, events=[Event("rate", START, 299, 0.4)], currency="USD")
    found = findings(world, range(START + 5, START + 20))
    assert {finding.scope.level for some in found.values() for finding in some} <= {"campaign"}
    for of_morning in found.values():
        for finding in of_morning:
            assert finding.impact.currency == ("USD" if finding.scope.name == "One" else "EUR")


def test_the_title_says_what_where_how_much_and_at_what_cost(risen) -> None:
    _, _, finding = risen
    assert finding.title.startswith("Meta Ads: CPA up ")
    assert " in 'Prospecting' ($" in finding.title
    assert " extra in " in finding.title
    assert len(finding.title) <= 255


def test_a_very_long_name_leaves_the_title_within_its_column() -> None:
    campaigns = [
        Campaign("x" * 400, daily_spend=300),
        Campaign("Two", daily_spend=200),
        Campaign("Three", daily_spend=200),
    ]
    events = [Event("rate", START, 299, 0.4, "meta", "x" * 400)]
    found = findings(World(campaigns, seed=1, events=events), range(START + 6, START + 14))
    assert found
    assert all(len(finding.title) <= 255 for some in found.values() for finding in some)


def test_the_evidence_adds_up(risen) -> None:
    world, morning, finding = risen
    details = finding.details
    first, last = ((day - world.day(0)).days for day in (finding.window.first, finding.window.last))
    days = slice(first, last + 1)
    assert Decimal(details["observed"]["spend"]) == sum(
        Decimal(str(amount)) for amount in world.spend[0, days].tolist()
    )
    assert details["observed"]["conversions"] == world.known(morning)[0, days].sum()
    assert details["observed"]["clicks"] == world.clicks[0, days].sum()
    effect = details["effect"]
    assert effect["low"] < effect["ratio"]
    assert effect["low"] > 1.0
    assert float(details["observed"]["cpa_settled"]) == pytest.approx(
        float(details["expected"]["cpa"]) * effect["ratio"], abs=0.02
    )
    money = details["money_at_stake"]
    extra = float(details["observed"]["spend"]) * (1 - 1 / effect["ratio"])
    assert float(money["amount"]) == pytest.approx(extra, rel=1e-3)
    assert Decimal(money["low"]) <= Decimal(money["amount"]) <= Decimal(money["high"])
    assert money["currency"] == "USD"


def test_the_evidence_is_what_a_page_needs_and_plain_json(risen) -> None:
    _, morning, finding = risen
    details = json.loads(json.dumps(finding.details, allow_nan=False))
    assert details.keys() >= {
        "formula_version",
        "as_of",
        "window",
        "baseline",
        "observed",
        "expected",
        "effect",
        "completeness",
        "drivers",
        "siblings",
        "store",
        "money_at_stake",
        "confidence",
        "series",
        "inputs_hash",
        "dedup_key",
    }
    series = details["series"]
    assert len({len(column) for column in series.values()}) == 1
    assert series["days"][-1] == shop().day(morning - 1).isoformat()
    assert details["store"]["orders"] == pytest.approx(details["store"]["expected"], rel=0.25)
    assert details["siblings"]["count"] == 3
    assert 1 <= len(finding.action_items) <= 3
    for step in finding.action_items:
        assert step.as_json().keys() == {
            "code",
            "text",
            "entity",
            "expected_effect",
            "reversible",
            "check_on",
        }


def test_no_conversions_at_all_is_told_without_an_infinite_cost() -> None:
    world = shop(seed=3, events=[Event("rate", START, 299, 0.0, "meta", "Prospecting")])
    found = findings(world, range(START + 2, START + 6))
    finding = found[min(found)][0]
    json.dumps(finding.details, allow_nan=False)
    if finding.details["observed"]["conversions"] == 0:
        assert "no conversions for $" in finding.title
