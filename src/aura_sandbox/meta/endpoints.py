"""Meta's addresses: login and the Graph API, each under a version."""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from aura_sandbox.meta import insights, oauth
from aura_sandbox.meta.errors import GraphError, closed, parameter, unknown_object
from aura_sandbox.scenario import AdAccount
from aura_sandbox.surroundings import Surroundings
from aura_sandbox.world.days import day_of

Parameters = dict[str, str]
Handler = Callable[[Request], Awaitable[Response]]
OLDEST_VERSION, NEWEST_VERSION = 21, 26


def graph(handler: Handler) -> Handler:
    """Answer errors by an envelope and refuse dead versions."""

    async def answer(request: Request) -> Response:
        try:
            _check_version(request.path_params["version"])
            return await handler(request)
        except GraphError as error:
            return error.response()

    return answer


def _check_version(version: str) -> None:
    match = re.fullmatch(r"v(\d+)\.0", version)
    number = int(match[1]) if match else 0
    if not match or number > NEWEST_VERSION:
        raise GraphError(f"Unknown path components: /{version}", code=2500)
    if number < OLDEST_VERSION:
        raise GraphError(
            f"(#2635) You are calling a deprecated version of the Ads API. Please update to the "
            f"latest version: v{NEWEST_VERSION}.0.",
            code=2635,
        )


async def _parameters(request: Request) -> Parameters:
    found = dict(request.query_params)
    if request.method == "POST":
        found |= {name: str(value) for name, value in (await request.form()).items()}
    return found


def _cursor(index: int) -> str:
    return base64.urlsafe_b64encode(f"row:{index}".encode()).decode()


def _place(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("row:"))
    except ValueError:
        raise parameter("Invalid cursors values") from None


