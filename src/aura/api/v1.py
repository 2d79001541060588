"""`/v1`: a token for a signed-in browser, the person's brands, a brand's overview and campaigns.

In: `Authorization: Bearer`, except where a token is asked for with the browser's session. Out:
JSON, errors as problem details. `/v1/openapi.json` describes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request

from aura.accounts.cookies import SESSION, cookie_name
from aura.accounts.csrf import check_csrf
from aura.accounts.people import Person, person_of, person_of_token
from aura.accounts.tokens import TokenSigner
from aura.api.answers import (
    BrandAnswer,
    Brands,
    CampaignReportAnswer,
    CampaignsAnswer,
    OverviewAnswer,
    PortfolioAnswer,
    ReconciliationAnswer,
    Token,
)
from aura.api.connection_answers import ConnectionsAnswer
from aura.api.problems import install_problems
from aura.config import Settings
from aura.errors import NotFoundError, SignInError
from aura.reports.campaign import campaign_report
from aura.reports.campaigns import campaigns, entity_id_of, question_of
from aura.reports.connections import connections
from aura.reports.overview import overview
from aura.reports.periods import DEFAULT_PRESET, Period, period_of, preset_of, today_in
from aura.reports.portfolio import brands_question, portfolio
from aura.reports.questions import Question
from aura.reports.reconcile import last_reconciliation
from aura.store import reports
from aura.store.database import Database

TOKEN_LIFE = timedelta(hours=1)

routes = APIRouter()


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of this installation that the API uses."""

    database: Database
    signer: TokenSigner
    settings: Settings
    clock: Callable[[], datetime]


def create_api(
    *,
    database: Database,
    signer: TokenSigner,
    settings: Settings,
    clock: Callable[[], datetime],
) -> FastAPI:
    """The application to mount at `/v1`."""
    api = FastAPI(title="Aura", version="1", docs_url=None, redoc_url=None)
    api.state.parts = Parts(database, signer, settings, clock)
    api.include_router(routes)
    install_problems(api)
    return api


def parts_of(request: Request) -> Parts:
    """The parts that the API was made with."""
    parts: Parts = request.app.state.parts
    return parts


PartsPart = Annotated[Parts, Depends(parts_of)]


async def caller_of(request: Request, parts: PartsPart) -> Person:
    """Who the access token speaks for; SignInError without a valid one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise SignInError("Send an access token: Authorization: Bearer <token>.")
    return await person_of_token(parts.database, parts.signer, token.strip(), now=parts.clock())


Caller = Annotated[Person, Depends(caller_of)]


@routes.post("/token")
async def issue_token(
    request: Request, parts: PartsPart, x_csrf_token: Annotated[str | None, Header()] = None
) -> Token:
    """An access token for the signed-in browser; needs its session and its form token."""
    secure = (parts.settings.public_url or str(request.base_url)).startswith("https:")
    session = request.cookies.get(cookie_name(SESSION, secure=secure), "")
    now = parts.clock()
    person = await person_of(parts.database, session, now=now) if session else None
    if person is None:
        raise SignInError
    check_csrf(session, x_csrf_token)
    token = parts.signer.issue(person.id, now=now, ttl=TOKEN_LIFE)
    return Token(access_token=token, expires_in=int(TOKEN_LIFE.total_seconds()))


@routes.get("/brands")
async def list_brands(parts: PartsPart, person: Caller) -> Brands:
    """The person's brands."""
    async with parts.database.as_user(person.id) as connection:
        found = await reports.brands(connection)
    return Brands(brands=[BrandAnswer.of(brand) for brand in found])


@routes.get("/overview")
async def all_brands(
    parts: PartsPart,
    person: Caller,
    days: Annotated[str, Query(description="7, 28, 91 or 365.")] = str(DEFAULT_PRESET),
    search: Annotated[str, Query(description="Part of a brand's name.")] = "",
    sort: Annotated[str, Query(description="A metric of the answer, or name.")] = "",
    order: Annotated[str, Query(description="asc or desc.")] = "",
) -> PortfolioAnswer:
    """The person's brands side by side."""
    report = await portfolio(
        parts.database,
        user_id=person.id,
        days=preset_of({"days": days}),
        question=brands_question({"search": search, "sort": sort, "order": order}),
        now=parts.clock(),
    )
    return PortfolioAnswer.of(report)


