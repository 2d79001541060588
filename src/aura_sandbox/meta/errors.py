"""Errors as the Graph API words them: an envelope with code, type and often a subcode."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse


class GraphError(Exception):
    """An error envelope on its way to the caller."""

    def __init__(
        self,
        message: str,
        *,
        code: int,
        kind: str = "OAuthException",
        subcode: int | None = None,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.code, self.kind = message, code, kind
        self.subcode, self.status = subcode, status
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The envelope."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
        if self.code == 190:
            told = f'OAuth "Facebook Platform" "invalid_token" "{self.message}"'
            self.headers["WWW-Authenticate"] = told
        return JSONResponse({"error": error}, self.status, headers=self.headers)


def parameter(message: str) -> GraphError:
    """Error 100: a parameter that cannot be used."""
    return GraphError(f"(#100) {message}", code=100)


def closed(headers: Mapping[str, str]) -> GraphError:
    """An ad account that was called too often; the headers say when it opens."""
    return GraphError(
        "(#80000) There have been too many calls from this ad-account. Wait a bit and try again.",
        code=80000,
        subcode=2446079,
        headers=headers,
    )


def unknown_object(object_id: str) -> GraphError:
    """What the Graph API says about an object that is not there or not yours."""
    return GraphError(
        f"Unsupported get request. Object with ID '{object_id}' does not exist, cannot be loaded "
        "due to missing permissions, or does not support this operation. Please read the Graph API "
        "documentation at https://developers.facebook.com/docs/graph-api",
        code=100,
        kind="GraphMethodException",
        subcode=33,
    )
