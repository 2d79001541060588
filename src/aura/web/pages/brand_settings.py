"""Settings of a brand: how its figures are read, and what it states about itself.

Every form is one thing and posts to its own address; what is wrong with it stands on top of the
page, each with a link to its field, and what was typed is still there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.accounts.brand_settings import change_settings
from aura.accounts.csrf import check_csrf
from aura.accounts.statements import (
    RECURRING,
    WHATS,
    check_statement,
    state,
    withdraw,
    withdraw_files,
)
from aura.errors import FieldsError, FileRefusedError, InputError, NotFoundError
from aura.imports.stated_files import Kept, StatedFile, StatedKind, keep, read_stated
from aura.metrics import CATALOGUE
from aura.reports.brand_statements import brand_statements
from aura.reports.month import month_report
from aura.reports.periods import today_in
from aura.store.reports import BrandRow
from aura.web.pages.brands import currency_choices, timezone_choices
from aura.web.pages.imports import kept_upload
from aura.web.site import (
    MOST_FORM_FIELDS,
    Form,
    Member,
    MemberPart,
    Site,
    SitePart,
    Visitor,
    VisitorPart,
    page,
    redirect,
    uuid_of,
)

routes = APIRouter(include_in_schema=False)

# where a body may be as large as a file
STATED_UPLOADS: Final = re.compile(r"/b/[0-9A-Fa-f-]{36}/settings/files/(?:spend|promotion)")
_GENERAL: Final = "general"
_FILE_KINDS: Final[Mapping[str, StatedKind]] = {"spend": "spend", "promotion": "promotion"}


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that could not be used: which, what was typed, and what is wrong with each field."""

    form: str
    fields: Mapping[str, str]
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read: kept, or only looked at when `kept` is None."""

    file: StatedFile
    kept: Kept | None


@routes.get("/b/{brand_id}/settings")
async def show_settings(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """The page."""
    return await _page(request, site, visitor, member, member.brand(brand_id))


@routes.post("/b/{brand_id}/settings")
async def save_general(
    request: Request,
    site: SitePart,
    visitor: VisitorPart,
    member: MemberPart,
    form: Form,
    brand_id: str,
) -> Response:
    """Currency, time zone and what revenue means."""
    brand = member.brand(brand_id)
    try:
        await change_settings(
            site.database,
            user_id=member.person.id,
            brand_id=brand.id,
            currency=form.get("currency", ""),
            timezone=form.get("timezone", ""),
            revenue_basis=form.get("revenue_basis", ""),
        )
    except FieldsError as error:
        refused = Refused(_GENERAL, form, error.problems)
        return await _page(request, site, visitor, member, brand, refused=refused)
    return redirect(f"/b/{brand.id}/settings", notice="settings")


@routes.post("/b/{brand_id}/settings/{what}")
async def add_statement(
    request: Request,
    site: SitePart,
    visitor: VisitorPart,
    member: MemberPart,
    form: Form,
    brand_id: str,
    what: str,
) -> Response:
    """State one thing."""
    brand = member.brand(brand_id)
    if what not in WHATS:
        raise NotFoundError("There is no such page.")
    today = today_in(brand.timezone, site.clock())
    try:
        entry = check_statement(what, form, currency=brand.currency, today=today)
    except FieldsError as error:
        refused = Refused(what, form, error.problems)
        return await _page(request, site, visitor, member, brand, refused=refused)
    await state(site.database, entry, user_id=member.person.id, brand_id=brand.id)
    return redirect(f"/b/{brand.id}/settings#{what}", notice="stated")


@routes.post("/b/{brand_id}/settings/entries/{entry_id}/remove")
async def remove_statement(
    site: SitePart, member: MemberPart, form: Form, brand_id: str, entry_id: str
) -> Response:
    """Take one back."""
    _ = form
    brand = member.brand(brand_id)
    await withdraw(site.database, uuid_of(entry_id), user_id=member.person.id, brand_id=brand.id)
    return redirect(f"/b/{brand.id}/settings", notice="withdrawn")


@routes.post("/b/{brand_id}/settings/spend/remove")
async def remove_files(site: SitePart, member: MemberPart, form: Form, brand_id: str) -> Response:
    """Take back all that files stated about a channel."""
    brand = member.brand(brand_id)
    await withdraw_files(
        site.database,
        user_id=member.person.id,
        brand_id=brand.id,
        kind="spend",
        name=form.get("name", ""),
    )
    return redirect(f"/b/{brand.id}/settings#spend", notice="withdrawn")


@routes.post("/b/{brand_id}/settings/files/{kind}")
async def upload_statements(
    request: Request,
    site: SitePart,
    visitor: VisitorPart,
    member: MemberPart,
    brand_id: str,
    kind: str,
) -> Response:
    """Read a file of spend or promotions, and keep it unless it was only to be checked."""
    brand = member.brand(brand_id)
    if kind not in _FILE_KINDS:
        raise NotFoundError("There is no such page.")
    async with request.form(max_files=1, max_fields=MOST_FORM_FIELDS) as form:
        token = form.get("csrf")
        check_csrf(visitor.form_secret, token if isinstance(token, str) else None)
        try:
            async with kept_upload(form.get("file")) as path:
                file = await asyncio.to_thread(
                    read_stated,
                    path,
                    _FILE_KINDS[kind],
                    currency=brand.currency,
                    timezone=brand.timezone,
                )
        except InputError as error:
            refused = Refused(f"{kind}-file", {}, {"file": _where(error)})
            return await _page(request, site, visitor, member, brand, refused=refused)
        is_check = form.get("check") == "yes"
    kept = None
    if not is_check:
        kept = await keep(site.database, file, user_id=member.person.id, brand_id=brand.id)
    return await _page(request, site, visitor, member, brand, read=Read(file, kept))


def _where(error: InputError) -> str:
    if isinstance(error, FileRefusedError) and error.line is not None:
        return f"Line {error.line}: {error.message}"
    return error.message


async def _page(
    request: Request,
    site: Site,
    visitor: Visitor,
    member: Member,
    brand: BrandRow,
    *,
    refused: Refused | None = None,
    read: Read | None = None,
) -> Response:
    report = await brand_statements(
        site.database, user_id=member.person.id, brand_id=brand.id, now=site.clock()
    )
    month = None
    if report.about("target"):
        month = await month_report(
            site.database, user_id=member.person.id, brand_id=brand.id, now=site.clock()
        )
    currencies = {code: f"{code} – {name}" for code, name in currency_choices()}  # noqa: RUF001
    currencies.setdefault(brand.currency, brand.currency)
    zones = timezone_choices()
    context = {
        "member": member,
        "brand": brand,
        "section": "settings",
        "report": report,
        "month": month,
        "refused": refused,
        "read": read,
        "currencies": currencies,
        "timezones": zones if brand.timezone in zones else (brand.timezone, *zones),
        "cadences": RECURRING,
        "metrics": CATALOGUE,
    }
    status = 422 if refused else 200
    return page(request, "settings.html", context, visitor=visitor, status=status)
