"""`/v1`: one module a noun, listed here; a module that gives `routes` becomes part of it by a line.

In: `Authorization: Bearer`, except where a token is asked for with the browser's session. Out:
JSON, errors as problem details. `/v1/openapi.json` describes it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI

from aura.accounts.tokens import TokenSigner
from aura.api import (
    attribution,
    brands,
    campaigns,
    cohorts,
    connections,
    overview,
    reconciliation,
    tokens,
)
from aura.api.asking import Parts
from aura.api.problems import install_problems
from aura.config import Settings
from aura.store.database import Database

# in the order in which the reference tells of them
NOUNS = (
    tokens,
    brands,
    overview,
    campaigns,
    attribution,
    cohorts,
    connections,
    reconciliation,
)


def create_api(
    *,
    database: Database,
    signer: TokenSigner,
    settings: Settings,
    clock: Callable[[], datetime],
) -> FastAPI:
    """The application to mount at `/v1`."""
    api = FastAPI(title="Aura", version="1", docs_url=None, redoc_url=None)
    api.state.parts = Parts(database, signer, settings, clock)
    for noun in NOUNS:
        api.include_router(noun.routes)
    install_problems(api)
    return api
