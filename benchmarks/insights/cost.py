"""What the engine takes: a night, a backtest, and whether it looks ahead.

A morning of a night is measured in a replay of brands of 12 campaigns (49 series: spend, clicks,
conversions and value of each, and the store's orders), from one look's end to the next one's:
the history put together from rows, all rules, what becomes of open findings. The database is not
in it. A backtest is the command itself on files.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import steady
from ledger import timeline, write_csv
from truth import World
from worlds import GENERATORS, TUNED_BESIDE

from aura.insights.engine import Examination, examine
from aura.insights.replay import Change, replay
from aura.insights.series import History
from aura.insights.timeline import Timeline
from aura.model import DayRange

NIGHT_BRANDS = 12
NIGHT_CAMPAIGNS = 12
NIGHT_MORNINGS = 29
BACKTEST_BRANDS = 3
SEED = 9
NOISE = 0.06
_BY_CAMPAIGN = (
    "spend",
    "clicks",
    "counts",
    "amounts",
    "cpc",
    "cvr",
    "aov",
    "base_cpc",
    "base_cvr",
    "base_aov",
)


def wide(number: int) -> World:
    """A brand of `NIGHT_CAMPAIGNS` campaigns, put together from several."""
    parts: list[World] = []
    while sum(len(part.campaigns) for part in parts) < NIGHT_CAMPAIGNS:
        parts.append(steady.make(SEED, 20 * number + len(parts), NOISE))
    campaigns = [
        replace(one, entity_id=f"{place}-{one.entity_id}")
        for place, part in enumerate(parts)
        for one in part.campaigns
    ]
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts])[:NIGHT_CAMPAIGNS]
        for name in _BY_CAMPAIGN
    }
    reads = {platform: read for part in parts for platform, read in part.reads.items()}
    orders = np.sum([part.orders for part in parts], axis=0)
    return replace(
        parts[0],
        campaigns=campaigns[:NIGHT_CAMPAIGNS],
        orders=orders,
        reads=reads,
        currency="USD",
        **joined,
    )


def night() -> dict[str, float]:
    """Of a process of its own: processor time of a morning for a brand, memory, growth."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_night).result()


def _night() -> dict[str, float]:
    mornings, looks = zip(*[_mornings(wide(number)) for number in range(NIGHT_BRANDS)], strict=True)
    half = NIGHT_BRANDS // 2
    morning = float(np.mean(mornings))
    return {
        "morning_milliseconds": 1000 * morning,
        "look_milliseconds": 1000 * float(np.mean(looks)),
        "night_seconds_10000_brands": 10_000 * morning,
        "night_growth": float(np.mean(mornings[half:]) / np.mean(mornings[:half])),
        "night_peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _mornings(world: World) -> tuple[float, float]:
    """Seconds of the processor of a morning, and of the look at the history within it."""
    ends: list[float] = []
    spent: list[float] = []

    def look(history: History, run_day: date, **known: Any) -> Examination:
        started = time.process_time()
        seen = examine(history, run_day, **known)
        ends.append(time.process_time())
        spent.append(ends[-1] - started)
        return seen

    last = world.day(world.days)
    # the first morning reads everything before it and is not counted
    for _ in replay(timeline(world), DayRange(last - timedelta(days=NIGHT_MORNINGS), last), look):
        pass
    return (ends[-1] - ends[0]) / (len(ends) - 1), float(np.mean(spent[1:]))


def backtest() -> float:
    """Seconds of the processor that `aura insights backtest` takes for 60 brands of 400 days."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with TemporaryDirectory() as folder:
        for number in range(BACKTEST_BRANDS):
            name = TUNED_BESIDE[number % len(TUNED_BESIDE)]
            world = GENERATORS[name](SEED, number, NOISE)
            write_csv(world, Path(folder) / f"{number}.csv.gz")
        aura = Path(sys.executable).with_name("aura")
        subprocess.run([aura, "insights", "backtest", folder], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 60 / BACKTEST_BRANDS * spent


def look_ahead(morning: int = 260) -> int:
    """How many changes up to a morning differ when nothing after it was ever seen."""
    different = 0
    for make in GENERATORS.values():
        world = make(SEED, 0, NOISE)
        whole = timeline(world)
        days = DayRange(world.day(90), world.day(morning))
        full, cut = (set(map(_told, replay(one, days))) for one in (whole, _cut(whole, morning)))
        different += len(full ^ cut)
    return different


def _cut(whole: Timeline, morning: int) -> Timeline:
    kept = whole.observed <= morning
    parts = {name: getattr(whole, name)[kept] for name in ("observed", "entity", "metric", "day")}
    return replace(whole, days=morning, value=whole.value[kept], **parts)


def _told(change: Change) -> tuple[Any, ...]:
    one = change.finding
    effect = (one.effect.ratio, one.effect.low, one.effect.high)
    return (
        change.run_day,
        change.event,
        change.dedup_key,
        one.window,
        one.confidence,
        effect,
        one.title,
    )
