"""How an insight turned out: against its own expectation and its siblings."""

from __future__ import annotations

import pytest

from aura.insights.outcome import judge
from insights.worlds import Event, World, shop

OPENED = 150


def outcome(world: World, *, name: str = "Prospecting", lowered: bool = False) -> dict:
    told = {
        "scope": {"platform": "meta", "entity_id": f"meta-{name}"},
        "window": {
            "start": world.day(OPENED - 7).isoformat(),
            "end": world.day(OPENED - 1).isoformat(),
        },
        "effect": {"metric": "cpa"},
    }
    found = judge(
        world.history(OPENED + 17), "high_cpa", told, opened_on=world.day(OPENED), after=14
    )
    assert found["days"]["end"] == world.day(OPENED + 14).isoformat()
    assert found["advice_followed"] is lowered
    return found


def fall(last: int, campaign: str | None = "Prospecting") -> Event:
    return Event("rate", OPENED - 7, last, 0.45, "meta", campaign)


@pytest.mark.parametrize("seed", [3, 4])
def test_what_came_back_recovered(seed) -> None:
    found = outcome(shop(seed=seed, days=200, events=[fall(OPENED + 4)]))
    assert found["state"] == "recovered"
    assert found["then"] < 0.7


@pytest.mark.parametrize("seed", [3, 4])
def test_what_goes_on_persisted(seed) -> None:
    assert outcome(shop(seed=seed, days=200, events=[fall(190)]))["state"] == "persisted"


def test_a_season_that_lifts_everything_is_no_recovery() -> None:
    lift = Event("rate", OPENED + 5, 190, 2.2, "meta")
    found = outcome(shop(seed=3, days=200, events=[fall(190), lift]))
    assert found["state"] == "persisted"
    assert found["siblings"] > 1.8


def test_a_lowered_budget_is_noticed() -> None:
    cut = Event("spend", OPENED + 2, 199, 0.6, "meta", "Prospecting")
    outcome(shop(seed=3, days=200, events=[fall(190), cut]), lowered=True)


def test_budgets_that_moved_as_advised_were_followed() -> None:
    moved = Event("spend", OPENED + 2, 199, 1.3, "meta", "Prospecting")
    world = shop(seed=3, days=200, events=[moved])
    advised = {
        "budget": {
            "rows": [
                {
                    "platform": "meta",
                    "entity_id": "meta-Prospecting",
                    "from_daily": "250.00",
                    "to_daily": "325.00",
                }
            ]
        }
    }
    found = judge(
        world.history(OPENED + 17),
        "budget_recommendation",
        advised,
        opened_on=world.day(OPENED),
        after=14,
    )
    assert found["state"] == "followed"
