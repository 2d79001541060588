"""A brand's tables as files."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from aura.api.asking import (
    BrandId,
    Caller,
    PartsPart,
    only_now,
    uuid_of,
)
from aura.reports.export import TITLES, export
from aura.store import reports

routes = APIRouter()


class ExportAnswer(BaseModel):
    """A table that can be exported, and where."""

    dataset: str
    title: str
    formats: list[str]
    url: str


class ExportsAnswer(BaseModel):
    """Every table of a brand."""

    exports: list[ExportAnswer]


@routes.get("/brands/{brand_id}/exports")
async def brand_exports(parts: PartsPart, person: Caller, brand_id: BrandId) -> ExportsAnswer:
    """The tables that can be exported."""
    async with parts.database.as_user(person.id) as connection:
        brand = await reports.brand(connection, uuid_of(brand_id))
    return ExportsAnswer(
        exports=[
            ExportAnswer(
                dataset=name,
                title=title,
                formats=["csv"] if name == "cohorts" else ["csv", "parquet"],
                url=f"/v1/brands/{brand.id}/exports/{name}",
            )
            for name, title in TITLES.items()
        ]
    )


@routes.get(
    "/brands/{brand_id}/exports/{dataset}",
    dependencies=[Depends(only_now("exports"))],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}, "application/vnd.apache.parquet": {}}}},
)
async def brand_export(
    parts: PartsPart,
    person: Caller,
    brand_id: BrandId,
    dataset: Annotated[str, Path(description="One of those that are listed.")],
    form: Annotated[
        Literal["csv", "parquet"], Query(alias="format", description="csv or parquet.")
    ] = "csv",
    first_day: Annotated[date | None, Query(alias="from", description="First day.")] = None,
    last_day: Annotated[date | None, Query(alias="to", description="Last day.")] = None,
) -> StreamingResponse:
    """A table: metrics, entities, cohorts, insights or history, exact, in its own currencies."""
    made = await export(
        parts.database,
        user_id=person.id,
        brand_id=uuid_of(brand_id),
        dataset=dataset,
        kind=form,
        first_day=first_day,
        last_day=last_day,
        now=parts.clock(),
    )
    return StreamingResponse(
        made.pieces,
        media_type=made.media_type,
        headers={"Content-Disposition": f'attachment; filename="{made.file_name}"'},
    )
