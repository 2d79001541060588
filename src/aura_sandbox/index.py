"""What there is and where: one document for programs, and the lines that a start prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from aura_sandbox.fault_kinds import KINDS
from aura_sandbox.google_ads import endpoints as google_ads
from aura_sandbox.grants import PlatformName, client_of
from aura_sandbox.meta import endpoints as meta
from aura_sandbox.scenarios import SCENARIOS
from aura_sandbox.shopify.endpoints import VERSIONS
from aura_sandbox.surroundings import Surroundings

API_VERSIONS: dict[PlatformName, list[str]] = {
    "shopify": list(VERSIONS),
    "meta": [f"v{n}.0" for n in range(meta.OLDEST_VERSION, meta.NEWEST_VERSION + 1)],
    "google_ads": [
        f"v{n}" for n in range(google_ads.OLDEST_VERSION, google_ads.NEWEST_VERSION + 1)
    ],
}
FOLDERS: dict[PlatformName, str] = {"shopify": "shopify", "meta": "meta", "google_ads": "google"}


def endpoints(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[str]:
    """Every address with its methods, as `GET /__health`; trailing slashes are not told."""
    for route in routes:
        if isinstance(route, Mount):
            yield from endpoints(route.routes, prefix + route.path)
        elif isinstance(route, Route) and not (route.path.endswith("/") and len(route.path) > 1):
            methods = sorted((route.methods or {"GET"}) - {"HEAD"})
            yield f"{', '.join(methods)} {prefix}{route.path}"


def _accounts(around: Surroundings, platform: PlatformName) -> list[dict[str, Any]]:
    scenario = around.world.scenario
    if platform == "shopify":
        shop = scenario.shop
        return [
            {
                "id": shop.domain,
                "name": shop.name,
                "currency": shop.currency,
                "timezone": shop.timezone,
            }
        ]
    return [
        {
            "id": account.id,
            "name": account.name,
            "currency": account.currency,
            "timezone": account.timezone,
            "is_enabled": account.enabled,
            "is_manager": account.manager,
            "login_customer_id": account.parent,
        }
        for account in scenario.accounts_of(platform)
    ]


def index(application: Starlette, around: Surroundings, url: str) -> dict[str, Any]:
    """The document at `/`."""
    world = around.world
    every = list(endpoints(application.routes))
    return {
        "name": "Aura sandbox",
        "about": "Shopify, Meta Ads and Google Ads of a made-up brand whose true numbers are known",
        "scenario": world.scenario.name,
        "seed": world.seed,
        "anchor": world.anchor.isoformat(),
        "clock": around.clock.shown(),
        "platforms": {
            platform: {
                "url": f"{url}/{folder}",
                "versions": API_VERSIONS[platform],
                "client_id": client_of(platform)[0],
                "client_secret": client_of(platform)[1],
                "accounts": _accounts(around, platform),
                "endpoints": [one for one in every if one.split(" /")[1].startswith(f"{folder}/")],
            }
            for platform, folder in FOLDERS.items()
        },
        "own": [one for one in every if " /__" in one],
        "scenarios": {name: one.summary for name, one in SCENARIOS.items()},
        "faults": KINDS,
    }


def greeting(around: Surroundings, url: str) -> str:
    """What a start prints below the line that it is ready."""
    scenario, clock = around.world.scenario, around.clock.shown()
    shop = scenario.shop.domain
    lines = [
        ("world", f"{scenario.name}, seed {around.world.seed}: {scenario.summary}"),
        ("clock", f"{clock['now']} ({clock['mode']})"),
        ("shopify", f"{url}/shopify/{shop}/admin/api/{API_VERSIONS['shopify'][-1]}/graphql.json"),
        ("meta", f"{url}/meta/{API_VERSIONS['meta'][-1]}/"),
        ("google ads", f"{url}/google/{API_VERSIONS['google_ads'][-1]}/"),
        ("the truth", f"{url}/__truth/daily"),
        ("all else", f"{url}/ (accounts, client ids, endpoints, faults)"),
    ]
    return "\n".join(f"  {name:<11}{text}" for name, text in lines)
