"""The page as an ASGI application, from its parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from aura.accounts.tokens import TokenSigner
from aura.config import SHOPIFY_WEBHOOKS, Settings
from aura.connectors.contract import Connector
from aura.model import Platform
from aura.store.database import Database
from aura.store.secrets import Keyring
from aura.web import assets
from aura.web.pages import (
    accounts,
    attribution,
    brand_settings,
    brands,
    campaigns,
    cohorts,
    connections,
    exports,
    imports,
    insights,
    keys,
    overview,
    own_credentials,
    reconciliation,
)
from aura.web.refusals import install_refusals
from aura.web.rendering import environment
from aura.web.security import MOST_WEBHOOK_BYTES, SecureAnswers, SmallRequests
from aura.web.site import Site


def create_application(
    *,
    database: Database,
    keyring: Keyring,
    connectors: Mapping[Platform, Connector],
    signer: TokenSigner,
    settings: Settings,
    clock: Callable[[], datetime],
) -> FastAPI:
    """The page. `clock` says what time it is: a demo's is its sandbox's."""
    application = FastAPI(title="Aura", docs_url=None, redoc_url=None, openapi_url=None)
    application.state.site = Site(
        database=database,
        keyring=keyring,
        connectors=connectors,
        signer=signer,
        settings=settings,
        clock=clock,
        templates=environment(),
    )
    pages = (
        accounts,
        brands,
        overview,
        campaigns,
        attribution,
        cohorts,
        reconciliation,
        connections,
        imports,
        exports,
        own_credentials,
        keys,
        insights,
        brand_settings,
    )
    for part in (assets, *pages):
        application.include_router(part.routes)
    install_refusals(application)
    # the last one added is the outermost
    application.add_middleware(
        SmallRequests,
        larger={SHOPIFY_WEBHOOKS: MOST_WEBHOOK_BYTES},
        uploads=re.compile(f"{imports.UPLOADS.pattern}|{brand_settings.STATED_UPLOADS.pattern}"),
    )
    application.add_middleware(GZipMiddleware, minimum_size=700, compresslevel=6)
    https = (settings.public_url or "").startswith("https:")
    application.add_middleware(SecureAnswers, https=https)
    return application
