"""The connectors of this installation: settings go in, one connector per platform comes out.

A platform without a client id has a connector too; a face asks `is_configured` before it offers it.
A new platform is one folder and one entry here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aura.connectors.contract import Application, Connector
from aura.connectors.google_ads.client import GoogleAdsConnector
from aura.connectors.meta.client import MetaConnector
from aura.connectors.shopify.client import BULK_FROM, ShopifyConnector
from aura.model import Platform

if TYPE_CHECKING:
    # settings are read at the edge: the connectors do without pydantic
    from aura.config import Settings


def build_connectors(
    settings: Settings, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> dict[Platform, Connector]:
    """One connector per platform. `clock` decides when tokens expire and callbacks are too old."""
    apps = applications(settings)
    return {
        "shopify": ShopifyConnector(
            apps["shopify"],
            bulk_from=BULK_FROM if settings.shopify_bulk else None,
            clock=clock,
            webhook_address=settings.webhook_address,
        ),
        "meta": MetaConnector(apps["meta"], clock=clock),
        "google_ads": GoogleAdsConnector(apps["google_ads"], clock=clock),
    }


def applications(settings: Settings) -> dict[Platform, Application]:
    """The OAuth application of each platform, as set."""
    return {
        "shopify": Application(
            client_id=settings.shopify_client_id,
            client_secret=settings.shopify_client_secret.get_secret_value(),
            api_url=settings.shopify_url,
            login_url=settings.shopify_url,
            token_url=settings.shopify_url,
        ),
        "meta": Application(
            client_id=settings.meta_client_id,
            client_secret=settings.meta_client_secret.get_secret_value(),
            api_url=settings.meta_api_url,
            login_url=settings.meta_login_url,
            token_url=settings.meta_api_url,
        ),
        "google_ads": Application(
            client_id=settings.google_ads_client_id,
            client_secret=settings.google_ads_client_secret.get_secret_value(),
            api_url=settings.google_ads_api_url,
            login_url=settings.google_ads_login_url,
            token_url=settings.google_ads_token_url,
        ),
    }


def is_configured(settings: Settings, platform: Platform) -> bool:
    """Whether this installation has an application at the platform."""
    application = applications(settings)[platform]
    return bool(application.client_id and application.client_secret)
