"""Files: upload an export, see what was imported, take it back.

An upload is kept in a folder of its own, which nobody else can read, until it has been imported or
refused, and never longer.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from aura.accounts.csrf import check_csrf
from aura.accounts.links import list_links
from aura.errors import AuraError, FileRefusedError, InputError
from aura.imports.any_file import import_file
from aura.imports.order_result import ImportResult
from aura.imports.report_result import COUNTED, ReportResult, ReportTerms
from aura.imports.undo import undo_import
from aura.model import PLATFORM_NAMES
from aura.reports.export import TITLES, has_parquet
from aura.store.filed_orders import UNDO_DAYS
from aura.store.imports import list_imports
from aura.store.reports import BrandRow
from aura.web.file_answers import (
    FileAnswers,
    answers_in,
    columns_asked,
    fields_of_files,
    kinds_of_files,
    questions_of,
)
from aura.web.site import (
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
# two for each column that a person may name, and the form's own
_MOST_FIELDS = 240
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
    async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
        token = form.get("csrf")
        check_csrf(visitor.form_secret, token if isinstance(token, str) else None)
        answers = answers_in(form)
        try:
            async with kept_upload(form.get("file")) as path:
                result = await import_file(
                    site.database,
                    site.keyring,
                    path=path,
                    brand_id=brand.id,
                    now=site.clock(),
                    created_by=member.person.id,
                    terms=answers.terms,
                    complete_history=form.get("complete_history") == "yes",
                    dry_run=form.get("step") == "check",
                )
        except AuraError as error:
            if error.http_status >= 500:
                raise
            return await imports_page(
                request, site, visitor, member, brand, problem=error, answers=answers
            )
    return await imports_page(request, site, visitor, member, brand, result=result, answers=answers)


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


def _what(result: ImportResult | ReportResult) -> str:
    """What a file was recognised as."""
    if isinstance(result, ImportResult):
        return "A Shopify orders export"
    if result.platform != "shopify":
        return f"A report of {PLATFORM_NAMES[result.platform]} by day"
    return "A Shopify report by day"


def _total(result: ImportResult | ReportResult) -> str:
    """What a file comes to, in words."""
    if isinstance(result, ImportResult):
        return f"{result.orders:,} orders, revenue {result.revenue:,.2f} {result.currency}"
    if result.total_of in COUNTED:
        return f"{result.total:,} {result.total_of.replace('_', ' ')}"
    several = "" if result.campaigns == 1 else "s"
    about = f"{result.campaigns:,} campaign{several}, " if result.campaigns else ""
    what = result.total_of.replace("_", " ")
    return f"{about}{what} {result.total:,.2f} {result.currency or ''}".strip()


def _bad_rows(
    problem: AuraError | None, result: ImportResult | ReportResult | None
) -> tuple[tuple[int, str, str], ...]:
    """The rows that could not be read, of a refused file or of one without them."""
    if isinstance(problem, FileRefusedError):
        return problem.rows
    return result.left_out if result else ()


def _as_csv(rows: tuple[tuple[int, str, str], ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([("line", "column", "what is wrong"), *rows])
    return text.getvalue()


async def imports_page(
    request: Request,
    site: Site,
    visitor: Visitor,
    member: Member,
    brand: BrandRow,
    *,
    problem: AuraError | None = None,
    result: ImportResult | ReportResult | None = None,
    answers: FileAnswers | None = None,
    link_problem: AuraError | None = None,
    address: str | None = None,
) -> Response:
    """The page, with what has just come of it; `address` is that of a new link, shown once."""
    async with site.database.as_user(member.person.id) as connection:
        files = await list_imports(connection, brand.id)
    bad_rows = _bad_rows(problem, result)
    context = {
        "member": member,
        "brand": brand,
        "section": "imports",
        "files": files,
        "names": PLATFORM_NAMES,
        "problem": problem.message if problem else None,
        "result": result,
        "what": _what(result) if result else "",
        "total": _total(result) if result else "",
        "answers": questions_of(problem),
        "columns": columns_asked(problem),
        "fields": fields_of_files(),
        "kinds": kinds_of_files(),
        "said": answers.terms if answers else ReportTerms(),
        "carried": answers.carried
        if answers and (problem or (result and result.is_dry_run))
        else (),
        "bad_rows": bad_rows,
        "rows_as_csv": _as_csv(bad_rows),
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
