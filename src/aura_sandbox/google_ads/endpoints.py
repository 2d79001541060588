"""Google's addresses: OAuth, and customers of the Google Ads API under a version."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from aura_sandbox.google_ads import oauth, reports
from aura_sandbox.google_ads.errors import AdsError
from aura_sandbox.google_ads.gaql import Query, parse
from aura_sandbox.scenario import AdAccount
from aura_sandbox.surroundings import Surroundings
from aura_sandbox.world.days import day_of

Handler = Callable[[Request], Awaitable[Response]]
OLDEST_VERSION, NEWEST_VERSION = 23, 26
PAGE = 10_000


def _answering(handler: Handler, *, in_array: bool = False) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            _check_version(request.path_params["version"])
            return await handler(request)
        except AdsError as error:
            return error.response(in_array=in_array)

    return answer


def _check_version(version: str) -> None:
    match = re.fullmatch(r"v(\d+)", version)
    if not match or not OLDEST_VERSION <= int(match[1]) <= NEWEST_VERSION:
        raise AdsError(
            "requestError",
            "UNSUPPORTED_VERSION",
            f"Version {version} is deprecated. Requests to this version will be blocked.",
        )


class CustomerApi:
    """The signed-in part of the Google Ads API."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def _authenticate(self, request: Request) -> None:
        text = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = self._around.grants.find("google_ads", text, "access")
        if token is None or not token.alive:
            code = "OAUTH_TOKEN_INVALID"
            if token is not None:
                code = "OAUTH_TOKEN_REVOKED" if token.revoked else "OAUTH_TOKEN_EXPIRED"
            raise AdsError("authenticationError", code, "The OAuth token cannot be used.", 401)
        if oauth.ADWORDS not in token.scopes:
            raise AdsError(
                "authorizationError",
                "MISSING_TOS" if not token.scopes else "USER_PERMISSION_DENIED",
                "Request had insufficient authentication scopes.",
                403,
            )

    def _customer(self, request: Request) -> AdAccount:
        """The customer of the address, if the login customer reaches it."""
        number = request.path_params["customer"]
        if not re.fullmatch(r"\d{10}", number):
            raise AdsError(
                "requestError", "INVALID_CUSTOMER_ID", f"Invalid customer ID '{number}'."
            )
        login = request.headers.get("login-customer-id")
        account = self._around.world.account("google_ads", number)
        reached = account is not None and (
            (account.parent is None and login in {None, number})
            or (account.parent is not None and login == account.parent)
        )
        if account is None or not reached:
            raise AdsError(
                "authorizationError",
                "USER_PERMISSION_DENIED",
                "User doesn't have permission to access customer. Note: If you're accessing a "
                "client customer, the manager's customer id must be set in the "
                "'login-customer-id' header.",
                403,
            )
        if not account.enabled:
            raise AdsError(
                "authorizationError",
                "CUSTOMER_NOT_ENABLED",
                "The customer account can't be accessed because it is not yet enabled or has been "
                "deactivated.",
                403,
            )
        return account

    async def accessible(self, request: Request) -> Response:
        """GET customers:listAccessibleCustomers: direct access only."""
        self._authenticate(request)
        accounts = self._around.world.scenario.accounts_of("google_ads")
        names = [f"customers/{account.id}" for account in accounts if account.parent is None]
        return JSONResponse({"resourceNames": names})

    async def _ask(self, request: Request) -> tuple[Query, list[Any], Any]:
        self._authenticate(request)
        account = self._customer(request)
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            raise AdsError(
                "requestError", "REQUIRED_FIELD_MISSING", "Required field is missing: query"
            )
        at = self._around.clock.now()
        query = parse(body["query"], day_of(at, account.timezone))
        if account.manager and query.has_metrics:
            raise AdsError(
                "queryError",
                "REQUESTED_METRICS_FOR_MANAGER",
                "Metrics cannot be requested for a manager account. To retrieve metrics, issue "
                "separate requests against each client account under the manager account.",
            )
        return query, reports.rows(self._around.world, account, query, at), body

    @staticmethod
    def _mask(query: Query) -> str:
        return ",".join(
            ".".join(reports.camel(part) for part in name.split(".")) for name in query.fields
        )

    async def stream(self, request: Request) -> Response:
        """POST googleAds:searchStream: an array of batches."""
        query, rows, _body = await self._ask(request)
        mask, request_id = self._mask(query), secrets.token_urlsafe(16)
        batches: list[dict[str, Any]] = []
        for start in range(0, max(len(rows), 1), PAGE):
            batch: dict[str, Any] = {"fieldMask": mask, "requestId": request_id}
            if rows:
                batch = {"results": rows[start : start + PAGE], **batch}
            batches.append(batch)
        batches[-1]["queryResourceConsumption"] = str(300 + len(rows))
        return JSONResponse(batches, headers={"request-id": request_id})

    async def search(self, request: Request) -> Response:
        """POST googleAds:search: pages of 10,000."""
        query, rows, body = await self._ask(request)
        if "pageSize" in body:
            raise AdsError(
                "requestError",
                "PAGE_SIZE_NOT_SUPPORTED",
                "Setting the page size is not supported. Search Responses will have fixed page "
                "size of '10000' rows.",
            )
        start = self._start(body.get("pageToken"))
        answer: dict[str, Any] = {"fieldMask": self._mask(query)}
        if rows:
            answer = {"results": rows[start : start + PAGE], **answer}
        if body.get("searchSettings", {}).get("returnTotalResultsCount"):
            answer["totalResultsCount"] = str(len(rows))
        if start + PAGE < len(rows):
            answer["nextPageToken"] = f"P{start + PAGE}"
        return JSONResponse(answer, headers={"request-id": secrets.token_urlsafe(16)})

    @staticmethod
    def _start(token: Any) -> int:
        if not token:
            return 0
        match = re.fullmatch(r"P(\d+)", str(token))
        if match is None:
            raise AdsError("requestError", "INVALID_PAGE_TOKEN", "Invalid page token.")
        return int(match[1])


def routes(around: Surroundings) -> list[BaseRoute]:
    """The routes under /google."""
    api = CustomerApi(around)
    customers = "/{version}/customers"
    return [
        Route("/o/oauth2/v2/auth", oauth.authorize, methods=["GET", "POST"]),
        Route("/token", oauth.token, methods=["POST"]),
        Route("/revoke", oauth.revoke, methods=["POST"]),
        Route(customers + ":listAccessibleCustomers", _answering(api.accessible), methods=["GET"]),
        Route(
            customers + "/{customer}/googleAds:searchStream",
            _answering(api.stream, in_array=True),
            methods=["POST"],
        ),
        Route(customers + "/{customer}/googleAds:search", _answering(api.search), methods=["POST"]),
    ]
