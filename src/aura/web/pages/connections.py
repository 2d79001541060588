"""Connections: connect a platform, choose accounts, sync now, disconnect.

A form leads to the platform's consent page and the platform leads back to the callback, which is
good once, for ten minutes, and for the browser that began it (`sync.connect` checks that).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from aura.accounts.sessions import session_hash
from aura.connectors.registry import is_configured
from aura.errors import AuraError, InputError, NotFoundError
from aura.model import PLATFORM_NAMES, PLATFORMS, Platform
from aura.reports.connections import Connection, connections
from aura.store.reports import BrandRow
from aura.sync.connect import Connected, begin, choose_accounts, complete, disconnect, sync_now
from aura.web.refusals import refusal
from aura.web.security import policy_for_leaving
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


def platform_of(platform: str) -> Platform:
    """The platform in an address; NotFoundError for another word."""
    if platform not in PLATFORMS:
        raise NotFoundError("There is no such page.")
    return platform


PlatformPart = Annotated[Platform, Depends(platform_of)]


@dataclass(frozen=True, slots=True)
class Held:
    """A connection of one of the person's brands."""

    id: UUID
    brand: BrandRow
    connection: Connection


async def held_by(site: SitePart, member: MemberPart, brand_id: str, integration: str) -> Held:
    """The connection in an address; NotFoundError where it is not the brand's."""
    brand, wanted = member.brand(brand_id), uuid_of(integration)
    known = await connections(
        site.database, user_id=member.person.id, brand_id=brand.id, now=site.clock()
    )
    for one in known:
        if one.integration_id == wanted:
            return Held(wanted, brand, one)
    raise NotFoundError("There is no such page.")


HeldPart = Annotated[Held, Depends(held_by)]


