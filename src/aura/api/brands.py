"""The brands of the person who asks: listed, added, read, changed, deleted, and side by side."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, Field

from aura.accounts.brands import Brand, change_brand, create_brand, delete_brand, get_brand
from aura.api.answers import BrandAnswer, ConvertedAnswer, FigureAnswer
from aura.api.asking import BrandId, Caller, PartsPart, uuid_of
from aura.api.etags import tag_of, tags_in
from aura.api.paging import PagePart, paged
from aura.errors import ChangedMeanwhileError
from aura.reports.connections import connections
from aura.reports.periods import DEFAULT_PRESET, preset_of
from aura.reports.portfolio import (
    Portfolio,
    Together,
    brands_as_of,
    brands_question,
    display_currency,
    portfolio,
)
from aura.store import reports
from aura.store.reports import BrandRow
from aura.sync.connect import disconnect

routes = APIRouter(tags=["brands"])


class Brands(BaseModel):
    """A page of the person's brands, by name."""

    brands: list[BrandAnswer]
    next_cursor: str | None


class BrandDocument(BrandAnswer):
    """A brand with its store's domain."""

    domain: str | None


class NewBrand(BaseModel):
    """A brand to add: its currency (ISO 4217) and time zone (IANA) say what its numbers mean."""

    name: str = Field(min_length=1, max_length=100)
    currency: str = Field(description="Such as USD.")
    timezone: str = Field(description="Such as America/New_York.")
    domain: str | None = Field(default=None, description="Such as shop.example.com.")


class BrandChanges(BaseModel):
    """What to change; what is left out stays."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    currency: str | None = None
    timezone: str | None = None
    domain: str | None = Field(default=None, description="An empty text takes it away.")


class BrandLineAnswer(BaseModel):
    """A brand with its figures by metric, in its own currency, and what waits for a person."""

    brand: BrandAnswer
    figures: dict[str, FigureAnswer]
    data: str
    data_sentence: str
    open_insights: int
    open_data_findings: int


class SumAnswer(BaseModel):
    """A metric over `brands` brands; `note` names those that are left out, and why."""

    value: Decimal | None
    brands: int
    note: str | None


class TogetherAnswer(BaseModel):
    """All brands together in one currency, each row converted at its own day's rate."""

    currency: str
    figures: dict[str, SumAnswer]
    converted: list[ConvertedAnswer]

    @classmethod
    def of(cls, together: Together) -> TogetherAnswer:
        """From the report."""
        return cls(
            currency=together.currency,
            figures={
                one.metric.key: SumAnswer(value=one.value, brands=one.brands, note=one.note)
                for one in together.sums
            },
            converted=[ConvertedAnswer.of(one) for one in together.converted],
        )


class PortfolioAnswer(BaseModel):
    """Every brand over its last `days` days, each ending yesterday in its own time zone."""

    days: int
    brands: list[BrandLineAnswer]
    together: TogetherAnswer | None
    as_of: date | None = None

    @classmethod
    def of(cls, report: Portfolio) -> PortfolioAnswer:
        """From the report."""
        return cls(
            as_of=report.as_of,
            days=report.days,
            brands=[
                BrandLineAnswer(
                    brand=BrandAnswer.of(line.brand),
                    figures={figure.metric.key: FigureAnswer.of(figure) for figure in line.figures},
                    data=line.data,
                    data_sentence=line.data_sentence,
                    open_insights=line.waiting.insights,
                    open_data_findings=line.waiting.health,
                )
                for line in report.lines
            ],
            together=None if report.together is None else TogetherAnswer.of(report.together),
        )


@routes.get("/brands", summary="List your brands", responses={422: {}})
async def list_brands(parts: PartsPart, person: Caller, page: PagePart) -> Brands:
    """Your brands by name."""
    async with parts.database.as_user(person.id) as connection:
        found = await reports.brands(connection)
    shown = paged(sorted(found, key=_by_name), page, "brands", _by_name)
    return Brands(
        brands=[BrandAnswer.of(brand) for brand in shown.rows], next_cursor=shown.next_cursor
    )


def _by_name(brand: BrandRow) -> tuple[str, str]:
    return brand.name.lower(), str(brand.id)


