"""Errors as pages: what happened and what to do, never a traceback.

A page that needs a sign-in leads to it. What is missing and what is somebody else's look the same.
"""

from __future__ import annotations

import logging
import re

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from aura.errors import (
    AuraError,
    ConnectorError,
    SignInError,
    TooManyRequestsError,
    TooManyTriesError,
)
from aura.web.security import HEADERS
from aura.web.site import Visitor, page, sign_in_path

log = logging.getLogger(__name__)
# an address whose last part is a secret
_SECRET_PATH = re.compile(r"/feed/.+")

TITLES = {
    400: "That did not arrive in one piece",
    401: "Please sign in",
    403: "This is not allowed",
    404: "There is no such page",
    405: "There is no such page",
    409: "That is done already",
    413: "That is too much at once",
    422: "That cannot be used",
    429: "One moment",
    502: "The platform did not answer as it should",
    503: "The database is not there right now",
}


# a refusal has no forms and is the same for everybody, so nobody is looked up for it
_ANYBODY = Visitor(None, None, "")


def refusal(request: Request, status: int, message: str, *, title: str | None = None) -> Response:
    """A page that says what went wrong."""
    context = {
        "status": status,
        "title": title or TITLES.get(status, "Something went wrong"),
        "message": message,
    }
    return page(request, "refusal.html", context, visitor=_ANYBODY, status=status)


def _logged_path(request: Request) -> str:
    """The path as it may stand in a log: without the key of a link."""
    return _SECRET_PATH.sub("/feed/…", request.url.path)


async def _known(request: Request, error: Exception) -> Response:
    if not isinstance(error, AuraError):
        raise error
    if isinstance(error, SignInError) and not isinstance(error, TooManyTriesError):
        return RedirectResponse(sign_in_path(request), status_code=303)
    if error.http_status == 404:
        return refusal(request, 404, "It does not exist, or it is not yours to see.")
    if error.http_status >= 500 and not isinstance(error, ConnectorError):
        log.error("%s at %s", type(error).__name__, _logged_path(request))
    response = refusal(request, error.http_status, error.message)
    if isinstance(error, TooManyTriesError | TooManyRequestsError):
        response.headers["retry-after"] = str(error.retry_after)
    return response


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status in {404, 405}:
        return refusal(request, status, "It does not exist, or it is not yours to see.")
    detail = str(error.detail) if isinstance(error, HTTPException) else ""
    return refusal(request, status, detail or "Go back and try again.")


async def _invalid(request: Request, _error: Exception) -> Response:
    return refusal(request, 422, "A part of the address or of the form cannot be read.")


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected error at %s", _logged_path(request), exc_info=error)
    message = "The error has been written to the log. Nothing you had stored was changed."
    answer = refusal(request, 500, message)
    # answered outside of the layer that completes every other answer
    answer.headers.update(HEADERS | {"cache-control": "no-store"})
    return answer


def install_refusals(application: FastAPI) -> None:
    """Answer every error with a page."""
    application.add_exception_handler(AuraError, _known)
    application.add_exception_handler(HTTPException, _http)
    application.add_exception_handler(RequestValidationError, _invalid)
    application.add_exception_handler(Exception, _unexpected)
