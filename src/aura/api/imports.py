"""Files that were imported: listed, and taken back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from aura.api.asking import BrandPart, Caller, PartsPart, id_in_path, uuid_of
from aura.api.paging import PagePart, paged
from aura.errors import NotFoundError
from aura.imports.undo import undo_import
from aura.store.imports import ListedImport
from aura.store.imports import list_imports as stored_imports

routes = APIRouter(tags=["imports"])


class ImportAnswer(BaseModel):
    """A file that was imported; `control_total` is what its rows come to, null where no money.

    `undone_at` is null while it holds.
    """

    id: UUID
    platform: str
    format: str
    file_name: str
    rows_read: int
    orders: int
    date_from: date | None
    date_to: date | None
    currency: str | None
    control_total: Decimal | None
    is_complete_history: bool
    notes: list[str]
    created_at: datetime
    undone_at: datetime | None

    @classmethod
    def of(cls, one: ListedImport) -> ImportAnswer:
        """From the store's row."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class ImportsAnswer(BaseModel):
    """A page of the files of a brand, the latest first."""

    imports: list[ImportAnswer]
    next_cursor: str | None


class UndoAnswer(BaseModel):
    """What was given back or removed: rows of facts, and the days they are of."""

    id: UUID
    file_name: str
    rows_changed: int
    days: list[date]


@routes.get(
    "/brands/{brand_id}/imports",  # noqa: FAST003 - a shared dependency reads it
    summary="List imported files",
    responses={422: {}},
)
async def list_imports(
    parts: PartsPart, person: Caller, brand: BrandPart, page: PagePart
) -> ImportsAnswer:
    """Every file that was imported, those undone among them."""
    async with parts.database.as_user(person.id) as connection:
        found = await stored_imports(connection, brand.id)
    shown = paged(sorted(found, key=_place), page, "imports", _place)
    return ImportsAnswer(
        imports=[ImportAnswer.of(one) for one in shown.rows], next_cursor=shown.next_cursor
    )


def _place(one: ListedImport) -> tuple[int, str]:
    return -int(one.created_at.timestamp() * 1_000_000), str(one.id)


@routes.post(
    "/brands/{brand_id}/imports/{import_id}/undo",  # noqa: FAST003 - a shared dependency reads it
    summary="Undo an import",
    responses={409: {}},
)
async def take_import_back(
    parts: PartsPart,
    person: Caller,
    brand: BrandPart,
    import_id: Annotated[str, id_in_path("The import's id, from the list.")],
) -> UndoAnswer:
    """The days are what they were before that file; for 30 days, the latest file first."""
    wanted = uuid_of(import_id)
    async with parts.database.as_user(person.id) as connection:
        known = await stored_imports(connection, brand.id)
    if wanted not in {one.id for one in known}:
        raise NotFoundError
    undone = await undo_import(
        parts.database, import_id=wanted, user_id=person.id, now=parts.clock()
    )
    return UndoAnswer(
        id=wanted,
        file_name=undone.file_name,
        rows_changed=undone.rows_changed,
        days=list(undone.days),
    )
