"""Files: upload an export, see what was imported, take it back.

An upload is kept in a folder of its own, which nobody else can read, until it has been imported or
refused, and never longer.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from aura.accounts.csrf import check_csrf
from aura.accounts.links import list_links
from aura.errors import AuraError, InputError
from aura.imports.any_file import import_file
from aura.imports.order_result import ImportResult
from aura.imports.report_result import ReportResult, ReportTerms
from aura.imports.undo import undo_import
from aura.model import PLATFORM_NAMES
from aura.reports.export import TITLES, has_parquet
from aura.store.filed_orders import UNDO_DAYS
from aura.store.imports import list_imports
from aura.store.reports import BrandRow
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
UPLOADS = re.compile(r"/b/[0-9A-Fa-f-]{36}/imports")
_CHUNK = 1 << 20
_NOT_A_NAME = re.compile(r"[^\w .()\[\]+-]")


@routes.get("/b/{brand_id}/imports")
async def show_imports(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """The form, and the files that were imported."""
    return await imports_page(request, site, visitor, member, member.brand(brand_id))


@routes.post("/b/{brand_id}/imports")
async def upload(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """Import a file, or only look at it (`step=check`); say why it was refused."""
    brand = member.brand(brand_id)
    async with request.form(max_files=1, max_fields=MOST_FORM_FIELDS) as form:
        token = form.get("csrf")
        check_csrf(visitor.form_secret, token if isinstance(token, str) else None)
        try:
            async with kept_upload(form.get("file")) as path:
                result = await import_file(
                    site.database,
                    site.keyring,
                    path=path,
                    brand_id=brand.id,
                    now=site.clock(),
                    created_by=member.person.id,
                    terms=_terms(form),
                    complete_history=form.get("complete_history") == "yes",
                    dry_run=form.get("step") == "check",
                )
        except AuraError as error:
            if error.http_status >= 500:
                raise
            return await imports_page(request, site, visitor, member, brand, problem=error)
    return await imports_page(request, site, visitor, member, brand, result=result)


@routes.post("/b/{brand_id}/imports/{import_id}/undo")
async def undo(
    request: Request,
    site: SitePart,
    visitor: VisitorPart,
    member: MemberPart,
    form: Form,
    brand_id: str,
    import_id: str,
) -> Response:
    """Take an import back."""
    _ = form
    brand = member.brand(brand_id)
    try:
        await undo_import(
            site.database,
            import_id=uuid_of(import_id),
            user_id=member.person.id,
            now=site.clock(),
        )
    except AuraError as error:
        if error.http_status != 409:
            raise
        return await imports_page(request, site, visitor, member, brand, problem=error)
    return redirect(f"/b/{brand.id}/imports", notice="undone")


@asynccontextmanager
async def kept_upload(file: UploadFile | str | None) -> AsyncIterator[Path]:
    """The uploaded file on disk under its own name, for as long as it is needed."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise InputError("Choose a file first.")
    # a file system counts bytes
    name = _NOT_A_NAME.sub("_", Path(file.filename).name).encode()[-200:].decode(errors="ignore")
    with tempfile.TemporaryDirectory(prefix="aura-upload-") as folder:
        path = Path(folder) / f"{name.lstrip('. ') or 'file'}"
        async with await anyio.open_file(path, "wb") as kept:
            while chunk := await file.read(_CHUNK):
                await kept.write(chunk)
        yield path


def _terms(form: FormData) -> ReportTerms:
    def text(name: str) -> str:
        value = form.get(name)
        return value.strip() if isinstance(value, str) else ""

    orders = {"day": "day first", "month": "month first"}
    order = orders.get(text("first_is") or text("first"))
    return ReportTerms(
        currency=text("currency") or None,
        account=text("account") or None,
        order="day first" if order == "day first" else "month first" if order else None,
        may_shrink="yes" in {text("replace"), text("anyway")},
    )


def _what(result: ImportResult | ReportResult) -> str:
    """What a file was recognised as."""
    if isinstance(result, ImportResult):
        return "A Shopify orders export"
    if result.total_of == "ad_spend":
        return f"A report of {PLATFORM_NAMES[result.platform]} by day"
    return "A Shopify report by day"


def _total(result: ImportResult | ReportResult) -> str:
    """What a file comes to, in words."""
    if isinstance(result, ImportResult):
        return f"{result.orders:,} orders, revenue {result.revenue:,.2f} {result.currency}"
    if result.total_of == "new_customers":
        return f"{result.total:,} new customers"
    several = "" if result.campaigns == 1 else "s"
    about = f"{result.campaigns:,} campaign{several}, " if result.campaigns else ""
    what = result.total_of.replace("_", " ")
    return f"{about}{what} {result.total:,.2f} {result.currency or ''}".strip()


# what a person may answer to a refusal: a field, its value, and what the button says
_ANSWERS = {
    "shrink": [("anyway", "yes", "Replace anyway")],
    "ambiguous_dates": [
        ("first_is", "day", "The day comes first"),
        ("first_is", "month", "The month comes first"),
    ],
}


async def imports_page(
    request: Request,
    site: Site,
    visitor: Visitor,
    member: Member,
    brand: BrandRow,
    *,
    problem: AuraError | None = None,
    result: ImportResult | ReportResult | None = None,
    link_problem: AuraError | None = None,
    address: str | None = None,
) -> Response:
    """The page, with what has just come of it; `address` is that of a new link, shown once."""
    async with site.database.as_user(member.person.id) as connection:
        files = await list_imports(connection, brand.id)
    context = {
        "member": member,
        "brand": brand,
        "section": "connections",
        "files": files,
        "names": PLATFORM_NAMES,
        "problem": problem.message if problem else None,
        "result": result,
        "what": _what(result) if result else "",
        "total": _total(result) if result else "",
        "answers": _ANSWERS.get(getattr(problem, "code", ""), []),
        "undoable_since": site.clock() - UNDO_DAYS,
        "tables": TITLES,
        "has_parquet": has_parquet(),
        "links": await list_links(site.database, user_id=member.person.id, brand_id=brand.id),
        "link_problem": link_problem.message if link_problem else None,
        "address": address,
    }
    refused = problem or link_problem
    status = refused.http_status if refused else 200
    return page(request, "imports.html", context, visitor=visitor, status=status)
