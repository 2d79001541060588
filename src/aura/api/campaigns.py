"""Campaigns with their figures, and one campaign by day with what was restated."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from aura.api.answers import Days, FigureAnswer, SourceAnswer
from aura.api.as_of import ChangedAnswer, changed_answers
from aura.api.asking import Asked, AskedAsOfPart, Caller, PartsPart
from aura.api.paging import MOST, Key, PageAsked, cursor_of
from aura.errors import InputError
from aura.reports.as_of import campaign_changes
from aura.reports.campaign import CampaignReport, campaign_report
from aura.reports.campaigns import (
    PAGE_SIZE,
    CampaignLine,
    Campaigns,
    Part,
    Place,
    campaigns,
    entity_id_of,
    question_of,
)
from aura.reports.questions import NAME, Question

routes = APIRouter()


class CampaignAnswer(BaseModel):
    """A campaign with its figures by metric, each in the currency that it names.

    That is the brand's, and the account's own where no rate is known and for a single campaign.
    """

    id: int
    platform: str
    external_id: str
    name: str
    status: str
    account: str
    figures: dict[str, FigureAnswer]

    @classmethod
    def of(cls, line: CampaignLine) -> CampaignAnswer:
        """From the report's line."""
        campaign = line.campaign
        return cls(
            id=campaign.entity_id,
            platform=campaign.platform,
            external_id=campaign.external_id,
            name=campaign.name,
            status=campaign.status,
            account=campaign.account_name,
            figures={figure.metric.key: FigureAnswer.of(figure) for figure in line.figures},
        )


class CampaignsAnswer(BaseModel):
    """A page of campaigns. `total` is that of all that were found; null over several currencies.

    `as_of` and `changed_since` as of the overview.
    """

    range: Days
    previous: Days | None
    found: int
    page: int
    pages: int
    campaigns: list[CampaignAnswer]
    total: dict[str, FigureAnswer] | None
    sources: list[SourceAnswer]
    as_of: datetime | None
    changed_since: list[ChangedAnswer]
    next_cursor: str | None

    @classmethod
    def of(
        cls, report: Campaigns, as_of: datetime | None, changed: list[ChangedAnswer], of: str
    ) -> CampaignsAnswer:
        """From the report; `of` names the list to its cursor."""
        total = report.total
        return cls(
            range=Days(first=report.days.first, last=report.days.last),
            previous=Days.of(report.previous) if report.previous else None,
            found=report.found,
            page=report.question.page,
            pages=report.pages,
            campaigns=[CampaignAnswer.of(line) for line in report.lines],
            total=total and {figure.metric.key: FigureAnswer.of(figure) for figure in total},
            sources=[SourceAnswer.of(source) for source in report.sources],
            as_of=as_of,
            changed_since=changed,
            next_cursor=report.last and cursor_of(of, report.last.value, report.last.entity_id),
        )


class CampaignDayAnswer(BaseModel):
    """One day of a campaign; sums are null where the platform was not read for it."""

    date: date
    sums: dict[str, Decimal | None]
    is_settled: bool


class RestatedAnswer(BaseModel):
    """A value that the platform changed, in the account's currency.

    `after` is null for a day that vanished.
    """

    date: date
    seen_at: datetime
    metric: str
    before: Decimal | None
    after: Decimal | None


class CampaignReportAnswer(BaseModel):
    """One campaign by day, in `currency`, with what was restated, newest first.

    That is the brand's where a rate is known, and otherwise the account's own.
    """

    campaign: CampaignAnswer
    range: Days
    currency: str
    account_currency: str
    action_type: str | None
    days: list[CampaignDayAnswer]
    restated: list[RestatedAnswer]
    as_of: datetime | None
    changed_since: list[ChangedAnswer]

    @classmethod
    def of(
        cls, report: CampaignReport, as_of: datetime | None, changed: list[ChangedAnswer]
    ) -> CampaignReportAnswer:
        """From the report."""
        return cls(
            as_of=as_of,
            changed_since=changed,
            campaign=CampaignAnswer.of(CampaignLine(report.campaign, report.figures)),
            range=Days(first=report.days.first, last=report.days.last),
            currency=report.currency,
            account_currency=report.account_currency,
            action_type=report.action_type,
            days=[
                CampaignDayAnswer(date=row.date, sums=dict(row.sums), is_settled=row.is_settled)
                for row in report.series
            ],
            restated=[
                RestatedAnswer(
                    date=row.date,
                    seen_at=row.seen_at,
                    metric=row.metric.key,
                    before=row.before,
                    after=row.after,
                )
                for row in report.restated
            ],
        )


