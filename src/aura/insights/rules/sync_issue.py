"""sync_issue: a platform that spends money has not been read for days.

A finding about the data, never a row of public.insights: of days that nobody has read nothing is
said, and people are told so instead of taking the silence for good news.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from aura.insights.finding import ActionItem, Effect, Finding, Scope, dedup_key
from aura.insights.panel import Silence
from aura.insights.series import History, Source
from aura.insights.wording import counted, day_words, platform_words
from aura.model import DayRange

VERSION = "sync_issue/1"
# days before the last one read in which the platform must have spent, and how long it is told
_LATELY = 28


def find(history: History, silences: tuple[Silence, ...], run_day: date) -> list[Finding]:
    """A finding for each platform that is connected, spent lately and is not read any more."""
    found: list[Finding] = []
    for silence in silences:
        source = None if silence.platform is None else history.source(silence.platform)
        if source is not None and source.is_connected and _spent(history, source, run_day):
            found.append(_finding(history, source, run_day))
    return found


def _spent(history: History, source: Source, run_day: date) -> bool:
    """Whether it spent in the weeks before its numbers end, and they ended lately."""
    through = source.known_through
    if through is None or (run_day - through).days > _LATELY:
        return False
    last = history.index(through)
    days = slice(max(last - _LATELY + 1, 0), last + 1)
    return any(
        float(np.nansum(entity.spend[days])) > 0
        for entity in history.entities
        if entity.platform == source.platform
    )


def _finding(history: History, source: Source, run_day: date) -> Finding:
    through = source.known_through or run_day
    window = DayRange(through + timedelta(days=1), run_day - timedelta(days=1))
    name = platform_words(source.platform)
    scope = Scope("platform", name, source.platform)
    missing = counted(len(window), "day is", "days are")
    return Finding(
        finding_type="sync_issue",
        scope=scope,
        window=window,
        confidence=0.999,
        effect=Effect(1.0, 1.0, 1.0),
        impact=None,
        priority="high",
        title=f"{name}: no numbers since {day_words(through)}, {missing} missing",
        description=(
            f"The numbers of {name} end on {day_words(through)}. Of the days since, and of all ads "
            "together, nothing is said: no insight does not mean that nothing is the matter. Its "
            "days are read again as soon as the connection works, and none is lost."
        ),
        dedup_key=dedup_key(history.brand, "sync_issue", scope, window.first),
        action_items=(
            ActionItem(
                "check_connection",
                f"Open Connections: it says what {name} answered last and what helps.",
                name,
                "The missing days are read, and judged on the next morning.",
                reversible=True,
                check_on=run_day + timedelta(days=1),
            ),
        ),
        details={
            "formula_version": VERSION,
            "run_day": run_day.isoformat(),
            "as_of": history.as_of.isoformat() if history.as_of else None,
            "window": {"start": window.first.isoformat(), "end": window.last.isoformat()},
            "known_through": through.isoformat(),
            "read_on": source.observed_on.isoformat() if source.observed_on else None,
        },
    )
