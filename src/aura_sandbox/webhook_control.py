"""The sandbox's own addresses for webhooks: who is told, deliver now, ask what a customer asks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aura_sandbox.shopify.webhooks import Webhooks


async def _webhooks(request: Request) -> Response:
    """GET shows subscriptions and deliveries; POST sets addresses and faults, DELETE ends them."""
    webhooks: Webhooks = request.app.state.webhooks
    if request.method == "DELETE":
        webhooks.forget_faults()
    if request.method == "POST":
        try:
            webhooks.configure(await request.json())
        except ValueError as error:
            return JSONResponse({"error": f"The webhooks cannot be set: {error}"}, 400)
    return JSONResponse(webhooks.shown())


async def _deliver(request: Request) -> Response:
    """Deliver what is due by the clock, now, and show what was answered."""
    webhooks: Webhooks = request.app.state.webhooks
    await webhooks.deliver()
    return JSONResponse(webhooks.shown())


async def _ask(request: Request) -> Response:
    """Send a privacy request about the customer of an address; shows what is sent."""
    webhooks: Webhooks = request.app.state.webhooks
    try:
        sent = webhooks.ask(await request.json())
    except ValueError as error:
        return JSONResponse({"error": f"This cannot be asked: {error}"}, 400)
    webhooks.wake()
    return JSONResponse(sent)


ROUTES = [
    Route("/__webhooks", _webhooks, methods=["GET", "POST", "DELETE"]),
    Route("/__webhooks/deliver", _deliver, methods=["POST"]),
    Route("/__webhooks/ask", _ask, methods=["POST"]),
]
