"""Accounts and campaigns, their stored days, and what was said of those days before."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from aura.api.asking import AskedAsOfPart, AskedPart, BrandPart, Caller, PartsPart
from aura.api.paging import PageAsked, PagePart, cut
from aura.errors import InputError, NotFoundError
from aura.model import Platform
from aura.store import listing
from aura.store.listing import LARGEST_ID, MEASURES, Row

routes = APIRouter(tags=["entities"])


class EntityAnswer(BaseModel):
    """An account or a campaign with the name and state it has now."""

    id: int
    integration_id: UUID
    platform: str
    level: str
    external_id: str
    parent_id: int | None
    name: str
    status: str


class EntitiesAnswer(BaseModel):
    """A page of accounts and campaigns, in the order in which they became known."""

    entities: list[EntityAnswer]
    next_cursor: str | None


class EntityDayAnswer(BaseModel):
    """A day as it is known now; null where the platform states no such value."""

    date: date
    currency: str
    observed_at: datetime
    source: str | None
    values: dict[str, Decimal | None]


class EntityDaysAnswer(BaseModel):
    """A page of days, oldest first; days without a row are absent."""

    days: list[EntityDayAnswer]
    next_cursor: str | None


class EntityRevisionAnswer(BaseModel):
    """What was said of a day, from when until it was replaced."""

    date: date
    currency: str
    observed_at: datetime
    replaced_at: datetime
    values: dict[str, Decimal | None]


class EntityRevisionsAnswer(BaseModel):
    """A page of what was said before, oldest day first."""

    revisions: list[EntityRevisionAnswer]
    next_cursor: str | None


def entity_of(
    entity_id: Annotated[str, Path(description="The entity's id, from the list.")],
) -> int:
    """The id in an address; NotFoundError for another word."""
    if not (entity_id.isascii() and entity_id.isdigit() and int(entity_id[:20]) <= LARGEST_ID):
        raise NotFoundError
    return int(entity_id)


EntityPart = Annotated[int, Depends(entity_of)]


@routes.get(
    "/brands/{brand_id}/entities",  # noqa: FAST003 - a shared dependency reads it
    summary="List accounts and campaigns",
    responses={422: {}},
)
async def list_entities(
    parts: PartsPart,
    person: Caller,
    brand: BrandPart,
    page: PagePart,
    level: Annotated[
        Literal["account", "campaign"] | None, Query(description="Only accounts, or campaigns.")
    ] = None,
    platform: Annotated[Platform | None, Query(description="Only those of a platform.")] = None,
) -> EntitiesAnswer:
    """What numbers can be about below the brand."""
    after = page.after("entities", int)
    async with parts.database.as_user(person.id) as connection:
        rows = await listing.entities(
            connection,
            brand_id=brand.id,
            level=level,
            platform=platform,
            after=int(after[0]) if after else 0,
            most=page.limit + 1,
        )
    shown = cut(rows, page, "entities", lambda row: (row["id"],))
    return EntitiesAnswer(
        entities=[EntityAnswer(**row) for row in shown.rows], next_cursor=shown.next_cursor
    )


@routes.get("/brands/{brand_id}/entities/{entity_id}", summary="Read an account or campaign")  # noqa: FAST003 - a shared dependency reads it
async def read_entity(
    parts: PartsPart, person: Caller, brand: BrandPart, entity_id: EntityPart
) -> EntityAnswer:
    """One account or campaign."""
    async with parts.database.as_user(person.id) as connection:
        row = await listing.entity(connection, brand_id=brand.id, entity_id=entity_id)
    return EntityAnswer(**row)


@routes.get(
    "/brands/{brand_id}/entities/{entity_id}/days",  # noqa: FAST003 - a shared dependency reads it
    summary="Stored days of an account or campaign",
    responses={422: {}},
)
async def list_entity_days(
    parts: PartsPart, person: Caller, asked: AskedAsOfPart, entity_id: EntityPart, page: PagePart
) -> EntityDaysAnswer:
    """Every stored value of its days, exact, in its own currency."""
    after = page.after("days", str)
    async with parts.database.as_user(person.id) as connection:
        await listing.entity(connection, brand_id=asked.brand_id, entity_id=entity_id)
        rows = await listing.entity_days(
            connection,
            brand_id=asked.brand_id,
            entity_id=entity_id,
            days=asked.period.days,
            after=day_of(after[0]) if after else None,
            most=page.limit + 1,
            as_of=asked.period.as_of,
        )
    shown = cut(rows, page, "days", lambda row: (row["date"].isoformat(),))
    return EntityDaysAnswer(
        days=[EntityDayAnswer(**_with_values(row)) for row in shown.rows],
        next_cursor=shown.next_cursor,
    )


@routes.get(
    "/brands/{brand_id}/entities/{entity_id}/revisions",  # noqa: FAST003 - a shared dependency reads it
    summary="What was said of days before",
    responses={422: {}},
)
async def list_entity_revisions(
    parts: PartsPart, person: Caller, asked: AskedPart, entity_id: EntityPart, page: PagePart
) -> EntityRevisionsAnswer:
    """Values that the platform has since restated, with the time in which they held."""
    after = _revision_after(page)
    async with parts.database.as_user(person.id) as connection:
        await listing.entity(connection, brand_id=asked.brand_id, entity_id=entity_id)
        rows = await listing.entity_revisions(
            connection,
            brand_id=asked.brand_id,
            entity_id=entity_id,
            days=asked.period.days,
            after=after,
            most=page.limit + 1,
        )
    shown = cut(
        rows,
        page,
        "revisions",
        lambda row: (row["date"].isoformat(), row["replaced_at"].isoformat()),
    )
    return EntityRevisionsAnswer(
        revisions=[EntityRevisionAnswer(**_with_values(row)) for row in shown.rows],
        next_cursor=shown.next_cursor,
    )


def day_of(text: str | int) -> date:
    """The day in a cursor; InputError for one that somebody wrote themselves."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise InputError("This cursor is none of this list's.") from None


def _revision_after(page: PageAsked) -> tuple[date, datetime] | None:
    after = page.after("revisions", str, str)
    if after is None:
        return None
    try:
        moment = datetime.fromisoformat(str(after[1]))
    except ValueError:
        raise InputError("This cursor is none of this list's.") from None
    return day_of(after[0]), moment


def _with_values(row: Row) -> dict[str, object]:
    own = {key: value for key, value in row.items() if key not in MEASURES}
    return own | {"values": {key: row[key] for key in MEASURES if row[key] is not None}}
