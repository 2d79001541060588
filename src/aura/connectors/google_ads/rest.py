"""Calls to the Google Ads REST API: whole streams only, every failure by its code.

A customer and a query go in, the rows of the whole stream come out. The stream is a JSON array that
is read to its closing bracket: one that ends early is not JSON and is asked for again. Failures
come as an object, or wrapped in an array, or as the last element of a stream that had begun well.
Source: developers.google.com/google-ads/api, "Error types", REST "Search and SearchStream", v26.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from aura.connectors.contract import Application
from aura.connectors.fields import Document, documents
from aura.connectors.google_ads.queries import API_VERSION
from aura.connectors.http import Answer, HttpClient, failure_by_status
from aura.errors import BadDataError, ConnectorError, NeedsReconnectError, TryLaterError

_PERMISSION: Final = frozenset({"authenticationError", "authorizationError"})
_WHY_DENIED: Final = {
    "OAUTH_TOKEN_EXPIRED": "the permission has expired",
    "OAUTH_TOKEN_INVALID": "the permission is no longer valid",
    "OAUTH_TOKEN_REVOKED": "the permission was withdrawn at Google",
    "GOOGLE_ACCOUNT_DELETED": "the Google account was deleted",
    "NOT_ADS_USER": "this Google account has no Google Ads account any more",
    "CUSTOMER_NOT_FOUND": "this Google Ads account does not exist any more",
    "USER_PERMISSION_DENIED": "this Google account has no access to the Google Ads account",
    "TWO_STEP_VERIFICATION_NOT_ENROLLED": "the Google account needs two-step verification",
}
_TROUBLE: Final = frozenset({"internalError"})
_QUOTA: Final = "quotaError"
_DELAY: Final = re.compile(r"(\d+(?:\.\d+)?)s")
_DEFAULT_WAIT: Final = 60.0
# Without a stated delay a daily budget is the likely one that ran out.
_QUOTA_WAIT: Final = 900.0


class CustomerDisabledError(NeedsReconnectError):
    """This Google Ads account is not enabled: it was closed, suspended or never finished."""


class ProjectNotApprovedError(NeedsReconnectError):
    """Google has not approved this Cloud project for real accounts; apply for Explorer access."""


class AdsApi:
    """The Google Ads API for one application."""

    def __init__(self, http: HttpClient, application: Application) -> None:
        self._http = http
        self._base = f"{application.api_url.rstrip('/')}/{API_VERSION}"

    async def accessible_customers(self, token: str) -> list[str]:
        """Numbers of the customers that the grant can sign in as."""
        answer = await self._http.send(
            "GET",
            f"{self._base}/customers:listAccessibleCustomers",
            failure_of=failure_of,
            headers={"Authorization": f"Bearer {token}"},
        )
        names = Document(answer.body, "Google's answer")
        listed = names.value("resourceNames") if "resourceNames" in names else []
        if not isinstance(listed, list) or not all(_is_customer(name) for name in listed):
            raise BadDataError("Google gave customers without a number.")
        return [name.removeprefix("customers/") for name in listed]

    async def search(
        self, token: str, customer: str, query: str, *, login: str | None = None
    ) -> list[Document]:
        """The rows of a query, all of them. `login` is the manager that access comes through."""
        headers = {"Authorization": f"Bearer {token}"}
        if login is not None:
            headers["login-customer-id"] = login
        answer = await self._http.send(
            "POST",
            f"{self._base}/customers/{customer}/googleAds:searchStream",
            failure_of=failure_of,
            headers=headers,
            document={"query": query},
        )
        return [
            row
            for chunk in documents(answer.body, "Google's answer")
            if "results" in chunk
            for row in chunk.documents("results")
        ]


def _is_customer(name: Any) -> bool:
    return isinstance(name, str) and re.fullmatch(r"customers/[0-9]+", name) is not None


def failure_of(answer: Answer) -> ConnectorError | None:
    """What went wrong, None for an answer without an error."""
    for error in _errors(answer.body):
        return _failure(error, answer)
    return failure_by_status("Google Ads", answer)


def _errors(body: Any) -> Iterator[Mapping[str, Any]]:
    for part in body if isinstance(body, list) else [body]:
        if isinstance(part, Mapping) and isinstance(part.get("error"), Mapping):
            yield part["error"]


def _failure(error: Mapping[str, Any], answer: Answer) -> ConnectorError:
    codes = dict(_codes(error))
    status = error.get("status")
    if "CUSTOMER_NOT_ENABLED" in codes.values():
        return CustomerDisabledError()
    if _QUOTA in codes or status == "RESOURCE_EXHAUSTED":
        return TryLaterError(
            "Google's limit of operations is reached.",
            retry_after=_stated_delay(error, _QUOTA_WAIT),
        )
    if _PERMISSION & codes.keys() or status in {"UNAUTHENTICATED", "PERMISSION_DENIED"}:
        if "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION" in codes.values():
            return ProjectNotApprovedError()
        return NeedsReconnectError(_permission_message(codes, status))
    trouble = {"UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED", "ABORTED", "CANCELLED"}
    if _TROUBLE & codes.keys() or status in trouble or answer.status >= 500:
        return TryLaterError(
            f"Google Ads has trouble of its own ({status}).",
            retry_after=_stated_delay(error, _DEFAULT_WAIT),
        )
    named = ", ".join(f"{kind}.{code}" for kind, code in codes.items()) or str(status)
    return BadDataError(f"Google Ads refused a request ({named}).")


def _permission_message(codes: Mapping[str, str], status: Any) -> str:
    code = next((codes[kind] for kind in sorted(_PERMISSION) if kind in codes), str(status))
    why = _WHY_DENIED.get(code, "access to this account is denied")
    return f"Google Ads cannot be read: {why} ({code}). Connect Google Ads again."


def _failures(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The single failures of all `GoogleAdsFailure` details."""
    for detail in _list(error.get("details")):
        yield from _list(detail.get("errors"))


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []


def _codes(error: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for failure in _failures(error):
        code = failure.get("errorCode")
        if isinstance(code, Mapping):
            yield from ((str(kind), str(value)) for kind, value in code.items())


def _stated_delay(error: Mapping[str, Any], otherwise: float) -> float:
    for failure in _failures(error):
        details = failure.get("details")
        quota = details.get("quotaErrorDetails") if isinstance(details, Mapping) else None
        delay = quota.get("retryDelay") if isinstance(quota, Mapping) else None
        if isinstance(delay, str) and (found := _DELAY.fullmatch(delay)):
            return float(found[1])
    return otherwise
