"""`/v1`: a token for a signed-in browser, the person's brands, a brand's overview.

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
from aura.api.answers import BrandAnswer, Brands, OverviewAnswer, Token
from aura.api.problems import install_problems
from aura.config import Settings
from aura.errors import NotFoundError, SignInError
from aura.reports.overview import overview
from aura.reports.periods import DEFAULT_PRESET, period_of, today_in
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


@routes.get("/brands/{brand_id}/overview")
async def brand_overview(
    parts: PartsPart,
    person: Caller,
    brand_id: str,
    days: Annotated[str, Query(description="How many days, ending yesterday.")] = str(
        DEFAULT_PRESET
    ),
    first: Annotated[str, Query(alias="from", description="First day, as 2026-10-25.")] = "",
    last: Annotated[str, Query(alias="to", description="Last day.")] = "",
) -> OverviewAnswer:
    """The brand's overview for `days`, or for `from` and `to`."""
    try:
        wanted = UUID(brand_id)
    except ValueError:
        raise NotFoundError from None
    now = parts.clock()
    async with parts.database.as_user(person.id) as connection:
        brand = await reports.brand(connection, wanted)
    asked = {"days": days, "from": first, "to": last}
    period = period_of(asked, today=today_in(brand.timezone, now))
    report = await overview(
        parts.database, user_id=person.id, brand_id=wanted, days=period.days, now=now
    )
    return OverviewAnswer.of(report)
