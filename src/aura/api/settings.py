"""How a brand's figures are read: its currency, its time zone, and what it calls revenue."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field

from aura.accounts.brand_settings import REVENUE_BASES, change_settings
from aura.api.asking import BrandPart, Caller, PartsPart
from aura.api.etags import tag_of, tags_in
from aura.errors import ChangedMeanwhileError
from aura.store import reports
from aura.store.reports import BrandRow

routes = APIRouter(tags=["settings"])


class SettingsAnswer(BaseModel):
    """The settings of a brand; `revenue_basis` is total_sales or net_sales."""

    currency: str
    timezone: str
    revenue_basis: str

    @classmethod
    def of(cls, brand: BrandRow) -> SettingsAnswer:
        """From the store's row."""
        return cls(
            currency=brand.currency, timezone=brand.timezone, revenue_basis=brand.revenue_basis
        )


class SettingsChanges(BaseModel):
    """What to change; what is left out stays."""

    currency: str | None = Field(default=None, description="Such as EUR.")
    timezone: str | None = Field(default=None, description="Such as Europe/Berlin.")
    revenue_basis: str | None = Field(default=None, description=f"{' or '.join(REVENUE_BASES)}.")


@routes.get("/brands/{brand_id}/settings", summary="Read a brand's settings")  # noqa: FAST003 - a shared dependency reads it
async def read_settings(brand: BrandPart) -> SettingsAnswer:
    """In which currency and time zone the brand's figures are read, and what revenue means."""
    return SettingsAnswer.of(brand)


@routes.patch(
    "/brands/{brand_id}/settings",  # noqa: FAST003 - a shared dependency reads it
    summary="Change a brand's settings",
    responses={412: {}},
)
async def update_settings(
    parts: PartsPart,
    person: Caller,
    brand: BrandPart,
    changes: SettingsChanges,
    if_match: Annotated[
        str | None, Header(description="The `ETag` under which you read them.")
    ] = None,
) -> SettingsAnswer:
    """Every figure follows at once. Stored numbers stay in the currency they came in."""
    known = SettingsAnswer.of(brand)
    if if_match is not None:
        held = tags_in(if_match)
        if held != {"*"} and tag_of(known.model_dump_json().encode()) not in held:
            raise ChangedMeanwhileError("The settings were changed since: read them again.")
    await change_settings(
        parts.database,
        user_id=person.id,
        brand_id=brand.id,
        currency=changes.currency or known.currency,
        timezone=changes.timezone or known.timezone,
        revenue_basis=changes.revenue_basis or known.revenue_basis,
    )
    async with parts.database.as_user(person.id) as connection:
        return SettingsAnswer.of(await reports.brand(connection, brand.id))
