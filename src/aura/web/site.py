"""What every page needs: the installation's parts, who is asking, and a page as an answer.

In: a request. Out: Visitor and responses. The decision: a person is looked up once for a request,
and a form token exists for everybody, signed in or not, so that no form can be sent from elsewhere.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment

from aura.accounts.cookies import FORM, SESSION, cookie_name
from aura.accounts.csrf import check_csrf, csrf_token
from aura.accounts.limits import Limits
from aura.accounts.people import Person, person_of
from aura.accounts.sessions import LIFETIME
from aura.accounts.tokens import TokenSigner
from aura.config import Settings
from aura.connectors.contract import Connector
from aura.errors import ForbiddenError, NotFoundError, SignInError
from aura.model import Platform
from aura.store import reports as store
from aura.store.database import Database
from aura.store.reports import BrandRow
from aura.store.secrets import Keyring

# of one link in a minute, for each process that serves
LINK_READS = 30
# answers to a form: short texts only, no files
MOST_FORM_FIELDS = 40
# a message for the next page, shown once
_NOTICE_SECONDS = 60
_LOCAL_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


@dataclass(frozen=True, slots=True)
class Site:
    """The parts of this installation that pages use."""

    database: Database
    keyring: Keyring
    connectors: Mapping[Platform, Connector]
    signer: TokenSigner
    settings: Settings
    clock: Callable[[], datetime]
    templates: Environment
    # how often each link's table may be read: a spreadsheet asks once an hour
    link_reads: Limits = field(default_factory=lambda: Limits(LINK_READS, 60))

    def is_secure(self, request: Request) -> bool:
        """Whether browsers reach this page over https."""
        return (self.settings.public_url or str(request.base_url)).startswith("https:")

    def address(self, request: Request, path: str) -> str:
        """The absolute address of a path, as platforms are told to come back to."""
        return (self.settings.public_url or str(request.base_url)).rstrip("/") + path


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is asking. `person` is None for somebody who is not signed in."""

    person: Person | None
    session: str | None = field(repr=False)
    form_secret: str = field(repr=False)

    @property
    def csrf(self) -> str:
        """The token that each of this visitor's forms carries."""
        return csrf_token(self.form_secret)


@dataclass(frozen=True, slots=True)
class Member:
    """A visitor who is signed in, with their brands."""

    person: Person
    session: str = field(repr=False)
    brands: tuple[BrandRow, ...]

    def brand(self, brand_id: str) -> BrandRow:
        """Their brand of that id; NotFoundError otherwise, alike for foreign and missing ones."""
        for brand in self.brands:
            if str(brand.id) == brand_id.lower():
                return brand
        raise NotFoundError("There is no such page.")


def site_of(request: Request) -> Site:
    """The site that the application was made with."""
    site: Site = request.app.state.site
    return site


SitePart = Annotated[Site, Depends(site_of)]


async def visitor_of(request: Request, site: SitePart) -> Visitor:
    """Who is asking, from the cookies."""
    secure = site.is_secure(request)
    session = request.cookies.get(cookie_name(SESSION, secure=secure))
    person = await person_of(site.database, session, now=site.clock()) if session else None
    if person is not None and session is not None:
        return Visitor(person, session, session)
    secret = request.cookies.get(cookie_name(FORM, secure=secure)) or secrets.token_urlsafe()
    return Visitor(None, None, secret)


VisitorPart = Annotated[Visitor, Depends(visitor_of)]


async def member_of(site: SitePart, visitor: VisitorPart) -> Member:
    """The signed-in person with their brands; SignInError for anybody else."""
    if visitor.person is None or visitor.session is None:
        raise SignInError
    async with site.database.as_user(visitor.person.id) as connection:
        brands = await store.brands(connection)
    return Member(visitor.person, visitor.session, tuple(brands))


MemberPart = Annotated[Member, Depends(member_of)]


