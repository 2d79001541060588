"""A brand's insights for people: which stand, which are over, what belongs together, what was said.

In go a person and a question (type, priority, state), out comes a feed: days, newest first, and on
each day the most money first. An insight that a wider or dearer one of the same days explains
stands under it. Everything that a line tells is in its row of `public.insights`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from aura.errors import InputError, NotFoundError
from aura.insights.wording import chance
from aura.reports.insights import by_cost
from aura.store import reports
from aura.store.database import Database
from aura.store.insight_answers import (
    Answer,
    InsightWithState,
    answer_insight,
    insights_with_state,
)
from aura.store.reports import mark_insight_read

STATES: Final = ("open", "snoozed", "dismissed", "over")
PRIORITIES: Final = ("high", "medium", "low")
TYPES: Final = (
    *("high_cpa", "low_roas", "conversion_drop", "high_performer", "budget_recommendation"),
)
# why people wave an insight away
REASONS: Final[dict[str, str]] = {
    "known": "I know about it",
    "planned": "It was planned",
    "wrong": "The numbers are wrong",
    "small": "It does not matter to us",
    "other": "Another reason",
}
SNOOZE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class FeedQuestion:
    """What is asked for; empty texts ask for everything, `state` is open unless told."""

    state: str = "open"
    insight_type: str = ""
    priority: str = ""

    def asks_for(self, insight: InsightWithState) -> bool:
        """Whether the insight is of the type and priority asked for."""
        return self.insight_type in {"", insight.insight_type} and self.priority in {
            "",
            insight.priority,
        }


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One insight with those that it explains."""

    insight: InsightWithState
    children: tuple[InsightWithState, ...]


