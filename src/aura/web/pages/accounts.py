"""Sign up, sign in, sign out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from aura.accounts.people import sign_in, sign_out, sign_up
from aura.errors import ConflictError, InputError, SignInError, TooManyTriesError
from aura.web.site import (
    Form,
    MemberPart,
    SitePart,
    Visitor,
    VisitorPart,
    end_session,
    keep_session,
    local_path,
    page,
    redirect,
)

routes = APIRouter(include_in_schema=False)


@routes.get("/")
async def start(member: MemberPart) -> Response:
    """The first brand's overview, or the page that makes one."""
    if not member.brands:
        return RedirectResponse("/brands/new", status_code=303)
    return RedirectResponse(f"/b/{member.brands[0].id}", status_code=303)


@routes.get("/sign-in")
async def ask_to_sign_in(request: Request, visitor: VisitorPart) -> Response:
    """The sign-in form."""
    if visitor.person is not None:
        return RedirectResponse("/", status_code=303)
    return _sign_in_form(request, visitor, next_path=request.query_params.get("next"))


@routes.post("/sign-in")
async def do_sign_in(
    request: Request, site: SitePart, visitor: VisitorPart, form: Form
) -> Response:
    """Begin a session and go on to where the person wanted to go."""
    email, target = form.get("email", ""), form.get("next")
    try:
        signed_in = await sign_in(
            site.database,
            email=email,
            password=form.get("password", ""),
            now=site.clock(),
            replaces=visitor.session,
        )
    except SignInError as error:
        status = error.http_status
        answer = _sign_in_form(
            request, visitor, email=email, next_path=target, problem=error.message, status=status
        )
        if isinstance(error, TooManyTriesError):
            answer.headers["retry-after"] = str(error.retry_after)
        return answer
    response = RedirectResponse(local_path(target) or "/", status_code=303)
    keep_session(request, response, signed_in.token)
    return response


@routes.get("/sign-up")
async def ask_to_sign_up(request: Request, visitor: VisitorPart) -> Response:
    """The sign-up form."""
    if visitor.person is not None:
        return RedirectResponse("/", status_code=303)
    return _sign_up_form(request, visitor, {})


@routes.post("/sign-up")
async def do_sign_up(
    request: Request, site: SitePart, visitor: VisitorPart, form: Form
) -> Response:
    """Make an account and begin its first session."""
    email, password = form.get("email", ""), form.get("password", "")
    try:
        await sign_up(site.database, email=email, password=password, name=form.get("name") or None)
    except ConflictError:
        # as little as can be said without e-mail: it did not work, and two ways on
        message = "This address cannot be used for a new account. If it is yours, sign in instead."
        return _sign_up_form(request, visitor, form, problem=message, status=409)
    except InputError as error:
        return _sign_up_form(request, visitor, form, problem=error.message, status=422)
    signed_in = await sign_in(
        site.database, email=email, password=password, now=site.clock(), replaces=visitor.session
    )
    response = redirect("/brands/new", notice="welcome")
    keep_session(request, response, signed_in.token)
    return response


@routes.post("/sign-out")
async def do_sign_out(
    request: Request, site: SitePart, visitor: VisitorPart, form: Form
) -> Response:
    """End the session here and in the database."""
    del form  # read for its token alone
    if visitor.session is not None:
        await sign_out(site.database, visitor.session)
    response = RedirectResponse("/sign-in", status_code=303)
    end_session(request, response)
    return response


def _sign_in_form(
    request: Request,
    visitor: Visitor,
    *,
    email: str = "",
    next_path: str | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    context = {"email": email[:255], "next_path": local_path(next_path), "problem": problem}
    return page(request, "sign_in.html", context, visitor=visitor, status=status)


def _sign_up_form(
    request: Request,
    visitor: Visitor,
    form: dict[str, str],
    *,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    context = {
        "email": form.get("email", "")[:255],
        "name": form.get("name", "")[:100],
        "problem": problem,
    }
    return page(request, "sign_up.html", context, visitor=visitor, status=status)