def page(request: Request, rows: list[Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """A page with cursors; `next` only when there is one: an address with the whole query."""
    try:
        limit = int(parameters.get("limit", "25"))
    except ValueError:
        raise parameter("Param limit must be an integer") from None
    if not 1 <= limit <= 5000:
        raise parameter(
            "Please reduce the amount of data you're asking for, then retry your request"
        )
    start = _place(parameters["after"]) + 1 if parameters.get("after") else 0
    chosen = rows[start : start + limit]
    if not chosen:
        return {"data": []}
    paging: dict[str, Any] = {
        "cursors": {"before": _cursor(start), "after": _cursor(start + len(chosen) - 1)}
    }
    if start + limit < len(rows):
        query = {**parameters, "after": paging["cursors"]["after"]}
        paging["next"] = f"{str(request.url).partition('?')[0]}?{urlencode(query)}"
    return {"data": chosen, "paging": paging}


def _chosen(node: dict[str, Any], parameters: Mapping[str, str], default: str) -> dict[str, Any]:
    names = [name.strip() for name in parameters.get("fields", default).strip("[]").split(",")]
    names = [name.strip('"') for name in names if name.strip('"')]
    for name in names:
        if name not in node:
            raise parameter(f"Tried accessing nonexisting field ({name})")
    return {**{name: node[name] for name in names if node[name] is not None}, "id": node["id"]}


def account_node(account: AdAccount, created: str) -> dict[str, Any]:
    """An ad account as a Graph node; `account_status` 1 is active, 2 disabled."""
    return {
        "id": f"act_{account.id}",
        "account_id": account.id,
        "name": account.name,
        "currency": account.currency,
        "timezone_name": account.timezone,
        "account_status": 1 if account.enabled else 2,
        "disable_reason": 0 if account.enabled else 1,
        "created_time": created,
        "business_name": account.name,
        "amount_spent": "0",
        "owner": "10150000000000002",
    }


@dataclass(slots=True)
class _Run:
    account: AdAccount
    question: insights.Question
    grant_id: str
    started_at: int
    polls: int = 0


class GraphApi:
    """The signed-in part of the Graph API; report runs live as long as the process."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._runs: dict[str, _Run] = {}

    def _account(self, number: str) -> AdAccount:
        account = self._around.world.account("meta", number)
        if account is None:
            raise unknown_object(f"act_{number}")
        return account

    def _counted(self, account: AdAccount) -> dict[str, str]:
        """Count a call about an account and tell its usage; GraphError while it is closed."""
        quota = self._around.meta
        limit = quota.limit(len(account.campaigns))
        is_open = quota.take(account.id, limit)
        usage = quota.headers(account.id, limit)
        if not is_open:
            raise closed(usage)
        return {**usage, "facebook-api-version": f"v{NEWEST_VERSION}.0"}

    def _needs_ads_read(self, scopes: tuple[str, ...]) -> None:
        if not {"ads_read", "ads_management"} & set(scopes):
            raise GraphError(
                "(#200) Ad account owner has NOT grant ads_management or ads_read permission",
                code=200,
            )

    async def me(self, request: Request) -> Response:
        """GET /me."""
        parameters = await _parameters(request)
        oauth.token_of(request, parameters)
        node = {"id": "10150000000000001", "name": "Sandbox Person"}
        return JSONResponse(_chosen(node, parameters, "name"))

    async def ad_accounts(self, request: Request) -> Response:
        """GET /me/adaccounts."""
        parameters = await _parameters(request)
        token = oauth.token_of(request, parameters)
        self._needs_ads_read(token.scopes)
        accounts = self._around.world.scenario.accounts_of("meta")
        created = self._around.world.order_book.first_day.isoformat() + "T00:00:00+0000"
        nodes = [
            _chosen(account_node(account, created), parameters, "account_id")
            for account in accounts
        ]
        return JSONResponse(page(request, nodes, parameters))

    async def permissions(self, request: Request) -> Response:
        """GET lists, DELETE revokes the app."""
        parameters = await _parameters(request)
        token = oauth.token_of(request, parameters)
        if request.method == "DELETE":
            self._around.grants.revoke(token.grant_id)
            return JSONResponse({"success": True})
        data = [{"permission": scope, "status": "granted"} for scope in token.scopes]
        return JSONResponse({"data": data})

    async def account(self, request: Request) -> Response:
        """GET /act_{id}."""
        parameters = await _parameters(request)
        token = oauth.token_of(request, parameters)
        self._needs_ads_read(token.scopes)
        account = self._account(request.path_params["account"])
        created = self._around.world.order_book.first_day.isoformat() + "T00:00:00+0000"
        return JSONResponse(_chosen(account_node(account, created), parameters, "account_id"))

    async def campaigns(self, request: Request) -> Response:
        """GET /act_{id}/campaigns: those that exist by now."""
        parameters = await _parameters(request)
        token = oauth.token_of(request, parameters)
        self._needs_ads_read(token.scopes)
        account = self._account(request.path_params["account"])
        usage = self._counted(account)
        today = day_of(self._around.clock.now(), account.timezone)
        nodes = []
        for book in self._around.world.listed_campaigns(account):
            if book.first_day > today:
                continue
            running = account.enabled and (book.last_day is None or book.last_day >= today)
            status = "ACTIVE" if running else "PAUSED"
            node = {
                "id": book.campaign.id,
                "account_id": account.id,
                "name": book.campaign.name,
                "status": status,
                "effective_status": status,
                "objective": "OUTCOME_SALES",
            }
            nodes.append(_chosen(node, parameters, "name"))
        return JSONResponse(page(request, nodes, parameters), headers=usage)

    async def insights(self, request: Request) -> Response:
        """GET answers at once, POST starts a report."""
        parameters = await _parameters(request)
        token = oauth.token_of(request, parameters)
        self._needs_ads_read(token.scopes)
        account = self._account(request.path_params["account"])
        usage = self._counted(account)
        at = self._around.clock.now()
        question = insights.ask(parameters, day_of(at, account.timezone))
        if request.method == "POST":
            run_id = str(6_000_000_000_000_000 + len(self._runs) * 7 + 1)
            self._runs[run_id] = _Run(account, question, token.grant_id, at)
            return JSONResponse({"report_run_id": run_id}, headers=usage)
        rows = insights.rows(self._around.world, account, question, at)
        return JSONResponse(page(request, rows, parameters), headers=usage)

    def _run(self, request: Request, grant_id: str) -> _Run:
        run_id = request.path_params["run"]
        run = self._runs.get(run_id)
        if run is None or run.grant_id != grant_id:
            raise unknown_object(run_id)
        return run

    async def run(self, request: Request) -> Response:
        """GET /{report_run_id}: half done at the first look, complete at the second."""
        parameters = await _parameters(request)
        run = self._run(request, oauth.token_of(request, parameters).grant_id)
        usage = self._counted(run.account)
        run.polls += 1
        done = run.polls > 1
        node = {
            "id": request.path_params["run"],
            "account_id": run.account.id,
            "time_ref": run.started_at,
            "time_completed": run.started_at if done else None,
            "async_status": "Job Completed" if done else "Job Running",
            "async_percent_completion": 100 if done else 40,
            "is_running": not done,
            "date_start": run.question.first.isoformat(),
            "date_stop": run.question.last.isoformat(),
            "error_code": None,
            "error_subcode": None,
            "error_message": None,
            "error_user_title": None,
            "error_user_msg": None,
        }
        default = "account_id,time_ref,time_completed,async_status,async_percent_completion"
        return JSONResponse(_chosen(node, parameters, default), headers=usage)

    async def run_insights(self, request: Request) -> Response:
        """GET /{report_run_id}/insights."""
        parameters = await _parameters(request)
        run = self._run(request, oauth.token_of(request, parameters).grant_id)
        usage = self._counted(run.account)
        if run.polls < 2:
            raise GraphError(
                "Unsupported get request: the report is not complete", code=100, subcode=1487534
            )
        rows = insights.rows(
            self._around.world, run.account, run.question, self._around.clock.now()
        )
        return JSONResponse(page(request, rows, parameters), headers=usage)


def routes(around: Surroundings) -> list[BaseRoute]:
    """The routes under /meta; node addresses also answer with a trailing slash, as the SDK asks."""
    api = GraphApi(around)
    table: list[tuple[str, Handler, list[str]]] = [
        ("/oauth/access_token", graph(oauth.access_token), ["GET", "POST"]),
        ("/debug_token", graph(oauth.debug_token), ["GET"]),
        ("/me/adaccounts", graph(api.ad_accounts), ["GET"]),
        ("/me/permissions", graph(api.permissions), ["GET", "DELETE"]),
        ("/me", graph(api.me), ["GET"]),
        ("/act_{account}/insights", graph(api.insights), ["GET", "POST"]),
        ("/act_{account}/campaigns", graph(api.campaigns), ["GET"]),
        ("/act_{account}", graph(api.account), ["GET"]),
        ("/{run}/insights", graph(api.run_insights), ["GET"]),
        ("/{run}", graph(api.run), ["GET"]),
    ]
    made: list[BaseRoute] = [
        Route("/{version}/dialog/oauth", oauth.dialog, methods=["GET", "POST"])
    ]
    for path, handler, methods in table:
        made.append(Route("/{version}" + path, handler, methods=methods))
        made.append(Route("/{version}" + path + "/", handler, methods=methods))
    return made