@dataclass(frozen=True, slots=True)
class Asked:
    """The brand and the range that a request names."""

    brand_id: UUID
    period: Period
    now: datetime


async def asked_of(
    parts: PartsPart,
    person: Caller,
    brand_id: str,
    days: Annotated[str, Query(description="How many days, ending yesterday.")] = str(
        DEFAULT_PRESET
    ),
    first: Annotated[str, Query(alias="from", description="First day, as 2026-10-25.")] = "",
    last: Annotated[str, Query(alias="to", description="Last day.")] = "",
) -> Asked:
    """The person's brand with the range; NotFoundError for a brand that is not theirs."""
    wanted = _brand_of(brand_id)
    now = parts.clock()
    async with parts.database.as_user(person.id) as connection:
        brand = await reports.brand(connection, wanted)
    query = {"days": days, "from": first, "to": last}
    return Asked(wanted, period_of(query, today=today_in(brand.timezone, now)), now)


AskedPart = Annotated[Asked, Depends(asked_of)]


@routes.get("/brands/{brand_id}/overview")  # noqa: FAST003 - `asked_of` reads it
async def brand_overview(parts: PartsPart, person: Caller, asked: AskedPart) -> OverviewAnswer:
    """The brand's overview for `days`, or for `from` and `to`."""
    report = await overview(
        parts.database,
        user_id=person.id,
        brand_id=asked.brand_id,
        days=asked.period.days,
        now=asked.now,
    )
    return OverviewAnswer.of(report)


def question_in(
    search: Annotated[str, Query(description="Part of a name or an id.")] = "",
    platform: Annotated[str, Query(description="meta or google_ads.")] = "",
    sort: Annotated[str, Query(description="A metric of the answer, or name.")] = "",
    order: Annotated[str, Query(description="asc or desc.")] = "",
    page: Annotated[str, Query(description="From 1 on; 50 campaigns each.")] = "",
) -> Question:
    """Which campaigns are asked for."""
    asked = {"search": search, "platform": platform, "sort": sort, "order": order, "page": page}
    return question_of(asked)


QuestionPart = Annotated[Question, Depends(question_in)]


@routes.get("/brands/{brand_id}/campaigns")  # noqa: FAST003 - as above
async def brand_campaigns(
    parts: PartsPart, person: Caller, asked: AskedPart, question: QuestionPart
) -> CampaignsAnswer:
    """A page of the brand's campaigns with their figures for the range."""
    report = await campaigns(
        parts.database,
        user_id=person.id,
        brand_id=asked.brand_id,
        days=asked.period.days,
        question=question,
        now=asked.now,
    )
    return CampaignsAnswer.of(report)


@routes.get("/brands/{brand_id}/campaigns/{campaign_id}")  # noqa: FAST003 - as above
async def brand_campaign(
    parts: PartsPart, person: Caller, asked: AskedPart, campaign_id: str
) -> CampaignReportAnswer:
    """One campaign by day, with what its platform restated."""
    report = await campaign_report(
        parts.database,
        user_id=person.id,
        brand_id=asked.brand_id,
        entity_id=entity_id_of(campaign_id),
        days=asked.period.days,
        now=asked.now,
    )
    return CampaignReportAnswer.of(report)


@routes.get("/brands/{brand_id}/reconciliation")
async def brand_reconciliation(
    parts: PartsPart, person: Caller, brand_id: str
) -> ReconciliationAnswer:
    """What the store's own reports said of the last days, when it was last compared."""
    wanted = _brand_of(brand_id)
    async with parts.database.as_user(person.id) as connection:
        await reports.brand(connection, wanted)
    found = await last_reconciliation(parts.database, user_id=person.id, brand_id=wanted)
    return ReconciliationAnswer() if found is None else ReconciliationAnswer.of(*found)


@routes.get("/brands/{brand_id}/connections")
async def brand_connections(parts: PartsPart, person: Caller, brand_id: str) -> ConnectionsAnswer:
    """How each platform is doing, and ad accounts that differ from their campaigns."""
    return ConnectionsAnswer.of(
        await connections(
            parts.database, user_id=person.id, brand_id=_brand_of(brand_id), now=parts.clock()
        )
    )


def _brand_of(text: str) -> UUID:
    """The id in an address; NotFoundError for another word."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError from None
