"""API keys of the person who is signed in: listed, made (shown once) and revoked."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from aura.accounts.keys import DEFAULT_DAYS, MOST_DAYS, create_key, list_keys, revoke_key
from aura.errors import AuraError
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


@routes.get("/keys")
async def show_keys(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart
) -> Response:
    """The keys and the form for another one."""
    return await _page(request, site, visitor, member)


@routes.post("/keys")
async def add(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, form: Form
) -> Response:
    """Make a key; its secret is shown on the answer and never again."""
    days = form.get("days", "").strip()
    try:
        made = await create_key(
            site.database,
            user_id=member.person.id,
            name=form.get("name", ""),
            scopes=["read", "write"] if form.get("scope") == "write" else ["read"],
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0,
            now=site.clock(),
        )
    except AuraError as error:
        if error.http_status not in {409, 422}:
            raise
        return await _page(request, site, visitor, member, problem=error, form=form)
    return await _page(request, site, visitor, member, secret=made.secret)


@routes.post("/keys/{key_id}/revoke")
async def revoke(site: SitePart, member: MemberPart, form: Form, key_id: str) -> Response:
    """End a key at once."""
    _ = form
    await revoke_key(site.database, user_id=member.person.id, key_id=uuid_of(key_id))
    return redirect("/keys", notice="key-revoked")


async def _page(
    request: Request,
    site: Site,
    visitor: Visitor,
    member: Member,
    *,
    problem: AuraError | None = None,
    form: dict[str, str] | None = None,
    secret: str | None = None,
) -> Response:
    context = {
        "member": member,
        "brand": None,
        "section": "keys",
        "keys": await list_keys(site.database, user_id=member.person.id),
        "now": site.clock(),
        "problem": problem.message if problem else None,
        "form": {"name": "", "scope": "read", "days": str(DEFAULT_DAYS)} | (form or {}),
        "most_days": MOST_DAYS,
        "secret": secret,
    }
    status = problem.http_status if problem else 200
    answer = page(request, "keys.html", context, visitor=visitor, status=status)
    if secret:
        answer.headers["cache-control"] = "no-store"
    return answer