@routes.get("/b/{brand_id}/connections")
async def show_connections(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """A card for each platform."""
    return await _page(request, site, visitor, member, member.brand(brand_id))


@routes.get("/b/{brand_id}/connections/cards")
async def show_cards(
    request: Request, site: SitePart, visitor: VisitorPart, member: MemberPart, brand_id: str
) -> Response:
    """The cards alone, for a page that looks again while something is read."""
    brand = member.brand(brand_id)
    return await _page(request, site, visitor, member, brand, template="connection_cards.html")


@routes.post("/b/{brand_id}/connections/{platform}/connect")
async def connect(
    request: Request,
    site: SitePart,
    visitor: VisitorPart,
    member: MemberPart,
    form: Form,
    brand_id: str,
    platform: PlatformPart,
) -> Response:
    """Lead the browser to the platform's consent page."""
    brand = member.brand(brand_id)
    try:
        address = await begin(
            site.database,
            site.connectors,
            user_id=member.person.id,
            brand_id=brand.id,
            platform=platform,
            shop=form.get("shop", "").strip() or None,
            session_hash=session_hash(member.session),
            redirect_uri=_callback(request, site, platform),
            now=site.clock(),
        )
    except AuraError as error:
        if error.http_status == 404:
            raise
        return await _page(
            request, site, visitor, member, brand, problem=(platform, error), shop=form.get("shop")
        )
    return RedirectResponse(
        address,
        status_code=303,
        headers={"content-security-policy": policy_for_leaving(*_origins(site))},
    )


@routes.get("/oauth/{platform}/callback")
async def come_back(
    request: Request, site: SitePart, member: MemberPart, platform: PlatformPart
) -> Response:
    """Where a platform leads back to: a state that is not ours, or a denied consent, is refused."""
    try:
        connected = await complete(
            site.database,
            site.keyring,
            site.connectors,
            user_id=member.person.id,
            platform=platform,
            query=dict(request.query_params),
            session_hash=session_hash(member.session),
            redirect_uri=_callback(request, site, platform),
            now=site.clock(),
        )
    except AuraError as error:
        name = PLATFORM_NAMES[platform]
        status = error.http_status if error.http_status < 500 else 502
        return refusal(request, status, error.message, title=f"{name} was not connected")
    return after_connecting(connected)


def after_connecting(connected: Connected) -> Response:
    """To the choice of accounts where there is one, else back to the cards."""
    base = f"/b/{connected.brand_id}/connections"
    if connected.needs_choice:
        return redirect(f"{base}/{connected.integration_id}/accounts", notice="choose")
    return redirect(base, notice="connected")


@routes.get("/b/{brand_id}/connections/{integration}/accounts")  # noqa: FAST003 - `held_by` reads both
async def ask_for_accounts(
    request: Request,
    visitor: VisitorPart,
    member: MemberPart,
    held: HeldPart,
) -> Response:
    """Which of the accounts behind a grant to read."""
    return _choice(request, visitor, member, held)


@routes.post("/b/{brand_id}/connections/{integration}/accounts")  # noqa: FAST003 - `held_by` reads both
async def choose(
    request: Request,
    site: SitePart,
    visitor: VisitorPart,
    member: MemberPart,
    form: Form,
    held: HeldPart,
) -> Response:
    """Keep the choice and begin to read."""
    wanted = [key.removeprefix("account:") for key in form if key.startswith("account:")]
    if not wanted:
        problem = "Choose at least one account."
        return _choice(request, visitor, member, held, problem=problem)
    try:
        await choose_accounts(
            site.database,
            user_id=member.person.id,
            integration_id=held.id,
            external_ids=wanted,
            now=site.clock(),
        )
    except InputError as error:
        return _choice(request, visitor, member, held, problem=error.message)
    return redirect(f"/b/{held.brand.id}/connections", notice="chosen")


@routes.get("/b/{brand_id}/connections/{integration}/disconnect")  # noqa: FAST003 - `held_by` reads both
async def ask_to_disconnect(
    request: Request,
    visitor: VisitorPart,
    member: MemberPart,
    held: HeldPart,
) -> Response:
    """What disconnecting means, and the button for it."""
    return page(
        request,
        "disconnect.html",
        _layout(member, held.brand) | {"connection": held.connection},
        visitor=visitor,
    )


@routes.post("/b/{brand_id}/connections/{integration}/disconnect")  # noqa: FAST003 - `held_by` reads both
async def do_disconnect(site: SitePart, member: MemberPart, form: Form, held: HeldPart) -> Response:
    """End the grant here and at the platform."""
    del form  # read for its token alone
    await disconnect(
        site.database,
        site.keyring,
        site.connectors,
        user_id=member.person.id,
        integration_id=held.id,
        now=site.clock(),
    )
    return redirect(f"/b/{held.brand.id}/connections", notice="disconnected")


@routes.post("/b/{brand_id}/connections/{integration}/sync")  # noqa: FAST003 - `held_by` reads both
async def do_sync(site: SitePart, member: MemberPart, form: Form, held: HeldPart) -> Response:
    """Make the connection's sync due now."""
    del form  # read for its token alone
    is_running = await sync_now(
        site.database, user_id=member.person.id, integration_id=held.id, now=site.clock()
    )
    notice = "queued" if is_running else "syncing"
    return redirect(f"/b/{held.brand.id}/connections", notice=notice)


def _callback(request: Request, site: Site, platform: Platform) -> str:
    return site.address(request, f"/oauth/{platform}/callback")


def _origins(site: Site) -> tuple[str, ...]:
    """Where consent pages live when it is not on https, as in a sandbox on this machine."""
    settings = site.settings
    addresses = (settings.shopify_url, settings.meta_login_url, settings.google_ads_login_url)
    parts = [urlsplit(address) for address in addresses]
    return tuple(dict.fromkeys(f"http://{one.netloc}" for one in parts if one.scheme == "http"))


def _layout(member: Member, brand: BrandRow) -> dict[str, object]:
    return {"member": member, "brand": brand, "section": "connections"}


async def _page(
    request: Request,
    site: Site,
    visitor: Visitor,
    member: Member,
    brand: BrandRow,
    *,
    problem: tuple[Platform, AuraError] | None = None,
    shop: str | None = None,
    template: str = "connections.html",
) -> Response:
    known = await connections(
        site.database, user_id=member.person.id, brand_id=brand.id, now=site.clock()
    )
    context = _layout(member, brand) | {
        "connections": known,
        "problem": {problem[0]: problem[1].message} if problem else {},
        "shop": (shop or "")[:255],
        "is_ready": _ready(site),
    }
    status = problem[1].http_status if problem else 200
    answer = page(request, template, context, visitor=visitor, status=status)
    # a browser applies the policy of the page that holds the form to where the form leads
    answer.headers["content-security-policy"] = policy_for_leaving(*_origins(site))
    return answer


def _ready(site: Site) -> Mapping[Platform, bool]:
    """Platforms for which this installation has an OAuth application of its own."""
    return {platform: is_configured(site.settings, platform) for platform in PLATFORMS}


def _choice(
    request: Request,
    visitor: Visitor,
    member: Member,
    held: Held,
    *,
    problem: str | None = None,
) -> Response:
    context = _layout(member, held.brand) | {"connection": held.connection, "problem": problem}
    status = 422 if problem else 200
    return page(request, "choose_accounts.html", context, visitor=visitor, status=status)
