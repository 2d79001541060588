"""What a brand states about itself with dates: costs, spend, targets, promotions and rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from aura.accounts.statements import check_statement, state, withdraw
from aura.api.asking import BrandId, BrandPart, Caller, PartsPart, id_in_path, uuid_of
from aura.api.paging import PagePart, paged
from aura.errors import FieldsError, InputError
from aura.reports.brand_statements import what_of
from aura.reports.periods import today_in
from aura.store import brand_entries as store
from aura.store.brand_entries import EntryKind, StoredEntry

routes = APIRouter(tags=["entries"])

_KINDS: tuple[EntryKind, ...] = get_args(EntryKind)
What = Literal["goods", "shipping", "fees", "other", "spend", "target", "promotion", "rate"]


class EntryAnswer(BaseModel):
    """A statement. `last_day` is null while it is open ended, `currency` where it is not money.

    `what` is the word that makes such a one; `source` is typed or file.
    """

    id: UUID
    what: str
    kind: EntryKind
    name: str
    first_day: date
    last_day: date | None
    cadence: str
    amount: Decimal | None
    currency: str | None
    details: dict[str, Any]
    source: str

    @classmethod
    def of(cls, entry: StoredEntry) -> EntryAnswer:
        """From the store's row."""
        values = {name: getattr(entry, name) for name in cls.model_fields if name != "what"}
        return cls(what=what_of(entry), **values)


class EntriesAnswer(BaseModel):
    """A page of statements by kind, the earliest begun first."""

    entries: list[EntryAnswer]
    next_cursor: str | None


class NewEntry(BaseModel):
    """A statement as the page Settings asks for it: texts, of which each `what` needs its own."""

    what: What
    name: str = Field(default="", description="Of other, spend, promotion; a rate's currency.")
    amount: str = Field(default="", description="As 1234.50; a margin or a share in per cent.")
    percent: str = Field(default="", description="Of fees: the share of total sales in per cent.")
    every: str = Field(default="", description="monthly, weekly, daily or once.")
    currency: str = Field(default="", description="If it is not the brand's.")
    first: str = Field(default="", alias="from", description="First day, as 2026-03-01.")
    last: str = Field(default="", alias="to", description="Last day; without it, open ended.")
    month: str = Field(default="", description="Of a target: as 2026-11; else every month.")
    metric: str = Field(default="", description="Of a target: the metric's key.")
    basis: str = Field(default="", description="Of goods: margin, or order for a cost an order.")
    includes: list[Literal["shipping", "fees"]] = Field(
        default=[], description="Of a margin: costs that it is already after."
    )

    def fields(self) -> dict[str, str]:
        """What the check of a form reads."""
        plain = self.model_dump(by_alias=True, exclude={"what", "includes"})
        return plain | {f"includes_{name}": "yes" for name in self.includes}


@routes.get(
    "/brands/{brand_id}/entries",  # noqa: FAST003 - a shared dependency reads it
    summary="List what a brand states",
    responses={422: {}},
)
async def list_entries(
    parts: PartsPart,
    person: Caller,
    brand: BrandPart,
    page: PagePart,
    kind: Annotated[str, Query(description=f"One of {', '.join(_KINDS)}.")] = "",
) -> EntriesAnswer:
    """Costs, spend, targets, promotions and rates, those of files among them."""
    kinds = tuple(one for one in _KINDS if kind in {"", one})
    if not kinds:
        raise InputError(f"An entry's kind is one of {', '.join(_KINDS)}.")
    async with parts.database.as_user(person.id) as connection:
        found = await store.entries(connection, brand_id=brand.id, kinds=kinds)
    shown = paged(sorted(found, key=_place), page, "entries", _place)
    return EntriesAnswer(
        entries=[EntryAnswer.of(one) for one in shown.rows], next_cursor=shown.next_cursor
    )


def _place(entry: StoredEntry) -> tuple[str, str, str]:
    return entry.kind, entry.first_day.isoformat(), str(entry.id)


@routes.post("/brands/{brand_id}/entries", status_code=201, summary="State something")  # noqa: FAST003 - a shared dependency reads it
async def add_entry(
    parts: PartsPart,
    person: Caller,
    brand: BrandPart,
    wanted: NewEntry,
    request: Request,
    response: Response,
) -> EntryAnswer:
    """Keep a statement. One about the same thing from the same day on takes its place."""
    today = today_in(brand.timezone, parts.clock())
    try:
        checked = check_statement(
            wanted.what, wanted.fields(), currency=brand.currency, today=today
        )
    except FieldsError as error:
        named = (f"{name}: {text}" for name, text in error.problems.items())
        raise InputError(" ".join(named)) from None
    made = await state(parts.database, checked, user_id=person.id, brand_id=brand.id)
    response.headers["location"] = f"{request.url.path.rstrip('/')}/{made}"
    async with parts.database.as_user(person.id) as connection:
        return EntryAnswer.of(await store.entry(connection, brand_id=brand.id, entry_id=made))


EntryId = Annotated[str, id_in_path("The entry's id, from the list.")]


@routes.get("/brands/{brand_id}/entries/{entry_id}", summary="Read a statement")
async def read_entry(
    parts: PartsPart, person: Caller, brand_id: BrandId, entry_id: EntryId
) -> EntryAnswer:
    """One statement of the brand."""
    wanted = {"brand_id": uuid_of(brand_id), "entry_id": uuid_of(entry_id)}
    async with parts.database.as_user(person.id) as connection:
        return EntryAnswer.of(await store.entry(connection, **wanted))


@routes.delete(
    "/brands/{brand_id}/entries/{entry_id}", status_code=204, summary="Take a statement back"
)
async def remove_entry(
    parts: PartsPart, person: Caller, brand_id: BrandId, entry_id: EntryId
) -> Response:
    """Figures are as if it had never been stated."""
    await withdraw(parts.database, uuid_of(entry_id), user_id=person.id, brand_id=uuid_of(brand_id))
    return Response(status_code=204)
