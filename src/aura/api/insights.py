"""Insights with their state, one of them, what a person says to it, and whether it is right."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from aura.api.answers import Days
from aura.api.as_of import ChangedAnswer
from aura.api.asking import BrandId, Caller, Parts, PartsPart, id_in_path, uuid_of
from aura.api.paging import PagePart, paged
from aura.errors import InputError
from aura.reports.insight_feed import (
    FeedQuestion,
    explanation,
    feed_question,
    insight_feed,
    keep_answer,
    one_insight,
)
from aura.reports.insights import list_health_findings
from aura.reports.morning import Morning, Stood, Wording, morning_of
from aura.reports.periods import brand_zone
from aura.reports.record import brand_record
from aura.reports.silence import watch_of
from aura.reports.verification import verify_insight
from aura.store import reports
from aura.store.insight_answers import InsightWithState

routes = APIRouter()

InsightId = Annotated[str, id_in_path("The insight's id, from the list.")]
Day = Annotated[str, Path(description="The day, as 2026-11-22.")]


class InsightAnswer(BaseModel):
    """One insight; `related_data` holds its evidence, `outcomes` how it turned out.

    `wording` is told of an earlier day alone: `stored` as it was told by then, `computed` from what
    was known then, or `later` where only a later wording is kept.
    """

    id: UUID
    insight_type: str
    priority: str
    title: str
    description: str
    action_items: list[dict[str, Any]]
    related_data: dict[str, Any]
    is_read: bool
    created_at: datetime
    expires_at: datetime | None
    state: str
    opened_on: date | None
    updated_on: date | None
    closed_on: date | None
    snoozed_until: datetime | None
    dismissed_reason: str | None
    is_useful: bool | None
    done_at: datetime | None
    outcomes: dict[str, Any]
    explained_by: UUID | None = None
    wording: Wording | None = None

    @classmethod
    def of(
        cls,
        insight: InsightWithState,
        parent: UUID | None = None,
        wording: Wording | None = None,
    ) -> InsightAnswer:
        """From the stored row."""
        values = {
            name: getattr(insight, name)
            for name in cls.model_fields
            if name not in {"explained_by", "wording"}
        }
        return cls(**values, explained_by=parent, wording=wording)


class HealthAnswer(BaseModel):
    """A finding about the data: why some numbers say nothing."""

    id: UUID
    finding_type: str
    platform: str
    title: str
    description: str
    opened_on: date | None


class RecordAnswer(BaseModel):
    """How insights turned out; `held` once every conversion had arrived, of those `judged`."""

    said: int
    waiting: int
    judged: int
    held: int
    not_held: int
    unclear: int
    recovered: int
    persisted: int
    advised: int
    followed: int
    sentence: str


class InsightsAnswer(BaseModel):
    """Insights of one state, newest day first, the most money first; `counts` of every state.

    `limit` counts insights with those that they explain as one; an earlier day comes whole.

    `record` says how those that were said turned out; `checked`, `enough` and `notified` what was
    looked at, whether there is enough to judge by, and of how many people were told this week.
    As of an earlier day those that stood then, whatever became of them; `is_from_ledger` says
    whether that is what was said, or what would have been of a day before anything was kept.
    """

    insights: list[InsightAnswer]
    data_findings: list[HealthAnswer]
    counts: dict[str, int]
    record: RecordAnswer | None = None
    checked: str | None = None
    enough: str | None = None
    notified: str | None = None
    as_of: date | None = None
    is_from_ledger: bool | None = None
    next_cursor: str | None = None

    @classmethod
    def of_morning(cls, morning: Morning, question: FeedQuestion) -> InsightsAnswer:
        """What stood on an earlier day."""
        insights = [
            InsightAnswer.of(one.insight, wording=one.wording)
            for one in morning.stood
            if not one.is_health and question.asks_for(one.insight)
        ]
        return cls(
            insights=insights,
            data_findings=[_health(one) for one in morning.stood if one.is_health],
            counts={"open": len(insights)},
            as_of=morning.day,
            is_from_ledger=morning.is_from_ledger,
        )


class ExplainedInsight(BaseModel):
    """An insight and its story in words."""

    insight: InsightAnswer
    explanation: list[str]


class Said(BaseModel):
    """What a person makes of an insight; `reason` belongs to `dismiss`."""

    answer: str
    reason: str = ""


class MorningAnswer(BaseModel):
    """A brand as of an earlier morning: sums then and now, and the insights that stood."""

    day: date
    range: Days
    sums: list[ChangedAnswer]
    findings: list[InsightAnswer]
    is_from_ledger: bool


class CheckAnswer(BaseModel):
    """One number as stored and as computed again."""

    path: str
    stored: Any
    found: Any


class VerificationAnswer(BaseModel):
    """Whether all numbers are equal; `differing` lists those that are not."""

    is_equal: bool
    sentence: str
    values: int
    differing: list[CheckAnswer]


@routes.get("/brands/{brand_id}/insights")
async def brand_insights(
    parts: PartsPart,
    person: Caller,
    brand_id: BrandId,
    asked: PagePart,
    state: Annotated[str, Query(description="open, snoozed, dismissed or over.")] = "open",
    kind: Annotated[str, Query(alias="type", description="An insight type.")] = "",
    priority: Annotated[str, Query(description="high, medium or low.")] = "",
    as_of: Annotated[str, Query(description="An earlier day: those that stood at its end.")] = "",
) -> InsightsAnswer:
    """The brand's insights in one state, and what is wrong with its data."""
    whose = {"user_id": person.id, "brand_id": uuid_of(brand_id)}
    question = feed_question({"state": state, "type": kind, "priority": priority})
    if as_of:
        if asked.cursor:
            raise InputError("The insights of an earlier day come whole: ask without a cursor.")
        morning = await morning_of(parts.database, **whose, day=as_of, now=parts.clock())
        return InsightsAnswer.of_morning(morning, question)
    feed = await insight_feed(parts.database, **whose, question=question, now=parts.clock())
    record = await brand_record(parts.database, **whose)
    watch = await watch_of(parts.database, **whose, now=await _local(parts, **whose))
    lines = [(day.day, n, line) for day in feed.days for n, line in enumerate(day.lines)]
    page = paged(
        lines,
        asked,
        f"insights/{brand_id}/{state}/{kind}/{priority}",
        lambda one: (-one[0].toordinal(), one[1]),
    )
    insights: list[InsightAnswer] = []
    for _, _, line in page.rows:
        insights.append(InsightAnswer.of(line.insight))
        insights += [InsightAnswer.of(child, line.insight.id) for child in line.children]
    return InsightsAnswer(
        insights=insights,
        data_findings=[
            HealthAnswer(**{name: getattr(row, name) for name in HealthAnswer.model_fields})
            for row in await list_health_findings(parts.database, **whose)
        ],
        counts=feed.counts,
        record=RecordAnswer(**{name: getattr(record, name) for name in RecordAnswer.model_fields}),
        checked=watch.checked,
        enough=watch.enough or None,
        notified=watch.notified,
        next_cursor=page.next_cursor,
    )


