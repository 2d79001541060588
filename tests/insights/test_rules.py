"""low_roas, conversion_drop and high_performer: when each speaks, of what, and what it shows."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from aura.insights.engine import evaluate
from insights.worlds import Event, World, shop

START = 250


def said(world: World, kind: str, days: int = 22):
    """The findings of a type by morning."""
    by_morning = {
        morning: [
            one
            for one in evaluate(world.history(morning), world.day(morning))
            if one.finding_type == kind
        ]
        for morning in range(START + 2, START + days)
    }
    return {morning: found for morning, found in by_morning.items() if found}


EVENTS = {
    "low_roas": Event("value", START, 299, 0.45, "meta", "Prospecting"),
    "conversion_drop": Event("rate", START, 299, 0.5, "meta", "Prospecting"),
    "high_performer": Event("rate", START, 299, 1.8, "meta", "Prospecting"),
}


@pytest.fixture(scope="module", params=list(EVENTS))
def found(request):
    kind = request.param
    world = shop(seed=3, events=[EVENTS[kind]])
    by_morning = said(world, kind)
    assert by_morning, f"{kind} was never said"
    return kind, by_morning[max(by_morning)][0], by_morning


def test_a_true_change_is_found_and_blamed_on_its_campaign(found) -> None:
    _, _, by_morning = found
    scopes = {one.scope.name for some in by_morning.values() for one in some}
    assert scopes == {"Prospecting"}


def test_its_evidence_is_plain_json_and_holds_the_same_numbers(found) -> None:
    kind, finding, _ = found
    details = json.loads(json.dumps(finding.details, allow_nan=False))
    effect = details["effect"]
    assert effect["low"] < effect["ratio"] < effect["high"]
    assert (effect["ratio"] < 1) == (kind != "high_performer")
    money = details["money_at_stake"]
    assert Decimal(0) < Decimal(money["low"]) <= Decimal(money["amount"]) <= Decimal(money["high"])
    assert details["dedup_key"] == finding.dedup_key
    assert details["formula_version"].startswith(kind)
    assert finding.title.startswith("Meta Ads: ")
    assert " in 'Prospecting' (" in finding.title
    assert 1 <= len(finding.action_items) <= 3


def test_what_drove_it_sums_to_the_change(found) -> None:
    kind, finding, _ = found
    drivers = finding.details["drivers"]
    if kind == "conversion_drop":
        assert drivers == {}
        return
    assert drivers.keys() == {"cpc", "conversion_rate", "order_value"}
    assert sum(driver["log_share"] for driver in drivers.values()) == pytest.approx(1, abs=1e-9)
    product = (
        drivers["conversion_rate"]["ratio"]
        * drivers["order_value"]["ratio"]
        / drivers["cpc"]["ratio"]
    )
    assert product == pytest.approx(finding.details["effect"]["ratio"], rel=1e-3)
    main = max(drivers, key=lambda name: drivers[name]["log_share"])
    assert main == ("order_value" if kind == "low_roas" else "conversion_rate")


def test_smaller_orders_do_not_raise_the_cost_of_one() -> None:
    world = shop(seed=3, events=[EVENTS["low_roas"]])
    assert said(world, "high_cpa") == {}
    assert said(world, "conversion_drop") == {}


def test_dearer_clicks_are_no_drop_of_the_conversion_rate() -> None:
    world = shop(seed=3, events=[Event("click_price", START, 299, 2.0, "meta", "Prospecting")])
    assert said(world, "high_cpa")
    assert said(world, "conversion_drop") == {}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_promotion_praises_nobody(seed: int) -> None:
    world = shop(seed=seed, events=[Event("promotion", START, START + 5, 1.8)])
    assert said(world, "high_performer") == {}
