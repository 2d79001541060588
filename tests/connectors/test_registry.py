from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from aura.config import Settings
from aura.connectors.contract import Connector, Consent
from aura.connectors.registry import applications, build_connectors, is_configured
from aura.model import PLATFORMS

SETTINGS = Settings(
    shopify_client_id="s-id",
    shopify_client_secret=SecretStr("s-secret"),
    shopify_url="http://127.0.0.1:9/shopify/{shop}",
    google_ads_client_id="g-id",
    google_ads_client_secret=SecretStr("g-secret"),
)


def test_every_platform_has_its_connector() -> None:
    connectors = build_connectors(SETTINGS)
    assert tuple(connectors) == PLATFORMS
    assert all(connectors[platform].platform == platform for platform in PLATFORMS)


def test_without_settings_the_platforms_own_hosts_are_asked() -> None:
    consent = Consent("state", "http://127.0.0.1:8321/callback", "verifier", "aurora")
    connectors = build_connectors(Settings())
    hosts = {
        platform: connectors[platform].authorization_url(consent).split("?")[0]
        for platform in PLATFORMS
    }
    assert hosts == {
        "shopify": "https://aurora.myshopify.com/admin/oauth/authorize",
        "meta": "https://www.facebook.com/v26.0/dialog/oauth",
        "google_ads": "https://accounts.google.com/o/oauth2/v2/auth",
    }


def test_a_platform_without_an_application_is_known_as_such() -> None:
    assert [is_configured(SETTINGS, platform) for platform in PLATFORMS] == [True, False, True]


def test_no_secret_shows_in_an_application() -> None:
    assert "secret" not in repr(applications(SETTINGS)).replace("client_secret", "")


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_closing_an_unused_connector_is_fine(platform: str) -> None:
    connectors: dict[str, Connector] = dict(
        build_connectors(SETTINGS, clock=lambda: datetime(2026, 11, 22, tzinfo=UTC))
    )
    await connectors[platform].aclose()


def test_importing_the_connectors_loads_neither_settings_nor_database_nor_web() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, aura.connectors.registry; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in told.stdout.split()}
    assert "httpx" in loaded
    assert not loaded & {"pydantic", "pydantic_settings", "psycopg", "fastapi", "starlette"}
