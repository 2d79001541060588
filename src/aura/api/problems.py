"""Errors as RFC 9457 problem details, each kind with an address that does not change.

In: an error of the tree, or one of the framework. Out: `application/problem+json` with `type`
(where the kind is explained: `/v1/problems/<code>`), `status`, `code`, `title` and, for people,
`detail`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from aura.errors import (
    AuraError,
    NotFoundError,
    SignInError,
    TooManyRequestsError,
    TooManyTriesError,
)

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its word, its status, and what it means in a sentence."""

    code: str
    status: int
    title: str

    @property
    def address(self) -> str:
        """Where it is explained: its `type`, the same in every installation."""
        return f"/v1/problems/{self.code}"


def code_of(error: type[AuraError]) -> str:
    """`NotFoundError` is `not-found`."""
    name = error.__name__.removesuffix("Error")
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _kind_of(error: type[AuraError]) -> Kind:
    return Kind(code_of(error), error.http_status, (error.__doc__ or "").partition("\n")[0])


def _below(error: type[AuraError]) -> Iterator[type[AuraError]]:
    for one in error.__subclasses__():
        yield one
        yield from _below(one)


REQUEST = Kind("request", 400, "This request cannot be answered.")
METHOD = Kind("method-not-allowed", 405, "This address has no such method.")
TOO_LARGE = Kind("too-large", 413, "This is too much at once.")
UNEXPECTED = Kind("unexpected", 500, "Something went wrong in Aura.")


def kinds() -> dict[str, Kind]:
    """Every kind of problem there is, by its word: the error tree's and the framework's."""
    tree = [_kind_of(error) for error in _below(AuraError)]
    known = {kind.code: kind for kind in (*tree, REQUEST, METHOD, TOO_LARGE, UNEXPECTED)}
    return dict(sorted(known.items(), key=lambda item: (item[1].status, item[0])))


def problem(kind: Kind, detail: str = "", *, status: int | None = None) -> JSONResponse:
    """The answer; `detail` is a sentence for people."""
    content = {
        "type": kind.address,
        "status": status or kind.status,
        "code": kind.code,
        "title": kind.title,
    }
    if detail:
        content["detail"] = detail
    return JSONResponse(content, status_code=status or kind.status, media_type=MEDIA_TYPE)


def problem_of(error: AuraError) -> JSONResponse:
    """The answer to an error of the tree."""
    # foreign and missing look the same
    detail = "" if isinstance(error, NotFoundError) else error.message
    answer = problem(_kind_of(type(error)), detail)
    if isinstance(error, TooManyTriesError | TooManyRequestsError):
        answer.headers["retry-after"] = str(error.retry_after)
    elif isinstance(error, SignInError):
        answer.headers["www-authenticate"] = "Bearer"
    return answer


def problem_of_http(error: HTTPException) -> JSONResponse:
    """The answer to an error of the framework."""
    if error.status_code == NotFoundError.http_status:
        return problem(_kind_of(NotFoundError))
    known = {kind.status: kind for kind in (METHOD, TOO_LARGE)}.get(error.status_code)
    if known is None:
        return problem(REQUEST, str(error.detail), status=error.status_code)
    answer = problem(known, "" if known is METHOD else str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _known(request: Request, error: Exception) -> Response:
    if not isinstance(error, AuraError):
        raise error
    if error.http_status >= 500:
        log.error("%s at %s", type(error).__name__, request.url.path)
    return problem_of(error)


async def _http(_request: Request, error: Exception) -> Response:
    return problem_of_http(error) if isinstance(error, HTTPException) else problem(UNEXPECTED)


async def _invalid(_request: Request, error: Exception) -> Response:
    parts = []
    if isinstance(error, RequestValidationError):
        parts = [f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors()]
    return problem(kinds()["input"], "; ".join(parts))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected error at %s", request.url.path, exc_info=error)
    return problem(UNEXPECTED)


def install_problems(application: FastAPI) -> None:
    """Answer every error as a problem."""
    application.add_exception_handler(AuraError, _known)
    application.add_exception_handler(HTTPException, _http)
    application.add_exception_handler(RequestValidationError, _invalid)
    application.add_exception_handler(Exception, _unexpected)
