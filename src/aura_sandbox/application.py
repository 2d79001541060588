"""The sandbox as one ASGI application: three platforms under prefixes, its own addresses."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from aura_sandbox import control, credentials, webhook_control
from aura_sandbox.faults import FaultMiddleware, FaultScript
from aura_sandbox.google_ads import endpoints as google_ads
from aura_sandbox.meta import endpoints as meta
from aura_sandbox.shopify import endpoints as shopify
from aura_sandbox.shopify.webhooks import Webhooks
from aura_sandbox.surroundings import Surroundings


class _Application(Starlette):
    """Lets a fault reach the connection itself, which only the server's own `send` knows."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["aura_sandbox.send"] = send
        await super().__call__(scope, receive, send)


def create_application(around: Surroundings) -> Starlette:
    """All routes of one running sandbox."""
    script = FaultScript()
    webhooks = Webhooks(around)
    application = _Application(
        routes=[
            *control.ROUTES,
            *credentials.ROUTES,
            *webhook_control.ROUTES,
            Mount("/shopify", routes=shopify.routes(around, script, webhooks)),
            Mount("/meta", routes=meta.routes(around)),
            Mount("/google", routes=google_ads.routes(around)),
        ],
        middleware=[Middleware(FaultMiddleware, script=script, around=around)],
    )
    application.state.around = around
    application.state.faults = script
    application.state.webhooks = webhooks
    return application