@routes.post("/brands", status_code=201, summary="Add a brand", responses={409: {}})
async def add_brand(
    parts: PartsPart, person: Caller, wanted: NewBrand, request: Request, response: Response
) -> BrandDocument:
    """A new brand, without any numbers until a platform is connected or a file imported."""
    brand_id = await create_brand(
        parts.database,
        user_id=person.id,
        name=wanted.name,
        currency=wanted.currency,
        timezone=wanted.timezone,
        domain=wanted.domain,
    )
    response.headers["location"] = f"{request.url.path.rstrip('/')}/{brand_id}"
    brand = await get_brand(parts.database, user_id=person.id, brand_id=brand_id)
    return await _document(parts, person, brand)


@routes.get("/brands/{brand_id}", summary="Read a brand")
async def read_brand(parts: PartsPart, person: Caller, brand_id: BrandId) -> BrandDocument:
    """One of your brands."""
    brand = await get_brand(parts.database, user_id=person.id, brand_id=uuid_of(brand_id))
    return await _document(parts, person, brand)


@routes.patch("/brands/{brand_id}", summary="Change a brand", responses={409: {}, 412: {}, 422: {}})
async def update_brand(
    parts: PartsPart,
    person: Caller,
    brand_id: BrandId,
    changes: BrandChanges,
    if_match: Annotated[
        str | None, Header(description="The `ETag` under which you read it.")
    ] = None,
) -> BrandDocument:
    """Another name, domain, currency or time zone. Numbers stay in the currency they came in."""
    brand = await get_brand(parts.database, user_id=person.id, brand_id=uuid_of(brand_id))
    if if_match is not None:
        held = tags_in(if_match)
        known = await _document(parts, person, brand)
        if held != {"*"} and tag_of(known.model_dump_json().encode()) not in held:
            raise ChangedMeanwhileError("The brand was changed since you read it: read it again.")
    given = {name: getattr(changes, name) for name in changes.model_fields_set}
    wanted = {name: text for name, text in given.items() if name == "domain" or text is not None}
    changed = await change_brand(parts.database, user_id=person.id, brand=brand, changes=wanted)
    return await _document(parts, person, changed)


@routes.delete("/brands/{brand_id}", status_code=204, summary="Delete a brand")
async def remove_brand(parts: PartsPart, person: Caller, brand_id: BrandId) -> Response:
    """End its connections at the platforms and delete all of its numbers. There is no way back."""
    brand = await get_brand(parts.database, user_id=person.id, brand_id=uuid_of(brand_id))
    now = parts.clock()
    known = await connections(parts.database, user_id=person.id, brand_id=brand.id, now=now)
    for one in known:
        if one.integration_id is not None:
            await disconnect(
                parts.database,
                parts.keyring,
                parts.connectors,
                user_id=person.id,
                integration_id=one.integration_id,
                now=now,
            )
    await delete_brand(parts.database, user_id=person.id, brand_id=brand.id)
    return Response(status_code=204)


async def _document(parts: PartsPart, person: Caller, brand: Brand) -> BrandDocument:
    async with parts.database.as_user(person.id) as connection:
        row = await reports.brand(connection, brand.id)
    return BrandDocument(**BrandAnswer.of(row).model_dump(), domain=brand.domain)


@routes.get("/overview", summary="Your brands side by side", responses={422: {}})
async def all_brands(
    parts: PartsPart,
    person: Caller,
    days: Annotated[str, Query(description="7, 28, 91 or 365.")] = str(DEFAULT_PRESET),
    search: Annotated[str, Query(description="Part of a brand's name.")] = "",
    sort: Annotated[str, Query(description="A metric of the answer, or name.")] = "",
    order: Annotated[str, Query(description="asc or desc.")] = "",
    currency: Annotated[str, Query(description="Adds a sum of all brands in it.")] = "",
    as_of: Annotated[
        str, Query(description="An earlier day: each brand as it was reported by its end.")
    ] = "",
) -> PortfolioAnswer:
    """Every brand's figures over its last days, with what waits for a person."""
    now = parts.clock()
    report = await portfolio(
        parts.database,
        user_id=person.id,
        days=preset_of({"days": days}),
        question=brands_question({"search": search, "sort": sort, "order": order}),
        now=now,
        currency=display_currency({"currency": currency}),
        as_of=brands_as_of({"as_of": as_of, "currency": currency}, now),
    )
    return PortfolioAnswer.of(report)
