"""The budget advice against worlds whose answer to money is known; last line JSON.

Beside Aura: the oracle that knows the curves, and three rules that people use (proportional to
average return, a fifth of the worst campaign's money to the best, equal parts), all in the same box
of 30 % and with the same total. A test counts as no shift.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from budget_worlds import FAMILIES, UNIDENTIFIABLE, VARIED, WEAK, BudgetWorld, budget_world

from aura.insights.rules import budget_recommendation
from aura.insights.series import EntityDays, History, Source
from aura.insights.situation import take_stock

_FIRST = date(2026, 1, 5)
_BOX = 0.30
_HARM = -0.001
# seeds from 5000 on were never looked at while parameters were chosen
UNSEEN = (5000, 6000, 7000)


def history_of(world: BudgetWorld) -> History:
    """The world as a brand's history, all of it read on the morning after its last day."""
    days = world.spend.shape[1]
    entities = tuple(
        EntityDays(
            platform="meta" if row % 2 == 0 else "google_ads",
            level="campaign",
            entity_id=str(row),
            name=f"Campaign {row}",
            account_id="1",
            currency="USD",
            spend=world.spend[row],
            clicks=world.clicks[row].astype(float),
            conversions=world.conversions[row].astype(float),
            value=world.value[row],
        )
        for row in range(len(world.spend))
    )
    read = _FIRST + timedelta(days=days)
    sources = tuple(
        Source(platform, read, read - timedelta(days=1)) for platform in ("meta", "google_ads")
    )
    return History("brand", "USD", "UTC", _FIRST, days, entities, sources)


def aura(world: BudgetWorld) -> tuple[np.ndarray, str, float]:
    """What Aura advises: money by campaign, `shift`, `test` or `silent`, and the stated gain."""
    history = history_of(world)
    found = budget_recommendation.find(take_stock(history, history.day(history.days)))
    if not found:
        return world.present, "silent", 0.0
    budget = found[0].details["budget"]
    money = world.present.copy()
    for row in budget["rows"]:
        place = int(row["entity_id"])
        # the step is applied to what the campaign really gets
        money[place] *= float(row["to_daily"]) / float(row["from_daily"])
    return money, budget["mode"], budget["predicted_uplift"]["share"]


def _boxed(world: BudgetWorld, wish: np.ndarray) -> np.ndarray:
    """A wish, kept to the box and to the total."""
    low, high = world.present * (1 - _BOX), world.present * (1 + _BOX)
    smallest, largest = 0.0, 1e3
    for _ in range(60):
        middle = (smallest + largest) / 2
        over = np.clip(wish * middle, low, high).sum() > world.present.sum()
        smallest, largest = (smallest, middle) if over else (middle, largest)
    return np.clip(wish * smallest, low, high)


def _average(world: BudgetWorld) -> np.ndarray:
    return world.value[:, -56:].sum(axis=1) / world.spend[:, -56:].sum(axis=1)


def proportional(world: BudgetWorld) -> np.ndarray:
    """Money in proportion to average return."""
    return _boxed(world, world.present * _average(world))


def worst_to_best(world: BudgetWorld) -> np.ndarray:
    """A fifth of the worst campaign's money to the best."""
    order = np.argsort(_average(world))
    money = world.present.copy()
    step = min(0.2 * money[order[0]], _BOX * money[order[-1]])
    money[order[0]] -= step
    money[order[-1]] += step
    return money


def equal(world: BudgetWorld) -> np.ndarray:
    """The same for each, as far as the box allows."""
    return _boxed(world, np.ones(len(world.present)))


RULES: dict[str, Callable[[BudgetWorld], np.ndarray]] = {
    "proportional to average return": proportional,
    "a fifth from worst to best": worst_to_best,
    "equal parts": equal,
}


def _worlds(seeds: int, first: int) -> Iterator[tuple[str, BudgetWorld]]:
    for kind in (*VARIED, *WEAK, *UNIDENTIFIABLE):
        for family in FAMILIES:
            for seed in range(first, first + seeds):
                yield kind, budget_world(seed, kind, family)


def measure(seeds: int = 6, starts: tuple[int, ...] = UNSEEN) -> dict[str, Any]:
    """Every figure, over `seeds` worlds of each kind and family from each start."""
    rows: list[dict[str, Any]] = []
    for start in starts:
        for kind, world in _worlds(seeds, start):
            now = world.total(world.present)
            gain = {name: world.total(rule(world)) / now - 1 for name, rule in RULES.items()}
            money, mode, stated = aura(world)
            rows.append(
                {
                    "kind": kind,
                    "mode": mode,
                    "stated": stated,
                    "aura": world.total(money) / now - 1 if mode == "shift" else 0.0,
                    "best": world.total(world.best()) / now - 1,
                    **gain,
                }
            )
    return _figures(rows)


def _figures(rows: list[dict[str, Any]]) -> dict[str, Any]:
    varied = [row for row in rows if row["kind"] in VARIED]
    blind = [row for row in rows if row["kind"] in UNIDENTIFIABLE]
    able = [row for row in rows if row["kind"] not in UNIDENTIFIABLE]
    firm = [row for row in rows if row["mode"] == "shift"]
    stated = np.array([row["stated"] for row in firm])
    came = np.array([row["aura"] for row in firm])
    return {
        "worlds": len(rows),
        "captured_where_spend_varied": _captured(varied, "aura"),
        "captured_by_kind": {
            kind: _captured([row for row in rows if row["kind"] == kind], "aura")
            for kind in dict.fromkeys(row["kind"] for row in rows)
        },
        "captured_all_identifiable": _captured(able, "aura"),
        "harmful": _share(row["aura"] < _HARM for row in firm),
        "confident_where_unidentifiable": _share(row["mode"] == "shift" for row in blind),
        "tests_where_unidentifiable": _share(row["mode"] == "test" for row in blind),
        "slope": round(float(np.polyfit(stated, came, 1)[0]), 3),
        "came_over_stated": round(float(came.sum() / stated.sum()), 3),
        "rules": {
            name: {
                "captured": _captured(able, name),
                "harmful": _share(row[name] < _HARM for row in able),
            }
            for name in RULES
        },
    }


def _captured(rows: list[dict[str, Any]], name: str) -> float:
    return round(sum(row[name] for row in rows) / sum(row["best"] for row in rows), 3)


def _share(answers: Iterator[bool]) -> float:
    found = list(answers)
    return round(sum(found) / max(len(found), 1), 3)


def main() -> None:
    """Print the figures."""
    figures = measure()
    for name, figure in figures.items():
        print(f"{name}: {figure}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
