"""The faces of an installation as one ASGI application: the page, `/v1`, and what machines ask.

Page and API know nothing of each other; here they are put side by side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import FastAPI
from starlette.routing import Mount

from aura.accounts.tokens import TokenSigner
from aura.api.discovery import discovery_routes
from aura.api.parts import Parts
from aura.api.v1 import create_api
from aura.api.webhooks import webhook_routes
from aura.config import Settings
from aura.connectors.contract import Connector
from aura.model import Platform
from aura.store.database import Database
from aura.store.secrets import Keyring
from aura.web.application import create_application


def compose(
    *,
    database: Database,
    keyring: Keyring,
    connectors: Mapping[Platform, Connector],
    signer: TokenSigner,
    settings: Settings,
    clock: Callable[[], datetime],
) -> FastAPI:
    """Everything that is served on one port."""
    application = create_application(
        database=database,
        keyring=keyring,
        connectors=connectors,
        signer=signer,
        settings=settings,
        clock=clock,
    )
    application.include_router(discovery_routes(database=database, signer=signer))
    application.include_router(
        webhook_routes(database=database, keyring=keyring, settings=settings, clock=clock)
    )
    parts = Parts(
        database=database,
        keyring=keyring,
        connectors=connectors,
        signer=signer,
        settings=settings,
        clock=clock,
    )
    api = Mount("/v1", app=create_api(parts))
    # an address that holds a line break is the API's to answer, too
    api.path_regex = re.compile(api.path_regex.pattern, re.DOTALL)
    application.router.routes.append(api)
    return application
