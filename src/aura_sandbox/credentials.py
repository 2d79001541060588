"""What a person makes at a platform by hand: credentials of their own, a consent screen.

POST /__credentials with {"platform": ...} and, if wanted, "scopes" and "expires_in" (seconds) hands
out what the platform's own pages would show: an app installed in the shop of its own organisation
(Shopify), a System User token (Meta), a client with a refresh token (Google).
POST /__consent with {"google_testing": true} puts Google's consent screen in testing.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aura_sandbox.google_ads.oauth import ADWORDS, is_testing
from aura_sandbox.grants import PlatformName, own_client_of
from aura_sandbox.surroundings import Surroundings

SCOPES: dict[PlatformName, tuple[str, ...]] = {
    "shopify": ("read_all_orders", "read_customers", "read_orders"),
    "meta": ("ads_read", "business_management", "public_profile"),
    "google_ads": (ADWORDS,),
}


async def _credentials(request: Request) -> Response:
    around: Surroundings = request.app.state.around
    wish = await request.json()
    platform = wish.get("platform") if isinstance(wish, dict) else None
    if platform not in SCOPES:
        return JSONResponse({"error": 'Send {"platform": "shopify|meta|google_ads"}.'}, 400)
    scopes = tuple(wish.get("scopes", SCOPES[platform]))
    client_id, secret = own_client_of(platform)
    grant = around.grants.new_grant(platform, scopes, client_id)
    made: dict[str, Any] = {"client_id": client_id, "client_secret": secret}
    if platform == "shopify":
        made["shop"] = around.world.scenario.shop.domain
    elif platform == "meta":
        made["token"] = around.grants.new_token(
            grant, "access", prefix="EAASystem", life=wish.get("expires_in"), is_system_user=True
        )
    else:
        made["refresh_token"] = around.grants.new_token(
            grant, "refresh", prefix="1//0", life=wish.get("expires_in")
        )
    return JSONResponse(made)


async def _consent(request: Request) -> Response:
    around: Surroundings = request.app.state.around
    wish = await request.json()
    if not isinstance(wish, dict) or not isinstance(wish.get("google_testing"), bool):
        return JSONResponse({"error": 'Send {"google_testing": true} or false.'}, 400)
    around.state.fields["google_testing"] = wish["google_testing"]
    around.state.save()
    return JSONResponse({"google_testing": is_testing(around)})


ROUTES = [
    Route("/__credentials", _credentials, methods=["POST"]),
    Route("/__consent", _consent, methods=["POST"]),
]