async def checked_form(request: Request, visitor: VisitorPart) -> dict[str, str]:
    """The fields of a form that our own page made; ForbiddenError without its token."""
    form = await request.form(max_files=0, max_fields=MOST_FORM_FIELDS)
    fields = {key: value for key, value in form.items() if isinstance(value, str)}
    check_csrf(visitor.form_secret, fields.pop("csrf", None))
    return fields


Form = Annotated[dict[str, str], Depends(checked_form)]


def local_path(text: str | None) -> str | None:
    """The text when it is a path of this site; None for anything that could lead elsewhere."""
    return text if text and _LOCAL_PATH.fullmatch(text) else None


def page(
    request: Request,
    template: str,
    context: Mapping[str, Any],
    *,
    visitor: Visitor,
    status: int = 200,
) -> HTMLResponse:
    """The template as an answer, with what the layout needs."""
    site = site_of(request)
    secure = site.is_secure(request)
    notice = request.cookies.get("aura_notice")
    html = site.templates.get_template(template).render(
        visitor=visitor, notice=NOTICES.get(notice or ""), **context
    )
    response = HTMLResponse(html, status_code=status)
    if visitor.session is None and visitor.form_secret:
        set_cookie(response, FORM, visitor.form_secret, secure=secure)
    if notice:
        response.delete_cookie("aura_notice", path="/", httponly=True, samesite="lax")
    return response


def set_cookie(
    response: Response, name: str, value: str, *, secure: bool, lifetime: timedelta | None = None
) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send with their forms."""
    response.set_cookie(
        cookie_name(name, secure=secure),
        value,
        max_age=int(lifetime.total_seconds()) if lifetime else None,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def keep_session(request: Request, response: Response, token: str) -> None:
    """Sign this browser in."""
    set_cookie(
        response,
        SESSION,
        token,
        secure=site_of(request).is_secure(request),
        lifetime=LIFETIME,
    )


def end_session(request: Request, response: Response) -> None:
    """Sign this browser out."""
    secure = site_of(request).is_secure(request)
    response.delete_cookie(
        cookie_name(SESSION, secure=secure),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


# what the next page says, by a word in a cookie: no text of a request ever reaches a page this way
NOTICES: dict[str, str] = {
    "connected": "Connected. The first numbers arrive within a few minutes.",
    "choose": "Connected. Now choose which accounts to read.",
    "chosen": "Saved. The first numbers arrive within a few minutes.",
    "disconnected": "Disconnected. The numbers read so far stay.",
    "link-ended": "The link has ended: whoever reads it from now on is refused.",
    "key-revoked": "Revoked. Whatever uses the key from now on is refused.",
    "undone": "Undone. The days are what they were before that file.",
    "syncing": "A sync has been asked for and starts within moments.",
    "queued": "A sync is running. Another one follows as soon as it has ended.",
    "welcome": "Welcome to Aura. Add your first brand to begin.",
    "settings": "Saved. Every figure follows these settings from now on.",
    "stated": "Saved. The figures of the days it covers follow it.",
    "withdrawn": "Removed. The figures are as if it had not been stated.",
    "answered": "Kept.",
    "brand": "Brand added. Connect its store to see the first numbers.",
}


def redirect(path: str, *, notice: str | None = None) -> RedirectResponse:
    """Send the browser to another page after a form, with a word for what happened."""
    response = RedirectResponse(path, status_code=303)
    if notice:
        response.set_cookie(
            "aura_notice", notice, max_age=_NOTICE_SECONDS, path="/", httponly=True, samesite="lax"
        )
    return response


def sign_in_path(request: Request) -> str:
    """The sign-in page, which leads back here after a sign-in when this was a page to read."""
    if request.method != "GET" or request.url.path == "/":
        return "/sign-in"
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?next={quote(target, safe='/')}"


def uuid_of(text: str) -> UUID:
    """The id in an address; NotFoundError for a text that is none."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("There is no such page.") from None


def require_own(condition: object, message: str) -> None:
    """ForbiddenError with the message unless the condition holds."""
    if not condition:
        raise ForbiddenError(message)