def question_in(
    search: Annotated[str, Query(description="Part of a name or an id.")] = "",
    platform: Annotated[str, Query(description="meta or google_ads.")] = "",
    sort: Annotated[str, Query(description="A metric of the answer, or name.")] = "",
    order: Annotated[str, Query(description="asc or desc.")] = "",
    page: Annotated[str, Query(description="From 1 on; 50 campaigns each.")] = "",
    min_spend: Annotated[str, Query(description="Only those that spent at least so much.")] = "",
    columns: Annotated[
        str, Query(description="Metrics of the answer, separated by commas; empty: the usual.")
    ] = "",
) -> Question:
    """Which campaigns are asked for."""
    asked = {"search": search, "platform": platform, "sort": sort, "order": order, "page": page}
    return question_of(asked | {"min_spend": min_spend, "columns": columns})


QuestionPart = Annotated[Question, Depends(question_in)]


@routes.get("/brands/{brand_id}/campaigns")  # noqa: FAST003 - as above
async def brand_campaigns(
    parts: PartsPart,
    person: Caller,
    asked: AskedAsOfPart,
    question: QuestionPart,
    limit: Annotated[int, Query(ge=1, le=MOST, description="The most campaigns at once.")] = 50,
    cursor: Annotated[
        str, Query(description="`next_cursor` of the answer before; goes before `page`.")
    ] = "",
) -> CampaignsAnswer:
    """The brand's campaigns with their figures for the range, in pages.

    `cursor` goes on after the last campaign of the answer before, whatever was added since; `page`
    counts pages of 50. A cursor is good for the range, the order and the filters of its answer.
    """
    if question.page > 1 and not cursor and limit != PAGE_SIZE:
        raise InputError(f"Pages hold {PAGE_SIZE} campaigns: go on by `cursor` with another limit.")
    of = _list_of(asked, question)
    after = PageAsked(limit, cursor).after(of, str, int)
    place = None if after is None else _place_of(after, question)
    report = await campaigns(
        parts.database,
        user_id=person.id,
        brand_id=asked.brand_id,
        days=asked.period.days,
        comparison=asked.period.comparison,
        question=question,
        part=None if question.page > 1 and place is None else Part(limit, place),
        now=asked.now,
        as_of=asked.period.as_of,
    )
    changed = await changed_answers(parts, person, asked)
    return CampaignsAnswer.of(report, asked.period.as_of, changed, of)


def _list_of(asked: Asked, question: Question) -> str:
    """The list's name to its cursor: another range, order or filter makes another list."""
    period = asked.period
    told = (
        asked.brand_id,
        (period.days, period.comparison.days, period.as_of),
        (question.sort, question.order),
        (question.search.casefold(), question.platform, question.min_spend),
    )
    return "campaigns/" + hashlib.sha256(repr(told).encode("utf-8", "replace")).hexdigest()[:16]


def _place_of(after: Key, question: Question) -> Place:
    value, entity_id = str(after[0]), int(after[1])
    try:
        is_number = question.sort == NAME or Decimal(value or 0).is_finite()
    except InvalidOperation:
        is_number = False
    if not is_number:
        raise InputError("This cursor is none of this order's: begin anew without one.")
    return Place(value, entity_id)


@routes.get("/brands/{brand_id}/campaigns/{campaign_id}")  # noqa: FAST003 - as above
async def brand_campaign(
    parts: PartsPart,
    person: Caller,
    asked: AskedAsOfPart,
    campaign_id: Annotated[str, Path(description="The campaign's id, from the list.")],
) -> CampaignReportAnswer:
    """One campaign by day, with what its platform restated."""
    ask = partial(
        campaign_report,
        parts.database,
        user_id=person.id,
        brand_id=asked.brand_id,
        entity_id=entity_id_of(campaign_id),
        days=asked.period.days,
        comparison=asked.period.comparison,
        now=asked.now,
    )
    as_of = asked.period.as_of
    report = await ask(as_of=as_of)
    changed = () if as_of is None else campaign_changes(report, await ask())
    return CampaignReportAnswer.of(report, as_of, [ChangedAnswer.of(one) for one in changed])
