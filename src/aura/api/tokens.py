"""An access token for a browser that is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel

from aura.accounts.cookies import SESSION, cookie_name
from aura.accounts.csrf import check_csrf
from aura.accounts.people import person_of
from aura.api.asking import PartsPart
from aura.errors import SignInError

TOKEN_LIFE = timedelta(hours=1)

routes = APIRouter()


class Token(BaseModel):
    """An access token (JWT) and for how many seconds it is good."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the word of RFC 6750, no secret
    expires_in: int


@routes.post("/token", summary="Get an access token", openapi_extra={"security": [{"session": []}]})
async def issue_token(
    request: Request,
    parts: PartsPart,
    x_csrf_token: Annotated[
        str | None, Header(description="The form token of a page: its field `csrf`.")
    ] = None,
) -> Token:
    """An access token for the signed-in browser; needs its session and its form token."""
    secure = (parts.settings.public_url or str(request.base_url)).startswith("https:")
    session = request.cookies.get(cookie_name(SESSION, secure=secure), "")
    now = parts.clock()
    person = await person_of(parts.database, session, now=now) if session else None
    if person is None:
        raise SignInError
    check_csrf(session, x_csrf_token)
    token = parts.signer.issue(person.id, now=now, ttl=TOKEN_LIFE)
    return Token(access_token=token, expires_in=int(TOKEN_LIFE.total_seconds()))
