"""Tables as files, and addresses that a spreadsheet refreshes one from."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from aura.accounts.links import DEFAULT_DAYS, end_link, make_link, open_link
from aura.errors import AuraError, InputError, TooManyRequestsError
from aura.reports.export import Export, export, known_dataset
from aura.web.pages.imports import imports_page
from aura.web.site import (
    Form,
    MemberPart,
    SitePart,
    VisitorPart,
    redirect,
    uuid_of,
)

routes = APIRouter(include_in_schema=False)


@routes.get("/b/{brand_id}/export/{dataset}.{form}")
async def download(
    request: Request, site: SitePart, member: MemberPart, brand_id: str, dataset: str, form: str
) -> Response:
    """A table as CSV or Parquet, of all days or of those that the address names."""
    made = await export(
        site.database,
        user_id=member.person.id,
        brand_id=member.brand(brand_id).id,
        dataset=dataset,
        kind=form,
        first_day=_day(request, "from"),
        last_day=_day(request, "to"),
        now=site.clock(),
    )
    return _streamed(made)


@routes.get("/feed/{token}.csv")
async def feed(site: SitePart, token: str) -> Response:
    """The table of a link: the token in the address is all that is asked for.

    TooManyRequestsError for one that is read far more often than a spreadsheet does.
    """
    now = site.clock()
    used = await open_link(site.database, token, now=now)
    room = site.link_reads.take(token)
    if room.is_over:
        raise TooManyRequestsError(
            "This link is read too often. Wait a minute.", retry_after=room.seconds
        )
    made = await export(
        site.database,
        user_id=used.user_id,
        brand_id=used.brand_id,
        dataset=used.dataset,
        now=now,
    )
    return _streamed(made)


@routes.post("/b/{brand_id}/links")
async def add(
    request: Request,
    site: SitePart,
    visitor: VisitorPart,
    member: MemberPart,
    form: Form,
    brand_id: str,
) -> Response:
    """Make a link; its address is shown on the answer and never again."""
    brand = member.brand(brand_id)
    days = str(form.get("days") or DEFAULT_DAYS)
    try:
        made = await make_link(
            site.database,
            user_id=member.person.id,
            brand_id=brand.id,
            dataset=known_dataset(str(form.get("dataset") or "")),
            name=str(form.get("name") or ""),
            days=int(days) if days.isascii() and days.isdigit() else 0,
            now=site.clock(),
        )
    except AuraError as error:
        if error.http_status >= 500:
            raise
        return await imports_page(request, site, visitor, member, brand, link_problem=error)
    address = site.address(request, f"/feed/{made.token}.csv")
    return await imports_page(request, site, visitor, member, brand, address=address)


@routes.post("/b/{brand_id}/links/{link_id}/end")
async def end(
    site: SitePart, member: MemberPart, form: Form, brand_id: str, link_id: str
) -> Response:
    """End a link at once."""
    _ = form
    brand = member.brand(brand_id)
    await end_link(
        site.database, user_id=member.person.id, brand_id=brand.id, link_id=uuid_of(link_id)
    )
    return redirect(f"/b/{brand.id}/imports", notice="link-ended")


def _day(request: Request, name: str) -> date | None:
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("A day is written as 2026-09-01.") from None


def _streamed(made: Export) -> Response:
    return StreamingResponse(
        made.pieces,
        media_type=made.media_type,
        headers={"Content-Disposition": f'attachment; filename="{made.file_name}"'},
    )
