"""Shopify's addresses: /admin/oauth/... and /admin/api/{version}/graphql.json of one shop."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from aura_sandbox.faults import FaultScript
from aura_sandbox.shopify import oauth
from aura_sandbox.shopify.bulk import BulkOperations
from aura_sandbox.shopify.connections import OrderIndex
from aura_sandbox.shopify.execution import run
from aura_sandbox.shopify.schema import Visit
from aura_sandbox.shopify.webhooks import Webhooks
from aura_sandbox.surroundings import Surroundings

# oldest first; an older version falls forward to the oldest, as Shopify's versioning page says
VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")


class GraphqlEndpoint:
    """POST graphql.json: one index of orders and the bulk operations of the one shop."""

    def __init__(self, around: Surroundings, faults: FaultScript, webhooks: Webhooks) -> None:
        shop = around.world.scenario.shop
        self._around = around
        self._index = OrderIndex(around.world.order_book, shop.timezone)
        self._faults = faults
        self._bulk = BulkOperations(faults, around.clock.now)
        self._webhooks = webhooks

    async def answer(self, request: Request) -> Response:
        """Execute a query for the owner of the token."""
        around = self._around
        if request.path_params["shop"] != around.world.scenario.shop.domain:
            return JSONResponse({"errors": "Not Found"}, 404)
        wanted = request.path_params["version"]
        served = wanted if wanted in {*VERSIONS, "unstable"} else VERSIONS[0]
        headers = {"X-Shopify-API-Version": served}
        token = around.grants.find(
            "shopify", request.headers.get("x-shopify-access-token", ""), "access"
        )
        if token is None or not token.alive:
            message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return JSONResponse({"errors": message}, 401, headers=headers)
        try:
            body = await request.json()
        except ValueError:
            return JSONResponse({"errors": "Bad Request"}, 400, headers=headers)
        at = around.orders_until_now()
        visit = Visit(
            world=around.world,
            index=self._index,
            at=at,
            scopes=frozenset(token.scopes),
            client_id=token.client_id,
            uninstall=self._uninstall,
            drop_scopes=lambda scopes: around.grants.drop_scopes(token.grant_id, scopes),
            bulk=self._bulk,
            webhooks=self._webhooks,
            site=f"{request.url.scheme}://{request.url.netloc}",
            report_fault=self._faults.next_for_report,
        )
        answer = run(body, visit, around.bucket)
        self._webhooks.wake()
        return JSONResponse(answer, headers=headers)

    def _uninstall(self) -> None:
        self._around.grants.revoke_all("shopify")
        self._webhooks.uninstalled()

    async def file(self, request: Request) -> Response:
        """The file of a bulk operation, for whoever has its address."""
        name, secret = request.path_params["name"], request.query_params.get("signature", "")
        content = self._bulk.file(name, secret)
        if content is None:
            return Response("<Error><Code>ExpiredToken</Code></Error>", 403)
        return Response(content, media_type="application/jsonl")


def routes(around: Surroundings, faults: FaultScript, webhooks: Webhooks) -> list[BaseRoute]:
    """The routes under /shopify."""
    graphql = GraphqlEndpoint(around, faults, webhooks)
    return [
        Route("/bulk-files/{name}", graphql.file),
        Route("/{shop}/admin/oauth/authorize", oauth.authorize, methods=["GET", "POST"]),
        Route("/{shop}/admin/oauth/access_token", oauth.access_token, methods=["POST"]),
        Route("/{shop}/admin/api/{version}/graphql.json", graphql.answer, methods=["POST"]),
    ]
