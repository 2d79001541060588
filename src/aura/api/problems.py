"""Errors as RFC 9457 problem details: status, title, detail, and a code that does not change."""

from __future__ import annotations

import logging
import re

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from aura.errors import AuraError, NotFoundError, SignInError, TooManyTriesError

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


def problem(status: int, code: str, title: str, detail: str = "") -> JSONResponse:
    """The answer; `detail` is a sentence for people."""
    content = {"type": "about:blank", "status": status, "code": code, "title": title}
    if detail:
        content["detail"] = detail
    return JSONResponse(content, status_code=status, media_type=MEDIA_TYPE)


def code_of(error: AuraError) -> str:
    """`NotFoundError` is `not-found`."""
    name = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


async def _known(request: Request, error: Exception) -> Response:
    if not isinstance(error, AuraError):
        raise error
    if error.http_status >= 500:
        log.error("%s at %s", type(error).__name__, request.url.path)
    title = (type(error).__doc__ or "").partition("\n")[0]
    # foreign and missing look the same
    detail = "" if isinstance(error, NotFoundError) else error.message
    answer = problem(error.http_status, code_of(error), title, detail)
    if isinstance(error, TooManyTriesError):
        answer.headers["retry-after"] = str(error.retry_after)
    elif isinstance(error, SignInError):
        answer.headers["www-authenticate"] = "Bearer"
    return answer


async def _http(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status in {404, 405}:
        return problem(status, "not-found", "Not found.")
    detail = str(error.detail) if isinstance(error, HTTPException) else ""
    return problem(status, "request", "This request cannot be answered.", detail)


async def _invalid(_request: Request, error: Exception) -> Response:
    parts = []
    if isinstance(error, RequestValidationError):
        parts = [f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors()]
    return problem(422, "input", "What was given cannot be used.", "; ".join(parts))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected error at %s", request.url.path, exc_info=error)
    return problem(500, "unexpected", "Something went wrong in Aura.")


def install_problems(application: FastAPI) -> None:
    """Answer every error as a problem."""
    application.add_exception_handler(AuraError, _known)
    application.add_exception_handler(HTTPException, _http)
    application.add_exception_handler(RequestValidationError, _invalid)
    application.add_exception_handler(Exception, _unexpected)
