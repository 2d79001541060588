"""Errors of the Google Ads API as REST gives them: a status with a GoogleAdsFailure inside."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.responses import JSONResponse

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
}
_MESSAGES = {
    400: "Request contains an invalid argument.",
    401: "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
    "cookie or other valid authentication credential. See "
    "https://developers.google.com/identity/sign-in/web/devconsole-project.",
    403: "The caller does not have permission",
    404: "Requested entity was not found.",
}


class AdsError(Exception):
    """A failure: `family` and `code` are of the API, as queryError and UNRECOGNIZED_FIELD."""

    def __init__(self, family: str, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.family, self.code, self.message, self.status = family, code, message, status

    def response(self, *, in_array: bool) -> JSONResponse:
        """The error; searchStream wraps it in an array."""
        error: dict[str, Any] = {
            "code": self.status,
            "message": _MESSAGES[self.status],
            "status": _STATUS[self.status],
            "details": [
                {
                    "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
                    "errors": [{"errorCode": {self.family: self.code}, "message": self.message}],
                    "requestId": secrets.token_urlsafe(16),
                }
            ],
        }
        body: Any = [{"error": error}] if in_array else {"error": error}
        return JSONResponse(body, self.status)


def query_error(code: str, message: str) -> AdsError:
    """An error of the query's text."""
    return AdsError("queryError", code, message)
