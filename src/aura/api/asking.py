"""What every call needs: the installation's parts, who is asking, the brand and the days asked for.

In: a request. Out: Parts, Person, Asked. The decision: a brand is looked up as the person who asks,
so one that is somebody else's and one that does not exist end in the same NotFoundError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request

from aura.accounts.people import Person, person_of_token
from aura.accounts.tokens import TokenSigner
from aura.config import Settings
from aura.errors import NotFoundError, SignInError
from aura.reports.periods import DEFAULT_PRESET, NAMED, Period, period_of, today_in
from aura.store import reports
from aura.store.database import Database


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of this installation that the API uses."""

    database: Database
    signer: TokenSigner
    settings: Settings
    clock: Callable[[], datetime]


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
    named: Annotated[str, Query(alias="range", description=f"One of {', '.join(NAMED)}.")] = "",
    compare: Annotated[str, Query(description="previous, year, custom or off.")] = "",
    dow: Annotated[str, Query(description="0: do not match by weekday.")] = "",
    compare_from: Annotated[str, Query(description="First day to compare with.")] = "",
    compare_to: Annotated[str, Query(description="Last day to compare with.")] = "",
) -> Asked:
    """The person's brand with the range; NotFoundError for a brand that is not theirs."""
    wanted = uuid_of(brand_id)
    now = parts.clock()
    async with parts.database.as_user(person.id) as connection:
        brand = await reports.brand(connection, wanted)
    query = {"days": days, "from": first, "to": last, "range": named, "compare": compare}
    query |= {"dow": dow, "compare_from": compare_from, "compare_to": compare_to}
    return Asked(wanted, period_of(query, today=today_in(brand.timezone, now)), now)


AskedPart = Annotated[Asked, Depends(asked_of)]


def uuid_of(text: str) -> UUID:
    """The id in an address; NotFoundError for another word."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError from None