@dataclass(frozen=True, slots=True)
class FeedDay:
    """What was found on a day of the brand, the most money first."""

    day: date
    lines: tuple[FeedLine, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """The insights that were asked for, and how many there are of each state."""

    question: FeedQuestion
    days: tuple[FeedDay, ...]
    counts: dict[str, int]


def feed_question(query: Mapping[str, str]) -> FeedQuestion:
    """From an address; a value that is not known asks for everything."""
    state, kind, priority = (query.get(name, "") for name in ("state", "type", "priority"))
    return FeedQuestion(
        state if state in STATES else "open",
        kind if kind in TYPES else "",
        priority if priority in PRIORITIES else "",
    )


async def insight_feed(
    database: Database, *, user_id: UUID, brand_id: UUID, question: FeedQuestion, now: datetime
) -> Feed:
    """The brand's insights; NotFoundError when the brand is not the person's."""
    async with database.as_user(user_id) as connection:
        brand = await reports.brand(connection, brand_id)
        found = await insights_with_state(connection, brand_id=brand_id, now=now)
    zone = ZoneInfo(brand.timezone)
    counts = dict.fromkeys(STATES, 0)
    for insight in found:
        counts[_group(insight)] += 1
    chosen = [insight for insight in found if _is_asked(insight, question)]
    days: dict[date, list[FeedLine]] = {}
    for line in _families(chosen):
        days.setdefault(_day(line.insight, zone), []).append(line)
    return Feed(
        question,
        tuple(FeedDay(day, tuple(days[day])) for day in sorted(days, reverse=True)),
        counts,
    )


def _group(insight: InsightWithState) -> str:
    return insight.state if insight.state in STATES else "over"


def _is_asked(insight: InsightWithState, question: FeedQuestion) -> bool:
    return _group(insight) == question.state and question.asks_for(insight)


def _day(insight: InsightWithState, zone: ZoneInfo) -> date:
    return insight.opened_on or insight.created_at.astimezone(zone).date()


def _families(insights: Sequence[InsightWithState]) -> list[FeedLine]:
    """Parents with what they explain, by priority and money."""
    ordered = sorted(
        insights,
        key=lambda one: (_width(one), *by_cost(one.priority, one.related_data)),
    )
    children: dict[UUID, list[InsightWithState]] = {}
    parents: list[InsightWithState] = []
    for insight in ordered:
        parent = next((one for one in parents if _explains(one, insight)), None)
        if parent is None:
            parents.append(insight)
        else:
            children.setdefault(parent.id, []).append(insight)
    lines = [FeedLine(parent, tuple(children.get(parent.id, ()))) for parent in parents]
    return sorted(
        lines,
        key=lambda line: by_cost(line.insight.priority, line.insight.related_data),
    )


def _scope(insight: InsightWithState) -> tuple[str, str]:
    scope = insight.related_data.get("scope")
    if not isinstance(scope, dict):
        return "", ""
    return str(scope.get("platform") or ""), str(scope.get("entity_id") or "")


def _width(insight: InsightWithState) -> int:
    platform, entity = _scope(insight)
    return 2 if entity else 1 if platform else 0


def _window(insight: InsightWithState) -> tuple[str, str] | None:
    window = insight.related_data.get("window")
    if not isinstance(window, dict) or not window.get("start") or not window.get("end"):
        return None
    return str(window["start"]), str(window["end"])


def _explains(parent: InsightWithState, child: InsightWithState) -> bool:
    """Whether both are bad news about the same days and the parent's scope holds the child's."""
    good = {"high_performer", "budget_recommendation"}
    if parent.insight_type in good or child.insight_type in good:
        return False
    if not all(isinstance(one.related_data.get("scope"), dict) for one in (parent, child)):
        return False
    wide, narrow = _scope(parent), _scope(child)
    holds = (not wide[0] or wide[0] == narrow[0]) and (not wide[1] or wide[1] == narrow[1])
    first, second = _window(parent), _window(child)
    return (
        holds
        and first is not None
        and second is not None
        and first[0] <= second[1]
        and second[0] <= first[1]
    )


async def one_insight(
    database: Database, *, user_id: UUID, brand_id: UUID, insight_id: UUID, now: datetime
) -> InsightWithState:
    """One insight in whatever state; NotFoundError when it is not the person's."""
    async with database.as_user(user_id) as connection:
        await reports.brand(connection, brand_id)
        found = await insights_with_state(
            connection, brand_id=brand_id, now=now, insight_id=insight_id
        )
    if not found:
        raise NotFoundError("There is no such insight.")
    return found[0]


def answer_of(fields: Mapping[str, str], now: datetime) -> Answer | None:
    """What a person says, from a form or a call; None for a mere `read`.

    Raises InputError for an answer that is not known or lacks its reason.
    """
    said = fields.get("answer", "")
    if said == "dismiss":
        reason = fields.get("reason", "")
        if reason not in REASONS:
            raise InputError(f"Say why: reason is one of {', '.join(REASONS)}.")
        return Answer(status="dismissed", dismissed_reason=reason)
    plain = {
        "snooze": Answer(status="snoozed", snoozed_until=now + SNOOZE),
        "reopen": Answer(status="open"),
        "useful": Answer(is_useful=True),
        "not_useful": Answer(is_useful=False),
        "done": Answer(done_at=now),
    }
    if said in plain:
        return plain[said]
    if said == "read":
        return None
    raise InputError(f"answer is one of read, dismiss, {', '.join(plain)}.")


async def keep_answer(
    database: Database,
    *,
    user_id: UUID,
    brand_id: UUID,
    insight_id: UUID,
    fields: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep what a person says to an insight; whoever answers has read it.

    Raises NotFoundError when it is not the person's or is over, InputError for an unknown answer.
    """
    answer = answer_of(fields, now)
    async with database.as_user(user_id) as connection:
        await reports.brand(connection, brand_id)
        await mark_insight_read(connection, brand_id=brand_id, insight_id=insight_id)
        if answer is not None:
            await answer_insight(connection, answer, brand_id=brand_id, insight_id=insight_id)


def explanation(insight: InsightWithState) -> list[str]:
    """The insight told in words, a sentence or two a paragraph."""
    data: dict[str, Any] = insight.related_data
    paragraphs = [insight.title, insight.description]
    paragraphs += [text for text in (_basis(data), _maturity(data), _sure(data)) if text]
    steps = [str(item.get("text", "")) for item in insight.action_items]
    if steps:
        paragraphs.append("What to do: " + " ".join(steps))
    state = f"It is {insight.state}"
    if insight.opened_on is not None:
        state += f"; found on {insight.opened_on.isoformat()}"
    if insight.updated_on is not None:
        state += f", last confirmed on {insight.updated_on.isoformat()}"
    paragraphs.append(state + ".")
    paragraphs += [outcome_words(days, one) for days, one in sorted(insight.outcomes.items())]
    return paragraphs


def _basis(data: Mapping[str, Any]) -> str:
    baseline = data.get("baseline")
    if not isinstance(baseline, dict):
        return ""
    left_out = baseline.get("left_out") or []
    text = (
        f"It is compared with {baseline.get('start')} to {baseline.get('end')}, newer days "
        f"weighing more (half-life {baseline.get('half_life_days')} days)"
    )
    if left_out:
        text += f"; {len(left_out)} days around holidays, promotions or outages are left out"
    return text + "."


def _maturity(data: Mapping[str, Any]) -> str:
    completeness = data.get("completeness")
    if not isinstance(completeness, dict) or completeness.get("share") is None:
        return ""
    text = f"{100 * float(completeness['share']):.0f} % of the window's conversions are in"
    to_come = completeness.get("still_to_come")
    return text + (f"; about {to_come} are still to come." if to_come else ".")


def _sure(data: Mapping[str, Any]) -> str:
    confidence = data.get("confidence")
    if not isinstance(confidence, dict) or not confidence.get("claim"):
        return ""
    sure = chance(float(confidence.get("probability") or 0))
    return f"Aura is {sure} sure that {confidence['claim']}."


def outcome_words(days: str, outcome: Mapping[str, Any]) -> str:
    """`After 14 days: it recovered (…)`."""
    words = {
        "recovered": "it recovered",
        "persisted": "it persisted",
        "kept": "it kept doing well",
        "faded": "it went back to its usual",
        "followed": "the budgets were moved as advised",
        "not followed": "the budgets were not moved as advised",
        "unclear": "it cannot be told",
    }
    text = f"After {days} days {words.get(str(outcome.get('state')), 'it was looked at')}"
    details = []
    if outcome.get("reason"):
        details.append(str(outcome["reason"]))
    if outcome.get("ratio") is not None:
        moved = f"{100 * (float(outcome['ratio']) - 1):+.0f} %".replace("-", "\u2212")
        details.append(
            f"results for the money {moved} against before, the others' change taken out"
        )
    if outcome.get("advice_followed") is not None and "followed" not in str(outcome.get("state")):
        did = "was" if outcome["advice_followed"] else "was not"
        details.append(f"the budget {did} lowered")
    return text + (f": {'; '.join(details)}." if details else ".")