async def _local(parts: Parts, *, user_id: UUID, brand_id: UUID) -> datetime:
    """Now, in the brand's time zone."""
    async with parts.database.as_user(user_id) as connection:
        brand = await reports.brand(connection, brand_id)
    return parts.clock().astimezone(brand_zone(brand.timezone))


@routes.get("/brands/{brand_id}/mornings/{day}")
async def brand_morning(
    parts: PartsPart, person: Caller, brand_id: BrandId, day: Day
) -> MorningAnswer:
    """The brand as of an earlier morning: sums then and now, and what Aura said then."""
    found = await morning_of(
        parts.database, user_id=person.id, brand_id=uuid_of(brand_id), day=day, now=parts.clock()
    )
    return MorningAnswer(
        day=found.day,
        range=Days(first=found.first, last=found.last),
        sums=[ChangedAnswer.of(one) for one in found.sums],
        findings=[InsightAnswer.of(one.insight, wording=one.wording) for one in found.stood],
        is_from_ledger=found.is_from_ledger,
    )


def _health(one: Stood) -> HealthAnswer:
    """A finding about the data of an earlier day."""
    insight = one.insight
    return HealthAnswer(
        id=insight.id,
        finding_type=insight.insight_type,
        platform=one.platform,
        title=insight.title,
        description=insight.description,
        opened_on=insight.opened_on,
    )


@routes.get("/brands/{brand_id}/insights/{insight_id}")
async def brand_insight(
    parts: PartsPart, person: Caller, brand_id: BrandId, insight_id: InsightId
) -> ExplainedInsight:
    """One insight in whatever state, with its story in words."""
    found = await one_insight(
        parts.database,
        user_id=person.id,
        brand_id=uuid_of(brand_id),
        insight_id=uuid_of(insight_id),
        now=parts.clock(),
    )
    return ExplainedInsight(insight=InsightAnswer.of(found), explanation=explanation(found))


@routes.post("/brands/{brand_id}/insights/{insight_id}/answer")
async def answer_insight(
    parts: PartsPart, person: Caller, brand_id: BrandId, insight_id: InsightId, said: Said
) -> ExplainedInsight:
    """Say what you make of it: read, snooze, dismiss, reopen, useful, not_useful or done."""
    whose = {
        "user_id": person.id,
        "brand_id": uuid_of(brand_id),
        "insight_id": uuid_of(insight_id),
    }
    now = parts.clock()
    await keep_answer(parts.database, **whose, fields=said.model_dump(), now=now)
    found = await one_insight(parts.database, **whose, now=now)
    return ExplainedInsight(insight=InsightAnswer.of(found), explanation=explanation(found))


@routes.get("/brands/{brand_id}/insights/{insight_id}/verification")
async def brand_insight_verification(
    parts: PartsPart, person: Caller, brand_id: BrandId, insight_id: InsightId
) -> VerificationAnswer:
    """Every number of the insight, computed again from what had been read by then."""
    found = await verify_insight(
        parts.database,
        user_id=person.id,
        brand_id=uuid_of(brand_id),
        insight_id=uuid_of(insight_id),
        now=parts.clock(),
    )
    return VerificationAnswer(
        is_equal=found.is_equal,
        sentence=found.sentence,
        values=len(found.checks),
        differing=[
            CheckAnswer(path=one.path, stored=one.stored, found=one.found)
            for one in found.differing
        ],
    )
