"""Fault scripts from a seed: which requests of which night fail, and how.

A script is data: it says when the brand connects, which faults wait before each night, and which
platforms may lose their grant for good (only a person mends that). The same seed makes the same
script.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aura.model import PLATFORMS

SCENARIO = "tiny"
WORLDS = 3
# both clock changes of the autumn lie in the nights that follow these days
FIRST_START = datetime(2026, 10, 20, tzinfo=UTC)
START_DAYS = 26
# a sandbox hangs longer than a client of these runs waits
HANGING = 8.0

# longer than 90 days at a time, so that Meta is asked for reports
WHOLE, PART = 182, 20

_EVERYWHERE = (
    *("throttle", "throttle", "429", "blocked", "500", "500", "reset", "truncate", "cut"),
    *("partial", "lost_response", "too_much", "sunset", "timeout"),
)
_OWN = {
    "shopify": ("expire", "expire"),
    "google_ads": ("expire", "expire"),
    "meta": ("job_failed", "job_stuck"),
}
_EXPORTS = ("bulk_failed", "bulk_stuck", "bulk_expired", "bulk_cut", "bulk_short", "bulk_limit")
_API = {"shopify": "/shopify", "meta": "/meta", "google_ads": "/google"}
_REPORTS = "/meta/v26.0/6"
_CLIENT_TRIES = 5


@dataclass(frozen=True)
class Script:
    """What happens to one brand."""

    seed: int
    world_seed: int
    start: datetime
    nights: tuple[tuple[dict[str, Any], ...], ...]
    # platforms whose grant may end
    may_end: frozenset[str]
    # whether the shop's backfill is exported, or read by pages
    exports: bool
    # how many days back the backfill goes: beyond the shop's first order, or not so far
    days: int


def script_of(seed: int) -> Script:
    """The script of a seed."""
    chance = random.Random(f"faults {seed}")
    start = FIRST_START + timedelta(minutes=chance.randrange(START_DAYS * 24 * 60))
    nights = [_night(chance, number) for number in range(chance.randint(2, 3))]
    may_end: frozenset[str] = frozenset()
    if chance.random() < 0.15:
        platform = chance.choice(PLATFORMS)
        may_end = frozenset({platform})
        kind = "expire" if platform == "meta" and chance.random() < 0.5 else "revoke"
        fault = {"match": _API[platform], "kind": kind, "times": 1, "after": chance.randint(0, 6)}
        night = chance.randrange(len(nights))
        nights[night] = (*nights[night], fault)
    exports = chance.random() < 0.6
    if exports:
        nights[0] = (*nights[0], *_export_faults(chance))
    # by a chance of its own, so that the rest of a script is what its seed has always made
    days = random.Random(f"days {seed}").choice((WHOLE, WHOLE, PART))
    return Script(seed, 1 + seed % WORLDS, start, tuple(nights), may_end, exports, days)


def _export_faults(chance: random.Random) -> tuple[dict[str, Any], ...]:
    """What goes wrong with exports: jobs that fail, files that are not whole or break off."""
    faults = [
        {"match": "/shopify", "kind": kind, "times": chance.choice((1, 1, 2, 4))}
        for kind in chance.sample(_EXPORTS, chance.randint(0, 2))
    ]
    if chance.random() < 0.5:
        kind = chance.choice(("truncate", "cut", "reset", "500", "lost_response"))
        times = chance.choice((1, 2, _CLIENT_TRIES))
        faults.append({"match": "/shopify/bulk-files", "kind": kind, "times": times})
    return tuple(faults)


def _night(chance: random.Random, number: int) -> tuple[dict[str, Any], ...]:
    # the first night reads years, the next ones make few requests
    passing = (0, 1, 2, 3, 5, 8, 13) if number == 0 else (0, 0, 1, 2)
    faults = [_fault(chance, chance.choice(passing)) for _ in range(chance.randint(2, 5))]
    # no token ends as soon as it was issued: at most one a night does
    expiring = {fault["match"]: fault for fault in faults if fault["kind"] == "expire"}
    faults = [one for one in faults if one["kind"] != "expire"] + list(expiring.values())
    if chance.random() < 0.3:
        # the answer to a refresh is lost, once or until the client gives up
        platform = chance.choice(("shopify", "google_ads"))
        match = "/google/token" if platform == "google_ads" else _API["shopify"]
        times = chance.choice((1, 1, _CLIENT_TRIES))
        faults.insert(0, {"match": match, "kind": "lost_response", "times": times, "after": 0})
    return tuple(faults)


def _fault(chance: random.Random, after: int) -> dict[str, Any]:
    platform = chance.choice(PLATFORMS)
    kind = chance.choice((*_EVERYWHERE, *_OWN[platform]))
    # few are over while the client still tries; as many as it tries, and more, are not
    times = chance.choice((1, 1, 1, 2, 3, _CLIENT_TRIES, _CLIENT_TRIES + 2, 12))
    if kind == "timeout":
        times = min(times, 2)
    elif kind == "expire":
        times = 1
    elif kind == "job_stuck":
        times *= 12
    match = _REPORTS if kind.startswith("job_") else _API[platform]
    fault: dict[str, Any] = {"match": match, "kind": kind, "times": times}
    if kind == "timeout":
        fault["seconds"] = HANGING
    return {**fault, "after": after}
