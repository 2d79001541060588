"""What every call needs: the installation's parts, who is asking, the brand and the days asked for.

In: a request. Out: Parts, Person, Asked. The decision: a brand is looked up as the person who asks,
so one that is somebody else's and one that does not exist end in the same NotFoundError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request

from aura.accounts.people import Person
from aura.api.gate import Access
from aura.api.parts import Parts
from aura.errors import InputError, NotFoundError, SignInError
from aura.reports.now_only import now_only
from aura.reports.periods import DEFAULT_PRESET, NAMED, Period, period_in, period_of, today_in
from aura.store import reports
from aura.store.reports import BrandRow

__all__ = [
    "Asked",
    "AskedAsOfPart",
    "AskedPart",
    "BrandId",
    "BrandPart",
    "Caller",
    "Parts",
    "PartsPart",
    "id_in_path",
    "only_now",
    "uuid_of",
]


def id_in_path(description: str) -> object:
    """A path parameter that is an id: another word is answered as an id that does not exist."""
    return Path(description=description, json_schema_extra={"format": "uuid"})


BrandId = Annotated[str, id_in_path("The brand's id, from `GET /brands`.")]


def parts_of(request: Request) -> Parts:
    """The parts that the API was made with."""
    parts: Parts = request.app.state.parts
    return parts


PartsPart = Annotated[Parts, Depends(parts_of)]


def access_in(request: Request) -> Access:
    """What the header gave access to; SignInError without one."""
    access: Access | None = request.state.access
    if access is None:
        raise SignInError("Send an API key or an access token: Authorization: Bearer <token>.")
    return access


AccessPart = Annotated[Access, Depends(access_in)]


def caller_of(access: AccessPart) -> Person:
    """Who the API key or the access token speaks for."""
    return access.person


Caller = Annotated[Person, Depends(caller_of)]


async def brand_of(parts: PartsPart, person: Caller, brand_id: BrandId) -> BrandRow:
    """The person's brand; NotFoundError for one that is not theirs, or is none."""
    wanted = uuid_of(brand_id)
    async with parts.database.as_user(person.id) as connection:
        return await reports.brand(connection, wanted)


BrandPart = Annotated[BrandRow, Depends(brand_of)]


@dataclass(frozen=True, slots=True)
class Asked:
    """The brand and the range that a request names."""

    brand_id: UUID
    period: Period
    now: datetime


def range_in(
    days: Annotated[
        str, Query(description="How many days, ending yesterday: 7, 28, 91 or 365.")
    ] = str(DEFAULT_PRESET),
    first: Annotated[str, Query(alias="from", description="First day, as 2026-10-25.")] = "",
    last: Annotated[str, Query(alias="to", description="Last day.")] = "",
    named: Annotated[str, Query(alias="range", description=f"One of {', '.join(NAMED)}.")] = "",
    including: Annotated[str, Query(alias="today", description="1: the range ends today.")] = "",
    compare: Annotated[str, Query(description="previous, year, custom or off.")] = "",
    dow: Annotated[str, Query(description="0: do not match by weekday.")] = "",
    compare_from: Annotated[str, Query(description="First day to compare with.")] = "",
    compare_to: Annotated[str, Query(description="Last day to compare with.")] = "",
) -> Mapping[str, str]:
    """The range and its comparison, as an address of a page says them."""
    query = {"days": days, "from": first, "to": last, "range": named, "compare": compare}
    return query | {
        "today": including,
        "dow": dow,
        "compare_from": compare_from,
        "compare_to": compare_to,
    }


RangePart = Annotated[Mapping[str, str], Depends(range_in)]


async def asked_of(parts: PartsPart, brand: BrandPart, query: RangePart) -> Asked:
    """The person's brand with the range; NotFoundError for a brand that is not theirs."""
    now = parts.clock()
    return Asked(brand.id, period_of(query, today=today_in(brand.timezone, now)), now)


AskedPart = Annotated[Asked, Depends(asked_of)]


async def asked_as_of(
    parts: PartsPart,
    brand: BrandPart,
    query: RangePart,
    as_of: Annotated[
        str, Query(description="An earlier day: the numbers as they had been reported by its end.")
    ] = "",
) -> Asked:
    """The same, seen as of an earlier day where one is named."""
    now = parts.clock()
    period = period_in({**query, "as_of": as_of}, timezone=brand.timezone, now=now)
    return Asked(brand.id, period, now)


AskedAsOfPart = Annotated[Asked, Depends(asked_as_of)]


def only_now(what: str) -> Callable[[str], None]:
    """Refuses, with the reason, an earlier day where one cannot be seen; `what` as in NOW_ONLY."""

    def refuse(
        as_of: Annotated[
            str, Query(description="No earlier day can be seen here; the refusal says why.")
        ] = "",
    ) -> None:
        if as_of:
            raise InputError(now_only(what))

    return refuse


def uuid_of(text: str) -> UUID:
    """The id in an address; NotFoundError for another word."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError from None
