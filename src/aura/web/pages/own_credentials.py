"""Connect with credentials of one's own: one form a platform, which works without JavaScript.

A secret goes one way: from the form to the platform and, sealed, into the database. No page shows
it again, not even the page that says what was wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.errors import AuraError
from aura.model import PLATFORM_NAMES, Platform
from aura.store.reports import BrandRow
from aura.sync.own_credentials import FIELDS, connect_with_own, credentials_of
from aura.web.pages.connections import PlatformPart, after_connecting
from aura.web.site import (
    Form,
    Member,
    MemberPart,
    SitePart,
    Visitor,
    VisitorPart,
    page,
)

routes = APIRouter(include_in_schema=False)


@routes.get("/b/{brand_id}/connections/{platform}/own")
async def ask_for_credentials(
    request: Request,
    visitor: VisitorPart,
    member: MemberPart,
    brand_id: str,
    platform: PlatformPart,
) -> Response:
    """The form."""
    return _form(request, visitor, member, member.brand(brand_id), platform)


@routes.post("/b/{brand_id}/connections/{platform}/own")
async def take_credentials(
    request: Request,
    site: SitePart,
    visitor: VisitorPart,
    member: MemberPart,
    form: Form,
    brand_id: str,
    platform: PlatformPart,
) -> Response:
    """Check the credentials with the platform and connect the brand by them."""
    brand = member.brand(brand_id)
    try:
        connected = await connect_with_own(
            site.database,
            site.keyring,
            site.connectors,
            user_id=member.person.id,
            brand_id=brand.id,
            platform=platform,
            credentials=credentials_of(platform, form),
            now=site.clock(),
        )
    except AuraError as error:
        if error.http_status == 404:
            raise
        return _form(request, visitor, member, brand, platform, problem=error, given=form)
    return after_connecting(connected)


def _form(
    request: Request,
    visitor: Visitor,
    member: Member,
    brand: BrandRow,
    platform: Platform,
    *,
    problem: AuraError | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    fields = FIELDS[platform]
    shown = {one.name: (given or {}).get(one.name, "")[:255] for one in fields if not one.is_secret}
    context = {
        "member": member,
        "brand": brand,
        "section": "connections",
        "platform": platform,
        "platform_name": PLATFORM_NAMES[platform],
        "fields": fields,
        "given": shown,
        "problem": problem.message if problem else None,
    }
    status = problem.http_status if problem else 200
    return page(request, "own_credentials.html", context, visitor=visitor, status=status)
